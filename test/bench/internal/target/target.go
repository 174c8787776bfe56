// Package target starts and drives whatever is measured: a Supervisor-compatible
// daemon, or the floor.
package target

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
)

// Contender is something to be measured.
type Contender struct {
	Name    string
	Command []string // "{conf}" stands for the configuration; empty for the floor
	Ctl     string   // its supervisorctl, "" for none
	Binary  string   // the program whose size and start are measured
	// Foreign daemons speak the API but do not write the reference's log lines.
	Foreign bool
}

// IsFloor tells whether this is the floor: the least that the operating system
// asks for, in a few lines of Go in this program.
func (c *Contender) IsFloor() bool { return len(c.Command) == 0 }

// marker is the variable by which the processes of a run are found again.
const marker = "SUPERVISOR_BENCH_DIR"

// Limit bounds every wait.
const Limit = 120 * time.Second

// Daemon is a running daemon.
type Daemon struct {
	C    *Contender
	Dir  string
	PID  int
	Conf string
	Log  string // its activity log
	RPC  *RPC

	cmd  *exec.Cmd
	done chan struct{}
	log  logReader
}

// running holds every *Daemon that was started and not stopped.
var running sync.Map

// StopAll stops all daemons and ends all processes that they have started: for one
// who is interrupted.
func StopAll() {
	running.Range(func(d, _ any) bool {
		d.(*Daemon).Stop()
		return true
	})
}

// Header is the part of a configuration all runs share.
func Header(dir string) string {
	return fmt.Sprintf(`[unix_http_server]
file=%[1]s/s
[supervisord]
logfile=%[1]s/log
logfile_maxbytes=0
pidfile=%[1]s/pid
childlogdir=%[1]s
identifier=bench
minfds=1024
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%[1]s/s
`, dir)
}

// Start runs a daemon on Header and conf in a fresh directory. It does not wait
// for anything.
func Start(c *Contender, conf string) (*Daemon, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	d := &Daemon{C: c, Dir: dir, Conf: dir + "/c", Log: dir + "/log", done: make(chan struct{})}
	conf = strings.ReplaceAll(conf, "{DIR}", dir)
	if err := os.WriteFile(d.Conf, []byte(Header(dir)+conf), 0o644); err != nil {
		return nil, err
	}
	d.log.path = d.Log
	d.RPC = NewRPC(dir + "/s")
	args := make([]string, len(c.Command))
	for i, a := range c.Command {
		args[i] = strings.ReplaceAll(a, "{conf}", d.Conf)
	}
	d.cmd = exec.Command(args[0], args[1:]...)
	d.cmd.Env = Env(dir)
	d.cmd.Dir = dir
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	d.cmd.WaitDelay = 100 * time.Millisecond
	// What it prints goes to a file: a pipe would have to be read.
	out, err := os.Create(dir + "/out")
	if err != nil {
		return nil, err
	}
	d.cmd.Stdout, d.cmd.Stderr = out, out
	err = d.cmd.Start()
	out.Close()
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("cannot start %s: %w", c.Name, err)
	}
	d.PID = d.cmd.Process.Pid
	running.Store(d, nil)
	go func() { d.cmd.Wait(); close(d.done) }()
	return d, nil
}

// Env is the environment of every program measured.
func Env(dir string) []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + dir, "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
		"PYTHONWARNINGS=ignore", marker + "=" + dir}
}

// Write replaces the configuration.
func (d *Daemon) Write(conf string) error {
	return os.WriteFile(d.Conf, []byte(Header(d.Dir)+strings.ReplaceAll(conf, "{DIR}", d.Dir)), 0o644)
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

// Ended waits for the daemon's end.
func (d *Daemon) Ended(ctx context.Context) error {
	select {
	case <-d.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s did not end: %w", d.C.Name, ctx.Err())
	}
}

// Up waits until the daemon answers a call.
func (d *Daemon) Up() error {
	return d.Until("an answer", 20*time.Millisecond, func() bool {
		_, err := d.RPC.Call("supervisor.getState")
		return err == nil
	})
}

// Until polls a condition.
func (d *Daemon) Until(what string, every time.Duration, cond func() bool) error {
	deadline := time.Now().Add(Limit)
	for !cond() {
		if d.Over() {
			out, _ := os.ReadFile(d.Dir + "/out")
			return fmt.Errorf("%s ended while it was waited for %s: %s", d.C.Name, what, lastLines(string(out)))
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: waited %v in vain for %s", d.C.Name, Limit, what)
		}
		time.Sleep(every)
	}
	return nil
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// Running waits until n processes have entered RUNNING, by the daemon's own
// log: to ask it would load it. Foreign daemons are judged by their children.
func (d *Daemon) Running(n int) error {
	if d.C.Foreign {
		return d.Until(fmt.Sprintf("%d children", n), 5*time.Millisecond, func() bool { return len(proc.Children(d.PID)) >= n })
	}
	return d.Until(fmt.Sprintf("%d processes to run", n), 2*time.Millisecond, func() bool { return d.log.count("entered RUNNING state") >= n })
}

// LogCount returns how many lines of the activity log had a text so far.
func (d *Daemon) LogCount(text string) int { return d.log.count(text) }

// Stop ends the daemon and whatever is left of its run, at once.
func (d *Daemon) Stop() {
	running.Delete(d)
	d.RPC.Close()
	if !d.Over() {
		syscall.Kill(d.PID, syscall.SIGKILL)
		<-d.done
	}
	Clean(d.Dir)
}

// Clean kills the processes of a run and removes its directory.
func Clean(dir string) {
	for range 10 {
		left := false
		for _, pid := range proc.WithEnv(marker + "=" + dir) {
			if pid > 1 && pid != os.Getpid() && proc.Alive(pid) {
				syscall.Kill(pid, syscall.SIGKILL)
				left = true
			}
		}
		if !left {
			break
		}
	}
	os.RemoveAll(dir)
}

// Size returns the size of a program file, symbolic links followed.
func Size(path string) int64 {
	p, err := exec.LookPath(path)
	if err != nil {
		return 0
	}
	if p, err = filepath.EvalSymlinks(p); err != nil {
		return 0
	}
	info, err := os.Stat(p)
	if err != nil {
		return 0
	}
	return info.Size()
}
