// Package unixsock makes listening UNIX sockets that nobody can connect to
// before their owner and mode are as they should be.
//
// A socket is born in a new directory that only we may enter, given its owner,
// mode and backlog there, and then renamed into place. No umask is involved,
// which would be the whole process's, and there is no moment in which the path
// leads nowhere or to a socket that does not answer.
package unixsock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says what socket to make.
type Spec struct {
	Path     string
	Mode     uint32 // permission bits
	UID, GID int    // -1 to leave as is
	Backlog  int
	TakeLive bool // replace a socket even if somebody listens on it
}

// Socket is a listening socket.
type Socket struct {
	FD   int // close-on-exec, blocking
	path string
	file os.FileInfo
}

// Errors of Listen that say more than a system call's.
var (
	// ErrLive tells that somebody listens on the path.
	ErrLive = errors.New("another program is listening there")
	// ErrNotSocket tells that the path is a file of another kind, which is not
	// ours to remove.
	ErrNotSocket = errors.New("it exists and is not a socket")
	// ErrTooLong tells that the path does not fit into a socket address.
	ErrTooLong = errors.New("AF_UNIX path too long")
)

// ChownError tells that the owner of a socket could not be set.
type ChownError struct{ Err error }

func (e *ChownError) Error() string { return "cannot set the owner: " + e.Err.Error() }
func (e *ChownError) Unwrap() error { return e.Err }

// longest is the length of the longest path that fits a sockaddr_un with its
// final NUL.
const longest = len(syscall.RawSockaddrUnix{}.Path) - 1

// Listen makes a socket. A socket at the path on which nobody listens is
// replaced; stale hears of it before. Its error is a syscall.Errno, possibly
// wrapped, or one of those above.
func Listen(s Spec, stale func()) (_ *Socket, err error) {
	if len(s.Path) > longest {
		return nil, ErrTooLong
	}
	dir, err := os.MkdirTemp(filepath.Dir(s.Path), "."+filepath.Base(s.Path)+".")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	nest := filepath.Join(dir, "s")
	fd, err := bind(dir, nest)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			syscall.Close(fd)
		}
	}()
	if err := s.dress(nest, fd); err != nil {
		return nil, err
	}
	file, err := os.Lstat(nest)
	if err != nil {
		return nil, err
	}
	if err := s.move(nest, stale); err != nil {
		return nil, err
	}
	return &Socket{FD: fd, path: s.Path, file: file}, nil
}

// bind returns a new socket bound to nest, which is in dir.
func bind(dir, nest string) (int, error) {
	name, release, err := shortName(dir, nest)
	if err != nil {
		return -1, err
	}
	defer release()
	fd, err := socket()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: name}); err != nil {
		syscall.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	return fd, nil
}

// dress gives the socket its owner, mode and backlog.
func (s *Spec) dress(nest string, fd int) error {
	if s.UID >= 0 || s.GID >= 0 {
		if err := os.Lchown(nest, s.UID, s.GID); err != nil {
			return &ChownError{err}
		}
	}
	if err := syscall.Chmod(nest, s.Mode); err != nil {
		return os.NewSyscallError("chmod", err)
	}
	return os.NewSyscallError("listen", syscall.Listen(fd, s.Backlog))
}

// move puts the socket where it is to be found. Two daemons that do so at once
// take turns, so that the second finds the first one's socket alive.
func (s *Spec) move(nest string, stale func()) error {
	defer lock(filepath.Dir(s.Path))()
	switch err := s.occupied(); {
	case err == nil:
	case err == errStale:
		if stale != nil {
			stale()
		}
	default:
		return err
	}
	return os.Rename(nest, s.Path)
}

var errStale = errors.New("a socket that nobody listens on")

// occupied returns nil if the path is free, errStale if what is there may be
// replaced, and otherwise why it may not.
func (s *Spec) occupied() error {
	st, err := os.Lstat(s.Path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	if st.Mode()&(os.ModeSocket|os.ModeSymlink) == 0 {
		return ErrNotSocket
	}
	if !s.TakeLive && live(s.Path) {
		return ErrLive
	}
	return errStale
}

// live tells whether somebody listens on a socket. One that we may not connect
// to counts as live.
func live(path string) bool {
	fd, err := socket()
	if err != nil {
		return true
	}
	defer syscall.Close(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		return true
	}
	switch err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err {
	case syscall.ECONNREFUSED, syscall.ENOENT, syscall.ENOTSOCK:
		return false
	default: // also EAGAIN: its backlog is full
		return true
	}
}

// lockPatience is how long to wait for another daemon that opens sockets in
// the same directory. Anybody who can read a directory can lock it, so the wait
// must end.
const lockPatience = 3 * time.Second

// lock takes turns with other daemons in a directory, as well as possible, and
// returns the function that ends the turn.
func lock(dir string) (unlock func()) {
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return func() {}
	}
	for end := time.Now().Add(lockPatience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != syscall.EWOULDBLOCK {
			break
		}
	}
	return func() { syscall.Close(fd) }
}

// Unlink removes the socket's path if it still leads to this socket.
func (s *Socket) Unlink() error {
	now, err := os.Lstat(s.path)
	if err != nil || !os.SameFile(now, s.file) {
		return nil
	}
	if err := os.Remove(s.path); err != nil {
		return fmt.Errorf("cannot remove the socket %s: %w", s.path, err)
	}
	return nil
}
