package tool_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// sample has every kind of part that a tool's table can have.
var sample = &tool.Spec{
	Name:     "sample",
	Summary:  "show what a table becomes",
	Synopsis: []string{"[OPTION...] FILE", "--list"},
	Text:     []string{"It does `nothing` with FILE, at length: " + strings.Repeat("word ", 30) + "end.", ".starts with a dot"},
	Flags: []cli.Flag{
		&cli.IntFlag{Name: "number", Aliases: []string{"n"}, Usage: "a `COUNT` of things", Value: 3},
		&cli.StringFlag{Name: "a-very-long-option-name", Usage: "takes a `VALUE`"},
		&cli.BoolFlag{Name: "list", Usage: `lists C:\things`},
	},
	Sections: []tool.Section{
		{Title: "Signals", Text: []string{"Some."}, Items: []tool.Item{{Term: "HUP", Text: "reload"}}, Code: "kill -HUP 1"},
		{Title: "Secrets", Text: []string{"Only in the man page."}, ManOnly: true},
	},
	Statuses: []tool.Item{{Term: "0", Text: "all right"}, {Term: "2", Text: "wrong"}},
	Examples: []tool.Example{{Text: "Like this:", Code: "sample -n 5 file\nsample --list"}},
	SeeAlso:  []string{"other(1)", "more(5)"},
}

type result struct {
	status      int
	out, errout string
	args        []string
	number      int
}

func run(t *testing.T, mainErr error, args ...string) result {
	t.Helper()
	var out, errout bytes.Buffer
	r := result{number: -1}
	r.status = sample.Run(&tool.IO{Stdout: &out, Stderr: &errout, Args: append([]string{"/usr/bin/smpl"}, args...)},
		func(c *cli.Context) error {
			r.args, r.number = c.Args().Slice(), c.Int("number")
			return mainErr
		})
	r.out, r.errout = out.String(), errout.String()
	return r
}

func TestRun(t *testing.T) {
	r := run(t, nil, "-n", "5", "file", "-x", "--help")
	if r.status != 0 || r.number != 5 || fmt.Sprint(r.args) != "[file -x --help]" || r.out+r.errout != "" {
		t.Errorf("%+v", r)
	}
	if r := run(t, nil); r.status != 0 || r.number != 3 {
		t.Errorf("a value stays from run to run: %+v", r)
	}
	for _, c := range []struct {
		err    error
		status int
		said   string
	}{
		{tool.Exit(77), 77, ""},
		{fmt.Errorf("wrapped: %w", tool.Exit(78)), 78, ""},
		{errors.New("cannot do it"), 111, "smpl: error: cannot do it\n"},
		{tool.Failf(3, "cannot wait: %w", syscall.ETIMEDOUT).Hint("try %d", 1).Hint("or not"), 3,
			"smpl: error: cannot wait: connection timed out\nsmpl: hint: try 1\nsmpl: hint: or not\n"},
		{fmt.Errorf("outer: %w", tool.Failf(1, "inner").Hint("help")), 1, "smpl: error: outer: inner\nsmpl: hint: help\n"},
	} {
		if r := run(t, c.err); r.status != c.status || r.errout != c.said || r.out != "" {
			t.Errorf("%v: %+v", c.err, r)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for _, c := range []struct{ arg, said string }{
		{"--nubmer", "smpl: error: there is no option \"--nubmer\"\nsmpl: hint: did you mean \"--number\"?\n"},
		{"-q", "smpl: error: there is no option \"-q\"\n"},
		{"-n", "smpl: error: option \"-n\" needs a value\n"},
		{"--number=x", "smpl: error: --number: \"x\" is no whole number\n"},
	} {
		r := run(t, nil, c.arg)
		if r.status != tool.Usage || !strings.HasPrefix(r.errout, c.said) || r.out != "" ||
			!strings.HasSuffix(r.errout, "smpl: hint: \"smpl --help\" tells how to use it\n") {
			t.Errorf("%s: %+v", c.arg, r)
		}
		if r.number != -1 {
			t.Errorf("%s: the tool has run", c.arg)
		}
	}
}

func TestHelp(t *testing.T) {
	r := run(t, nil, "--help")
	if r.status != 0 || r.errout != "" || r.number != -1 {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{
		"Usage: smpl [OPTION...] FILE\n       smpl --list\n\nIt does nothing with FILE, at length: ",
		"  -n, --number COUNT  a COUNT of things\n",
		"  --a-very-long-option-name VALUE\n                      takes a VALUE\n",
		"Signals:\n  Some.\n\n  HUP  reload\n\n      kill -HUP 1\n",
		"Exit status:\n  0  all right\n",
		"Examples:\n  Like this:\n      sample -n 5 file\n      sample --list\n",
		"  -h, --help ",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
	if strings.Contains(r.out, "Secrets") {
		t.Error("the help has a part that is for the man page")
	}
	for line := range strings.Lines(r.out) {
		if len(line) > 80 {
			t.Errorf("a long line: %q", line)
		}
	}
	if run(t, nil, "-h").out != r.out {
		t.Error("-h is not --help")
	}
	if v := run(t, nil, "--version"); v.out != "smpl "+tool.Version+"\n" {
		t.Errorf("%+v", v)
	}
}

// TestMan guards the man page by the tool that reads it: groff has nothing to
// warn of and shows the text.
func TestMan(t *testing.T) {
	r := run(t, nil, "--man")
	if r.out != string(sample.Man()) || r.status != 0 {
		t.Errorf("%+v", r)
	}
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("groff is not installed: ", err)
	}
	cmd := exec.Command("groff", "-man", "-Tascii", "-ww", "-P-cbou")
	cmd.Stdin = strings.NewReader(r.out)
	var warnings bytes.Buffer
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	if err != nil || warnings.Len() > 0 {
		t.Errorf("groff: %v\n%s", err, &warnings)
	}
	page := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{
		"SAMPLE(1) Supervisor tools SAMPLE(1) NAME sample - show what a table becomes",
		"sample [OPTION...] FILE sample --list", "It does nothing with FILE", ".starts with a dot",
		"-n, --number COUNT a COUNT of things", `lists C:\things`, "SIGNALS Some. HUP reload kill -HUP 1",
		"SECRETS Only in the man page.", "EXIT STATUS 0 all right", "sample -n 5 file sample --list", "SEE ALSO other(1), more(5)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

func TestGetenv(t *testing.T) {
	io := &tool.IO{Env: []string{"A=1", "AB=2", "A=3", "C="}}
	for key, want := range map[string]string{"A": "3", "AB": "2", "C": "", "D": ""} {
		if got := io.Getenv(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestStatuses(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		err  error
		want int
	}{
		{dir + "/not", syscall.ENOENT, 127},
		{dir + "/not", &fs.PathError{Op: "fork/exec", Path: "x", Err: syscall.ENOENT}, 127},
		{"not", &exec.Error{Name: "not", Err: exec.ErrNotFound}, 127},
		{there + "/below", syscall.ENOTDIR, 127},
		{there, syscall.ENOENT, 126}, // its interpreter is missing
		{there, syscall.EACCES, 126},
		{there, syscall.EPERM, 126},
		{there, syscall.ENOEXEC, 126},
		{there, syscall.ETXTBSY, 126},
		{there, syscall.EAGAIN, 111},
		{there, syscall.ENOMEM, 111},
	} {
		if got := tool.StartStatus(c.path, c.err); got != c.want {
			t.Errorf("%s, %v: %d, want %d", c.path, c.err, got, c.want)
		}
	}
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "exit 255": 255, "kill -9 $$": 137, "kill -TERM $$": 143} {
		cmd := exec.Command("sh", "-c", script)
		cmd.Run()
		if got := tool.ChildStatus(cmd.ProcessState.Sys().(syscall.WaitStatus)); got != want {
			t.Errorf("%s: %d, want %d", script, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "30": 30 * time.Second, "0.5": 500 * time.Millisecond, "500ms": 500 * time.Millisecond,
		"2m30s": 150 * time.Second, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, "1.5d": 36 * time.Hour,
	} {
		if got, err := tool.ParseDuration(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "-1", "-5s", "x", "d", "5 s", "1e300", "1e10d", "NaN", "Inf", "0x"} {
		if got, err := tool.ParseDuration(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "5000": 5000, "1KB": 1024, "64kb": 65536, "50MB": 50 << 20, "2 GB": 2 << 30, " 7 ": 7, "8388607GB": 8388607 << 30,
	} {
		if got, err := tool.ParseSize(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "-1", "KB", "5TB", "1.5MB", "x", "99999999999GB", "-1KB", "5 5"} {
		if got, err := tool.ParseSize(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}
