// Package harness drives one Supervisor-compatible daemon and its client from
// outside and writes down what a user can see of them, with everything that
// differs from run to run replaced by a name in braces.
package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// MaxWait bounds every wait for something that is expected to happen.
const MaxWait = 30 * time.Second

// T is one run of one case against one implementation. It collects the
// observation. A T is used by one goroutine.
type T struct {
	Bin  string // directory of the binaries under test
	Ref  string // directory of the reference's binaries, "" when not installed
	Self string // this program, which also serves as child of the daemons
	Dir  string // the case's own empty directory
	D    *Daemon
	Wrap []string // a command to run daemons by, e.g. with other limits

	out      strings.Builder
	replace  []string // pairs for strings.Replacer, applied to the observation
	cleanups []func()
	parent   *T
}

// Failure is what Fatalf panics with.
type Failure struct{ Text string }

// New returns a T with a fresh directory. Close must be called.
func New(bin, ref, self string) (*T, error) {
	// The path is short because a UNIX socket's path may have 107 bytes only.
	dir, err := os.MkdirTemp("", "cf")
	if err != nil {
		return nil, err
	}
	// A null device of its own: the reference, run as root, removes the one it is
	// told to clear.
	_ = syscall.Mknod(filepath.Join(dir, "null"), syscall.S_IFCHR|0o666, 1<<8|3)
	// Everybody may look in, so that cases can use other users.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	t := &T{Bin: bin, Ref: ref, Self: self, Dir: dir}
	t.Hide(dir, "{DIR}")
	for _, name := range []string{"supervisord", "supervisorctl", "pidproxy", "echo_supervisord_conf"} {
		t.Hide(bin+"/"+name, "{BIN}/"+name)
	}
	return t, nil
}

// Sub returns a T for a case that shares the daemon and directory of t.
func (t *T) Sub() *T {
	return &T{Bin: t.Bin, Ref: t.Ref, Self: t.Self, Dir: t.Dir, D: t.D, replace: t.replace, parent: t}
}

// Close ends everything the case started and removes its directory.
func (t *T) Close() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
	t.cleanups = nil
	if t.parent == nil {
		killMarked(t.Dir)
		os.RemoveAll(t.Dir)
	}
}

// Cleanup registers a function that Close calls, last registered first.
func (t *T) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// Hide makes every occurrence of a text in the observation read as name.
func (t *T) Hide(text, name string) { t.replace = append(t.replace, text, name) }

// Printf adds to the observation; a newline is added where it is missing.
func (t *T) Printf(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	t.out.WriteString(s)
	if !strings.HasSuffix(s, "\n") {
		t.out.WriteByte('\n')
	}
}

// Fatalf ends the case: it could not be carried out.
func (t *T) Fatalf(format string, args ...any) {
	panic(Failure{fmt.Sprintf(format, args...)})
}

// Must ends the case on an error.
func (t *T) Must(err error) {
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// Observation returns the normalised observation so far.
func (t *T) Observation() string {
	s := t.out.String()
	if len(t.replace) > 0 {
		s = longestFirst(t.replace).Replace(s)
	}
	return Normalise(s)
}

// Until waits for a condition, and ends the case when it does not come about.
func (t *T) Until(what string, cond func() bool) {
	if !t.Within(MaxWait, cond) {
		t.Fatalf("waited %v in vain for %s", MaxWait, what)
	}
}

// Within tells whether a condition comes about in time.
func (t *T) Within(limit time.Duration, cond func() bool) bool {
	deadline := time.Now().Add(limit)
	for {
		if cond() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(15 * time.Millisecond)
	}
}

// Path returns a path in the case's directory.
func (t *T) Path(name string) string { return filepath.Join(t.Dir, name) }

// Write makes a file in the case's directory; {DIR}, {SELF} and {BIN} in the
// text stand for what they name.
func (t *T) Write(name, text string) string {
	p := t.Path(name)
	t.Must(os.MkdirAll(filepath.Dir(p), 0o755))
	t.Must(os.WriteFile(p, []byte(t.Expand(text)), 0o644))
	return p
}

// Script makes an executable file.
func (t *T) Script(name, text string) string {
	p := t.Write(name, text)
	t.Must(os.Chmod(p, 0o755))
	return p
}

// Expand replaces {DIR}, {SELF} and {BIN}.
func (t *T) Expand(s string) string {
	return strings.NewReplacer("{DIR}", t.Dir, "{SELF}", t.Self, "{BIN}", t.Bin).Replace(s)
}

// Read returns a file of the case's directory, or says why it cannot.
func (t *T) Read(name string) string {
	b, err := os.ReadFile(t.Path(name))
	if err != nil {
		if os.IsNotExist(err) {
			return "(no such file)"
		}
		return "(" + err.Error() + ")"
	}
	return string(b)
}

var portMutex sync.Mutex
var nextPort = 20000 + os.Getpid()%20000

// Port returns a free TCP port of the loopback interface and hides its number.
func (t *T) Port() int {
	portMutex.Lock()
	defer portMutex.Unlock()
	for range 2000 {
		nextPort++
		if nextPort > 60000 {
			nextPort = 20000
		}
		if portFree(nextPort) {
			t.Hide(fmt.Sprint(nextPort), "{PORT}")
			return nextPort
		}
	}
	t.Fatalf("no free TCP port")
	return 0
}

// Remove removes a file of the case's directory.
func (t *T) Remove(name string) error { return os.Remove(t.Path(name)) }

// Mode returns type and permissions of a file of the case's directory.
func (t *T) Mode(name string) string {
	info, err := os.Lstat(t.Path(name))
	if err != nil {
		return "(no such file)"
	}
	return info.Mode().String()
}
