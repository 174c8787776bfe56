// Package fcgi owns the listening sockets that the processes of a FastCGI
// program share on descriptor 0.
package fcgi

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/unixsock"
)

// Socket is one shared socket. It is made for its first user, kept across the
// restarts of single processes, and closed after its last user. It is safe for
// use by several goroutines.
type Socket struct {
	conf config.FastCGISocket
	log  core.Logger

	mu    sync.Mutex
	users int
	fd    int
}

var _ core.Socket = (*Socket)(nil)

// New returns the owner of a socket, which is not made before Acquire. log may
// be nil.
func New(c *config.FastCGISocket, log core.Logger) *Socket {
	return &Socket{conf: *c, log: log, fd: -1}
}

// Acquire adds a user and returns the descriptor, which is close-on-exec here
// and blocks. The first user makes the socket; the error tells why that failed,
// and the user does not count then.
func (s *Socket) Acquire() (fd int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		s.info("Creating socket " + s.conf.URL)
		if s.fd, err = s.open(); err != nil {
			return -1, err
		}
	}
	s.users++
	return s.fd, nil
}

// Release takes a user away. The last one closes the socket; the path of a
// UNIX socket stays, as with the reference. It panics if there are no users.
func (s *Socket) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		panic("fcgi: Release without Acquire of " + s.conf.URL)
	}
	if s.users--; s.users == 0 {
		s.info("Closing socket " + s.conf.URL)
		syscall.Close(s.fd)
		s.fd = -1
	}
}

func (s *Socket) info(msg string) {
	if s.log != nil {
		s.log.Log(config.LevelInfo, msg)
	}
}

// somaxconn asks for as long a queue as the system allows, which lowers it.
const somaxconn = 4096

func (s *Socket) open() (int, error) {
	backlog := s.conf.Backlog
	if backlog == 0 {
		backlog = somaxconn
	}
	if s.conf.Path == "" {
		return s.openTCP(backlog)
	}
	sock, err := unixsock.Listen(unixsock.Spec{
		Path: s.conf.Path, Mode: s.conf.Mode, UID: s.conf.UID, GID: s.conf.GID, Backlog: backlog,
		// Children of a daemon that was killed may still hold the old one.
		TakeLive: true,
	}, nil)
	var chown *unixsock.ChownError
	switch {
	case errors.As(err, &chown):
		return -1, &ownerError{chown.Err}
	case err != nil:
		return -1, err
	}
	return sock.FD, nil
}

// ownerError tells, in the reference's words, that a socket could not be given
// to its owner.
type ownerError struct{ err error }

func (e *ownerError) Error() string {
	return "Could not change ownership of socket file: " + e.err.Error()
}
func (e *ownerError) Unwrap() error { return e.err }

func (s *Socket) openTCP(backlog int) (int, error) {
	family, addr, err := resolve(s.conf.Host, s.conf.Port)
	if err != nil {
		return -1, err
	}
	fd, err := tcpSocket(family)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := bindAndListen(fd, addr, backlog); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

func bindAndListen(fd int, addr syscall.Sockaddr, backlog int) error {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, addr); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("listen", syscall.Listen(fd, backlog))
}

// resolve prefers IPv4 if a name has both kinds of address, as the reference
// knows no other.
func resolve(host string, port int) (family int, addr syscall.Sockaddr, err error) {
	a, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return 0, nil, err
	}
	if ip4 := a.IP.To4(); ip4 != nil || a.IP == nil {
		sa := &syscall.SockaddrInet4{Port: port}
		copy(sa.Addr[:], ip4)
		return syscall.AF_INET, sa, nil
	}
	sa := &syscall.SockaddrInet6{Port: port}
	copy(sa.Addr[:], a.IP.To16())
	return syscall.AF_INET6, sa, nil
}
