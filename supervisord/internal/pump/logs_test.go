package pump

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

func TestClear(t *testing.T) {
	r := newRig(t, Options{})
	c := r.start(r.spec(nil), "echo one; read x; echo two; read x")
	r.has(c.spec.StdoutLog, "one\n")
	if err := c.clear(); err != nil {
		t.Fatal(err)
	}
	r.has(c.spec.StdoutLog, "")
	c.write("\n")
	r.has(c.spec.StdoutLog, "two\n")
	c.kill()
	if err := c.clear(); err != nil { // also while it is down
		t.Fatal(err)
	}
	r.has(c.spec.StdoutLog, "")
	os.Chmod(r.dir, 0o500)
	defer os.Chmod(r.dir, 0o700)
	if os.Getuid() != 0 && c.clear() == nil {
		t.Error("Clear of a log that cannot be removed did not fail")
	}
}

func TestReopen(t *testing.T) {
	r := newRig(t, Options{})
	c := r.start(r.spec(nil), "echo one; read x; echo two; read x; echo three; read x")
	r.has(c.spec.StdoutLog, "one\n")
	if err := os.Rename(c.spec.StdoutLog, c.spec.StdoutLog+".old"); err != nil {
		t.Fatal(err)
	}
	c.write("\n")
	r.has(c.spec.StdoutLog+".old", "one\ntwo\n")
	r.Reopen()
	eventually(t, func() bool { _, err := os.Stat(c.spec.StdoutLog); return err == nil }, func() string { return "the log is not there again" })
	c.write("\n")
	r.has(c.spec.StdoutLog, "three\n")
	c.kill()
}

func TestReopenManyTimes(t *testing.T) {
	r := newRig(t, Options{})
	c := r.start(r.spec(nil), "exec seq 1 100000")
	before := openFDs(t)
	for range 200 {
		r.Reopen()
	}
	c.wait()
	if got := r.read(c.spec.StdoutLog); got != numbers(1, 100000) {
		t.Errorf("%d bytes", len(got))
	}
	eventually(t, func() bool { return openFDs(t) <= before }, func() string { return "descriptors leak" })
}

func TestFollow(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout = config.Output{MaxBytes: 4, Backups: 1} })
	early, cancelEarly := r.Follow(spec.StdoutLog) // before there is such a log
	c := r.start(spec, "while read line; do echo $line; done")
	late, cancelLate := r.Follow(spec.StdoutLog)
	c.write("a\n")
	<-early
	<-late
	r.has(spec.StdoutLog, "a\n")
	c.write("b\n") // rotates
	<-early
	<-late
	r.has(spec.StdoutLog, "")
	if err := c.clear(); err != nil {
		t.Fatal(err)
	}
	<-early
	<-late
	cancelEarly()
	cancelLate()
	c.write("c\n")
	r.has(spec.StdoutLog, "c\n")
	select {
	case <-early:
		t.Error("told after cancel")
	case <-late:
		t.Error("told after cancel")
	default:
	}
	if len(r.logs.followers) != 0 {
		t.Error("followers are remembered")
	}
	c.kill()
}

// Ten times more logs than may be open: nothing is lost or mixed up, and the
// number of descriptors keeps within the limit.
func TestFewDescriptorsForManyLogs(t *testing.T) {
	r := newRig(t, Options{MaxOpenLogs: 6})
	const programs, lines = 30, 20
	var children []*child
	for range programs {
		spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout = config.Output{MaxBytes: 30, Backups: 50} })
		children = append(children, r.start(spec, `while read line; do echo "$0 $line"; echo "$line" >&2; done`))
	}
	for i := range lines {
		for _, c := range children {
			if err := c.write(strconv.Itoa(i) + "\n"); err != nil {
				t.Fatal(err)
			}
		}
		if i%5 == 0 {
			r.Reopen()
		}
	}
	for _, c := range children {
		r.Release(c.spec.ID) // ends the standard input
		c.wait()
	}
	r.logs.mu.Lock()
	if n := len(r.logs.open); n > 6 {
		t.Errorf("%d logs are open", n)
	}
	r.logs.mu.Unlock()
	want := regexp.MustCompile(`^(?:sh \d+\n){20}$`)
	for _, c := range children {
		eventually(t, func() bool { return strings.Count(r.read(c.spec.StderrLog), "\n") == lines }, func() string { return "lines are missing" })
		if got := r.read(c.spec.StderrLog); got != numbers(0, lines-1) {
			t.Errorf("stderr %q", got)
		}
		if got := backups(t, c.spec.StdoutLog, 30); !want.MatchString(got) {
			t.Errorf("stdout %q", got)
		}
	}
}

func TestTimestampRotation(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(_ *core.StreamSpec, c *config.Process) {
		c.Stdout = config.Output{MaxBytes: 40000, Backups: 100, Rotation: config.RotateTimestamp}
	})
	r.exec(spec, "/usr/bin/seq", "seq", "1", "100000").wait()
	files, err := filepath.Glob(filepath.Join(r.dir, "p1-20*.out")) // sorted
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	all := ""
	for _, f := range append(files, spec.StdoutLog) {
		all += r.read(f)
	}
	if all != numbers(1, 100000) {
		t.Errorf("%d bytes in %d files", len(all), len(files)+1)
	}
}

func TestTwoProgramsOnOneLog(t *testing.T) {
	r := newRig(t, Options{})
	shared := filepath.Join(r.dir, "shared")
	change := func(s *core.StreamSpec, c *config.Process) {
		s.StdoutLog = shared
		c.Stdout = config.Output{MaxBytes: 5000, Backups: 1000}
	}
	const each = 20000
	a := r.start(r.spec(change), "seq 1 20000 | sed s/^/a/")
	b := r.start(r.spec(change), "seq 1 20000 | sed s/^/b/")
	a.wait()
	b.wait()
	all := backups(t, shared, 5000)
	for _, letter := range []string{"a", "b"} {
		// Chunks of the two alternate, as with two writers in append mode; take
		// the one's bytes apart by counting.
		if n := strings.Count(all, letter); n != each {
			t.Errorf("%d lines of %s, want %d", n, letter, each)
		}
	}
	if want := 2 * (len(numbers(1, each)) + each); len(all) != want {
		t.Errorf("%d bytes, want %d", len(all), want)
	}
}

func TestVanishedDirectory(t *testing.T) {
	r := newRig(t, Options{})
	dir := filepath.Join(r.dir, "logs")
	os.Mkdir(dir, 0o755)
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.StdoutLog = filepath.Join(dir, "log") })
	c := r.start(spec, `while read line; do echo "$line"; echo "$line" >&2; done`)
	c.write("one\n")
	r.has(spec.StdoutLog, "one\n")
	os.RemoveAll(dir)
	c.write("lost\n")
	c.write("lost\n")
	r.has(spec.StderrLog, "one\nlost\nlost\n")
	eventually(t, func() bool { n, _ := r.Dropped(); return n == 10 }, func() string { return "dropped bytes are not counted" })
	os.Mkdir(dir, 0o755)
	c.write("two\n")
	c.write("three\n")
	r.has(spec.StdoutLog, "two\nthree\n")
	c.kill()
	if n := strings.Count(r.log.text(), "cannot write to a log"); n != 1 {
		t.Errorf("the outage was told %d times:\n%s", n, r.log.text())
	}
	if !strings.Contains(r.log.text(), "writing to "+spec.StdoutLog+" works again, 10 bytes were dropped") {
		t.Errorf("the recovery was not told:\n%s", r.log.text())
	}
	if n, _ := r.Dropped(); n != 10 {
		t.Errorf("Dropped = %d", n)
	}
}

// inherit makes the writing end of a pipe look as if it were inherited.
func inherit(t *testing.T) (path string, reader *os.File) {
	t.Helper()
	reader, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fd, err := syscall.Dup(int(w.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); syscall.Close(fd) })
	return fmt.Sprintf("/dev/fd/%d", fd), reader
}

// Nobody reads the inherited descriptor: the programs that write to it wait,
// without loss; all others go on, and so do the others' ends.
func TestBlockedDescriptor(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			place, reader := inherit(t)
			r := newRigOn(t, Options{Shards: 1}, newPoller)
			to := func(s *core.StreamSpec, c *config.Process) {
				s.StdoutLog = place
				c.Stdout = config.Output{MaxBytes: 1, Backups: 1}
			}
			const n = 300000
			flood := r.start(r.spec(to), "seq 1 300000 | sed s/^/a/")
			r.exec(r.spec(to), "/bin/echo", "echo", "short").wait()
			other := r.start(r.spec(nil), "seq 1 300000")
			other.wait()
			if got := r.read(other.spec.StdoutLog); got != numbers(1, n) {
				t.Errorf("the other's log has %d bytes", len(got))
			}
			// The flood is paused: no turns.
			eventually(t, func() bool {
				before := r.Turns()
				flood.drain()
				return r.Turns()-before <= 2
			}, func() string { return "the pump does not come to rest" })

			var got strings.Builder
			buf := make([]byte, 1<<16)
			for !strings.Contains(got.String(), fmt.Sprintf("a%d\n", n)) {
				m, err := reader.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				got.Write(buf[:m])
			}
			flood.wait()
			text := got.String()
			if strings.Count(text, "short\n") != 1 {
				t.Error("the short line is missing")
			}
			text = strings.Replace(text, "short\n", "", 1)
			if want := strings.ReplaceAll("\n"+numbers(1, n), "\n", "\na"); text != want[1:len(want)-1] {
				t.Errorf("%d bytes of the flood, want %d", len(text), len(want)-2)
			}
		})
	}
}

func TestOnlyRegularFilesAreTouched(t *testing.T) {
	if st, err := os.Stat("/dev/null"); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		t.Fatal("/dev/null is not a device: something else has broken this system")
	}
	r := newRig(t, Options{})
	fifo := filepath.Join(r.dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	spec := r.spec(func(s *core.StreamSpec, c *config.Process) {
		s.StdoutLog, s.StderrLog = fifo, "/dev/null"
		c.Stdout = config.Output{MaxBytes: 1, Backups: 1}
		c.Stderr = c.Stdout
	})
	c := r.start(spec, "echo out; echo err >&2")
	c.wait()
	if err := c.clear(); err != nil {
		t.Error(err)
	}
	r.Reopen()
	buf := make([]byte, 100)
	if n, err := reader.Read(buf); err != nil || string(buf[:n]) != "out\n" {
		t.Errorf("the FIFO gave %q, %v", buf[:n], err)
	}
	for path, mode := range map[string]os.FileMode{fifo: os.ModeNamedPipe, "/dev/null": os.ModeCharDevice} {
		if st, err := os.Lstat(path); err != nil || st.Mode()&mode == 0 {
			t.Errorf("%s is now %v, %v", path, st, err)
		}
		if _, err := os.Lstat(path + ".1"); err == nil {
			t.Errorf("%s was rotated", path)
		}
	}
}
