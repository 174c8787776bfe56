// Package boot brings the daemon up and takes it down: it reads the command
// line and the configuration, becomes a daemon, plugs the parts together, and
// starts anew when a restart was asked for.
package boot

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/getopt"
)

// flag is one option of the command line.
type flag struct {
	short string // letter, "" for none
	long  string
	value string // what the value is called in the help; "" for a switch
	help  string
}

// flags is the table that the parser and the help are made of. Names and
// meanings are those of Supervisor 4.2, except where marked.
var flags = []flag{
	{"c", "configuration", "FILE", "the configuration file; without it the usual places are searched"},
	{"n", "nodaemon", "", "stay in the foreground"},
	{"s", "silent", "", "in the foreground: do not write the activity log to stdout"},
	{"h", "help", "", "print this text and exit"},
	{"v", "version", "", "print the version of Supervisor whose behaviour this daemon has, and exit"},
	{"u", "user", "USER", "run as this user (name or number); needs root"},
	{"m", "umask", "OCTAL", "umask of the daemon and its programs (022)"},
	{"d", "directory", "DIR", "change to this directory when becoming a daemon"},
	{"l", "logfile", "FILE", "the activity log"},
	{"y", "logfile_maxbytes", "BYTES", "rotate the activity log at this size (50MB)"},
	{"z", "logfile_backups", "NUM", "rotated activity logs to keep (10)"},
	{"e", "loglevel", "LEVEL", "critical, error, warn, info, debug, trace or blather (info)"},
	{"j", "pidfile", "FILE", "where to write the process id"},
	{"i", "identifier", "NAME", "name of this instance, as clients see it (supervisor)"},
	{"q", "childlogdir", "DIR", "directory of the AUTO logs"},
	{"k", "nocleanup", "", "keep the AUTO logs of an earlier run"},
	{"a", "minfds", "NUM", "file descriptors that must be available (1024)"},
	{"t", "strip_ansi", "", "remove terminal escape sequences from logs"},
	{"", "minprocs", "NUM", "processes that must be available (200)"},
	{"", "profile_options", "LIST", "write a CPU and a heap profile at the end"},
}

// extras are options that the Python Supervisor does not have. They are not
// open to abbreviation, so that every abbreviation which worked still means the
// same.
var extras = []flag{
	{"", "check", "", "check the configuration, print what is wrong with it, and exit"},
	{"", "dump-config", "", "print the effective configuration with the origin of each value, and exit"},
	{"", "about", "", "print the version of this program itself, which --version does not tell, and exit"},
}

// commandLine is a parsed command line.
type commandLine struct {
	file      string // -c; "" if not given
	overrides config.Overrides
	help      bool
	version   bool
	check     bool
	dump      bool
	about     bool
}

// usageError is a mistake on the command line.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func spec() getopt.Spec {
	s := getopt.Spec{Short: "?"}
	for _, f := range flags {
		colon, equals := "", ""
		if f.value != "" {
			colon, equals = ":", "="
		}
		if f.short != "" {
			s.Short += f.short + colon
		}
		s.Long = append(s.Long, f.long+equals)
	}
	return s
}

func longName(opt string) string {
	name, isLong := strings.CutPrefix(opt, "--")
	if isLong {
		return name
	}
	for _, f := range flags {
		if "-"+f.short == opt {
			return f.long
		}
	}
	return "help" // -?
}

// parse reads the command line. Like the reference it answers -h and -v as soon
// as it comes to them.
func parse(args []string) (*commandLine, error) {
	cl := &commandLine{}
	seen := map[string]bool{}
	var rest []string
	for _, arg := range args {
		switch arg {
		case "--check":
			cl.check = true
		case "--dump-config":
			cl.dump = true
		case "--about":
			cl.about = true
		default:
			rest = append(rest, arg)
		}
	}
	opts, operands, err := getopt.Parse(rest, spec())
	if err != nil {
		return nil, usageError{err.Error()}
	}
	if len(operands) > 0 {
		return nil, usageError{"positional arguments are not supported: " + pyList(operands)}
	}
	for _, o := range opts {
		name := longName(o.Name)
		switch name {
		case "help":
			cl.help = true
			return cl, nil
		case "version":
			cl.version = true
			return cl, nil
		case "configuration":
			cl.file = o.Value
		default:
			if _, err := cl.overrides.SetText(name, o.Value); err != nil {
				return nil, usageError{fmt.Sprintf("invalid value for %s '%s': %s", o.Name, o.Value, err)}
			}
		}
		if seen[name] {
			return nil, usageError{fmt.Sprintf("conflicting command line option '%s'", o.Name)}
		}
		seen[name] = true
	}
	return cl, nil
}

// pyList writes strings the way the reference's message shows a list.
func pyList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = "'" + s + "'"
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// helpText is the answer to -h.
func helpText(prog string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "supervisord -- runs programs and keeps them running.\n\nUsage: %s [options]\n\nOptions:\n", prog)
	writeFlags(&b, flags)
	b.WriteString("\nNot in the Python Supervisor:\n")
	writeFlags(&b, extras)
	b.WriteString("\nAn option given here wins over the configuration file.\n")
	return b.String()
}

func writeFlags(b *strings.Builder, list []flag) {
	for _, f := range list {
		name := "--" + f.long
		if f.short != "" {
			name = "-" + f.short + "/" + name
		}
		if f.value != "" {
			name += " " + f.value
		}
		fmt.Fprintf(b, "  %-28s %s\n", name, f.help)
	}
}
