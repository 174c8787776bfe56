package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

var errClosed = errors.New("it is closed")

// isClosed tells whether f was closed when commevent was started. Go's runtime
// has put /dev/null in its place then, open for reading and writing, and a
// message would vanish without a word. A shell's >/dev/null is open for writing
// only, and is what the user wants.
func isClosed(f *os.File) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(info, null) {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	flags := 0
	if conn.Control(func(fd uintptr) { flags, err = unix.FcntlInt(fd, unix.F_GETFL, 0) }) != nil || err != nil {
		return false
	}
	return flags&unix.O_ACCMODE == unix.O_RDWR
}
