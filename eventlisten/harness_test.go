package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

func TestMain(m *testing.M) { tooltest.Main(m, "eventlisten", "../commevent") }

func TestManPage(t *testing.T) { tooltest.ManPage(t, spec, "../docs/man/eventlisten.1") }

func TestScripts(t *testing.T) { tooltest.Scripts(t, "testdata/script") }

// under is a built eventlisten with the test at the daemon's end.
type under struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	in     *os.File
	out    *bufio.Reader
	serial uint64
	ended  chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

// Write takes what eventlisten and handlers print on stderr.
func (u *under) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.said.Write(p)
}

func (u *under) stderr() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.said.String()
}

// start runs eventlisten in a new directory, with a handler script when there
// is one.
func start(t *testing.T, handler string, args ...string) *under {
	t.Helper()
	return startEnv(t, nil, handler, args...)
}

// startEnv is start with a few more environment variables.
func startEnv(t *testing.T, env []string, handler string, args ...string) *under {
	t.Helper()
	u := &under{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	if handler != "" {
		path := filepath.Join(u.dir, "handler")
		if err := os.WriteFile(path, []byte(handler), 0o755); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--", path)
	}
	u.cmd = exec.Command("eventlisten", args...)
	u.cmd.Dir = u.dir
	u.cmd.Env = append(os.Environ(), env...)
	inR, inW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	u.cmd.Stdin, u.cmd.Stdout, u.cmd.Stderr = inR, outW, u
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	inR.Close()
	outW.Close()
	u.in, u.out = inW, bufio.NewReader(outR)
	go func() { u.cmd.Wait(); close(u.ended) }()
	t.Cleanup(func() {
		u.in.Close()
		u.cmd.Process.Kill()
		<-u.ended
		outR.Close()
		if t.Failed() {
			t.Logf("stderr:\n%s", u.stderr())
		}
	})
	return u
}

// expect reads exactly want from eventlisten's output.
func (u *under) expect(want string) {
	u.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(u.out, got)
	if err != nil || string(got) != want {
		u.t.Fatalf("eventlisten wrote %q (%v), want %q", got[:n], err, want)
	}
}

func (u *under) ready() { u.t.Helper(); u.expect("READY\n") }
func (u *under) ok()    { u.t.Helper(); u.expect("RESULT 2\nOK") }
func (u *under) fail()  { u.t.Helper(); u.expect("RESULT 4\nFAIL") }

// send sends an event, whose length counts bytes.
func (u *under) send(name, payload string) {
	u.t.Helper()
	u.sendLen(name, payload, len(payload))
}

func (u *under) sendLen(name, payload string, length int) {
	u.t.Helper()
	u.serial++
	text := fmt.Sprintf("ver:3.0 server:supervisor serial:%d pool:ear poolserial:%d eventname:%s len:%d\n%s",
		u.serial, u.serial+100, name, length, payload)
	if _, err := io.WriteString(u.in, text); err != nil {
		u.t.Fatal(err)
	}
}

// event sends an event to a listener that is ready and expects OK.
func (u *under) event(name, payload string) {
	u.t.Helper()
	u.ready()
	u.send(name, payload)
	u.ok()
}

func (u *under) signal(s syscall.Signal) {
	u.t.Helper()
	if err := u.cmd.Process.Signal(s); err != nil {
		u.t.Fatal(err)
	}
}

// exit waits for the end of eventlisten and checks its exit status.
func (u *under) exit(status int) {
	u.t.Helper()
	<-u.ended
	if got := u.cmd.ProcessState.ExitCode(); got != status {
		u.t.Errorf("%v, want exit status %d", u.cmd.ProcessState, status)
	}
}

func (u *under) file(name string) string { return filepath.Join(u.dir, name) }

func (u *under) read(name string) string {
	b, _ := os.ReadFile(u.file(name))
	return string(b)
}

// until waits until the file has the text.
func (u *under) until(name, text string) string {
	u.t.Helper()
	return tooltest.UntilFile(u.t, u.file(name), text)
}

// untilSaid waits until stderr has the text.
func (u *under) untilSaid(text string) {
	u.t.Helper()
	tooltest.Until(u.t, text, func() (bool, string) {
		s := u.stderr()
		return strings.Contains(s, text), s
	})
}

// release creates a file that a handler waits for.
func (u *under) release(name string) {
	u.t.Helper()
	if err := os.WriteFile(u.file(name), nil, 0o600); err != nil {
		u.t.Fatal(err)
	}
}

// until is the shell function by which handlers wait for a file.
const waiting = "#!/bin/sh\nuntilfile() { until [ -e \"$1\" ]; do sleep 0.01; done; }\n"
