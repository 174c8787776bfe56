package config

import (
	"strings"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// LoadCtl reads what supervisorctl needs from a configuration file: the section
// [supervisorctl] and the plug-ins. environ is the environment for ENV_x and ~,
// nil for os.Environ(). The error is of the type Errors.
//
// Supervisor's client does not follow [include]; here it is followed if the main
// file has no section [supervisorctl].
func LoadCtl(file string, environ []string) (*Ctl, error) {
	r := newReader(LoadOptions{File: file, Environ: environ})
	r.doc.Only(forCtl) // a daemon may have thousands of programs
	ctl := r.loadCtl()
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	return ctl, nil
}

// forCtl tells which sections matter to supervisorctl.
func forCtl(section string) bool {
	switch kindOf(section) {
	case SupervisorctlSection, IncludeSection, CtlPluginSection:
		return true
	}
	return false
}

func (r *reader) loadCtl() *Ctl {
	if !r.readMain() {
		return nil
	}
	if r.doc.Section("supervisorctl") == nil && r.doc.Section("include") != nil {
		r.followInclude()
	}
	sec := r.doc.Section("supervisorctl")
	if sec == nil {
		r.fail(Error{
			Origin:    Origin{File: r.opts.File},
			Problem:   "there is no section [supervisorctl]",
			Allowed:   "a section [supervisorctl], which may be empty",
			reference: ".ini file does not include supervisorctl section",
		})
		return nil
	}
	s := r.scope(sec, SupervisorctlSection, r.hereExpansions())
	ctl := &Ctl{ServerURL: value(s, "serverurl", plainText)}
	if path, isUnix := strings.CutPrefix(ctl.ServerURL, "unix://"); isUnix {
		ctl.ServerURL = "unix://" + r.paths.normalize(path)
	}
	s.exp = r.environExpansions()
	ctl.Prompt = value(s, "prompt", plainText)
	ctl.Username, _ = s.text("username")
	ctl.Password, _ = s.text("password")
	s.exp = r.hereExpansions()
	if history, _ := s.text("history_file"); history != "" {
		ctl.HistoryFile = r.paths.normalize(history)
	}
	for _, sec := range r.sectionsOf(CtlPluginSection) {
		ctl.Plugins = append(ctl.Plugins, r.readCtlPlugin(sec))
	}
	return ctl
}

// ParseURL checks that a text has the form of a URL, as supervisorctl's command
// line does: a scheme, and a host or a path.
func ParseURL(s string) (string, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	body, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "#")
	body, _, _ = strings.Cut(body, "?")
	if ok && isScheme(scheme) && body != "" {
		return s, nil
	}
	return "", badValue("value %s is not a URL", pytext.Repr(s), "not a URL", "http://host:port or unix:///path")
}

func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return s != ""
}
