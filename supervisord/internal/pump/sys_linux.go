package pump

import (
	"os"

	"golang.org/x/sys/unix"
)

// closeOnExecPipe makes a pipe that children do not inherit.
func closeOnExecPipe() (r, w int, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return -1, -1, os.NewSyscallError("pipe2", err)
	}
	return fds[0], fds[1], nil
}

// waiting returns how many bytes are in a pipe.
func waiting(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.TIOCINQ) }

// setPipeSize changes how many bytes a pipe holds, if the system lets it.
func setPipeSize(fd, size int) { unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, size) }
