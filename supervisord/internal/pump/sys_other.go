//go:build !linux

package pump

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func newPoller() (poller, error) { return newPollPoller() }

// closeOnExecPipe makes a pipe that children do not inherit.
func closeOnExecPipe() (r, w int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		return -1, -1, os.NewSyscallError("pipe", err)
	}
	syscall.CloseOnExec(fds[0])
	syscall.CloseOnExec(fds[1])
	return fds[0], fds[1], nil
}

// fionread is FIONREAD, the same on the BSDs and macOS.
const fionread = 0x4004667f

// waiting returns how many bytes are in a pipe.
func waiting(fd int) (int, error) { return unix.IoctlGetInt(fd, fionread) }

// setPipeSize does nothing: pipes grow by themselves where they can.
func setPipeSize(int, int) {}
