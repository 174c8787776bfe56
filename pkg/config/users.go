package config

import (
	"errors"
	"fmt"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// ErrNoSuchUser is returned by a UserLookup for a user or group that does not
// exist.
var ErrNoSuchUser = errors.New("no such user or group")

// User is an account of the system.
type User struct {
	Name string
	UID  int
	GID  int // its primary group
	Home string
}

// UserLookup resolves users and groups. The error is ErrNoSuchUser, possibly
// wrapped, or tells why the question could not be answered.
type UserLookup interface {
	UserByName(name string) (User, error)
	UserByID(uid int) (User, error)
	GroupIDByName(name string) (gid int, err error)
	GroupNameByID(gid int) (name string, err error)
}

// resolveUser reads a user name or number.
func resolveUser(lookup UserLookup, s string) (User, error) {
	if uid, ok := pytext.Int(s, 10); ok {
		u, err := lookup.UserByID(int(uid))
		if err != nil {
			return User{}, unknownUser("Invalid user id %s", s, err)
		}
		return u, nil
	}
	u, err := lookup.UserByName(s)
	if err != nil {
		return User{}, unknownUser("Invalid user name %s", s, err)
	}
	return u, nil
}

// resolveGroup reads a group name or number.
func resolveGroup(lookup UserLookup, s string) (gid int, err error) {
	if id, ok := pytext.Int(s, 10); ok {
		if _, err := lookup.GroupNameByID(int(id)); err != nil {
			return 0, unknownUser("Invalid group id %s", s, err)
		}
		return int(id), nil
	}
	if gid, err = lookup.GroupIDByName(s); err != nil {
		return 0, unknownUser("Invalid group name %s", s, err)
	}
	return gid, nil
}

func unknownUser(message, s string, cause error) error {
	wrong := "no such user or group on this system"
	if !errors.Is(cause, ErrNoSuchUser) {
		wrong = fmt.Sprintf("cannot be looked up: %v", cause)
	}
	return badValue(message, s, wrong, "the name or number of one that exists")
}

// UserID returns the uid of a user given by name or number, as user= is read.
// Its message is Supervisor's.
func UserID(s string) (int, error) {
	u, err := resolveUser(SystemUsers(), s)
	return u.UID, err
}
