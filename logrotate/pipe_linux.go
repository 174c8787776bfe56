package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// pipeSize is what an unprivileged process may ask for.
const pipeSize = 1 << 20

// enlarge gives a pipe more room, so that its writer does not wait for every
// write to the disk. Where that is not allowed the pipe stays as it is.
func enlarge(f *os.File) {
	if have, err := unix.FcntlInt(f.Fd(), unix.F_GETPIPE_SZ, 0); err == nil && have < pipeSize {
		unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize)
	}
}
