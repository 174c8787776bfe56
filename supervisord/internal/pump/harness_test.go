package pump

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

var _ core.Streams = (*Pump)(nil)

// rig is a pump with everything around it.
type rig struct {
	*Pump
	t    testing.TB
	dir  string
	sink *recorder
	log  *logRecorder
	next core.ProcID
}

// pollers are the ways to wait that exist here.
var pollers = map[string]func() (poller, error){"default": newPoller, "poll": newPollPoller}

func newRig(t testing.TB, o Options) *rig { return newRigOn(t, o, newPoller) }

func newRigOn(t testing.TB, o Options, newPoller func() (poller, error)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), sink: &recorder{}, log: &logRecorder{level: config.LevelInfo}}
	if o.Log != nil {
		r.log = o.Log.(*logRecorder)
	}
	o.Log = r.log
	if o.Sink == nil {
		o.Sink = r.sink
	}
	p, err := newPump(o, newPoller)
	if err != nil {
		t.Fatal(err)
	}
	r.Pump = p
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		p.Close(ctx)
	})
	return r
}

// spec describes a process that logs to files named after it.
func (r *rig) spec(change func(*core.StreamSpec, *config.Process)) core.StreamSpec {
	r.next++
	name := fmt.Sprintf("p%d", r.next)
	conf := &config.Process{Name: name}
	spec := core.StreamSpec{
		ID: r.next, Config: conf, SocketFD: -1,
		StdoutLog: filepath.Join(r.dir, name+".out"), StderrLog: filepath.Join(r.dir, name+".err"),
	}
	if change != nil {
		change(&spec, conf)
	}
	return spec
}

// child is a running program.
type child struct {
	r    *rig
	spec core.StreamSpec
	pid  int
}

// start runs a shell script.
func (r *rig) start(spec core.StreamSpec, script string, args ...string) *child {
	r.t.Helper()
	return r.exec(spec, "/bin/sh", append([]string{"sh", "-c", script, "sh"}, args...)...)
}

func (r *rig) exec(spec core.StreamSpec, path string, argv ...string) *child {
	r.t.Helper()
	conn, err := r.Open(spec)
	if err != nil {
		r.t.Fatal(err)
	}
	fds := conn.Child()
	pid, err := syscall.ForkExec(path, argv, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{uintptr(fds[0]), uintptr(fds[1]), uintptr(fds[2])},
	})
	if err != nil {
		conn.Abort()
		r.t.Fatal(err)
	}
	conn.Commit(pid)
	return &child{r, spec, pid}
}

// wait reaps the child and drains its streams, as the loop does.
func (c *child) wait() {
	c.r.t.Helper()
	c.reap()
	c.drain()
	c.r.Release(c.spec.ID)
}

func (c *child) reap() {
	c.r.t.Helper()
	var status syscall.WaitStatus
	_, err := syscall.Wait4(c.pid, &status, 0, nil)
	for err == syscall.EINTR {
		_, err = syscall.Wait4(c.pid, &status, 0, nil)
	}
	if err != nil {
		c.r.t.Error(err)
	}
	c.pid = 0
}

func (c *child) drain() {
	drained := make(chan struct{})
	c.r.Drain(c.spec.ID, func() { close(drained) })
	<-drained
}

func (c *child) kill() {
	if c.pid != 0 {
		syscall.Kill(c.pid, syscall.SIGKILL)
		c.wait()
	}
}

// write writes to the child's standard input.
func (c *child) write(data string) error {
	result := make(chan error, 1) // it may come before Write returns
	c.r.Write(c.spec.ID, []byte(data), func(err error) { result <- err })
	return <-result
}

// clear clears the child's logs.
func (c *child) clear() error {
	result := make(chan error)
	c.r.Clear(c.spec.ID, func(err error) { result <- err })
	return <-result
}

func (r *rig) read(path string) string {
	r.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// has waits until a file has a text.
func (r *rig) has(path, want string) {
	r.t.Helper()
	eventually(r.t, func() bool {
		data, _ := os.ReadFile(path)
		return string(data) == want
	}, func() string {
		data, _ := os.ReadFile(path)
		return fmt.Sprintf("%s has %q, want %q", path, data, want)
	})
}

// eventually waits for a condition that no channel tells of.
func eventually(t testing.TB, holds func() bool, otherwise func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
		time.Sleep(time.Millisecond)
	}
}

// logRecorder is a Logger.
type logRecorder struct {
	mu    sync.Mutex
	level config.LogLevel
	lines []string
}

func (l *logRecorder) Enabled(level config.LogLevel) bool { return level >= l.level }

func (l *logRecorder) Log(level config.LogLevel, msg string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%d %s", level, msg))
}

func (l *logRecorder) LogData(level config.LogLevel, msg string, data []byte) {
	l.Log(level, msg+string(data))
}

func (l *logRecorder) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// heard is one call of a core.Sink.
type heard struct {
	What string
	ID   core.ProcID
	PID  int
	Ch   core.Channel
	Data string
}

// recorder is a core.Sink. Neighbouring output of one stream is joined.
type recorder struct {
	mu    sync.Mutex
	calls []heard
	hold  core.Hold   // what Output and Captured return
	held  bool        // what Held returns
	ready chan func() // takes what CaughtUp is given, if set
}

func (r *recorder) add(h heard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.calls); n > 0 && h.What != "captured" {
		last := &r.calls[n-1]
		if last.What == h.What && last.ID == h.ID && last.PID == h.PID && last.Ch == h.Ch {
			last.Data += h.Data
			return
		}
	}
	r.calls = append(r.calls, h)
}

func (r *recorder) Output(id core.ProcID, pid int, ch core.Channel, data []byte) core.Hold {
	r.add(heard{"output", id, pid, ch, string(data)})
	return r.holdNow()
}

func (r *recorder) Captured(id core.ProcID, pid int, ch core.Channel, data []byte) core.Hold {
	r.add(heard{"captured", id, pid, ch, string(data)})
	return r.holdNow()
}

func (r *recorder) Held(core.Hold) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held
}

func (r *recorder) CaughtUp(_ core.Hold, ready func()) {
	if r.ready == nil {
		ready()
		return
	}
	r.ready <- ready
}

func (r *recorder) holdNow() core.Hold {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hold
}

// setHold sets what Output, Captured and Held return.
func (r *recorder) setHold(h core.Hold, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hold, r.held = h, held
}

func (r *recorder) ListenerOutput(id core.ProcID, data []byte) {
	r.add(heard{What: "listener", ID: id, Data: string(data)})
}

// text returns what all calls carried.
func (r *recorder) text() (text string) {
	for _, h := range r.all() {
		text += h.Data
	}
	return text
}

func (r *recorder) all() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]heard(nil), r.calls...)
}

// openFDs counts our descriptors.
func openFDs(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("cannot count descriptors here:", err)
	}
	return len(entries)
}

// numbers is what seq prints.
func numbers(from, to int) string {
	var b bytes.Buffer
	for i := from; i <= to; i++ {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

// python returns Debian's interpreter if it has the reference.
func python(t testing.TB) string {
	t.Helper()
	const path = "/usr/bin/python3"
	if err := exec.Command(path, "-c", "import supervisor.dispatchers").Run(); err != nil {
		t.Skip("the reference (Debian's supervisor) is not installed:", err)
	}
	return path
}
