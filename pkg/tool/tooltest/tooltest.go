// Package tooltest helps to test tools as built binaries, by scripts and side
// by side with a supervisord.
package tooltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tracked"
)

// Deadline is how long a test waits for something that must happen.
const Deadline = 30 * time.Second

// Build builds the program in the module directory dir as bin/name below a new
// temporary directory and returns that bin directory and a function that
// removes it. The binary is what users get: static and stripped, or with the
// race detector when the test has it.
func Build(dir, name string) (bin string, remove func(), err error) {
	tmp, err := os.MkdirTemp("", "tooltest-*")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(tmp) }
	bin = filepath.Join(tmp, "bin")
	if err := BuildInto(bin, dir, name); err != nil {
		remove()
		return "", nil, err
	}
	return bin, remove, nil
}

// BuildInto builds the program in the module directory dir as bin/name.
func BuildInto(bin, dir, name string) error {
	args := []string{"build", "-tags", "urfave_cli_no_docs", "-o", filepath.Join(bin, name)}
	env := append(os.Environ(), "CGO_ENABLED=0")
	if race {
		args = append(args, "-race")
		env = append(os.Environ(), "CGO_ENABLED=1")
	} else {
		args = append(args, "-trimpath", "-ldflags", "-s -w")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build %s: %w\n%s", name, err, out)
	}
	return nil
}

// further are the directories of the modules that Main builds besides the one
// that is tested.
var further []string

// noticed has the test cache know what those programs are made of.
func noticed(t *testing.T) {
	t.Helper()
	if len(further) == 0 {
		return
	}
	if err := tracked.Trees(append([]string{"../pkg"}, further...)...); err != nil {
		t.Fatal(err)
	}
}

// Main builds the module in the current directory as name, puts it first on
// PATH, runs the tests and removes it. It is the body of a TestMain. Further
// modules are given as directories; the last element is the binary's name.
// EachDaemon has the test cache notice changes of those.
func Main(m *testing.M, name string, others ...string) {
	os.Exit(run(m, name, others))
}

func run(m *testing.M, name string, others []string) int {
	bin, remove, err := Build(".", name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	further = others
	for _, dir := range others {
		if err := BuildInto(bin, dir, filepath.Base(dir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	os.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return m.Run()
}

// Until polls cond until it is true, and fails the test with what cond last
// said when that takes longer than Deadline.
func Until(t testing.TB, what string, cond func() (ok bool, seen string)) {
	t.Helper()
	end := time.Now().Add(Deadline)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := cond()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s; seen:\n%s", clip(what), clip(seen))
		}
		<-tick.C
	}
}

// clip keeps the end of a long text.
func clip(s string) string {
	if len(s) > 4000 {
		return "..." + s[len(s)-4000:]
	}
	return s
}

// UntilFile waits until the file at path contains want.
func UntilFile(t testing.TB, path, want string) string {
	t.Helper()
	var text string
	Until(t, fmt.Sprintf("%.100q in %s", want, path), func() (bool, string) {
		b, err := os.ReadFile(path)
		if err != nil {
			return false, err.Error()
		}
		text = string(b)
		return strings.Contains(text, want), text
	})
	return text
}
