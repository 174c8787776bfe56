package scenario

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// fleet starts n quiet programs and then does with them what users do.
func fleet(n int) *Scenario {
	s := &Scenario{Name: fmt.Sprintf("%d programs", n), InQuick: n == 10 || n == 1000, Run: func(e *Env) error { return runFleet(e, n) }}
	switch {
	case n >= 10000:
		s.Runs = 1
	case n >= 1000:
		s.Runs = 3
	}
	s.Targets = map[string]string{
		"start until all RUNNING": "≤ 1.5 × floor", "memory (PSS)": "≤ 12 MiB + 4 KiB each", "idle: context switches": "≤ floor", "idle: CPU": "0",
		"getState, 1 client": "≥ 3 × reference", "getProcessInfo, 1 client": "≥ 3 × reference", "getState, 16 clients": "≥ 8 × reference", "getProcessInfo, 16 clients": "≥ 8 × reference",
		"supervisorctl status": "≤ 1/20 of reference, ≤ 3 × floor", "stopAllProcesses": "≤ 2 × floor", "shutdown": "≤ 2 × floor",
	}
	if n >= 1000 {
		s.Targets["getAllProcessInfo, 1 client"] = "≥ 100 × reference"
		s.Targets["supervisorctl update, one changed"] = "≤ 50 ms"
	}
	return s
}

// A program takes three descriptors of the daemon, which needs some more for
// itself.
const (
	perProgram = 3
	spare      = 500
)

// hardLimit returns how many descriptors a daemon may have here.
func hardLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 4096
	}
	return int(min(limit.Max, 1<<30))
}

// moreFiles is the setting that lets a daemon have the descriptors of n programs,
// as far as the system does.
func moreFiles(n int) string {
	if n <= 5000 {
		return ""
	}
	return fmt.Sprintf("[supervisord]\nminfds=%d\n", min(perProgram*n+spare, hardLimit()))
}

// piped starts as many programs as the limit of descriptors allows, up to n, each
// with a log and thus a pipe for standard output and another for standard error.
func piped(n int) *Scenario {
	n = min(n, (hardLimit()-2*spare)/2/500*500)
	return &Scenario{Name: fmt.Sprintf("%d programs with two logs each", n), Runs: 1,
		Targets: map[string]string{"memory (PSS)": "≤ 12 MiB + 4 KiB each", "idle: CPU": "0"},
		Run: func(e *Env) error {
			if e.C.IsFloor() {
				return nil
			}
			var conf strings.Builder
			conf.WriteString(moreFiles(n))
			for i := range n {
				fmt.Fprintf(&conf, "[program:p%d]\ncommand=/bin/sleep 1000000\nstartsecs=0\nstdout_logfile={DIR}/p%d.out\nstderr_logfile={DIR}/p%d.err\n", i, i, i)
			}
			d, err := started(e, conf.String(), n)
			if err != nil {
				return err
			}
			defer d.Stop()
			idle(e, d.PID, n)
			return shutdown(e, d)
		}}
}

// started starts a daemon and waits for its n programs.
func started(e *Env, conf string, n int) (*target.Daemon, error) {
	began := time.Now()
	d, err := target.Start(e.C, conf)
	if err != nil {
		return nil, err
	}
	if err := d.Running(n); err != nil {
		d.Stop()
		return nil, err
	}
	took := time.Since(began)
	e.Add("start until all RUNNING", report.Seconds, took.Seconds())
	e.Add("start: for each program", report.Seconds, took.Seconds()/float64(n))
	e.Add("start: CPU", report.Seconds, proc.CPU(d.PID).Seconds())
	return d, nil
}

func runFleet(e *Env, n int) error {
	if e.C.IsFloor() {
		return floorFleet(e, n)
	}
	var conf strings.Builder
	conf.WriteString(moreFiles(n))
	for i := range n {
		conf.WriteString(quietProgram(fmt.Sprintf("p%d", i)))
	}
	d, err := started(e, conf.String(), n)
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Up(); err != nil {
		return err
	}
	idle(e, d.PID, n)
	steps := []func() error{
		func() error { return rpcFigures(e, d, n) },
		func() error { return statusCold(e, d) },
		func() error { return update(e, d, conf.String(), n) },
		func() error { return stopAndStart(e, d, n) },
		func() error { return shutdown(e, d) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// idle notes memory, descriptors and threads, and what the process does while
// nothing happens.
func idle(e *Env, pid, n int) {
	time.Sleep(For(e, 2*time.Second, 1200*time.Millisecond)) // what was begun may end
	u := proc.Read(pid)
	e.Add("memory (PSS)", report.Bytes, float64(u.PSS))
	e.Add("memory (RSS)", report.Bytes, float64(u.RSS))
	e.Add("descriptors", report.Count, float64(u.FDs))
	e.Add("threads", report.Count, float64(u.Threads))
	period := For(e, 10*time.Second, 2*time.Second)
	if n >= 1000 {
		period = For(e, 20*time.Second, 2*time.Second)
	}
	cpu := proc.CPU(pid)
	time.Sleep(period)
	v := proc.Read(pid)
	e.Add("idle: context switches", report.Rate, float64(v.Switches-u.Switches)/period.Seconds())
	e.Add("idle: CPU", report.Seconds, (proc.CPU(pid)-cpu).Seconds()/period.Seconds())
}

// statusCold times whole runs of supervisorctl.
func statusCold(e *Env, d *target.Daemon) error {
	if e.C.Ctl == "" {
		return nil
	}
	for range For(e, 20, 5) {
		cmd := exec.Command(e.C.Ctl, "-c", d.Conf, "status")
		cmd.Env = target.Env(d.Dir)
		began := time.Now()
		out, err := cmd.Output()
		took := time.Since(began)
		// status ends with 3 when not all are running; nothing else is allowed.
		if _, ok := err.(*exec.ExitError); err != nil && !ok {
			return err
		}
		if !strings.Contains(string(out), "RUNNING") {
			return fmt.Errorf("%s status printed %.100q", e.C.Ctl, out)
		}
		e.Add("supervisorctl status", report.Seconds, took.Seconds())
	}
	return ctlMemory(e, d)
}

// ctlMemory notes the memory of one run of supervisorctl.
func ctlMemory(e *Env, d *target.Daemon) error {
	cmd := exec.Command(e.Self, "role", "memory", e.C.Ctl, "-c", d.Conf, "status")
	cmd.Env = target.Env(d.Dir)
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	kib, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return err
	}
	e.Add("supervisorctl status: RSS", report.Bytes, float64(kib<<10))
	return nil
}

// update changes one program of all and brings the daemon up to date.
func update(e *Env, d *target.Daemon, conf string, n int) error {
	if e.C.Ctl == "" {
		return nil
	}
	before := map[int]bool{}
	for _, p := range proc.Children(d.PID) {
		before[p] = true
	}
	// A command that differs cannot be applied without a restart.
	changed := strings.Replace(conf, "[program:p5]\ncommand=/bin/sleep 1000000\n", "[program:p5]\ncommand=/bin/sleep 1000001\n", 1)
	if err := d.Write(changed); err != nil {
		return err
	}
	if err := e.Time("reloadConfig, one changed", func() error { _, err := d.RPC.Call("supervisor.reloadConfig"); return err }); err != nil {
		return err
	}
	cmd := exec.Command(e.C.Ctl, "-c", d.Conf, "update")
	cmd.Env = target.Env(d.Dir)
	var out []byte
	err := e.Time("supervisorctl update, one changed", func() (err error) { out, err = cmd.CombinedOutput(); return err })
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if err := d.Until("the changed program", 5*time.Millisecond, func() bool { return len(proc.Children(d.PID)) == n }); err != nil {
		return err
	}
	touched := 0
	for _, p := range proc.Children(d.PID) {
		if !before[p] {
			touched++
		}
	}
	e.Add("update: children replaced", report.Count, float64(touched))
	return nil
}

func stopAndStart(e *Env, d *target.Daemon, n int) error {
	running := d.LogCount("entered RUNNING state")
	if err := e.Time("stopAllProcesses", func() error { _, err := d.RPC.Call("supervisor.stopAllProcesses"); return err }); err != nil {
		return err
	}
	if left := len(proc.Children(d.PID)); left > 0 {
		return fmt.Errorf("%d children are left after stopAllProcesses", left)
	}
	err := e.Time("startAllProcesses", func() error {
		if _, err := d.RPC.Call("supervisor.startAllProcesses", false); err != nil {
			return err
		}
		return d.Running(running + n)
	})
	return err
}

func shutdown(e *Env, d *target.Daemon) error {
	ctx, cancel := context.WithTimeout(context.Background(), target.Limit)
	defer cancel()
	return e.Time("shutdown", func() error {
		if err := syscall.Kill(d.PID, syscall.SIGTERM); err != nil {
			return err
		}
		return d.Ended(ctx)
	})
}

// floorFleet is the same with a bare loop.
func floorFleet(e *Env, n int) error {
	dir, err := tempDir()
	if err != nil {
		return err
	}
	defer target.Clean(dir)
	cmd := exec.Command(e.Self, "role", "floor-fleet", fmt.Sprint(n))
	cmd.Env = target.Env(dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	await := func(word string) error {
		line, err := lines.ReadString('\n')
		if err == nil && strings.TrimSpace(line) != word {
			err = fmt.Errorf("the floor said %q instead of %s", line, word)
		}
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	pid := cmd.Process.Pid
	if err := await("started"); err != nil {
		return err
	}
	took := time.Since(began)
	e.Add("start until all RUNNING", report.Seconds, took.Seconds())
	e.Add("start: for each program", report.Seconds, took.Seconds()/float64(n))
	e.Add("start: CPU", report.Seconds, proc.CPU(pid).Seconds())
	idle(e, pid, n)
	hello, clean, err := helloWorld(e)
	if err != nil {
		return err
	}
	defer clean()
	for range For(e, 20, 5) {
		if err := e.Time("supervisorctl status", func() error { return exec.Command(hello).Run() }); err != nil {
			return err
		}
	}
	if err := e.Time("stopAllProcesses", func() error { syscall.Kill(pid, syscall.SIGUSR1); return await("stopped") }); err != nil {
		return err
	}
	if err := e.Time("startAllProcesses", func() error { syscall.Kill(pid, syscall.SIGUSR2); return await("started") }); err != nil {
		return err
	}
	return e.Time("shutdown", func() error { syscall.Kill(pid, syscall.SIGTERM); return cmd.Wait() })
}

// helloWorld builds the least Go program there is; without a Go toolchain this
// program stands in.
func helloWorld(e *Env) (path string, clean func(), err error) {
	dir, err := tempDir()
	if err != nil {
		return "", nil, err
	}
	clean = func() { os.RemoveAll(dir) }
	source := filepath.Join(dir, "hello.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { println(\"hello\") }\n"), 0o644); err != nil {
		return "", clean, err
	}
	path = filepath.Join(dir, "hello")
	build := exec.Command("go", "build", "-o", path, "-ldflags", "-s -w", source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GO111MODULE=off")
	if out, err := build.CombinedOutput(); err != nil {
		e.Note("supervisorctl status", report.Seconds, fmt.Sprintf("(no hello world: %.40s)", out))
		script := "#!/bin/sh\nexec " + e.Self + " role hello\n"
		return path, clean, os.WriteFile(path, []byte(script), 0o755)
	}
	return path, clean, nil
}
