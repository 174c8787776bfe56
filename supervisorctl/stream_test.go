package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

func running(name string) wire.ProcessInfo {
	return wire.ProcessInfo{Group: name, Name: name, State: 20, StateName: "RUNNING", PID: 42, Start: 1, Now: 61, Description: "pid 42, uptime 0:01:00"}
}

// session is a supervisorctl that goes on until something ends it.
type session struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader

	pipe io.Closer // of out
}

func startSession(t *testing.T, args ...string) *session {
	t.Helper()
	s := &session{t: t, cmd: ours(args...)}
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	s.in, s.out, s.pipe = in, bufio.NewReader(out), out
	return s
}

// at are the options that name a daemon.
func at(t *testing.T, d *fake.Daemon) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "supervisord.conf")
	if err := os.WriteFile(file, []byte("[supervisorctl]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"-c", file, "-s", d.URL}
}

// expect reads the output up to text.
func (s *session) expect(text string) {
	s.t.Helper()
	var got strings.Builder
	for !strings.HasSuffix(got.String(), text) {
		b, err := s.out.ReadByte()
		if err != nil {
			s.t.Fatalf("%v while waiting for %q; there was %q", err, text, got.String())
		}
		got.WriteByte(b)
	}
}

// ends waits for the end and checks what is left of the output, and the status.
func (s *session) ends(rest string, status int) {
	s.t.Helper()
	left, _ := io.ReadAll(s.out)
	_ = s.cmd.Wait()
	if got := s.cmd.ProcessState.ExitCode(); string(left) != rest || got != status {
		s.t.Errorf("ended with %q, exit status %d (%s)", left, got, s.cmd.ProcessState)
	}
}

func (s *session) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// trickle is a log that grows when the test wants it to.
func trickle(d *fake.Daemon) (lines chan string) {
	lines = make(chan string, 10)
	d.Stream = func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		for {
			select {
			case line, ok := <-lines:
				if !ok {
					return
				}
				fmt.Fprint(w, line)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}
	return lines
}

// What is followed arrives at once, without a newline or a full buffer, and
// ctrl-C ends it well.
func TestFollow(t *testing.T) {
	for _, cmd := range []string{"tail -f web", "tail -f web stderr", "maintail -f"} {
		d := fake.Start(t, running("web"))
		lines := trickle(d)
		s := startSession(t, append(at(t, d), strings.Fields(cmd)...)...)
		s.expect("==> Press Ctrl-C to exit <==\n")
		lines <- "half a line"
		s.expect("half a line")
		lines <- " and the rest\n"
		s.expect(" and the rest\n")
		s.signal(os.Interrupt)
		s.ends("\n", 0)
	}
}

func TestFollowEndsWithTheServer(t *testing.T) {
	d := fake.Start(t, running("web"))
	lines := trickle(d)
	s := startSession(t, append(at(t, d), "tail", "-f", "web", "--output=json")...)
	lines <- "one\ntw"
	s.expect("{\"line\":\"one\"}\n")
	lines <- "o\nthree"
	close(lines)
	s.ends("{\"line\":\"two\"}\n{\"line\":\"three\"}\n", 0)
}

// A reader that has seen enough ends the writer, as usual in a pipeline.
func TestClosedPipe(t *testing.T) {
	d := fake.Start(t, running("web"))
	lines := trickle(d)
	s := startSession(t, append(at(t, d), "tail", "-f", "web")...)
	s.expect("<==\n")
	_ = s.pipe.Close()
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	for over := false; !over; {
		select {
		case lines <- "line\n":
		case <-done:
			over = true
		}
	}
	if ws := s.cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGPIPE {
		t.Errorf("it ended otherwise: %s", s.cmd.ProcessState)
	}
}

func TestInterruptedCommand(t *testing.T) {
	d := fake.Start(t, running("web"))
	called := make(chan struct{})
	release := make(chan struct{})
	defer close(release)
	d.Answer["startProcess"] = func([]any) any { close(called); <-release; return true }
	s := startSession(t, append(at(t, d), "start", "web")...)
	<-called
	s.signal(os.Interrupt)
	_ = s.cmd.Wait()
	if ws := s.cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGINT {
		t.Errorf("it ended otherwise: %s", s.cmd.ProcessState)
	}
}

func TestForeground(t *testing.T) {
	d := fake.Start(t, running("web"))
	lines := trickle(d)
	sent := make(chan any, 1)
	d.Answer["sendProcessStdin"] = func(params []any) any { sent <- params[1]; return true }
	s := startSession(t, append(at(t, d), "fg", "web")...)
	s.expect("==> Press Ctrl-C to exit <==\n")
	lines <- "what is your name?\n"
	s.expect("what is your name?\n")
	_, _ = io.WriteString(s.in, "Caspar & Co\n")
	if got := <-sent; got != "Caspar & Co\n" {
		t.Errorf("the process was sent %q", got)
	}
	lines <- "I see\n"
	s.expect("I see\n")
	s.signal(os.Interrupt)
	s.ends("Exiting foreground\n", 0)
}

func TestForegroundEnds(t *testing.T) {
	d := fake.Start(t, running("web"))
	trickle(d)
	s := startSession(t, append(at(t, d), "fg", "web")...)
	s.expect("<==\n")
	_ = s.in.Close()
	s.ends("Exiting foreground\n", 0)

	for fault, text := range map[wire.FaultCode]string{wire.NotRunning: "Process got killed\n", wire.NoFile: "ERROR: <Fault 20: 'NO_FILE: it''s gone'>\n"} {
		d.Answer["sendProcessStdin"] = func([]any) any { return wire.NewFault(fault, "it''s gone") }
		s = startSession(t, append(at(t, d), "fg", "web")...)
		s.expect("<==\n")
		_, _ = io.WriteString(s.in, "x\n")
		if fault == wire.NoFile {
			text = strings.Replace(text, "'NO_FILE: it''s gone'", `"NO_FILE: it''s gone"`, 1)
		}
		s.ends(text+"Exiting foreground\n", 0)
	}
}

func TestWatch(t *testing.T) {
	d := fake.Start(t, running("web"))
	s := startSession(t, append(at(t, d), "status", "--watch=0.1", "web")...)
	for range 3 {
		s.expect("web                              RUNNING   pid 42, uptime 0:01:00\n\n")
	}
	s.signal(os.Interrupt)
	_, _ = io.ReadAll(s.out)
	s.ends("", 0)
}
