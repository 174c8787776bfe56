package spawn

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// logFigures adds to a failed spawn what its reason does not tell: which limit
// was met and what it is.
func (s *Spawner) logFigures(name string, err error) {
	switch {
	case errors.Is(err, syscall.EMFILE):
		s.logLimit(name, unix.RLIMIT_NOFILE, "open files", "minfds=")
	case errors.Is(err, syscall.EAGAIN):
		s.logLimit(name, rlimitNproc, "processes", "minprocs=")
		if max := readWord("/sys/fs/cgroup/pids.max"); max != "" && max != "max" {
			s.log(config.LevelWarn, fmt.Sprintf("cannot spawn '%s': this container may have %s processes", name, max))
		}
	}
}

func (s *Spawner) logLimit(name string, resource int, what, option string) {
	var l syscall.Rlimit
	if syscall.Getrlimit(resource, &l) == nil {
		s.log(config.LevelWarn, fmt.Sprintf(
			"cannot spawn '%s': all of the %d %s that the system allows supervisord are in use; raise the limit or %s",
			name, l.Cur, what, option))
	}
}

func readWord(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
