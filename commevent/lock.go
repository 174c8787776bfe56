package main

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// lock waits for the lock on whatever f is and returns the function that gives
// it up. It is an fcntl lock and not one of flock(2), because the latter belongs
// to the open file, which all the children of one program share.
func lock(f *os.File) (unlock func()) {
	if setLock(f, unix.F_WRLCK) != nil {
		return func() {}
	}
	return func() { setLock(f, unix.F_UNLCK) }
}

// setLock avoids f.Fd, which would make the pipe blocking for everybody who
// shares it.
func setLock(f *os.File, kind int16) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	l := unix.Flock_t{Type: kind, Whence: io.SeekStart}
	outer := conn.Control(func(fd uintptr) {
		err = unix.FcntlFlock(fd, unix.F_SETLKW, &l)
		for err == unix.EINTR {
			err = unix.FcntlFlock(fd, unix.F_SETLKW, &l)
		}
	})
	if outer != nil {
		return outer
	}
	return err
}
