package unixsock

import (
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

func socket() (int, error) {
	return syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
}

// shortName returns a name for nest that fits into a socket address, and what
// to call when it is no longer needed.
func shortName(dir, nest string) (name string, release func(), err error) {
	if len(nest) <= longest {
		return nest, func() {}, nil
	}
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	name = "/proc/self/fd/" + strconv.Itoa(fd) + "/" + filepath.Base(nest)
	return name, func() { unix.Close(fd) }, nil
}
