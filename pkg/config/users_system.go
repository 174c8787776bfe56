package config

import (
	"errors"
	"os/user"
	"strconv"
	"sync"
)

// SystemUsers returns a lookup of the accounts of this machine. It asks package
// os/user, which without cgo knows only the files in /etc, and then the command
// getent, which knows every source of accounts that the system is configured
// for. Answers are remembered for the life of the value, which is safe for use
// by several goroutines.
func SystemUsers() UserLookup {
	return &systemUsers{answers: map[string]answer{}}
}

type systemUsers struct {
	mu      sync.Mutex
	answers map[string]answer
}

type answer struct {
	user User
	gid  int
	name string
	err  error
}

// once asks a question that has not been asked before.
func (s *systemUsers) once(question string, ask func() answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.answers[question]
	if !ok {
		a = ask()
		s.answers[question] = a
	}
	return a
}

func (s *systemUsers) UserByName(name string) (User, error) {
	a := s.once("user "+name, func() answer {
		u, err := user.Lookup(name)
		return userAnswer(u, err, name)
	})
	return a.user, a.err
}

func (s *systemUsers) UserByID(uid int) (User, error) {
	id := strconv.Itoa(uid)
	a := s.once("uid "+id, func() answer {
		u, err := user.LookupId(id)
		return userAnswer(u, err, id)
	})
	return a.user, a.err
}

func (s *systemUsers) GroupIDByName(name string) (int, error) {
	a := s.once("group "+name, func() answer {
		g, err := user.LookupGroup(name)
		return groupAnswer(g, err, name)
	})
	return a.gid, a.err
}

func (s *systemUsers) GroupNameByID(gid int) (string, error) {
	id := strconv.Itoa(gid)
	a := s.once("gid "+id, func() answer {
		g, err := user.LookupGroupId(id)
		return groupAnswer(g, err, id)
	})
	return a.name, a.err
}

// userAnswer turns the answer of os/user into ours, asking getent for key if
// there was none.
func userAnswer(u *user.User, err error, key string) answer {
	if err != nil {
		fields, err := getent("passwd", key, 6)
		if err != nil {
			return answer{err: err}
		}
		u = &user.User{Username: fields[0], Uid: fields[2], Gid: fields[3], HomeDir: fields[5]}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return answer{
		user: User{Name: u.Username, UID: uid, GID: gid, Home: u.HomeDir},
		err:  errors.Join(err1, err2),
	}
}

func groupAnswer(g *user.Group, err error, key string) answer {
	if err != nil {
		fields, err := getent("group", key, 3)
		if err != nil {
			return answer{err: err}
		}
		g = &user.Group{Name: fields[0], Gid: fields[2]}
	}
	gid, err := strconv.Atoi(g.Gid)
	return answer{gid: gid, name: g.Name, err: err}
}
