package daemon

import (
	"fmt"
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/nofile"
)

// Refusal tells, in the reference's words, why the daemon cannot start. The
// program prints it as an error of usage and ends with status 2.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// limit is one resource of which the configuration wants a minimum.
type limit struct {
	resource int
	name     string
	least    int
	refusal  string // format of minimum and hard limit
}

// The limits are named by the options minfds= and minprocs=.
const (
	tooFewFiles = `The minimum number of file descriptors required to run this process is %d as per the "minfds" ` +
		`command-line argument or config file setting. The current environment will only allow you to open ` +
		`%d file descriptors.  Either raise the number of usable file descriptors in your environment ` +
		`(see README.rst) or lower the minfds setting in the config file to allow the process to start.`
	tooFewProcesses = `The minimum number of available processes required to run this program is %d as per the "minprocs" ` +
		`command-line argument or config file setting. The current environment will only allow you to open ` +
		`%d processes.  Either raise the number of usable processes in your environment ` +
		`(see README.rst) or lower the minprocs setting in the config file to allow the program to start.`
)

// RaiseLimits raises the soft limits of open files and processes to what
// minfds= and minprocs= want, and the hard limits where that is allowed. It
// returns what the activity log is to hear, at info level. The error is a
// Refusal: a limit that cannot be raised.
func RaiseLimits(minfds, minprocs int) (infos []string, err error) {
	for _, l := range []limit{
		{syscall.RLIMIT_NOFILE, "RLIMIT_NOFILE", minfds, tooFewFiles},
		{rlimitNproc, "RLIMIT_NPROC", minprocs, tooFewProcesses},
	} {
		raised, err := l.raise()
		if err != nil {
			return infos, err
		}
		if raised {
			infos = append(infos, fmt.Sprintf("Increased %s limit to %d", l.name, l.least))
		}
	}
	return infos, nil
}

// raise tells whether the limit had to be raised.
func (l limit) raise() (bool, error) {
	soft, hard, err := getLimit(l.resource)
	if err != nil || l.least <= 0 {
		return false, nil
	}
	if was, _, ok := nofile.Original(); ok && l.resource == syscall.RLIMIT_NOFILE && was < soft {
		// Go has raised the limit for itself; children get the old one.
		soft = was
	}
	least := uint64(l.least)
	if soft >= least {
		return false, nil
	}
	if setLimit(l.resource, least, max(hard, least)) != nil {
		return false, Refusal(fmt.Sprintf(l.refusal, l.least, hard))
	}
	return true, nil
}
