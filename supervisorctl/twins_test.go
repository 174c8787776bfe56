package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// outcome is what a user sees of one run of supervisorctl.
type outcome struct {
	Out    string `json:"out"`
	Err    string `json:"err"`
	Status int    `json:"status"`
}

// runOurs runs our supervisorctl, in this process.
func runOurs(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{
		argv: append([]string{"supervisorctl"}, args...), environ: os.Environ(),
		in: input(t, stdin), out: &out, err: &errs,
	}
	defer p.in.Close()
	status := p.run()
	return outcome{out.String(), errs.String(), status}
}

// input is a file with the given text.
func input(t *testing.T, text string) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "stdin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	return f
}

// ours returns the command that runs our supervisorctl.
func ours(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Args[0] = "supervisorctl"
	// The race detector would sleep for a second at the end of each run.
	cmd.Env = append(os.Environ(), asProgram+"=1", "NO_COLOR=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// reference is a process that runs the Python supervisorctl on demand.
type reference struct {
	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
}

func startReference(t *testing.T) *reference {
	t.Helper()
	if _, err := os.Stat(tooltest.Reference); err != nil {
		t.Skip("Debian's supervisor is not installed: nothing to compare with")
	}
	cmd := exec.Command("/usr/bin/python3", "-W", "ignore", "testdata/refctl.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return &reference{in: in, out: bufio.NewReader(out)}
}

func (r *reference) run(t *testing.T, dir, stdin string, args ...string) outcome {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	req := map[string]any{"argv": append([]string{"supervisorctl"}, args...), "stdin": stdin, "dir": dir}
	if err := json.NewEncoder(r.in).Encode(req); err != nil {
		t.Fatal(err)
	}
	line, err := r.out.ReadBytes('\n')
	if err != nil {
		t.Fatal("the reference went away: ", err)
	}
	var o outcome
	if err := json.Unmarshal(line, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// twins are two daemons with the same configuration: one for each supervisorctl.
type twins struct {
	ref   *reference
	pair  [2]*tooltest.Daemon // the reference's, ours
	ports [2]string           // of the inet server, if there is one
}

func startTwins(t *testing.T, sections string, files map[string]string) *twins {
	t.Helper()
	tw := &twins{ref: startReference(t)}
	for i := range tw.pair {
		tw.ports[i] = freePort(t)
		tw.pair[i] = tooltest.StartDaemon(t, tooltest.Reference, strings.ReplaceAll(sections, "%PORT%", tw.ports[i]), files)
	}
	for _, d := range tw.pair {
		c := rpc(t, d)
		tooltest.Until(t, "a daemon that answers", func() (bool, string) {
			_, err := c.PID(t.Context())
			return err == nil, ""
		})
	}
	t.Cleanup(func() { tw.stopPrograms() })
	return tw
}

// stopPrograms stops everything in both daemons at once: at its end the
// reference takes one group after the other, a second each.
func (tw *twins) stopPrograms() {
	var wg sync.WaitGroup
	for _, d := range tw.pair {
		wg.Go(func() {
			c, err := client.New(client.Options{URL: "unix://" + d.Path("s.sock")})
			if err == nil {
				_, _ = c.StopAllProcesses(context.Background(), true)
				c.Close()
			}
		})
	}
	wg.Wait()
}

func rpc(t *testing.T, d *tooltest.Daemon) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{URL: "unix://" + d.Path("s.sock")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// until waits until a process is in a state, in both daemons.
func (tw *twins) until(t *testing.T, name, state string) {
	t.Helper()
	for _, d := range tw.pair {
		untilState(t, rpc(t, d), name, state)
	}
}

func untilState(t *testing.T, c *client.Client, name, state string) {
	t.Helper()
	tooltest.Until(t, name+" in state "+state, func() (bool, string) {
		info, err := c.ProcessInfo(t.Context(), name)
		if err != nil {
			return false, err.Error()
		}
		return info.StateName == state, info.StateName
	})
}

// both runs the same command line against the two daemons and returns what each
// supervisorctl made of it, with what cannot be the same replaced by words.
func (tw *twins) both(t *testing.T, stdin string, args ...string) (ref, own outcome) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() { ref = tw.ref.run(t, tw.pair[0].Dir, tw.local(0, stdin), tw.locals(0, args)...) })
	own = runOurs(t, tw.local(1, stdin), tw.locals(1, args)...)
	wg.Wait()
	return tw.normal(0, ref), tw.normal(1, own)
}

func (tw *twins) local(i int, s string) string {
	return strings.NewReplacer("%DIR%", tw.pair[i].Dir, "%PORT%", tw.ports[i]).Replace(s)
}

func (tw *twins) locals(i int, args []string) []string {
	out := make([]string, len(args))
	for j, a := range args {
		out[j] = tw.local(i, a)
	}
	return out
}

var volatile = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`pid \d+, uptime \d+:\d\d:\d\d`), "pid N, uptime T"},
	{regexp.MustCompile(`[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M`), "DATE"},
	{regexp.MustCompile(`(?m)^(supervisor> )?[1-9]\d*$`), "${1}PID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`), "TIME"},
	{regexp.MustCompile(`with pid \d+`), "with pid N"},
	// The reference shows a Python exception, we a sentence.
	{regexp.MustCompile(`error: .*`), "error: WHY"},
	// The reference tries again without credentials, and shows the exception.
	{regexp.MustCompile(`(?m)^(Server requires authentication\n)error: WHY\n`), "$1"},
}

func (tw *twins) normal(i int, o outcome) outcome {
	for _, text := range []*string{&o.Out, &o.Err} {
		*text = strings.NewReplacer(tw.pair[i].Dir, "DIR", tw.ports[i], "PORT").Replace(*text)
		for _, v := range volatile {
			*text = v.re.ReplaceAllString(*text, v.with)
		}
	}
	return o
}

func freePort(t *testing.T) string {
	t.Helper()
	l := listen(t)
	defer l.Close()
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	return port
}
