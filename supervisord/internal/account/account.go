// Package account tells what a process must become to run as a user.
package account

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// Account is a user with everything that setgroups(2), setgid(2) and setuid(2)
// need.
type Account struct {
	Name   string
	UID    int
	GID    int
	Groups []int // the primary group first, then the supplementary ones
}

// Book looks accounts up and remembers them while the account files are
// unchanged, for a minute at most. It is safe for use by several goroutines.
type Book struct {
	users  func() config.UserLookup
	groups func(config.User) ([]int, error)
	stamp  func() string
	now    func() time.Time

	mu      sync.Mutex
	known   map[int]Account
	seen    string // stamp of what is known
	expires time.Time
}

// memory is how long an answer counts that no file vouches for.
const memory = time.Minute

// NewBook returns a Book of the accounts of this system.
func NewBook() *Book {
	return &Book{users: config.SystemUsers, groups: config.GroupsOf, stamp: fileStamp, now: time.Now}
}

// ByID returns the account of a uid. Its error tells that there is none, or
// why that cannot be known.
func (b *Book) ByID(uid int) (Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgetOld()
	if a, ok := b.known[uid]; ok {
		return a, nil
	}
	u, err := b.users().UserByID(uid)
	if err != nil {
		return Account{}, err
	}
	if u.UID != uid {
		return Account{}, fmt.Errorf("cannot find uid %d: the system answered with uid %d", uid, u.UID)
	}
	a, err := b.complete(u)
	if err != nil {
		return Account{}, err
	}
	b.known[uid] = a
	return a, nil
}

// complete adds the groups to a user.
func (b *Book) complete(u config.User) (Account, error) {
	groups, err := b.groups(u)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: u.Name, UID: u.UID, GID: u.GID, Groups: []int{u.GID}}
	for _, g := range groups {
		if g != u.GID {
			a.Groups = append(a.Groups, g)
		}
	}
	return a, nil
}

func (b *Book) forgetOld() {
	stamp, now := b.stamp(), b.now()
	if b.known != nil && stamp == b.seen && now.Before(b.expires) {
		return
	}
	b.known, b.seen, b.expires = map[int]Account{}, stamp, now.Add(memory)
}

// fileStamp changes when the account files do.
func fileStamp() string {
	var s string
	for _, file := range []string{"/etc/passwd", "/etc/group"} {
		if st, err := os.Stat(file); err == nil {
			s += fmt.Sprintf("%d %d;", st.ModTime().UnixNano(), st.Size())
		}
	}
	return s
}
