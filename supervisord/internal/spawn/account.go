package spawn

import (
	"fmt"
	"os"
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
	case err != nil:
		return nil, fmt.Sprintf("Can't find uid %d", p.UID)
	case os.Getuid() == p.UID:
		// An unprivileged daemon may run programs of its own user.
		return nil, ""
	case os.Getuid() != 0:
		return nil, "Can't drop privilege as nonroot user"
	}
	c = &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID)}
	for _, g := range a.Groups {
		c.Groups = append(c.Groups, uint32(g))
	}
	return c, ""
}
