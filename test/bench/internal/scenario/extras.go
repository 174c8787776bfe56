package scenario

import (
	"fmt"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
)

// extras compares output with options that look at each byte to plain output.
func extras() *Scenario {
	targets := map[string]string{}
	for _, o := range extraOptions {
		targets[o.name] = "≥ 0.5 of plain"
	}
	return &Scenario{Name: "log with options, 1 × 65536-byte writes", Run: runExtras, Targets: targets}
}

var extraOptions = []struct {
	name, supervisord string
	lines             []string
}{
	{"capture", "", []string{"stdout_capture_maxbytes=1MB"}},
	{"strip_ansi", "strip_ansi=true", nil},
	{"PROCESS_LOG events without a listener", "", []string{"stdout_events_enabled=true"}},
	{"loglevel=debug", "loglevel=debug", nil},
}

func runExtras(e *Env) error {
	if e.C.IsFloor() {
		return nil
	}
	base := load{children: 1, size: 64 << 10, total: For(e, 256<<20, 32<<20)}
	plain, err := throughput(e, base)
	if err != nil {
		return err
	}
	e.Add("plain", report.Speed, plain.speed)
	for _, o := range extraOptions {
		l := base
		l.supervisord, l.lines = o.supervisord, o.lines
		if o.supervisord == "loglevel=debug" {
			l.total /= 4 // each byte is written to the activity log as well
		}
		m, err := throughput(e, l)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		e.Add(o.name, report.Speed, m.speed)
		e.Add(o.name+": of plain", report.Share, m.speed/plain.speed)
		e.Add(o.name+": bytes kept", report.Share, m.kept)
	}
	return nil
}
