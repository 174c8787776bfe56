package scenario

import (
	"fmt"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// flood controls one program while another writes as fast as it can.
func flood() *Scenario {
	return &Scenario{Name: "control while another writes", InQuick: true, Run: runFlood, Targets: map[string]string{
		"start: added by the flood, p99": "≤ 5 ms", "stop: added by the flood, p99": "≤ 5 ms", "info: added by the flood, p99": "≤ 5 ms",
	}}
}

func runFlood(e *Env) error {
	if e.C.IsFloor() {
		return nil
	}
	endless := fmt.Sprintf("[program:w]\ncommand=%s\nautostart=false\nstartsecs=0\nstderr_logfile=NONE\nstdout_logfile={DIR}/w0.log\nstdout_logfile_maxbytes=50MB\nstdout_logfile_backups=2\n",
		e.role("write", "65536", fmt.Sprint(1<<50), "0", "{DIR}/stamp0"))
	d, err := target.Start(e.C, endless+quietProgram("p", "autostart=false"))
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Up(); err != nil {
		return err
	}
	budget := For(e, 15*time.Second, 2*time.Second)
	calm, err := control(d, budget)
	if err != nil {
		return err
	}
	if _, err := d.RPC.Call("supervisor.startProcess", "w"); err != nil {
		return err
	}
	wet, err := control(d, budget)
	if err != nil {
		return err
	}
	for _, what := range []string{"start", "info", "stop"} {
		e.Add(what+": idle, p50", report.Seconds, report.Median(calm[what]))
		e.Add(what+": flooded, p50", report.Seconds, report.Median(wet[what]))
		e.Add(what+": flooded, p99", report.Seconds, report.Quantile(wet[what], 0.99))
		e.Add(what+": added by the flood, p99", report.Seconds, max(0, report.Quantile(wet[what], 0.99)-report.Quantile(calm[what], 0.99)))
	}
	return nil
}

// control starts, asks about and stops a program again and again.
func control(d *target.Daemon, budget time.Duration) (map[string][]float64, error) {
	took := map[string][]float64{}
	end := time.Now().Add(budget)
	for i := 0; i < 200 && (i < 2 || time.Now().Before(end)); i++ {
		for _, step := range []struct{ name, method string }{{"start", "supervisor.startProcess"}, {"info", "supervisor.getProcessInfo"}, {"stop", "supervisor.stopProcess"}} {
			if step.name == "stop" {
				// Between fork and exec a child of the reference loses signals.
				time.Sleep(20 * time.Millisecond)
			}
			began := time.Now()
			if _, err := d.RPC.Call(step.method, "p"); err != nil {
				return nil, fmt.Errorf("%s: %w", step.method, err)
			}
			took[step.name] = append(took[step.name], time.Since(began).Seconds())
		}
	}
	return took, nil
}
