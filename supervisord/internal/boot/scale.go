package boot

import (
	"fmt"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// descriptorsEach is what a program costs: the pipes of its standard input,
// output and error. Logs are opened and closed as they are needed.
const descriptorsEach = 3

// descriptorsOwn is what the daemon needs besides: logs, connections, sockets.
const descriptorsOwn = 1000

// scarce reports whether the programs of a configuration may need more
// descriptors than there are, and tells the log what is done about it. The pump
// then spares those that hardly anybody misses.
func (in *instance) scarce() bool {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return false
	}
	programs := 0
	for i := range in.cfg.Groups {
		programs += len(in.cfg.Groups[i].Processes)
	}
	need := uint64(programs*descriptorsEach + descriptorsOwn)
	if need <= uint64(limit.Cur) {
		return false
	}
	in.log.Log(config.LevelWarn, fmt.Sprintf("%d processes need about %d file descriptors and %d are allowed: "+
		"standard inputs take none until they are written to, and outputs that nobody wants (NONE) go to /dev/null; "+
		"raise the limit of open files to have a pipe for each", programs, need, limit.Cur))
	return true
}
