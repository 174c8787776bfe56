package command

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/getopt"
)

// Settings is what the command line and the configuration file say.
type Settings struct {
	Progname    string // as called
	ServerURL   string
	Username    string
	Password    string
	Prompt      string // without "> "
	HistoryFile string // "" keeps no history
	Interactive bool
	Format      Format
	Plugins     []config.CtlPlugin
	Args        []string // the action and its arguments
	Environ     []string
}

// UsageError is a wrong command line or an unusable configuration. It is told
// on stderr, with a pointer to the help, and ends the program with status 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the error inside.
func (e *UsageError) Unwrap() error { return e.Err }

// ErrHelp is returned by ParseSettings when the command line asks for help.
var ErrHelp = fmt.Errorf("help was asked for")

// ErrVersion is returned by ParseSettings when the command line asks for the
// version.
var ErrVersion = fmt.Errorf("the version was asked for")

// DefaultServerURL is used when neither the command line nor a configuration
// file names a server.
const DefaultServerURL = "http://localhost:9001"

// ConfigReader finds and reads the configuration file.
type ConfigReader struct {
	// Find returns the file to use when the command line names none, or "".
	Find func(argv0 string) string
	// Load reads the file.
	Load func(file string, environ []string) (*config.Ctl, error)
}

var optionSpec = getopt.Spec{
	Short: "h?c:is:u:p:r:",
	Long: []string{
		"help", "configuration=", "interactive", "serverurl=", "username=",
		"password=", "history_file=", "output=", "version",
	},
}

// longNames maps the short options to what they stand for.
var longNames = map[string]string{
	"-h": "--help", "-?": "--help", "-c": "--configuration", "-i": "--interactive",
	"-s": "--serverurl", "-u": "--username", "-p": "--password", "-r": "--history_file",
}

// ParseSettings reads the command line argv (with the program's name) and the
// configuration file. Errors are *UsageError, ErrHelp or ErrVersion.
func ParseSettings(argv, environ []string, files ConfigReader) (*Settings, error) {
	s := &Settings{Progname: argv[0], Environ: environ}
	opts, operands, err := getopt.Parse(withOldSpelling(argv[1:]), optionSpec)
	if err != nil {
		return s, &UsageError{err}
	}
	s.Args = operands
	given, err := s.collect(opts)
	if err != nil {
		return s, err
	}
	file, ok := given["--configuration"]
	if !ok {
		file = files.Find(argv[0])
	}
	ctl := &config.Ctl{ServerURL: DefaultServerURL, Prompt: "supervisor"}
	if file != "" {
		if ctl, err = files.Load(file, environ); err != nil {
			return s, &UsageError{err}
		}
	}
	s.merge(given, ctl)
	return s, nil
}

// withOldSpelling turns --history-file, as the help of old versions has it,
// into the name that the option parser knows.
func withOldSpelling(args []string) []string {
	const dashed, name = "--history-file", "--history_file"
	var out []string
	for i, a := range args {
		if a != dashed && !strings.HasPrefix(a, dashed+"=") {
			continue
		}
		if out == nil {
			out = append(out, args...)
		}
		out[i] = name + a[len(dashed):]
	}
	if out == nil {
		return args
	}
	return out
}

// collect checks the options one by one, in order: the first mistake counts.
func (s *Settings) collect(opts []getopt.Option) (map[string]string, error) {
	given := map[string]string{}
	for _, o := range opts {
		name := o.Name
		if long, ok := longNames[name]; ok {
			name = long
		}
		switch name {
		case "--help":
			return nil, ErrHelp
		case "--version":
			return nil, ErrVersion
		case "--serverurl":
			if !isURL(o.Value) {
				return nil, usagef("invalid value for %s %s: value %s is not a URL", o.Name, quoted(o.Value), quoted(o.Value))
			}
		case "--output":
			f, err := ParseFormat(o.Value)
			if err != nil {
				return nil, &UsageError{err}
			}
			s.Format = f
		case "--interactive":
			s.Interactive = true
		}
		if _, twice := given[name]; twice {
			return nil, usagef("conflicting command line option %s", quoted(o.Name))
		}
		given[name] = o.Value
	}
	return given, nil
}

func usagef(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}

// isURL is the reference's idea of a URL: a scheme, and something behind it.
func isURL(s string) bool {
	scheme, rest, ok := cutScheme(s)
	if !ok || scheme == "" {
		return false
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	return strings.TrimPrefix(rest, "//") != ""
}

// cutScheme splits a URL after its scheme, which is returned in lower case.
func cutScheme(s string) (scheme, rest string, ok bool) {
	i := strings.IndexByte(s, ':')
	if i <= 0 {
		return "", s, false
	}
	for j := 0; j < i; j++ {
		c := s[j] | 0x20
		letter := 'a' <= c && c <= 'z'
		other := '0' <= s[j] && s[j] <= '9' || s[j] == '+' || s[j] == '-' || s[j] == '.'
		if !letter && (j == 0 || !other) {
			return "", s, false
		}
	}
	return strings.ToLower(s[:i]), s[i+1:], true
}

// merge takes every value from the command line, else from the file.
func (s *Settings) merge(given map[string]string, ctl *config.Ctl) {
	pick := func(name, otherwise string) string {
		if v, ok := given[name]; ok {
			return v
		}
		return otherwise
	}
	s.ServerURL = pick("--serverurl", ctl.ServerURL)
	if s.ServerURL == "" {
		s.ServerURL = DefaultServerURL
	}
	s.Username = pick("--username", ctl.Username)
	s.Password = pick("--password", ctl.Password)
	s.HistoryFile = pick("--history_file", ctl.HistoryFile)
	s.Prompt = ctl.Prompt
	s.Plugins = ctl.Plugins
	if len(s.Args) == 0 {
		s.Interactive = true
	}
}

// Environment variables of a plug-in command, and of programs run by
// supervisord.
const (
	EnvServerURL = "SUPERVISOR_SERVER_URL"
	EnvUsername  = "SUPERVISOR_USERNAME"
	EnvPassword  = "SUPERVISOR_PASSWORD"
)
