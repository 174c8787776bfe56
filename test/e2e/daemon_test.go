package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/tracked"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// header is the part of a configuration that nearly every test wants.
const header = `[unix_http_server]
file={D}/s
[supervisord]
logfile={D}/log
pidfile={D}/pid
childlogdir={D}
identifier=e2e
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{D}/s
`

// marker is the variable by which the processes of a test are found again.
const marker = "E2E_DIR"

// daemon is a supervisord and the directory that it works in.
type daemon struct {
	t    testing.TB
	dir  string
	bin  string
	rpc  *client.Client
	http *http.Client
	out  *buffer // stdout and stderr

	wrap   []string // words before the program's name
	env    []string // besides the usual
	cred   *syscall.Credential
	stdio  [3]*os.File // where they are set
	pid    int         // of the daemon, or of what wraps it
	cmd    *exec.Cmd
	done   chan struct{} // closed when it has ended
	mayEnd bool          // its end is no failure of the test
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// sources has the test cache know what the programs under test are made of.
var sources = sync.OnceValue(func() error {
	return tracked.Trees("../../pkg", "../../supervisord", "../../supervisorctl", "../../eventlisten", "../../commevent",
		"../../logrotate", "../../pidproxy", "../../examples")
})

// newDaemon returns a daemon that is not started, in a directory of its own.
func newDaemon(t testing.TB) *daemon {
	t.Helper()
	must(t, sources())
	dir, err := os.MkdirTemp(tmp, "")
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.Chmod(dir, 0o755))
	d := &daemon{t: t, dir: dir, bin: bin, out: &buffer{}}
	d.rpc, err = client.New(client.Options{URL: "unix://" + d.path("s"), DialTimeout: patience})
	must(t, err)
	d.http = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", d.path("s"))
		},
	}}
	t.Cleanup(d.cleanup)
	return d
}

// start starts a daemon in the foreground on header and the rest of a
// configuration, and waits until it answers. "{D}" stands for its directory,
// "{BIN}" for that of the programs.
func start(t testing.TB, conf string, args ...string) *daemon {
	t.Helper()
	d := newDaemon(t)
	d.configure(conf)
	d.launch(args...)
	d.up()
	return d
}

// configure writes the configuration file.
func (d *daemon) configure(conf string) { d.write("c", header+conf) }

// launch starts `supervisord -n -s -c c ARGS` without waiting for anything.
func (d *daemon) launch(args ...string) {
	d.t.Helper()
	d.exec(append([]string{"-n", "-s", "-c", d.path("c")}, args...)...)
}

// exec starts supervisord with the given arguments.
func (d *daemon) exec(args ...string) {
	d.t.Helper()
	words := append(append([]string(nil), d.wrap...), d.bin+"/supervisord")
	words = append(words, args...)
	d.cmd = exec.Command(words[0], words[1:]...)
	d.cmd.Dir = d.dir
	d.cmd.Env = d.environ()
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	if d.stdio[0] != nil {
		d.cmd.Stdin = d.stdio[0]
	}
	if d.stdio[1] != nil {
		d.cmd.Stdout = d.stdio[1]
	}
	if d.stdio[2] != nil {
		d.cmd.Stderr = d.stdio[2]
	}
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: d.cred}
	d.cmd.WaitDelay = 100 * time.Millisecond // children may outlive it, with its output
	must(d.t, d.cmd.Start())
	d.mayEnd = false
	d.pid = d.cmd.Process.Pid
	cmd, done := d.cmd, make(chan struct{})
	d.done = done
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
}

// environ is the environment of whatever a test starts.
func (d *daemon) environ() []string {
	return append([]string{
		"PATH=" + d.bin + ":" + bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + d.dir, "TMPDIR=" + d.dir, "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC",
		marker + "=" + d.dir, "GORACE=halt_on_error=0",
	}, d.env...)
}

// up waits until the daemon answers.
func (d *daemon) up() {
	d.t.Helper()
	d.eventually("supervisord to answer", func() (bool, any) {
		if d.hasEnded() {
			d.mayEnd = true
			d.t.Fatalf("supervisord has ended: %s\n%s", d.cmd.ProcessState, d.out)
		}
		_, err := d.rpc.PID(d.ctx())
		return err == nil, err
	})
}

// ended waits for the daemon's end and returns its exit status, -1 for a signal.
func (d *daemon) ended() int {
	d.t.Helper()
	d.mayEnd = true
	select {
	case <-d.done:
	case <-time.After(patience):
		d.t.Fatalf("supervisord does not end\n%s", d.log())
	}
	return d.cmd.ProcessState.ExitCode()
}

func (d *daemon) hasEnded() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// signal sends a signal to the daemon.
func (d *daemon) signal(sig syscall.Signal) {
	d.t.Helper()
	must(d.t, syscall.Kill(d.pid, sig))
}

// stop ends the daemon in an orderly way and expects exit status 0.
func (d *daemon) stop() {
	d.t.Helper()
	d.signal(syscall.SIGTERM)
	if status := d.ended(); status != 0 {
		d.t.Errorf("supervisord: exit status %d\n%s", status, d.out)
	}
}

// cleanup kills what is left, and says what happened if the test has failed.
func (d *daemon) cleanup() {
	if d.cmd != nil && d.hasEnded() && !d.mayEnd {
		d.t.Errorf("supervisord has ended by itself: %s\n%s", d.cmd.ProcessState, d.out)
	}
	d.killAll()
	if d.cmd != nil {
		<-d.done
	}
	if out := d.out.String(); strings.Contains(out, "DATA RACE") || strings.Contains(out, "goroutine 1 [") {
		d.t.Errorf("supervisord says:\n%s", out)
	}
	d.http.CloseIdleConnections()
	d.rpc.Close()
	if d.t.Failed() {
		d.t.Logf("activity log:\n%s", tail(d.log(), 6000))
		out := d.out.String()
		for _, crash := range []string{"panic: ", "fatal error: ", "runtime: "} {
			if i := strings.Index(out, crash); i >= 0 {
				d.t.Logf("a crash:\n%.3000s", out[i:])
				break
			}
		}
		d.t.Logf("output:\n%s", tail(out, 2000))
	}
	_ = os.RemoveAll(d.dir)
}

// killAll kills the daemon and all that it has started, until nothing is left.
func (d *daemon) killAll() {
	for range 100 {
		left := d.processes()
		if len(left) == 0 {
			return
		}
		if slices.Contains(left, d.pid) {
			_ = syscall.Kill(d.pid, syscall.SIGSTOP) // or it would start some again
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		<-time.After(2 * time.Millisecond)
	}
}

// processes returns the pids of what this test has started and is alive.
func (d *daemon) processes() (pids []int) {
	mark := []byte(marker + "=" + d.dir + "\x00")
	for _, pid := range allPIDs() {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && pid != os.Getpid() && bytes.Contains(append(env, 0), mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (d *daemon) path(name string) string { return filepath.Join(d.dir, name) }

// fill replaces the placeholders of a text.
func (d *daemon) fill(text string) string {
	return strings.NewReplacer("{D}", d.dir, "{BIN}", d.bin).Replace(text)
}

// write writes a file into the daemon's directory.
func (d *daemon) write(name, text string) {
	d.t.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	must(d.t, os.WriteFile(d.path(name), []byte(d.fill(text)), mode))
}

// read returns a file of the daemon's directory, "" if there is none.
func (d *daemon) read(name string) string {
	b, _ := os.ReadFile(d.path(name))
	return string(b)
}

// log returns the activity log.
func (d *daemon) log() string { return d.read("log") }

// lines returns how many lines of a file contain text.
func (d *daemon) lines(name, text string) (n int) {
	for line := range strings.Lines(d.read(name)) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// ctx bounds one call.
func (d *daemon) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	d.t.Cleanup(cancel)
	return ctx
}

// info returns what the daemon says of a process.
func (d *daemon) info(name string) wire.ProcessInfo {
	d.t.Helper()
	info, err := d.rpc.ProcessInfo(d.ctx(), name)
	must(d.t, err)
	return info
}

// state waits until a process is in one of the states.
func (d *daemon) state(name string, states ...string) (info wire.ProcessInfo) {
	d.t.Helper()
	d.eventually(name+" to be "+strings.Join(states, " or "), func() (bool, any) {
		info = d.info(name)
		for _, s := range states {
			if info.StateName == s {
				return true, nil
			}
		}
		return false, info
	})
	return info
}

// child waits until a process has a child and returns its pid.
func (d *daemon) child(name string) (pid int) {
	d.t.Helper()
	d.eventually("a child of "+name, func() (bool, any) {
		info := d.info(name)
		pid = info.PID
		return pid != 0, info
	})
	return pid
}

// startp and stopp start and stop a process and wait.
func (d *daemon) startp(name string) {
	d.t.Helper()
	must(d.t, d.rpc.StartProcess(d.ctx(), name, true))
}

func (d *daemon) stopp(name string) {
	d.t.Helper()
	must(d.t, d.rpc.StopProcess(d.ctx(), name, true))
}

// has waits until a file contains text and returns it.
func (d *daemon) has(name, text string) (content string) {
	d.t.Helper()
	d.eventually(fmt.Sprintf("%q in %s", text, name), func() (bool, any) {
		content = d.read(name)
		return strings.Contains(content, text), tail(content, 2000)
	})
	return content
}

// pidIn waits for a pid in a file.
func (d *daemon) pidIn(name string) (pid int) {
	d.t.Helper()
	d.eventually("a pid in "+name, func() (bool, any) {
		text := d.read(name)
		n, err := fmt.Sscanf(text, "%d\n", &pid)
		return n == 1 && err == nil && strings.HasSuffix(text, "\n"), text
	})
	return pid
}

// gone waits until there is no such process any more.
func (d *daemon) gone(pid int) {
	d.t.Helper()
	d.eventually(fmt.Sprintf("process %d to be gone", pid), func() (bool, any) { return !alive(pid), stat(pid) })
}

// ctl runs supervisorctl and returns its exit status and what it prints.
func (d *daemon) ctl(args ...string) (status int, out string) {
	d.t.Helper()
	return d.run(append([]string{"supervisorctl", "-c", d.path("c")}, args...)...)
}

// as runs a program as another user; it must succeed.
func (d *daemon) as(uid uint32, words ...string) string {
	d.t.Helper()
	status, out := d.command(&syscall.Credential{Uid: uid, Gid: uid}, words...)
	if status != 0 {
		d.t.Fatalf("%q as %d: exit status %d, %s", words, uid, status, out)
	}
	return out
}

// run runs a program in the daemon's directory.
func (d *daemon) run(words ...string) (status int, out string) {
	d.t.Helper()
	return d.command(nil, words...)
}

func (d *daemon) command(as *syscall.Credential, words ...string) (status int, out string) {
	d.t.Helper()
	name := words[0]
	if !strings.Contains(name, "/") {
		if path := filepath.Join(bin, name); exists(path) {
			name = path
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, words[1:]...)
	cmd.Dir, cmd.Env = d.dir, d.environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.WaitDelay = time.Second
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		d.t.Fatalf("%q: %v %v\n%s", words, err, ctx.Err(), b)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

// fault returns the fault code of an error, 0 if it is none.
func fault(err error) wire.FaultCode {
	var f *wire.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return 0
}
