package shell

import (
	"os"

	"golang.org/x/sys/unix"
)

// IsTerminal reports whether f is a terminal.
func IsTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	return err == nil
}

// silence turns the echo of a terminal off. It returns the function that turns
// it on again, or nil if f is no terminal.
func silence(f *os.File) func() {
	before, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return nil
	}
	quiet := *before
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(int(f.Fd()), setTermios, &quiet); err != nil {
		return nil
	}
	return func() { _ = unix.IoctlSetTermios(int(f.Fd()), setTermios, before) }
}
