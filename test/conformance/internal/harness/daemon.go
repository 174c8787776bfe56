package harness

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Header is the part of a configuration that nearly every case wants: a socket,
// a log and a pid file in the case's directory.
const Header = `[unix_http_server]
file={DIR}/s
[supervisord]
logfile={DIR}/log
pidfile={DIR}/pid
childlogdir={DIR}
identifier=conf
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{DIR}/s
`

// marker is the variable by which the processes of a case are found again.
const marker = "CONFORMANCE_DIR"

// Daemon is a supervisord in the foreground.
type Daemon struct {
	t      *T
	PID    int
	Conf   string // path of the configuration
	Socket string
	Out    *Buffer // what it printed on stdout and stderr
	cmd    *exec.Cmd
	done   chan struct{}
	client *http.Client
	status string
}

// Buffer is a bytes.Buffer for several goroutines.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Env is the environment of every program the harness starts.
func (t *T) Env(extra ...string) []string {
	return append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		// AUTO logs of a daemon without a directory go where they are found by
		// nobody else, and so do those it removes.
		"HOME=" + t.Dir, "TMPDIR=" + t.Dir, "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC", "PYTHONWARNINGS=ignore",
		"PYTHONDONTWRITEBYTECODE=1", marker + "=" + t.Dir,
	}, extra...)
}

// Start runs `supervisord -n -c` on Header and conf, and waits until it answers.
func (t *T) Start(conf string, args ...string) *Daemon {
	d := t.Launch(Header+conf, args...)
	d.AwaitUp()
	return d
}

// Launch runs a daemon on a whole configuration without waiting for it.
func (t *T) Launch(conf string, args ...string) *Daemon {
	t.Write("c", conf)
	return t.LaunchArgs(append([]string{"-n", "-c", t.Path("c")}, args...)...)
}

// LaunchArgs runs a daemon with the given arguments.
func (t *T) LaunchArgs(args ...string) *Daemon {
	d := &Daemon{t: t, Conf: t.Path("c"), Socket: t.Path("s"), Out: &Buffer{}, done: make(chan struct{})}
	d.client = UnixClient(d.Socket)
	words := append(append([]string(nil), t.Wrap...), append([]string{t.Bin + "/supervisord"}, args...)...)
	d.cmd = exec.Command(words[0], words[1:]...)
	d.cmd.Env = t.Env()
	d.cmd.Dir = t.Dir
	d.cmd.Stdout, d.cmd.Stderr = d.Out, d.Out
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A child that outlives the daemon may hold the pipe of its output.
	d.cmd.WaitDelay = 100 * time.Millisecond
	t.Must(d.cmd.Start())
	d.PID = d.cmd.Process.Pid
	go func() {
		d.cmd.Wait()
		d.status = exitText(d.cmd.ProcessState)
		close(d.done)
	}()
	t.Cleanup(d.Kill)
	t.D = d
	return d
}

func exitText(s *os.ProcessState) string {
	ws, ok := s.Sys().(syscall.WaitStatus)
	if ok && ws.Signaled() {
		return "killed by " + ws.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitCode())
}

// UnixClient returns an HTTP client for a UNIX socket.
func UnixClient(path string) *http.Client {
	return &http.Client{Timeout: MaxWait, Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
	}}
}

// AwaitUp waits until the daemon answers a call, and ends the case when it ends
// instead.
func (d *Daemon) AwaitUp() {
	d.t.Until("supervisord to answer", func() bool {
		select {
		case <-d.done:
			d.t.Fatalf("supervisord ended: %s, %s", d.status, d.Out)
		default:
		}
		_, err := d.Try("supervisor.getPID")
		return err == nil
	})
}

// Ended waits for the daemon's end and returns its exit status in words.
func (d *Daemon) Ended() string {
	select {
	case <-d.done:
		return d.status
	case <-time.After(MaxWait):
		d.t.Fatalf("supervisord did not end within %v", MaxWait)
	}
	return ""
}

// Signal sends a signal to the daemon.
func (d *Daemon) Signal(sig syscall.Signal) { d.t.Must(syscall.Kill(d.PID, sig)) }

// Kill ends the daemon at once, without any order.
func (d *Daemon) Kill() {
	select {
	case <-d.done:
	default:
		syscall.Kill(d.PID, syscall.SIGKILL)
		<-d.done
	}
}

// Try calls a method. The error is of the transport or of the decoding.
func (d *Daemon) Try(method string, params ...any) (any, error) {
	return call(d.client, "http://localhost/RPC2", method, params...)
}

func call(c *http.Client, url, method string, params ...any) (any, error) {
	resp, err := c.Post(url, "text/xml", strings.NewReader(EncodeCall(method, params...)))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		io.Copy(io.Discard, resp.Body)
		return nil, fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return DecodeResponse(resp.Body)
}

// Call calls a method of the default daemon's supervisor namespace unless the
// name has a dot, and returns the result; an HTTP error is returned as a text.
func (t *T) Call(method string, params ...any) any {
	if !strings.Contains(method, ".") {
		method = "supervisor." + method
	}
	v, err := t.D.Try(method, params...)
	if err != nil {
		return "(" + strings.TrimPrefix(err.Error(), `Post "http://localhost/RPC2": `) + ")"
	}
	return v
}

// RPC calls a method and writes call and result down.
func (t *T) RPC(method string, params ...any) any {
	v := t.Call(method, params...)
	var args []string
	for _, p := range params {
		if r, ok := p.(Raw); ok {
			args = append(args, string(r))
		} else {
			args = append(args, Show(p))
		}
	}
	t.Printf("%s(%s) = %s", method, strings.Join(args, ", "), Show(v))
	return v
}

// Info returns the process info struct of a process.
func (t *T) Info(name string) Struct {
	v := t.Call("getProcessInfo", name)
	s, ok := v.(Struct)
	if !ok {
		t.Fatalf("getProcessInfo(%s) = %s", name, Show(v))
	}
	return s
}

// State returns the state name of a process.
func (t *T) State(name string) string {
	s, _ := t.Info(name)["statename"].(string)
	return s
}

// PID returns the process number of a child.
func (t *T) PID(name string) int {
	pid, _ := t.Info(name)["pid"].(int)
	return pid
}

// Await waits until a process is in one of some states, e.g. "EXITED|FATAL".
func (t *T) Await(name, states string) {
	last := ""
	ok := t.Within(MaxWait, func() bool {
		last = t.State(name)
		for _, s := range strings.Split(states, "|") {
			if s == last {
				return true
			}
		}
		return false
	})
	if !ok {
		t.Fatalf("%s is %s, not %s", name, last, states)
	}
	t.Settle(name)
}

// Settle waits until a child has become its program: between fork and exec the
// reference's children have the daemon's signal handlers and lose signals.
func (t *T) Settle(name string) {
	t.Until(name+" to run its program", func() bool {
		pid := t.PID(name)
		return pid == 0 || !slices.Equal(Child{pid}.Cmdline(), Child{t.D.PID}.Cmdline())
	})
}

// ShowInfo writes some members of a process's info down.
func (t *T) ShowInfo(name string, keys ...string) {
	info := t.Info(name)
	part := Struct{}
	for _, k := range keys {
		part[k] = info[k]
	}
	t.Printf("%s: %s", name, Show(part))
}

// Log returns the daemon's activity log.
func (t *T) Log() string { return t.Read("log") }

// SettledLog returns the activity log once it has stopped growing: a line may
// be written after the answer to the call that caused it.
func (t *T) SettledLog() string {
	last := t.Log()
	for range 20 {
		time.Sleep(30 * time.Millisecond)
		now := t.Log()
		if now == last {
			break
		}
		last = now
	}
	return last
}

// AwaitLog waits until n lines of the activity log match a regular expression.
func (t *T) AwaitLog(pattern string, n int) {
	if !t.Within(MaxWait, func() bool { return len(Lines(t.Log(), pattern)) >= n }) {
		t.Fatalf("no %d log lines match %q in:\n%s", n, pattern, t.Log())
	}
}

// ShowLogOnce is ShowLog without repetitions.
func (t *T) ShowLogOnce(pattern string) {
	t.Printf("log:")
	seen := map[string]bool{}
	for _, l := range Lines(t.SettledLog(), pattern) {
		if n := Normalise(l); !seen[n] {
			seen[n] = true
			t.Printf("  %s", l)
		}
	}
}

// ShowLog writes the lines of the activity log down that match.
func (t *T) ShowLog(pattern string) {
	t.Printf("log:")
	for _, l := range Lines(t.SettledLog(), pattern) {
		t.Printf("  %s", l)
	}
}

// Over tells whether the daemon has ended.
func (d *Daemon) Over() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// Config returns the entry of getAllConfigInfo of a process.
func (t *T) Config(group, name string) Struct {
	all, _ := t.Call("getAllConfigInfo").(Array)
	for _, e := range all {
		if s, ok := e.(Struct); ok && s["name"] == name && s["group"] == group {
			return s
		}
	}
	return Struct{}
}

// Attach returns a handle on a daemon that was not started by Launch, through
// the usual socket.
func (t *T) Attach() *Daemon {
	d := &Daemon{t: t, Conf: t.Path("c"), Socket: t.Path("s"), Out: &Buffer{}, done: make(chan struct{})}
	d.client = UnixClient(d.Socket)
	return d
}
