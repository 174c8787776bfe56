package daemon

import "syscall"

// sealUpTo marks every descriptor from 3 up to end, open or not.
func sealUpTo(end int) {
	for fd := 3; fd < end; fd++ {
		syscall.CloseOnExec(fd)
	}
}
