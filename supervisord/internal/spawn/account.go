package spawn

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// credential returns what the child of p must become; nil to stay as the
// daemon is. refusal tells, in the reference's words, why it cannot.
func (s *Spawner) credential(p *config.Process) (c *syscall.Credential, refusal string) {
	if p.UID < 0 {
		return nil, ""
	}
	a, err := s.opts.Account(p.UID)
	switch {
	case err != nil || int(a.UID) != p.UID:
		return nil, fmt.Sprintf("Can't find uid %d", p.UID)
	case os.Getuid() == p.UID:
		// An unprivileged daemon may run programs of its own user.
		return nil, ""
	case os.Getuid() != 0:
		return nil, "Can't drop privilege as nonroot user"
	}
	groups := make([]uint32, 0, len(a.Groups)+1)
	groups = append(append(groups, a.GID), a.Groups...)
	return &syscall.Credential{Uid: a.UID, Gid: a.GID, Groups: groups}, ""
}

// systemAccount looks a user up in the system's user database.
func systemAccount(uid int) (Account, error) {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return Account{}, err
	}
	names, err := u.GroupIds()
	if err != nil {
		return Account{}, err
	}
	a := Account{UID: uint32(uid)}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return Account{}, err
	}
	a.GID = uint32(gid)
	for _, n := range names {
		g, err := strconv.ParseUint(n, 10, 32)
		if err != nil {
			return Account{}, err
		}
		a.Groups = append(a.Groups, uint32(g))
	}
	return a, nil
}
