package scenario

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// respawn kills a child and waits for the next one.
func respawn() *Scenario {
	return &Scenario{Name: "kill -9 to the new child", InQuick: true, Run: runRespawn, Targets: map[string]string{
		"at once: p50": "≤ 2 × floor", "at once: p99": "≤ 4 × floor", "after startsecs=1: p50": "≤ 2 × floor", "after startsecs=1: p99": "≤ 4 × floor",
	}}
}

func runRespawn(e *Env) error {
	budget := For(e, 15*time.Second, 2*time.Second)
	if e.C.IsFloor() {
		pid, stop, err := startFloor(e, "floor-respawn")
		if err != nil {
			return err
		}
		defer stop()
		if err := kills(e, "at once", pid, 0, 200, budget); err != nil {
			return err
		}
		return kills(e, "after startsecs=1", pid, 0, 20, budget)
	}
	d, err := target.Start(e.C, quietProgram("p", "autorestart=true"))
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(1); err != nil {
		return err
	}
	if err := kills(e, "at once", d.PID, 0, 200, budget); err != nil {
		return err
	}
	d.Stop()
	d, err = target.Start(e.C, "[program:p]\ncommand=/bin/sleep 1000000\nstartsecs=1\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n")
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(1); err != nil {
		return err
	}
	return kills(e, "after startsecs=1", d.PID, 1300*time.Millisecond, 20, budget)
}

// kills kills the only child of a process again and again and notes how long
// the next one takes to be there.
func kills(e *Env, title string, parent int, pause time.Duration, n int, budget time.Duration) error {
	var took []float64
	end := time.Now().Add(budget)
	for i := 0; i < n && (i < 3 || time.Now().Before(end)); i++ {
		old, err := onlyChild(parent, 0)
		if err != nil {
			return err
		}
		// Let the child come to rest, so that its own start is not part of its end.
		time.Sleep(max(pause, 3*time.Millisecond))
		began := time.Now()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			return err
		}
		if _, err := onlyChild(parent, old); err != nil {
			return err
		}
		took = append(took, time.Since(began).Seconds())
	}
	e.Add(title+": p50", report.Seconds, report.Quantile(took, 0.5))
	e.Add(title+": p99", report.Seconds, report.Quantile(took, 0.99))
	return nil
}

// onlyChild waits until a process has a living child other than old.
func onlyChild(parent, old int) (int, error) {
	deadline := time.Now().Add(target.Limit)
	for time.Now().Before(deadline) {
		for _, c := range proc.Children(parent) {
			if c != old && proc.Alive(c) {
				return c, nil
			}
		}
		time.Sleep(50 * time.Microsecond)
	}
	return 0, fmt.Errorf("no child of %d came", parent)
}

// startFloor runs a role as the floor.
func startFloor(e *Env, args ...string) (pid int, stop func(), err error) {
	dir, err := tempDir()
	if err != nil {
		return 0, nil, err
	}
	out, err := os.Create(dir + "/out")
	if err != nil {
		return 0, nil, err
	}
	defer out.Close()
	cmd := exec.Command(e.Self, append([]string{"role"}, args...)...)
	cmd.Env = target.Env(dir)
	cmd.Dir = dir
	cmd.Stdout = out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() {
		cmd.Process.Kill()
		cmd.Wait()
		target.Clean(dir)
	}
	floorOut[cmd.Process.Pid] = dir + "/out"
	return cmd.Process.Pid, stop, nil
}

// floorOut names the standard output of running floors.
var floorOut = map[int]string{}
