package pump

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/capture"
	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/tosyslog"
)

func TestEvents(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout.Events, c.Stderr.Events = true, true })
	c := r.start(spec, "echo out; read x; echo err >&2")
	pid := c.pid
	eventually(t, func() bool { return len(r.sink.all()) == 1 }, func() string { return "no event" })
	c.write("\n")
	c.wait()
	want := []heard{
		{"output", spec.ID, pid, core.Stdout, "out\n"},
		{"output", spec.ID, pid, core.Stderr, "err\n"},
	}
	if d := cmp.Diff(want, r.sink.all()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := r.read(spec.StdoutLog) + r.read(spec.StderrLog); got != "out\nerr\n" {
		t.Errorf("logs %q", got)
	}
}

// While listeners are behind, a program that makes events of its output is not
// read. What it has written meanwhile is not lost.
func TestTalkersWaitForListeners(t *testing.T) {
	for name, poller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{Shards: 1}, poller)
			r.sink.ready = make(chan func(), 1)
			r.sink.setHold(core.HoldLog(core.Stdout), false)
			spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout.Events = true })
			c := r.start(spec, "printf one; read x; printf two; printf said >&2; read x; printf more >&2; read x")
			ready := <-r.sink.ready
			r.sink.setHold(0, false)
			c.write("\n")
			r.has(spec.StderrLog, "said") // and two is in the pipe
			c.write("\n")
			r.has(spec.StderrLog, "saidmore") // the shard has had a turn since then
			if got := r.sink.text(); got != "one" {
				t.Errorf("although listeners are behind, events have %q", got)
			}
			ready()
			eventually(t, func() bool { return r.sink.text() == "onetwo" },
				func() string { return fmt.Sprintf("when they have caught up, events have %q", r.sink.text()) })
			if got := r.read(spec.StdoutLog); got != "onetwo" {
				t.Errorf("the log has %q", got)
			}
			c.write("\n")
			c.wait()
		})
	}
}

// Of many messages that are read at once, those wait that listeners have no room
// for, and what was written after them. The end of the child ends that.
func TestMessagesWaitForListeners(t *testing.T) {
	r := newRig(t, Options{})
	r.sink.ready = make(chan func(), 1)
	r.sink.setHold(1, false)
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout.CaptureBytes = 100 })
	message := func(text string) string { return capture.Begin + text + capture.End }
	c := r.start(spec, `printf %s "$1"; read x`, "a"+message("1")+"b"+message("2")+message("3")+"c"+message("4")+"d")
	for _, want := range []string{"1", "12", "123"} {
		ready := <-r.sink.ready
		if got := r.sink.text(); got != want {
			t.Errorf("messages %q, want %q", got, want)
		}
		if want == "123" { // nobody says that listeners have caught up
			break
		}
		ready()
	}
	if got := r.read(spec.StdoutLog); got != "ab" {
		t.Errorf("the log has %q", got)
	}
	c.write("\n")
	c.wait()
	if got := r.sink.text(); got != "1234" {
		t.Errorf("messages %q", got)
	}
	r.has(spec.StdoutLog, "abcd")
}

func TestCapture(t *testing.T) {
	log := &logRecorder{level: config.LevelDebug}
	r := newRig(t, Options{Log: log})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) {
		c.Stdout = config.Output{CaptureBytes: 1000, Events: true}
		c.Stderr.CaptureBytes = 1000
	})
	c := r.start(spec, `printf 'before%sin%sside%safter\n' "$1" "" "$2"; printf '%sunfinished' "$1"; printf '%s' "$1" >&2; echo "$1x$2" >&2; printf "<!--XSUP" >&2`,
		capture.Begin, capture.End)
	pid := c.pid
	c.wait()
	if got := r.read(spec.StdoutLog); got != "beforeafter\n" {
		t.Errorf("stdout log %q", got)
	}
	if got := r.read(spec.StderrLog); got != "\n<!--XSUP" {
		t.Errorf("stderr log %q", got)
	}
	var out recorder // joined anew without stderr
	for _, h := range r.sink.all() {
		if h.Ch == core.Stdout {
			out.add(h)
		}
	}
	want := []heard{
		{"output", spec.ID, pid, core.Stdout, "beforeinside"}, // PROCESS_LOG has it all
		{"captured", spec.ID, pid, core.Stdout, "inside"},
		{"output", spec.ID, pid, core.Stdout, "after\nunfinished"},
	}
	if d := cmp.Diff(want, out.all()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, line := range []string{
		"10 'p1' stdout emitted a comm event", "10 'p1' stdout ended within a comm event, which is dropped",
		"10 'p1' stdout output:\nbefore", "10 'p1' stdout output:\ninside",
	} {
		if !strings.Contains(log.text()+"\n", line+"\n") {
			t.Errorf("the activity log lacks %q:\n%s", line, log.text())
		}
	}
}

func TestListener(t *testing.T) {
	log := &logRecorder{level: config.LevelDebug}
	r := newRig(t, Options{Log: log})
	spec := r.spec(func(s *core.StreamSpec, c *config.Process) {
		s.Listener, s.StripANSI = true, true
		c.RedirectStderr = true // would break the protocol, and is ignored
	})
	c := r.start(spec, `printf 'READY\n'; read event; echo "$event" >&2; printf '\033[1mRESULT 2\nOK'`)
	eventually(t, func() bool { return len(r.sink.all()) == 1 }, func() string { return "not READY" })
	if err := c.write("an event\n"); err != nil {
		t.Fatal(err)
	}
	c.wait()
	want := []heard{{What: "listener", ID: spec.ID, Data: "READY\n\x1b[1mRESULT 2\nOK"}}
	if d := cmp.Diff(want, r.sink.all()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := r.read(spec.StdoutLog); got != "READY\nRESULT 2\nOK" {
		t.Errorf("stdout log %q", got)
	}
	if got := r.read(spec.StderrLog); got != "an event\n" {
		t.Errorf("stderr log %q", got)
	}
	if line := `10 'p1' stdout output:` + "\n" + `b'READY\n'`; !strings.Contains(log.text(), line) {
		t.Errorf("the activity log lacks %q:\n%s", line, log.text())
	}
}

func TestDebugCopies(t *testing.T) {
	log := &logRecorder{level: config.LevelDebug}
	r := newRig(t, Options{Log: log})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Name = "it's" })
	r.start(spec, `printf 'a\303\244\n'; printf "\377'\n" >&2`).wait()
	for _, line := range []string{
		"10 \"it's\" stdout output:\naä\n", "10 \"it's\" stderr output:\nUndecodable: b\"\\xff'\\n\"",
		"stopped monitoring stdout of it's",
	} {
		if !strings.Contains(log.text(), line) {
			t.Errorf("the activity log lacks %q:\n%s", line, log.text())
		}
	}
}

func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "daemon")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	r := newRig(t, Options{Syslog: tosyslog.New("supervisord", path)})
	spec := r.spec(func(s *core.StreamSpec, c *config.Process) { s.StdoutLog = ""; c.Stdout.Syslog = true })
	r.start(spec, "echo one; printf 'two, '; printf 'still two\nthree'").wait()
	for _, want := range []string{"one", "two, still two", "three"} {
		buf := make([]byte, 1000)
		n, err := daemon.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(buf[:n]); !strings.HasSuffix(got, " supervisord: p1 "+want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A log daemon that does not read does not block a child.
func TestDeadSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "daemon")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	r := newRig(t, Options{Syslog: tosyslog.New("supervisord", path)})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout.Syslog = true })
	r.exec(spec, "/usr/bin/seq", "seq", "100000").wait()
	if got := r.read(spec.StdoutLog); got != numbers(1, 100000) {
		t.Errorf("the log has %d bytes", len(got))
	}
	if _, messages := r.Dropped(); messages == 0 {
		t.Error("no message is counted as dropped")
	}
	// Do not wait at the end for a daemon that is stuck.
	daemon.Close()
}

func TestStripANSI(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.StripANSI = true })
	c := r.start(spec, `printf '\033[31mred\033[0m plain \033'; read x; printf '[1;3'; read x; printf '2mgreen\033[0m\033'`)
	r.has(spec.StdoutLog, "red plain ")
	c.write("\n")
	c.write("\n")
	c.wait()
	if got := r.read(spec.StdoutLog); got != "red plain green\x1b" {
		t.Errorf("got %q", got)
	}
}

// ansiText draws text with many control sequences, whole and broken.
func ansiText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{"\x1b", "\x1b[", "[", "m", "\x1b[0m", "\x1b[1;31m", "\x1b[2G", "\x1b\x1b[H", "\n"}),
			rapid.StringMatching(`[a-zA-Z ]{0,10}`)), 0, 20).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

// TestStripIsThatOfTheReference compares whole texts with the reference, and
// texts in chunks with whole ones.
func TestStripIsThatOfTheReference(t *testing.T) {
	cmd := exec.Command(python(t), "-c", `
import json, sys
from supervisor.dispatchers import stripEscapes
for line in sys.stdin:
    print(json.dumps(stripEscapes(json.loads(line).encode('latin-1')).decode('latin-1')), flush=True)
`)
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
	defer cmd.Wait()
	defer in.Close()
	answers := bufio.NewReader(out)

	rapid.Check(t, func(t *rapid.T) {
		text := ansiText().Draw(t, "text")
		if err := json.NewEncoder(in).Encode(text); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		var whole, chunked stripper
		got := string(whole.strip([]byte(text))) + string(whole.flush())
		if got != want {
			t.Fatalf("%q became %q, the reference's is %q", text, got, want)
		}
		var pieces string
		for rest := text; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			pieces += string(chunked.strip([]byte(rest[:n])))
			rest = rest[n:]
		}
		if pieces += string(chunked.flush()); pieces != want {
			t.Fatalf("%q in chunks became %q, want %q", text, pieces, want)
		}
	})
}

func TestReprOfBytes(t *testing.T) {
	cmd := exec.Command(python(t), "-c", `
for c in range(256):
    print(repr(bytes([c]) + b"'"), repr(bytes([c]) + b'"\'x'))
`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for c := range 256 {
		fmt.Fprintln(&got, reprBytes([]byte{byte(c), '\''}), reprBytes([]byte{byte(c), '"', '\'', 'x'}))
	}
	if d := cmp.Diff(string(out), got.String()); d != "" {
		t.Errorf("(-python +ours):\n%s", d)
	}
}
