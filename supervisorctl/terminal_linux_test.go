package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

// tty is a supervisorctl on a terminal at which the test types.
type tty struct {
	t    *testing.T
	cmd  *exec.Cmd
	keys *os.File // the other side of the terminal
	seen bytes.Buffer
}

func startTTY(t *testing.T, environ []string, args ...string) *tty {
	t.Helper()
	cmd := ours(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm")
	cmd.Env = append(cmd.Env, environ...)
	return onTTY(t, cmd)
}

// onTTY starts a command on a terminal of its own.
func onTTY(t *testing.T, cmd *exec.Cmd) *tty {
	t.Helper()
	keys, screen := openTTY(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = screen.Close()
	y := &tty{t: t, cmd: cmd, keys: keys}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = keys.Close() })
	return y
}

func openTTY(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := keys.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	n := -1
	cerr := conn.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err != nil {
			return
		}
		if n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN); err != nil {
			return
		}
		err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 200})
	})
	if err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, screen
}

func (y *tty) types(text string) {
	y.t.Helper()
	if _, err := io.WriteString(y.keys, text); err != nil {
		y.t.Fatal(err)
	}
}

// sees waits until the screen has shown text since the last call.
func (y *tty) sees(text string) {
	y.t.Helper()
	buf := make([]byte, 1024)
	_ = y.keys.SetReadDeadline(time.Now().Add(20 * time.Second))
	for !strings.Contains(y.seen.String(), text) {
		n, err := y.keys.Read(buf)
		y.seen.Write(buf[:n])
		if err != nil {
			y.t.Fatalf("%v while waiting for %q; there was %q", err, text, y.seen.String())
		}
	}
	_, rest, _ := strings.Cut(y.seen.String(), text)
	y.seen.Reset()
	y.seen.WriteString(rest)
}

// ends waits for the end.
func (y *tty) ends(status int) {
	y.t.Helper()
	_ = y.keys.SetReadDeadline(time.Now().Add(20 * time.Second))
	left, err := io.ReadAll(y.keys)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		y.t.Fatalf("it does not end; the screen showed %q", left)
	}
	if err != nil && !errors.Is(err, syscall.EIO) {
		y.t.Error(err)
	}
	_ = y.cmd.Wait()
	if got := y.cmd.ProcessState.ExitCode(); got != status {
		y.t.Errorf("exit status %d (%s), screen %q", got, y.cmd.ProcessState, left)
	}
}

const prompt = "supervisor> "

func TestShellOnATerminal(t *testing.T) {
	d := fake.Start(t, running("web"), running("worker"))
	d.Answer["getSupervisorVersion"] = func([]any) any { return "4.2.5" }
	hist := filepath.Join(t.TempDir(), "history")
	y := startTTY(t, nil, append(at(t, d), "--history-file", hist)...)
	y.sees("worker                           RUNNING")
	y.sees(prompt)

	// The tab key completes commands and the names of live processes.
	y.types("vers\t")
	y.sees("version ")
	y.types("\r")
	y.sees("4.2.5")
	y.sees(prompt)
	y.types("stop w\t")
	y.sees("stop w")
	y.types("\t")
	y.sees("web")
	y.sees("worker")
	y.types("o\t")
	y.sees("stop worker ")
	y.types("\r")
	y.sees("worker: stopped")
	y.sees(prompt)

	// The history goes back.
	y.types("\x1b[A\x1b[A")
	y.sees("version")
	y.types("\r")
	y.sees("4.2.5")
	y.sees(prompt)

	// A question is asked and answered.
	y.types("shutdown\r")
	y.sees("Really shut the remote supervisord process down y/N? ")
	y.types("n\r")
	y.sees(prompt)
	y.types("\x04")
	y.ends(0)

	text, err := os.ReadFile(hist)
	if want := "version \nstop worker \nversion \nshutdown\n"; err != nil || string(text) != want {
		t.Errorf("history %q, %v; want %q", text, err, want)
	}
	if info, err := os.Stat(hist); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the history file: %v, %v", info.Mode(), err)
	}

	// The next session knows it.
	y = startTTY(t, nil, append(at(t, d), "-r", hist)...)
	y.sees(prompt)
	y.types("\x1b[A\x1b[A")
	y.sees("version")
	y.types("\x03")
	y.ends(0)
}

// Ctrl-C ends a command and not the shell, and the terminal is as it was
// afterwards.
func TestInterruptInTheShell(t *testing.T) {
	d := fake.Start(t, running("web"))
	called := make(chan struct{}, 1)
	release := make(chan struct{})
	defer close(release)
	d.Answer["startProcess"] = func([]any) any { called <- struct{}{}; <-release; return true }
	d.Stream = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "a line of the log\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	y := startTTY(t, nil, at(t, d)...)
	y.sees(prompt)
	y.types("tail -f web\r")
	y.sees("a line of the log")
	y.types("\x03")
	y.sees(prompt)
	y.types("fg web\r")
	y.sees("a line of the log")
	y.types("\x03")
	y.sees("Exiting foreground")
	y.sees(prompt)
	y.types("start web\r")
	<-called
	y.types("\x03")
	y.sees(prompt)
	y.types("\x03")
	y.ends(0)

}

// The signal does what the key does.
func TestInterruptSignalInTheShell(t *testing.T) {
	y := startTTY(t, nil, at(t, fake.Start(t, running("web")))...)
	y.sees(prompt)
	if err := y.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	y.ends(0)
}

func TestCredentialsOnATerminal(t *testing.T) {
	d := fake.Start(t, running("web"))
	url := fake.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "me" || p != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d.ServeHTTP(w, r)
	}))
	d.URL = url
	y := startTTY(t, nil, at(t, d)...)
	y.sees("Username:")
	y.types("me\r")
	y.sees("Password:")
	y.types("secret\r")
	y.sees("web                              RUNNING")
	if strings.Contains(y.seen.String(), "secret") {
		t.Error("the password is shown")
	}
	y.sees(prompt)
	y.types("quit\r")
	y.ends(0)

	// A single command asks as well when it is told to.
	y = startTTY(t, nil, append(at(t, d), "-i", "pid", "web")...)
	y.sees("Username:")
	y.types("me\n")
	y.sees("Password:")
	y.types("secret\n")
	y.sees("42")
	y.ends(0)
}

// Colours and reasons are for terminals only.
func TestOneCommandOnATerminal(t *testing.T) {
	d := fake.Start(t, running("web"))
	d.Answer["startProcess"] = func([]any) any { return wire.NewFault(wire.SpawnError, "web") }
	d.Answer["readProcessStderrLog"] = func([]any) any { return "no such table\n" }
	for noColour, want := range map[string]string{"": "\x1b[32mRUNNING\x1b[0m   pid", "1": "RUNNING   pid"} {
		y := startTTY(t, []string{"NO_COLOR=" + noColour}, append(at(t, d), "status")...)
		y.sees(want)
		y.ends(0)
	}
	y := startTTY(t, nil, append(at(t, d), "start", "web")...)
	y.sees("web: ERROR (spawn error)")
	y.sees("no such table")
	y.ends(7)
}

// A dumb terminal gets prompts and no editing.
func TestShellOnADumbTerminal(t *testing.T) {
	d := fake.Start(t, running("web"))
	d.Answer["getSupervisorVersion"] = func([]any) any { return "4.2.5" }
	y := startTTY(t, []string{"TERM=dumb"}, at(t, d)...)
	y.sees(prompt)
	y.types("version\n")
	y.sees("4.2.5\r\n" + prompt)
	y.types("\x03")
	y.ends(0)
}
