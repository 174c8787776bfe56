package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// piped is a built logrotate with the test at the other end of its pipe.
type piped struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    *os.File
	log   string
	ended chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

func (p *piped) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *piped) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// start runs logrotate on a log in a new directory, or on the one given.
func start(t *testing.T, log string, args ...string) *piped {
	t.Helper()
	if log == "" {
		log = filepath.Join(t.TempDir(), "app.log")
	}
	return startAs(t, log, append(append([]string{"logrotate"}, args...), log)...)
}

// startAs is start with a command of its own.
func startAs(t *testing.T, log string, words ...string) *piped {
	t.Helper()
	p := &piped{t: t, log: log, ended: make(chan struct{})}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in = w
	p.cmd = exec.Command(words[0], words[1:]...)
	p.cmd.Stdin, p.cmd.Stderr = r, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.Close()
	go func() { p.cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() {
		p.in.Close()
		p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("stderr:\n%s", p.stderr())
		}
	})
	return p
}

func (p *piped) write(text string) {
	p.t.Helper()
	p.in.SetWriteDeadline(time.Now().Add(tooltest.Deadline))
	if _, err := p.in.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *piped) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// file returns what is in the log (0) or a numbered backup.
func (p *piped) file(n int) string {
	name := p.log
	if n > 0 {
		name += fmt.Sprintf(".%d", n)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// untilFile waits until a file is as wanted.
func (p *piped) untilFile(n int, want string) {
	p.t.Helper()
	tooltest.Until(p.t, fmt.Sprintf("file %d to be %q", n, want), func() (bool, string) {
		s := p.file(n)
		return s == want, s
	})
}

func (p *piped) untilSaid(want string) {
	p.t.Helper()
	tooltest.Until(p.t, want, func() (bool, string) {
		s := p.stderr()
		return strings.Contains(s, want), s
	})
}

func (p *piped) exit(status int) {
	p.t.Helper()
	<-p.ended
	if got := p.cmd.ProcessState.ExitCode(); got != status {
		p.t.Errorf("%v, want exit status %d", p.cmd.ProcessState, status)
	}
}

// TestAtOnce guards that what is read is written, line or not.
func TestAtOnce(t *testing.T) {
	p := start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	p.write("two")
	p.untilFile(0, "one\ntwo")
	p.in.Close()
	p.exit(0)
}

// TestReopen guards HUP: the log is followed until then, and opened by name.
func TestReopen(t *testing.T) {
	p := start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	moved := p.log + ".moved"
	if err := os.Rename(p.log, moved); err != nil {
		t.Fatal(err)
	}
	p.write("two\n")
	tooltest.UntilFile(t, moved, "one\ntwo\n")
	p.signal(syscall.SIGHUP)
	tooltest.Until(t, "a new log", func() (bool, string) { _, err := os.Stat(p.log); return err == nil, "no log" })
	p.write("three\n")
	p.untilFile(0, "three\n")

	// A name that cannot be opened: the file that was open is kept.
	if err := os.Rename(p.log, moved); err != nil {
		t.Fatal(err)
	}
	os.Mkdir(p.log, 0o700)
	p.signal(syscall.SIGHUP)
	p.untilSaid("cannot reopen log")
	p.write("four\n")
	tooltest.UntilFile(t, moved, "three\nfour\n")
	p.in.Close()
	p.exit(0)
}

// TestRotateBySignal guards USR1: at once between lines, else after the line.
func TestRotateBySignal(t *testing.T) {
	p := start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	p.signal(syscall.SIGUSR1)
	p.untilFile(1, "one\n")
	p.untilFile(0, "")
	p.write("two, first half, ")
	p.untilFile(0, "two, first half, ")
	p.signal(syscall.SIGUSR1)
	p.write("second half\nthree\n")
	p.untilFile(2, "one\n")
	// Whichever came first, the signal or the rest of the line.
	got := p.file(1)
	if got != "two, first half, second half\n" && got != "two, first half, second half\nthree\n" {
		t.Errorf("the second file is %q", got)
	}
	p.in.Close()
	p.exit(0)
	if all := p.file(1) + p.file(0); all != "two, first half, second half\nthree\n" {
		t.Errorf("the files are %q", all)
	}
}

// stopped has something done while the process does not run, so that it finds
// all of it at once.
func (p *piped) stopped(do func()) {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	do()
	p.signal(syscall.SIGCONT)
}

// TestTerm guards that TERM ends the tool although the pipe is open, and that
// nothing that was in the pipe is lost.
func TestTerm(t *testing.T) {
	p := start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	rest := strings.Repeat("x", 60_000) + "\nlast"
	p.stopped(func() {
		p.write(rest)
		p.signal(syscall.SIGTERM)
	})
	p.exit(0)
	if got := p.file(0); got != "one\n"+rest {
		t.Errorf("%d bytes of %d were written", len(got), len(rest)+4)
	}
	p = start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	p.signal(syscall.SIGTERM)
	p.exit(0)
}

// TestInterrupt guards the writer's last words: Ctrl-C reaches both ends.
func TestInterrupt(t *testing.T) {
	p := start(t, "")
	p.write("one\n")
	p.untilFile(0, "one\n")
	p.signal(syscall.SIGINT)
	p.signal(syscall.SIGUSR1)
	p.untilFile(1, "one\n") // it lives
	p.write("last words\n")
	p.in.Close()
	p.exit(0)
	p.untilFile(0, "last words\n")
}

// TestProtect guards --protect.
func TestProtect(t *testing.T) {
	p := start(t, "", "-p")
	p.write("one\n")
	p.untilFile(0, "one\n")
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGUSR1)
	p.untilFile(1, "one\n")
	p.write("last words\n")
	p.in.Close()
	p.exit(0)
	p.untilFile(0, "last words\n")
}

// TestSecondTerm guards the way out when the log takes nothing: a named pipe
// that nobody reads.
func TestSecondTerm(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	p := start(t, fifo)
	// More than the fifo holds.
	go func() {
		for range 100 {
			if _, err := p.in.Write(bytes.Repeat([]byte("x"), 64<<10)); err != nil {
				return
			}
		}
	}()
	first := make([]byte, 1)
	reader.Read(first)
	p.signal(syscall.SIGTERM)
	tooltest.Until(t, "the end by a second TERM", func() (bool, string) {
		p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return true, ""
		default:
			return false, "it runs"
		}
	})
	p.exit(1)
}

// TestEvery guards that a log of an earlier period is rotated before anything
// is added to it, also without input.
func TestEvery(t *testing.T) {
	log := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(log, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, log, "--every", "24h")
	p.write("today\n")
	p.untilFile(0, "old\ntoday\n")
	p.in.Close()
	p.exit(0)

	yesterday := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(log, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	p = start(t, log, "--every", "24h")
	p.untilFile(1, "old\ntoday\n")
	p.untilFile(0, "")
	p.write("tomorrow\n")
	p.untilFile(0, "tomorrow\n")
	p.in.Close()
	p.exit(0)
}

// TestEveryTimer guards the timer: a rotation comes without any input.
func TestEveryTimer(t *testing.T) {
	p := start(t, "", "--every", "1")
	p.write("one\n")
	p.untilFile(1, "one\n")
	p.untilFile(0, "")
	p.write("two\n")
	p.untilFile(1, "two\n")
	p.untilFile(2, "one\n")
}

// fullLog returns a log that takes nothing until room is called and HUP sent.
func fullLog(t *testing.T) (log string, room func()) {
	t.Helper()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full: ", err)
	}
	dir := t.TempDir()
	log = filepath.Join(dir, "app.log")
	if err := os.Symlink("/dev/full", log); err != nil {
		t.Fatal(err)
	}
	return log, func() {
		if err := os.Remove(log); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFull guards the writer when the disk is full: it is never held up, what is
// lost is counted and told once, and the log goes on with a whole line.
func TestFull(t *testing.T) {
	log, room := fullLog(t)
	p := start(t, log)
	var sent strings.Builder
	send := func(text string) { sent.WriteString(text); p.write(text) }
	for i := range 50 {
		send(strings.Repeat("x", 100_000) + fmt.Sprintln(i))
	}
	p.untilSaid("warning: cannot write log " + log + ": no space left on device; what comes is dropped until it can be written\n")
	send("this line begins while the disk is full, ")
	p.stopped(func() { room(); p.signal(syscall.SIGHUP) })
	tooltest.Until(t, "a log", func() (bool, string) { i, err := os.Lstat(log); return err == nil && i.Mode().IsRegular(), "none" })
	send("and ends when there is room\n")
	send("a whole line\n")
	p.in.Close()
	p.exit(1)
	// How much was dropped is up to when there was room.
	kept, all := p.file(0), sent.String()
	if !strings.HasSuffix(all, "\n"+kept) || !strings.HasSuffix(kept, "a whole line\n") {
		t.Errorf("%d bytes were kept: %.100q", len(kept), kept)
	}
	lost := len(all) - len(kept)
	s := p.stderr()
	if !strings.Contains(s, fmt.Sprintf("note: log %s can be written again; %d bytes were dropped\n", log, lost)) ||
		!strings.Contains(s, fmt.Sprintf("%d bytes were dropped and are not in", lost)) || strings.Count(s, "\n") != 3 {
		t.Errorf("%d bytes were lost, said:\n%s", lost, s)
	}
}

// TestFullBlock guards --block: nothing is lost, and HUP and TERM are obeyed
// while waiting.
func TestFullBlock(t *testing.T) {
	log, room := fullLog(t)
	p := start(t, log, "--block")
	p.write("one\n")
	p.untilSaid("cannot write log " + log + ": no space left on device; waiting until it can be written")
	room()
	p.signal(syscall.SIGHUP)
	p.untilFile(0, "one\n")
	p.untilSaid("log " + log + " can be written again; nothing was dropped")
	p.write("two\n")
	p.in.Close()
	p.exit(0)
	if got := p.file(0); got != "one\ntwo\n" {
		t.Errorf("log %q", got)
	}

	log, _ = fullLog(t)
	p = start(t, log, "--block")
	p.write("one\n")
	p.untilSaid("waiting until it can be written")
	p.signal(syscall.SIGTERM)
	p.exit(1)
	if s := p.stderr(); !strings.Contains(s, "4 bytes were dropped") {
		t.Errorf("said:\n%s", s)
	}
}

// TestFileSizeLimit guards the writer when the log meets the limit of the size of
// files: it is as a full disk. The signal by which the system tells of it, which
// kills by default, is caught by the Go runtime.
func TestFileSizeLimit(t *testing.T) {
	log := filepath.Join(t.TempDir(), "app.log")
	p := startAs(t, log, "sh", "-c", `ulimit -f 8 && exec "$0" "$@"`, "logrotate", log)
	var sent strings.Builder
	for i := range 20_000 {
		fmt.Fprintln(&sent, "line", i)
	}
	p.write(sent.String())
	p.untilSaid("warning: cannot write log " + log + ": file too large; what comes is dropped until it can be written\n")
	kept := p.file(0)
	if !strings.HasPrefix(sent.String(), kept) || len(kept) < 8*512 {
		t.Errorf("%d bytes were kept: %.100q", len(kept), kept)
	}
	if err := os.Rename(log, log+".away"); err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGHUP)
	p.untilFile(0, "")
	p.write("a whole line\n")
	p.in.Close()
	p.exit(1)
	if got := p.file(0); got != "a whole line\n" {
		t.Errorf("log %q", got)
	}
	lost := fmt.Sprint(sent.Len() - len(kept))
	want := "can be written again; " + lost + " bytes were dropped\n"
	if s := p.stderr(); !strings.Contains(s, want) || strings.Count(s, "\n") != 3 {
		t.Errorf("%s bytes were lost, said:\n%s", lost, s)
	}
}

// TestCannotRotate guards a log that cannot be rotated: it grows, and nothing
// is lost.
func TestCannotRotate(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "app.log")
	os.Mkdir(log+".1", 0o700)
	p := start(t, log, "-s", "10")
	var want strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	p.write(want.String())
	p.untilFile(0, want.String())
	os.Remove(log + ".1")
	p.write(strings.Repeat("x", maxLine) + "\n")
	p.untilFile(0, "")
	p.in.Close()
	p.exit(0)
	if s := p.stderr(); strings.Count(s, "\n") != 2 || !strings.Contains(s, "it goes on growing") || !strings.Contains(s, "is rotated again") {
		t.Errorf("said:\n%s", s)
	}
}
