// Package listenfd opens the sockets of the HTTP servers.
package listenfd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/unixsock"
)

// Listener is a listening socket and the configuration it serves.
type Listener struct {
	net.Listener
	Server config.Server

	addr  net.Addr
	close func() error
}

// Addr returns the address as configured.
func (l *Listener) Addr() net.Addr { return l.addr }

// Close stops listening. A UNIX socket's path is removed if it still is ours.
// Calls after the first do nothing.
func (l *Listener) Close() error { return l.close() }

// OpenError tells that a server's socket cannot be opened. Its text is the
// reference's, which names no server; Detail does.
type OpenError struct {
	Msg    string
	Server config.Server
	Err    error
}

func (e *OpenError) Error() string { return e.Msg }
func (e *OpenError) Unwrap() error { return e.Err }

// Detail returns one sentence that tells which server it is and what is wrong.
func (e *OpenError) Detail() string {
	return fmt.Sprintf("cannot listen on %s, configured in [%s]: %v", address(e.Server), e.Server.Section, e.Err)
}

// Open opens the sockets of all servers, or none: its error is an *OpenError.
// stderr is told of stale sockets that are replaced, as the reference does.
func Open(servers []config.Server, stderr io.Writer) ([]*Listener, error) {
	var open []*Listener
	for _, s := range servers {
		l, err := openOne(s, stderr)
		if err != nil {
			CloseAll(open)
			return nil, &OpenError{Msg: message(s, err), Server: s, Err: err}
		}
		open = append(open, l)
	}
	return open, nil
}

// CloseAll closes all listeners.
func CloseAll(all []*Listener) {
	for _, l := range all {
		l.Close()
	}
}

func openOne(s config.Server, stderr io.Writer) (*Listener, error) {
	if s.Kind == config.UnixServer {
		return openUnix(s, stderr)
	}
	l, err := net.Listen(network(s.Host), address(s))
	if err != nil {
		return nil, err
	}
	return &Listener{Listener: l, Server: s, addr: l.Addr(), close: sync.OnceValue(l.Close)}, nil
}

// network keeps an IPv4 address to IPv4: with "tcp", package net takes 0.0.0.0 for
// every address of IPv6, too.
func network(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		return "tcp4"
	}
	return "tcp"
}

// backlog is how many connections may wait to be accepted; the system may
// lower it.
const backlog = 1024

func openUnix(s config.Server, stderr io.Writer) (*Listener, error) {
	sock, err := unixsock.Listen(unixsock.Spec{
		Path: s.Path, Mode: s.Mode, UID: s.UID, GID: s.GID, Backlog: backlog,
	}, func() { fmt.Fprintf(stderr, "Unlinking stale socket %s\n", s.Path) })
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(sock.FD), s.Path)
	l, err := net.FileListener(f)
	f.Close() // FileListener has a descriptor of its own
	if err != nil {
		sock.Unlink()
		return nil, err
	}
	return &Listener{
		Listener: l, Server: s, addr: &net.UnixAddr{Name: s.Path, Net: "unix"},
		close: sync.OnceValue(func() error { return errors.Join(sock.Unlink(), l.Close()) }),
	}, nil
}

// address returns what a server listens on, as users write it.
func address(s config.Server) string {
	if s.Kind == config.UnixServer {
		return s.Path
	}
	host := strings.TrimSuffix(strings.TrimPrefix(s.Host, "["), "]")
	return net.JoinHostPort(host, strconv.Itoa(s.Port))
}

const inUse = "Another program is already listening on a port that one of our HTTP servers is configured to use.  " +
	"Shut this program down first before starting supervisord."

// message words an error as the reference does.
func message(s config.Server, err error) string {
	const failed = "Cannot open an HTTP server: socket.error reported "
	var chown *unixsock.ChownError
	var errno syscall.Errno
	var dns *net.DNSError
	switch {
	case errors.Is(err, unixsock.ErrLive), errors.Is(err, syscall.EADDRINUSE):
		return inUse
	case errors.As(err, &chown) && errors.Is(err, syscall.EPERM):
		return fmt.Sprintf("Not permitted to chown %s to uid/gid (%d, %d); adjust \"sockchown\" value in config file or "+
			"on command line to values that the current user (%s) can successfully chown", s.Path, s.UID, s.GID, userName())
	case errors.As(err, &errno):
		if name := unix.ErrnoName(errno); name != "" {
			return failed + fmt.Sprintf("errno.%s (%d)", name, int(errno))
		}
		return failed + strconv.Itoa(int(errno))
	case errors.As(err, &dns) && dns.Temporary():
		return failed + "-3" // EAI_AGAIN
	case errors.As(err, &dns):
		return failed + "-2" // EAI_NONAME
	case errors.Is(err, unixsock.ErrNotSocket):
		return fmt.Sprintf("cannot listen on %s: %v", s.Path, err)
	}
	return failed + err.Error()
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Geteuid())
}
