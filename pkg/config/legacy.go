package config

import (
	"fmt"
	"strings"
)

// legacyCapture is what a program of Supervisor 3.0a3 with a capture file could
// send in one event.
const legacyCapture = 2 << 20

// captureFile reads stdout_capturefile or stderr_capturefile of Supervisor
// 3.0a3. There are no capture files any more; the option switches capture mode
// on.
func (b *builder) captureFile(prefix string, o *Output) {
	key := prefix + "_capturefile"
	raw, _, ok := b.raw(key)
	if !ok {
		return
	}
	b.warn(key, fmt.Sprintf("this is deprecated; use %s_capture_maxbytes = 2MB", prefix))
	if _, _, set := b.raw(prefix + "_capture_maxbytes"); set {
		return
	}
	switch strings.ToLower(raw) {
	case "none", "off", "":
	default:
		o.CaptureBytes = legacyCapture
	}
}

// readLegacyServer reads the server that Supervisor 3.0a3 configured in
// [supervisord].
func (r *reader) readLegacyServer() {
	sec := r.doc.Section("supervisord")
	if sec == nil {
		return
	}
	s := r.scope(sec, SupervisordSection, r.hereExpansions())
	legacy := false
	for _, key := range []string{"http_port", "http_username", "http_password", "sockchmod", "sockchown"} {
		if _, _, ok := s.raw(key); ok {
			legacy = true
			s.warn(key, "this is deprecated; use "+s.options[key].Deprecated)
		}
	}
	if !legacy {
		return
	}
	r.adviseOnBackups(s)
	address, ok := s.text("http_port")
	if !ok || strings.EqualFold(address, "none") {
		return
	}
	server := Server{Section: sec.Name(), UID: -1, GID: -1, Set: s.written()}
	s.credentials(&server, "http_username", "http_password")
	if strings.Contains(address, "/") || !strings.Contains(address, ":") {
		server.Kind = UnixServer
		server.Path = r.paths.normalize(address)
		server.Mode = value(s, "sockchmod", ParseOctal)
		s.owner(&server, "sockchown")
	} else {
		server.Kind = InetServer
		a, err := ParseInetAddress(address)
		if err != nil {
			s.bad("http_port", err)
		}
		server.Host, server.Port = a.Host, a.Port
	}
	r.cfg.Servers = append(r.cfg.Servers, server)
}

// adviseOnBackups warns of a number of backups that has changed its meaning.
func (r *reader) adviseOnBackups(s *scope) {
	if raw, _, ok := s.raw("logfile_backups"); ok && raw == "0" {
		s.warn("logfile_backups", "0 keeps no backups; it meant any number of them in Supervisor 3.0a3, which is deprecated")
	}
}

// dottedOwner reads user.group, as Supervisor 3.0a3 wrote it. Both parts may have
// dots themselves.
func (r *reader) dottedOwner(text string) (uid, gid int, ok bool) {
	for i := range text {
		if text[i] != '.' {
			continue
		}
		u, err := resolveUser(r.opts.Lookup, text[:i])
		if err != nil {
			continue
		}
		if gid, err = resolveGroup(r.opts.Lookup, text[i+1:]); err == nil {
			return u.UID, gid, true
		}
	}
	return 0, 0, false
}
