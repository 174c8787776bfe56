package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/ini"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// readServers reads the server sections, inet servers first.
func (r *reader) readServers() {
	for _, sec := range r.sectionsOf(InetServerSection) {
		r.readInetServer(sec)
	}
	for _, sec := range r.sectionsOf(UnixServerSection) {
		r.readUnixServer(sec)
	}
	r.readLegacyServer()
	slices.SortStableFunc(r.cfg.Servers, func(a, b Server) int { return int(b.Kind - a.Kind) })
}

func (r *reader) readInetServer(sec *ini.Section) {
	s := r.scope(sec, InetServerSection, r.environExpansions())
	server := Server{Kind: InetServer, Section: sec.Name(), UID: -1, GID: -1, Set: s.written()}
	s.credentials(&server, "username", "password")
	if _, _, ok := s.raw("port"); !ok {
		s.badSection("", "there is no option port", "port = host:port, *:port or port",
			fmt.Sprintf("section [%s] has no port value", sec.Name()))
	}
	a, _ := optional(s, "port", ParseInetAddress)
	server.Host, server.Port = a.Host, a.Port
	s.web(&server)
	r.cfg.Servers = append(r.cfg.Servers, server)
}

func (r *reader) readUnixServer(sec *ini.Section) {
	s := r.scope(sec, UnixServerSection, r.environExpansions())
	server := Server{Kind: UnixServer, Section: sec.Name(), Set: s.written()}
	if _, _, ok := s.raw("file"); !ok {
		s.badSection("", "there is no option file", "file = path of the socket",
			fmt.Sprintf("section [%s] has no file value", sec.Name()))
	}
	s.exp = r.hereExpansions()
	if path, ok := s.text("file"); ok {
		server.Path = r.paths.normalize(pytext.Strip(path))
	}
	s.exp = r.environExpansions()
	s.credentials(&server, "username", "password")
	s.owner(&server, "chown")
	server.Mode = 0o700
	if text, ok := s.text("chmod"); ok {
		mode, err := ParseOctal(text)
		if err != nil {
			s.bad("chmod", badValue("Invalid chmod value %s", text, "not an octal number", "permissions such as 0700"))
		} else {
			server.Mode = mode
		}
	}
	s.web(&server)
	r.cfg.Servers = append(r.cfg.Servers, server)
}

// web reads what concerns the web page.
func (s *scope) web(server *Server) {
	server.WebGetAction = value(s, "web_get_actions", ParseBool)
	server.WebHosts = value(s, "web_hosts", ParseHosts)
}

// ParseHosts reads host names separated by commas. A name may begin with "*.",
// which stands for every name below.
func ParseHosts(s string) ([]string, error) {
	var hosts []string
	for _, name := range ParseList(s) {
		if name == "" {
			continue
		}
		bare := strings.TrimPrefix(name, "*.")
		if bare == "" || strings.ContainsAny(bare, "*:/@ ") {
			return nil, badValue("invalid host name: %s", pytext.Repr(name), "not a host name",
				"names of hosts without ports, separated by commas; *.example.org stands for every name below example.org")
		}
		hosts = append(hosts, strings.ToLower(name))
	}
	return hosts, nil
}

// credentials reads a user name and a password, which need each other.
func (s *scope) credentials(server *Server, userKey, passwordKey string) {
	username, hasUser := s.text(userKey)
	password, hasPassword := s.text(passwordKey)
	_, _, userWritten := s.raw(userKey)
	_, _, passwordWritten := s.raw(passwordKey)
	if userWritten != passwordWritten {
		key, missing := userKey, passwordKey
		if passwordWritten {
			key, missing = passwordKey, userKey
		}
		s.badSection(key, "there is no "+missing, "both or none of "+userKey+" and "+passwordKey,
			fmt.Sprintf("Section [%s] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified", s.sec.Name()))
		return
	}
	if hasUser && hasPassword && username != "" {
		server.Username, server.Password, server.HasAuth = username, password, true
	}
}

// owner reads the owner of a socket.
func (s *scope) owner(server *Server, key string) {
	server.UID, server.GID = -1, -1
	text, ok := s.text(key)
	if !ok {
		return
	}
	uid, gid, err := s.userAndGroup(key, text)
	if err != nil {
		s.bad(key, err.reworded("Invalid sockchown value %s", text))
		return
	}
	server.UID, server.GID = uid, gid
}

// userAndGroup reads user or user:group, or the user.group of Supervisor 3.0a3.
func (s *scope) userAndGroup(key, text string) (uid, gid int, _ *ValueError) {
	lookup := s.r.opts.Lookup
	user, group, hasGroup := strings.Cut(text, ":")
	u, err := resolveUser(lookup, user)
	gid = -1
	if err == nil && hasGroup {
		gid, err = resolveGroup(lookup, group)
	}
	if err == nil {
		return u.UID, gid, nil
	}
	if !hasGroup {
		if uid, gid, ok := s.r.dottedOwner(text); ok {
			s.warn(key, "user.group with a dot is deprecated; use a colon")
			return uid, gid, nil
		}
	}
	bad := badValue("Invalid user:group definition %s", text, err.(*ValueError).Wrong, "user or user:group of this system")
	return 0, 0, bad
}

// reworded returns the same complaint with another message.
func (e *ValueError) reworded(message, shown string) *ValueError {
	return badValue(message, shown, e.Wrong, e.Allowed)
}

// InetAddress is a TCP address to listen on.
type InetAddress struct {
	Host string // lower case, without brackets; "" means every address
	Port int
}

// ParseInetAddress reads host:port, *:port, [::1]:port or port.
func ParseInetAddress(s string) (InetAddress, error) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		port, err := parsePort(s)
		if err != nil {
			return InetAddress{}, badValue("not a valid port number: %s ", pytext.Repr(s), "not a port", addressAllowed)
		}
		return InetAddress{Port: port}, nil
	}
	host, portText := strings.ToLower(s[:i]), s[i+1:]
	if portText == "" {
		return InetAddress{}, badValue("no port number specified in ''", "", "there is no port", addressAllowed)
	}
	port, err := parsePort(portText)
	if err != nil {
		return InetAddress{}, err
	}
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = strings.TrimSuffix(inner, "]")
	}
	if host == "*" {
		host = ""
	}
	return InetAddress{Host: host, Port: port}, nil
}

const addressAllowed = "host:port, *:port for every address, [::1]:port or port, with a port from 1 to 65535"

func parsePort(s string) (int, error) {
	n, ok := pytext.Int(s, 10)
	switch {
	case !ok:
		return 0, badValue("invalid literal for int() with base 10: %s", pytext.Repr(s), "not a port", addressAllowed)
	case n < 1:
		return 0, badValue("%s is below lower bound (1)", fmt.Sprint(n), "not a port", addressAllowed)
	case n > 65535:
		return 0, badValue("%s is above upper bound (65535)", fmt.Sprint(n), "not a port", addressAllowed)
	}
	return int(n), nil
}
