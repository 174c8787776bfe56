//go:build !linux

package unixsock

import "syscall"

func socket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	return fd, err
}

// shortName returns a name for nest that fits into a socket address, and what
// to call when it is no longer needed.
func shortName(_, nest string) (name string, release func(), err error) {
	if len(nest) > longest {
		return "", nil, ErrTooLong
	}
	return nest, func() {}, nil
}
