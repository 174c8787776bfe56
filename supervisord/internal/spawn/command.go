package spawn

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/shlex"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// Cause tells the ways apart in which a command cannot be run.
type Cause int

// The causes.
const (
	BadCommand    Cause = iota + 1 // the command line is empty or not well-formed
	NotFound                       // no such file
	NotExecutable                  // a directory, or a file without any x bit
	NoPermission                   // not executable by the user of the daemon
)

// CommandError tells why a command cannot be run, in the reference's words.
type CommandError struct {
	Cause Cause
	Msg   string
}

func (e *CommandError) Error() string { return e.Msg }

// Resolve splits the command of p into words and finds the file to run, as
// the reference does: a name with a slash stands for itself, seen from the
// daemon's directory; any other is looked for along PATH (the program's
// environment, else the daemon's), where the first file of that name decides,
// executable or not. The error is a *CommandError.
func Resolve(p *config.Process) (filename string, argv []string, err error) {
	filename, argv, _, err = resolve(p)
	return filename, argv, err
}

// resolve is Resolve that also returns what stat(2) said of the file.
func resolve(p *config.Process) (filename string, argv []string, st *syscall.Stat_t, err error) {
	argv, err = shlex.Split(p.Command)
	if err != nil {
		return "", nil, nil, &CommandError{BadCommand, "can't parse command " + pyrepr.Quote(p.Command) + ": " + err.Error()}
	}
	if len(argv) == 0 {
		return "", nil, nil, &CommandError{BadCommand, "command is empty"}
	}
	filename, st = find(argv[0], p)
	if err := checkExecutable(filename, st); err != nil {
		return "", nil, nil, err
	}
	return filename, argv, st, nil
}

// find returns the file that a command's first word names; st is nil if there
// is none.
func find(program string, p *config.Process) (string, *syscall.Stat_t) {
	if strings.Contains(program, "/") {
		return program, stat(program)
	}
	for _, dir := range searchPath(p) {
		file := join(dir, program)
		if st := stat(file); st != nil {
			return file, st
		}
	}
	return program, nil
}

func stat(file string) *syscall.Stat_t {
	var st syscall.Stat_t
	for {
		switch err := syscall.Stat(file, &st); err {
		case nil:
			return &st
		case syscall.EINTR:
		default:
			return nil
		}
	}
}

// join is Python's os.path.join, which does not clean.
func join(dir, file string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + file
	}
	return dir + "/" + file
}

func searchPath(p *config.Process) []string {
	for _, e := range p.Environment {
		if e.Key == "PATH" {
			return strings.Split(e.Value, ":")
		}
	}
	if path := os.Getenv("PATH"); path != "" {
		return strings.Split(path, ":")
	}
	return []string{"/bin", "/usr/bin", "/usr/local/bin"}
}

func checkExecutable(file string, st *syscall.Stat_t) error {
	switch {
	case st == nil:
		return &CommandError{NotFound, "can't find command " + pyrepr.Quote(file)}
	case st.Mode&syscall.S_IFMT == syscall.S_IFDIR:
		return &CommandError{NotExecutable, "command at " + pyrepr.Quote(file) + " is a directory"}
	case st.Mode&0o111 == 0:
		return &CommandError{NotExecutable, "command at " + pyrepr.Quote(file) + " is not executable"}
	case unix.Access(file, unix.X_OK) != nil:
		return &CommandError{NoPermission, "no permission to run command " + pyrepr.Quote(file)}
	}
	return nil
}
