package rotate

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// open opens path for appending. O_NONBLOCK keeps a FIFO without a reader from
// hanging the caller; regular files do not care.
func open(path string, perm uint32) (int, syscall.Stat_t, error) {
	const flags = syscall.O_WRONLY | syscall.O_APPEND | syscall.O_CREAT |
		syscall.O_CLOEXEC | syscall.O_NOCTTY | syscall.O_NONBLOCK
	var st syscall.Stat_t
	fd, err := syscall.Open(path, flags, perm)
	for err == syscall.EINTR {
		fd, err = syscall.Open(path, flags, perm)
	}
	if err != nil {
		return -1, st, err
	}
	if err := syscall.Fstat(fd, &st); err != nil {
		syscall.Close(fd)
		return -1, st, err
	}
	return fd, st, nil
}

// WriteFD writes all of p to a descriptor, blocking or not; where the other end
// of a pipe or terminal is slow it waits. It returns how much was written.
func WriteFD(fd int, p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := syscall.Write(fd, p[done:])
		if n > 0 {
			done += n
		}
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			if err := waitWritable(fd); err != nil {
				return done, err
			}
		case err != nil:
			return done, err
		case n == 0:
			return done, io.ErrShortWrite
		}
	}
	return done, nil
}

func waitWritable(fd int) error {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		_, err := unix.Poll(fds, -1)
		if err != syscall.EINTR {
			return err
		}
	}
}

// full reports whether err is lack of space, after which the file that is open
// is still the right one.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// Regular reports whether path names a regular file, directly or by symbolic
// links that do not lead through /dev or /proc. /dev/null is never regular, even
// where an accident has made it so. The error is that of stat(2).
func Regular(path string) (bool, error) {
	st, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return st.Mode().IsRegular() && path != os.DevNull && !throughDevice(path), nil
}

// throughDevice reports whether path is a symbolic link in /dev or /proc, as
// /dev/stdout is, or leads to one.
func throughDevice(path string) bool {
	found := false
	followLinks(path, func(link string) bool {
		found = strings.HasPrefix(link, "/dev/") || strings.HasPrefix(link, "/proc/")
		return !found
	})
	return found
}

// followLinks calls visit with path and whatever it leads to, as long as that is
// a symbolic link and visit returns true.
func followLinks(path string, visit func(link string) bool) {
	for range 40 {
		to, err := os.Readlink(path)
		if err != nil || !visit(filepath.Clean(path)) {
			return
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
}

// Descriptor tells whether path stands for a descriptor of this process:
// /dev/stdin, /dev/stdout, /dev/stderr, /dev/fd/N, /proc/self/fd/N and
// /proc/PID/fd/N with our own pid (so /proc/1/fd/N for pid 1), or a symbolic
// link to one of them. Such a log is written to the descriptor itself: opening
// it by name fails where it is a socket or belongs to another user, and starts
// at the beginning where it is a file.
func Descriptor(path string) (fd int, ok bool) {
	if !filepath.IsAbs(path) {
		return -1, false
	}
	if fd, ok = descriptorName(filepath.Clean(path)); ok {
		return fd, true
	}
	followLinks(path, func(link string) bool {
		fd, ok = descriptorName(link)
		return !ok
	})
	return fd, ok
}

func descriptorName(path string) (int, bool) {
	switch path {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/", "/proc/" + strconv.Itoa(os.Getpid()) + "/fd/"} {
		if number, found := strings.CutPrefix(path, dir); found {
			fd, err := strconv.ParseUint(number, 10, 31)
			return int(fd), err == nil
		}
	}
	return -1, false
}
