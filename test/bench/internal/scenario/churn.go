package scenario

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// churn restarts /bin/true without end.
func churn(n int) *Scenario {
	return &Scenario{Name: fmt.Sprintf("churn, %d × /bin/true", n), InQuick: n == 10, Run: func(e *Env) error { return runChurn(e, n) },
		Targets: map[string]string{"spawns": "≥ 0.6 × floor", "daemon CPU a spawn": "≤ 1/4 of reference"}}
}

func runChurn(e *Env, n int) error {
	period := For(e, 8*time.Second, 2*time.Second)
	if e.C.IsFloor() {
		pid, stop, err := startFloor(e, "floor-churn", fmt.Sprint(n))
		if err != nil {
			return err
		}
		defer stop()
		size := func() int {
			info, err := os.Stat(floorOut[pid])
			if err != nil {
				return 0
			}
			return int(info.Size())
		}
		for size() == 0 {
			time.Sleep(time.Millisecond)
		}
		countSpawns(e, pid, period, size)
		return nil
	}
	var conf strings.Builder
	for i := range n {
		fmt.Fprintf(&conf, "[program:p%d]\ncommand=/bin/true\nstartsecs=0\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n", i)
	}
	d, err := target.Start(e.C, conf.String())
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(n); err != nil {
		return err
	}
	countSpawns(e, d.PID, period, func() int { return d.LogCount("INFO spawned: ") })
	return nil
}

func countSpawns(e *Env, pid int, period time.Duration, count func() int) {
	u, cpu, from := proc.Read(pid), proc.CPU(pid), count()
	began := time.Now()
	time.Sleep(period)
	spawns := float64(count() - from)
	took := time.Since(began).Seconds()
	v, cpu2 := proc.Read(pid), proc.CPU(pid)
	e.Add("spawns", report.Rate, spawns/took)
	if spawns > 0 {
		e.Add("daemon CPU a spawn", report.Seconds, (cpu2-cpu).Seconds()/spawns)
		e.Add("child CPU a spawn", report.Seconds, (v.ChildCPU-u.ChildCPU).Seconds()/spawns)
	}
}
