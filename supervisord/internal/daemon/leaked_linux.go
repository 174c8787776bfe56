package daemon

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// SealDescriptors makes sure that no descriptor above 2 that this process was
// started with reaches a child. They stay open here, because a log may be
// named /dev/fd/N.
func SealDescriptors() {
	const last = ^uint32(0)
	if unix.CloseRange(3, uint(last), unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	// Before Linux 5.11.
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		sealUpTo(1024)
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}
