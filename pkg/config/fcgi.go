package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/pkg/ini"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// readFastCGI reads an [fcgi-program:x] that is a group of its own.
func (r *reader) readFastCGI(sec *ini.Section) {
	s := r.groupScope(sec, FastCGISection)
	name, ok := s.groupName()
	if !ok {
		name = s.name()
	}
	g := Group{Kind: FastCGIGroup, Name: name, Section: sec.Name(), Priority: value(s, "priority", ParseInt)}
	socket, errs := s.socket(name)
	for _, bad := range errs {
		s.badSocket(bad)
	}
	g.Socket = socket
	g.Processes = r.processes(sec, FastCGISection, name)
	for i := range g.Processes {
		g.Processes[i].Socket = socket
	}
	g.Set = s.setOf(g.Processes)
	r.cfg.Groups = append(r.cfg.Groups, g)
}

// socketError is what is wrong with one of the socket options.
type socketError struct {
	key string
	err *ValueError
}

func (e *socketError) Error() string { return e.key + ": " + e.err.Wrong }

// badSocket reports an error of a socket option.
func (s *scope) badSocket(e *socketError) {
	if _, _, ok := s.raw(e.key); ok {
		s.bad(e.key, e.err)
		return
	}
	s.badSection(e.key, e.err.Wrong, e.err.Allowed, e.err.Error())
}

// socket reads the socket of a FastCGI program, in Supervisor's order. The socket
// is nil if anything is wrong with it; errors of expansion have been reported and
// are not among errs.
func (s *scope) socket(program string) (_ *FastCGISocket, errs []*socketError) {
	sock := &FastCGISocket{UID: -1, GID: -1}
	note := func(err error) {
		var bad *socketError
		if errors.As(err, &bad) {
			errs = append(errs, bad)
		}
	}
	user, err := s.socketUser()
	note(err)
	note(s.socketBacklog(sock))
	owner, err := s.socketOwner(sock)
	note(err)
	mode, err := s.socketMode(sock)
	note(err)
	url, err := s.socketURL(program)
	note(err)
	switch {
	case url == "":
	case strings.HasPrefix(url, "unix://"):
		note(s.unixSocket(sock, url))
		if !owner && user != nil && user.UID != os.Getuid() {
			sock.UID, sock.GID = user.UID, user.GID
		}
	default:
		note(s.tcpSocket(sock, url, owner || mode))
	}
	if len(errs) > 0 || url == "" {
		return nil, errs
	}
	return sock, nil
}

// socketUser reads the user of the program, who owns the socket unless told
// otherwise; nil if none is set.
func (s *scope) socketUser() (*User, error) {
	text, ok := s.text("user")
	if !ok {
		return nil, nil
	}
	u, err := resolveUser(s.r.opts.Lookup, text)
	if err != nil {
		return nil, &socketError{"user", err.(*ValueError)}
	}
	return &u, nil
}

// socketURL reads the option socket; "" without an error means that it cannot be
// expanded, which has been reported.
func (s *scope) socketURL(program string) (string, error) {
	plain := s.exp
	defer func() { s.exp = plain }()
	s.exp = s.r.expansions(map[string]expansion{"program_name": textExpansion(program)})
	url, ok := s.text("socket")
	_, _, written := s.raw("socket")
	if url != "" || written && !ok {
		return url, nil
	}
	return "", &socketError{"socket", &ValueError{
		Wrong: "a FastCGI program needs a socket", Allowed: socketAllowed,
		before: "[" + s.sec.Name() + "] section requires a \"socket\" line",
	}}
}

const socketAllowed = "unix:///absolute/path or tcp://host:port"

func (s *scope) socketBacklog(sock *FastCGISocket) error {
	text, ok := s.text("socket_backlog")
	if !ok {
		return nil
	}
	n, err := ParseInt(text)
	if err != nil {
		return &socketError{"socket_backlog", err.(*ValueError)}
	}
	if n < 1 || n > 65535 {
		return &socketError{"socket_backlog", badValue("Invalid socket_backlog value %s", fmt.Sprint(n),
			"not a length of a queue of connections", "a number from 1 to 65535")}
	}
	sock.Backlog = n
	return nil
}

func (s *scope) socketOwner(sock *FastCGISocket) (ok bool, _ error) {
	text, ok := s.text("socket_owner")
	if !ok {
		return false, nil
	}
	uid, gid, err := s.userAndGroup("socket_owner", text)
	if err != nil {
		return true, &socketError{"socket_owner", err.reworded("Invalid socket_owner value %s", text)}
	}
	sock.UID, sock.GID = uid, gid
	return true, nil
}

func (s *scope) socketMode(sock *FastCGISocket) (ok bool, _ error) {
	sock.Mode = 0o700
	text, ok := s.text("socket_mode")
	if !ok {
		return false, nil
	}
	mode, err := ParseOctal(text)
	if err != nil {
		return true, &socketError{"socket_mode", badValue("Invalid socket_mode value %s", text,
			"not an octal number", "permissions such as 0700")}
	}
	sock.Mode = mode
	return true, nil
}

func (s *scope) unixSocket(sock *FastCGISocket, url string) error {
	path := strings.TrimPrefix(url, "unix://")
	if !strings.HasPrefix(path, "/") {
		// Supervisor forgets to put the path into its message.
		reference := fmt.Sprintf("('Unix socket path %%s is not an absolute path', %s) in [%s] socket", pytext.Repr(path), s.sec.Name())
		return &socketError{"socket", wholeMessage(reference, "the path is not absolute", socketAllowed)}
	}
	sock.Path = s.r.paths.normalize(path)
	sock.URL = "unix://" + sock.Path
	return nil
}

var tcpURL = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^tcp://([^\s:\x1c-\x1f\x85\p{Z}]+):(\p{Nd}+)$`)
})

func (s *scope) tcpSocket(sock *FastCGISocket, url string, ownerOrMode bool) error {
	suffix := " in [" + s.sec.Name() + "] socket"
	if ownerOrMode {
		return &socketError{"socket", wholeMessage(
			"socket_owner and socket_mode params should only be used with a Unix domain socket"+suffix,
			"socket_owner and socket_mode are for UNIX sockets", "unix:///absolute/path, or tcp://host:port without them")}
	}
	m := tcpURL().FindStringSubmatch(url)
	if m == nil {
		reference := fmt.Sprintf("('Bad socket format %%s', %s)%s", pytext.Repr(url), suffix)
		return &socketError{"socket", wholeMessage(reference, "not a socket", socketAllowed)}
	}
	port, err := parsePort(m[2])
	if err != nil {
		bad := err.(*ValueError)
		return &socketError{"socket", wholeMessage(bad.Error()+suffix, bad.Wrong, "a port from 1 to 65535")}
	}
	sock.Host, sock.Port = strings.ToLower(m[1]), port
	sock.URL = fmt.Sprintf("tcp://%s:%d", sock.Host, port)
	sock.Mode = 0
	return nil
}

// wholeMessage makes a ValueError all of whose message may repeat the text.
func wholeMessage(message, wrong, allowed string) *ValueError {
	return &ValueError{Wrong: wrong, Allowed: allowed, shown: message}
}

// memberSocket reads the socket of a FastCGI program in a [group:x], where
// Supervisor does not read it.
func (s *scope) memberSocket() (*FastCGISocket, error) {
	name, err := ParseName(s.name())
	if err != nil {
		return nil, nil
	}
	errs, complain := s.r.errs, s.r.complain
	s.r.complain = map[complaint]bool{}
	sock, bad := s.socket(name)
	found := s.r.errs[len(errs):]
	s.r.errs, s.r.complain = errs, complain
	switch {
	case len(bad) > 0:
		return nil, bad[0]
	case len(found) > 0:
		return nil, found[0]
	}
	return sock, nil
}
