package config

import (
	"errors"
	"os"
	"testing"
)

// fakeUsers is a system with the users alice, bob.smith and root.
type fakeUsers struct{}

var fakeAccounts = []User{{"root", 0, 0, "/root"}, {"alice", 1000, 1001, "/home/alice"}, {"bob.smith", 1002, 1003, "/home/bob"}}

var fakeGroups = map[string]int{"root": 0, "wheel": 10, "web.admins": 11}

func (fakeUsers) UserByName(name string) (User, error) {
	for _, u := range fakeAccounts {
		if u.Name == name {
			return u, nil
		}
	}
	return User{}, ErrNoSuchUser
}

func (fakeUsers) UserByID(uid int) (User, error) {
	for _, u := range fakeAccounts {
		if u.UID == uid {
			return u, nil
		}
	}
	return User{}, ErrNoSuchUser
}

func (fakeUsers) GroupIDByName(name string) (int, error) {
	if gid, ok := fakeGroups[name]; ok {
		return gid, nil
	}
	return 0, ErrNoSuchUser
}

func (fakeUsers) GroupNameByID(gid int) (string, error) {
	for name, id := range fakeGroups {
		if id == gid {
			return name, nil
		}
	}
	return "", ErrNoSuchUser
}

func TestSystemUsers(t *testing.T) {
	lookup := SystemUsers()
	for range 2 { // the second time from memory
		u, err := lookup.UserByName("root")
		if err != nil || u.UID != 0 || u.GID != 0 || u.Name != "root" {
			t.Errorf("UserByName(root) = %+v, %v", u, err)
		}
		if u, err := lookup.UserByID(0); err != nil || u.Name != "root" {
			t.Errorf("UserByID(0) = %+v, %v", u, err)
		}
	}
	gid, err := lookup.GroupIDByName("daemon")
	if err != nil {
		t.Fatal(err)
	}
	if name, err := lookup.GroupNameByID(gid); err != nil || name != "daemon" {
		t.Errorf("GroupNameByID(%d) = %q, %v", gid, name, err)
	}
	for _, name := range []string{"no-such-user-here", "", "a:b", "-h", "a\nb", "a\x00b"} {
		if u, err := lookup.UserByName(name); !errors.Is(err, ErrNoSuchUser) {
			t.Errorf("UserByName(%q) = %+v, %v", name, u, err)
		}
		if gid, err := lookup.GroupIDByName(name); !errors.Is(err, ErrNoSuchUser) {
			t.Errorf("GroupIDByName(%q) = %d, %v", name, gid, err)
		}
	}
	if _, err := lookup.UserByID(123456789); !errors.Is(err, ErrNoSuchUser) {
		t.Errorf("UserByID(123456789): %v", err)
	}
}

// TestGetent asks for accounts in the way that finds them where os/user does
// not.
func TestGetent(t *testing.T) {
	if findGetent() == "" {
		t.Skip("this system has no getent")
	}
	fields, err := getent("passwd", "root", 6)
	if err != nil || fields[0] != "root" || fields[2] != "0" {
		t.Errorf("getent passwd root: %q, %v", fields, err)
	}
	if a := userAnswer(nil, errors.New("os/user does not know"), "root"); a.err != nil || a.user.Name != "root" || a.user.Home == "" {
		t.Errorf("root by getent: %+v", a)
	}
	if a := groupAnswer(nil, errors.New("os/user does not know"), "daemon"); a.err != nil || a.name != "daemon" {
		t.Errorf("group daemon by getent: %+v", a)
	}
	if _, err := getent("passwd", "no-such-user-here", 6); !errors.Is(err, ErrNoSuchUser) {
		t.Errorf("getent passwd no-such-user-here: %v", err)
	}
}

func TestOutputOfAProgramThatIsGone(t *testing.T) {
	if _, err := output("/nonexistent/program"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("output of a missing program: %v", err)
	}
	if out, err := output("/bin/sh", "-c", "echo x; exit 3"); err != nil || string(out) != "x\n" {
		t.Errorf("output = %q, %v", out, err)
	}
}
