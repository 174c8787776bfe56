package pump

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

func TestOutputReachesTheLogs(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{}, newPoller)
			c := r.start(r.spec(nil), "seq 1 50000; seq 50001 60000 >&2; printf unfinished")
			c.wait()
			if got := r.read(c.spec.StdoutLog); got != numbers(1, 50000)+"unfinished" {
				t.Errorf("stdout has %d bytes", len(got))
			}
			if got := r.read(c.spec.StderrLog); got != numbers(50001, 60000) {
				t.Errorf("stderr has %d bytes", len(got))
			}
		})
	}
}

func TestRedirectedStderr(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(s *core.StreamSpec, c *config.Process) { c.RedirectStderr = true; s.StderrLog = "" })
	c := r.start(spec, "echo one; echo two >&2; echo three")
	c.wait()
	if got := r.read(spec.StdoutLog); got != "one\ntwo\nthree\n" {
		t.Errorf("got %q", got)
	}
}

func TestRestartAppends(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(nil)
	for range 3 {
		r.start(spec, "echo again").wait()
	}
	if got := r.read(spec.StdoutLog); got != "again\nagain\nagain\n" {
		t.Errorf("got %q", got)
	}
}

// backups returns all of a rotated log, the oldest first, and checks the sizes.
func backups(t *testing.T, path string, max int) string {
	t.Helper()
	var all strings.Builder
	files, _ := filepath.Glob(path + ".*")
	for n := len(files); n >= 1; n-- {
		data, err := os.ReadFile(path + "." + strconv.Itoa(n))
		if err != nil {
			t.Fatal(err)
		}
		if len(data) < max {
			t.Errorf("backup %d has only %d bytes", n, len(data))
		}
		all.Write(data)
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) >= max {
		t.Errorf("the log has %d bytes, %v", len(data), err)
	}
	all.Write(data)
	return all.String()
}

func TestManyChildrenOverRotation(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{}, newPoller)
			const max = 6000
			var children []*child
			for i := range 200 {
				spec := r.spec(func(_ *core.StreamSpec, c *config.Process) {
					c.Stdout = config.Output{MaxBytes: max, Backups: 100}
				})
				children = append(children, r.exec(spec, "/usr/bin/seq", "seq", strconv.Itoa(i), strconv.Itoa(i+4000)))
			}
			for i, c := range children {
				c.wait()
				if got := backups(t, c.spec.StdoutLog, max); got != numbers(i, i+4000) {
					t.Errorf("%s: %d bytes, want %d", c.spec.StdoutLog, len(got), len(numbers(i, i+4000)))
				}
			}
		})
	}
}

// What a child wrote before its exit is handed on before Drain is done, though
// others hold the pipe; and what those write later is still logged.
func TestGrandchildHoldsThePipe(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{}, newPoller)
			fifo := filepath.Join(r.dir, "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			spec := r.spec(func(_ *core.StreamSpec, c *config.Process) { c.Stdout.Events = true })
			c := r.start(spec, `(read line <"$1"; echo "$line") & seq 1 5000`, fifo)
			pid := c.pid
			c.wait()
			if got := r.read(spec.StdoutLog); got != numbers(1, 5000) {
				t.Errorf("%d bytes after Drain", len(got))
			}
			if d := cmp.Diff([]heard{{"output", spec.ID, pid, core.Stdout, numbers(1, 5000)}}, r.sink.all()); d != "" {
				t.Errorf("events after Drain (-want +got):\n%s", d)
			}
			// The next child of the same process runs beside the grandchild.
			next := r.start(spec, "echo next")
			next.wait()
			if err := os.WriteFile(fifo, []byte("late\n"), 0); err != nil {
				t.Fatal(err)
			}
			r.has(spec.StdoutLog, numbers(1, 5000)+"next\nlate\n")
		})
	}
}

// A grandchild that never stops writing does not keep Drain from ending.
func TestDrainEndsUnderFlood(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.StdoutLog = "" })
	c := r.start(spec, `yes & echo $! >"$1"`, filepath.Join(r.dir, "pid"))
	for range 20 {
		c.drain()
	}
	c.wait()
	pid, err := strconv.Atoi(strings.TrimSpace(r.read(filepath.Join(r.dir, "pid"))))
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(pid, syscall.SIGKILL)
}

// A flood of short lines is complete, is read in large pieces, and leaves the pump
// asleep.
func TestFloodOfShortLines(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{}, newPoller)
			const lines = 20000
			script := `i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i; done; echo done >&2; read x; echo more; read x`
			c := r.start(r.spec(nil), script)
			r.has(c.spec.StderrLog, "done\n")
			r.has(c.spec.StdoutLog, numbers(1, lines))
			eventually(t, func() bool { // the clock stops
				if r.lazyStreams() != 0 {
					return false
				}
				before := r.Turns()
				c.drain()
				c.drain()
				return r.Turns()-before <= 2
			}, func() string { return "the pump does not come to rest" })
			c.write("\n")
			r.has(c.spec.StdoutLog, numbers(1, lines)+"more\n")
			c.kill()
		})
	}
}

// Only streams whose output nobody waits for are read by the clock.
func TestWhoMayBeReadByTheClock(t *testing.T) {
	r := newRig(t, Options{})
	for name, c := range map[string]struct {
		change func(*core.StreamSpec, *config.Process)
		want   bool
	}{
		"plain":    {nil, true},
		"ansi":     {func(s *core.StreamSpec, _ *config.Process) { s.StripANSI = true }, true},
		"events":   {func(_ *core.StreamSpec, c *config.Process) { c.Stdout.Events = true }, false},
		"capture":  {func(_ *core.StreamSpec, c *config.Process) { c.Stdout.CaptureBytes = 10 }, false},
		"listener": {func(s *core.StreamSpec, _ *config.Process) { s.Listener = true }, false},
	} {
		child := r.start(r.spec(c.change), "read x; echo out")
		got := make(chan bool)
		r.shard(child.spec.ID).do(func(s *shard) {
			st := s.procs[child.spec.ID].streams
			for st.channel != core.Stdout {
				st = st.next
			}
			for range hotAfter {
				st.last = uint32(s.now)
				st.pace(s, 1)
			}
			got <- st.lazy
		})
		if lazy := <-got; lazy != c.want {
			t.Errorf("%s: %v, want %v", name, lazy, c.want)
		}
		child.write("\n")
		child.wait()
		if got := r.read(child.spec.StdoutLog); got != "out\n" {
			t.Errorf("%s: log %q", name, got)
		}
	}
}

// lazyStreams counts the streams that are read by the clock.
func (r *rig) lazyStreams() int {
	n := 0
	for _, s := range r.shards {
		counted := make(chan struct{})
		s.do(func(s *shard) { n += len(s.lazy); close(counted) })
		<-counted
	}
	return n
}

// The pump does not wake up while its children are quiet, also not for pipes
// that are at their end.
func TestQuietChildrenCostNoTurn(t *testing.T) {
	r := newRig(t, Options{})
	var children []*child
	for range 10 {
		children = append(children,
			r.start(r.spec(nil), "echo up; exec sleep 1000"),
			r.start(r.spec(nil), "echo up; exec sleep 1000 >&- 2>&-"))
	}
	for _, c := range children {
		r.has(c.spec.StdoutLog, "up\n")
		eventually(t, func() bool { c.drain(); return true }, nil)
	}
	// The second kind has closed its pipes once only one stream each is left.
	eventually(t, func() bool { return r.streams() == 20 }, func() string { return fmt.Sprint(r.streams(), " streams") })
	before := r.Turns()
	r.start(r.spec(nil), "exec sleep 0.3").reap() // some time passes
	if woken := r.Turns() - before; woken > 8 {   // for the start and end of that one
		t.Errorf("%d turns", woken)
	}
	for _, c := range children {
		c.kill()
	}
}

// streams counts the open output pipes.
func (r *rig) streams() int {
	n := 0
	for _, s := range r.shards {
		counted := make(chan struct{})
		s.do(func(s *shard) {
			for _, p := range s.procs {
				for st := p.streams; st != nil; st = st.next {
					n++
				}
			}
			close(counted)
		})
		<-counted
	}
	return n
}

func TestStdin(t *testing.T) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			r := newRigOn(t, Options{}, newPoller)
			fifo := filepath.Join(r.dir, "fifo")
			syscall.Mkfifo(fifo, 0o600)
			c := r.start(r.spec(nil), `read go <"$1"; exec cat`, fifo)
			big := strings.Repeat("0123456789abcde\n", 20000) // more than a pipe holds
			want := ""
			for i := range 5 {
				part := fmt.Sprintf("%d\n%s", i, big)
				if err := c.write(part); err != nil {
					t.Fatal(err)
				}
				want += part
			}
			if err := os.WriteFile(fifo, []byte("go\n"), 0); err != nil {
				t.Fatal(err)
			}
			r.has(c.spec.StdoutLog, want)
			before := r.Turns()
			if err := c.write("x"); err != nil {
				t.Fatal(err)
			}
			r.has(c.spec.StdoutLog, want+"x")
			if n := r.Turns() - before; n > 6 {
				t.Errorf("%d turns for one byte", n)
			}
			c.r.Release(c.spec.ID) // closes the standard input, so cat ends
			c.wait()
		})
	}
}

func TestStdinThatNobodyReads(t *testing.T) {
	r := newRig(t, Options{StdinLimit: 1 << 20})
	if err := (&child{r: r}).write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to an unknown process = %v", err)
	}
	c := r.start(r.spec(nil), "exec <&-; echo closed; exec sleep 1000")
	r.has(c.spec.StdoutLog, "closed\n")
	for range 2 {
		if err := c.write("x"); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("write to a closed standard input = %v", err)
		}
	}
	c.kill()

	stuck := r.start(r.spec(nil), "exec sleep 1000")
	var err error
	for n := 0; err == nil && n < 100; n++ {
		err = stuck.write(strings.Repeat("x", 100000))
	}
	if !errors.Is(err, syscall.ENOBUFS) {
		t.Errorf("a flood into a standard input ended with %v", err)
	}
	before := r.Turns()
	stuck.drain()
	if n := r.Turns() - before; n > 4 {
		t.Errorf("%d turns while the child does not read", n)
	}
	stuck.kill() // with much still queued
	if err := stuck.write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write after the end = %v", err)
	}
}

// What is written between Open and the fork is not lost.
func TestStdinBeforeTheFork(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(nil)
	conn, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{r: r, spec: spec}
	if err := c.write("early\n"); err != nil {
		t.Fatal(err)
	}
	fds := conn.Child()
	c.pid, err = syscall.ForkExec("/bin/cat", []string{"cat"}, &syscall.ProcAttr{
		Files: []uintptr{uintptr(fds[0]), uintptr(fds[1]), uintptr(fds[2])}})
	if err != nil {
		t.Fatal(err)
	}
	conn.Commit(c.pid)
	r.has(spec.StdoutLog, "early\n")
	c.kill()
}

func TestSocketInsteadOfStdin(t *testing.T) {
	r := newRig(t, Options{})
	f, err := os.Open("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.SocketFD = int(f.Fd()) })
	c := r.exec(spec, "/bin/cat", "cat")
	if err := c.write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write = %v", err)
	}
	c.wait()
	if got := r.read(spec.StdoutLog); got != r.read("/etc/passwd") {
		t.Errorf("got %q", got)
	}
	if _, err := f.Stat(); err != nil {
		t.Error("the descriptor was closed:", err)
	}
}

func TestWriteStderr(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(nil)
	conn, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	conn.WriteStderr([]byte("supervisor: couldn't exec x: ENOENT\n"))
	conn.Abort()
	r.has(spec.StderrLog, "supervisor: couldn't exec x: ENOENT\n")

	spec = r.spec(func(_ *core.StreamSpec, c *config.Process) { c.RedirectStderr = true })
	if conn, err = r.Open(spec); err != nil {
		t.Fatal(err)
	}
	conn.WriteStderr([]byte("oops\n"))
	conn.Abort()
	r.has(spec.StdoutLog, "oops\n")
}

func TestOpenFailsCleanly(t *testing.T) {
	r := newRig(t, Options{})
	before := openFDs(t)
	for _, path := range []string{r.dir, "/nowhere/log", "/dev/fd/999"} {
		for _, channel := range []int{1, 2} {
			spec := r.spec(nil)
			if channel == 1 {
				spec.StdoutLog = path
			} else {
				spec.StderrLog = path
			}
			_, err := r.Open(spec)
			var errno syscall.Errno
			if !errors.As(err, &errno) || errno != syscall.ENOENT && errno != syscall.EISDIR {
				t.Errorf("Open with %s = %v", path, err)
			}
		}
	}
	if after := openFDs(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestNoDescriptorLeaks(t *testing.T) {
	r := newRig(t, Options{})
	r.start(r.spec(nil), "echo").wait()
	before := openFDs(t)
	for range 20 {
		c := r.start(r.spec(nil), "echo; exec sleep 1000")
		c.kill()
		r.Forget(c.spec.ID)
		conn, err := r.Open(r.spec(nil))
		if err != nil {
			t.Fatal(err)
		}
		conn.Abort()
	}
	for range 5 { // forgotten while it runs
		c := r.start(r.spec(nil), "exec sleep 1000")
		r.Forget(c.spec.ID)
		syscall.Kill(c.pid, syscall.SIGKILL)
		c.reap()
	}
	eventually(t, func() bool { return openFDs(t) <= before }, func() string {
		return fmt.Sprintf("%d descriptors before, %d after", before, openFDs(t))
	})
}

func TestChildrenInheritOnlyTheirEnds(t *testing.T) {
	r := newRig(t, Options{})
	idle := r.start(r.spec(nil), "exec sleep 1000")
	defer idle.kill()
	const script = "ls /proc/self/fd"
	c := r.start(r.spec(nil), script)
	c.wait()
	// Whoever started the test may have left some open.
	want, err := exec.Command("/bin/sh", "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := r.read(c.spec.StdoutLog); got != string(want) {
		t.Errorf("descriptors %q, want %q", got, want)
	}
}

func TestNullSinks(t *testing.T) {
	r := newRig(t, Options{NullSinks: true})
	none := func(s *core.StreamSpec, _ *config.Process) { s.StdoutLog, s.StderrLog = "", "" }
	c := r.start(r.spec(none), `readlink /proc/self/fd/1 /proc/self/fd/2 >"$1"`, filepath.Join(r.dir, "links"))
	c.wait()
	if got := r.read(filepath.Join(r.dir, "links")); !strings.HasSuffix(got, "/dev/null\n") {
		t.Errorf("got %q", got)
	}
	spec := r.spec(func(s *core.StreamSpec, c *config.Process) { none(s, c); c.Stdout.Events = true })
	r.start(spec, "echo event").wait()
	if calls := r.sink.all(); len(calls) != 1 || calls[0].Data != "event\n" {
		t.Errorf("events %v", calls)
	}
}
