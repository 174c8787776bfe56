//go:build !linux

package daemon

import "syscall"

// SealDescriptors makes sure that no descriptor above 2 that this process was
// started with reaches a child. They stay open here, because a log may be
// named /dev/fd/N.
func SealDescriptors() {
	const enough = 1 << 16
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil || l.Cur > enough {
		l.Cur = enough
	}
	sealUpTo(int(l.Cur))
}
