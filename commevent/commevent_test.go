package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/capture"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// counter counts writes.
type counter struct {
	bytes.Buffer
	writes int
}

func (c *counter) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

// TestOneWrite guards that a message of any length is one write, and that a
// text arrives as it was given, or is refused for the one reason there is.
func TestOneWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 0, 10000),
			rapid.Just([]byte("<!--XSUPERVISOR:END--")),
			rapid.Just([]byte("<!--XSUPERVISOR:<!--XSUPERVISOR:END-->")),
		).Draw(t, "text")
		var out counter
		var said strings.Builder
		tl := Tool{tool.IO{Stdin: bytes.NewReader(text), Stdout: &out, Stderr: &said, Args: []string{"commevent", "-"}}}
		status := tl.Run()
		if bytes.Contains(text, []byte(capture.End)) {
			if status != tool.Refused || out.writes != 0 {
				t.Fatalf("status %d after %d writes", status, out.writes)
			}
			return
		}
		want := capture.Begin + string(text) + capture.End
		if status != tool.OK || out.writes != 1 || out.String() != want {
			t.Fatalf("status %d, %d writes: %q", status, out.writes, out.String())
		}
	})
}

// TestTogether guards messages of several processes that share one pipe: long
// ones (of many times the pipe's size) stay whole beside each other and beside
// short ones.
func TestTogether(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int{10, 3000, 100_000, 400_000, 10, 70_000, 4000, 250_000}
	var wg sync.WaitGroup
	want := map[string]int{}
	for i, size := range sizes {
		text := strings.Repeat(fmt.Sprint(i), size)
		want[text]++
		cmd := exec.Command("commevent")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), w, os.Stderr
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		}()
	}
	go func() { wg.Wait(); w.Close() }()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range strings.SplitAfter(string(all), capture.End) {
		if m == "" {
			continue
		}
		text := strings.TrimSuffix(strings.TrimPrefix(m, capture.Begin), capture.End)
		if want[text] != 1 {
			t.Errorf("a message of %d bytes was torn: %.60q", len(m), m)
		}
		delete(want, text)
	}
	if len(want) > 0 {
		t.Errorf("%d messages are missing", len(want))
	}
}

// TestBrokenPipe guards that a pipe without a reader is told, not died of.
func TestBrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	var said bytes.Buffer
	cmd := exec.Command("commevent", "x")
	cmd.Stdout, cmd.Stderr = w, &said
	cmd.Run()
	w.Close()
	if got := cmd.ProcessState.ExitCode(); got != tool.System || !strings.Contains(said.String(), "broken pipe") {
		t.Errorf("%v: %s", cmd.ProcessState, said.String())
	}
}

// TestSharedPipeKeepsItsMode guards other users of a non-blocking pipe. It does
// without os/exec, which itself makes pipes block.
func TestSharedPipeKeepsItsMode(t *testing.T) {
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	if err := syscall.SetNonblock(fds[1], true); err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath("commevent")
	if err != nil {
		t.Fatal(err)
	}
	w := uintptr(fds[1])
	pid, err := syscall.ForkExec(path, []string{"commevent", "x"}, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, w, 2}})
	if err != nil {
		t.Fatal(err)
	}
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil || ws.ExitStatus() != 0 {
		t.Fatal(err, ws)
	}
	if flags, err := unix.FcntlInt(w, unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Errorf("flags of the pipe are now %#x, %v", flags, err)
	}
}
