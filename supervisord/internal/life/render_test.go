package life_test

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// render writes an action as the reference shows it to the outside: an event
// with its payload, a line of the activity log, a call of kill(2). The name of
// the process is p, that of its group g.
func render(a life.Action, cause string, startSecs int) string {
	switch a.Kind {
	case life.DoSpawn:
		return "spawn"
	case life.DoKill:
		pid := a.PID
		if a.AsGroup {
			pid = -pid
		}
		return fmt.Sprintf("kill %d %d", pid, a.Signal)
	case life.DoNotify:
		e := event.NewState(&event.Change{Process: "p", Group: "g", From: event.State(a.From),
			To: event.State(a.To), Tries: a.Tries, PID: a.PID, Expected: a.Expected})
		return e.Type.String() + " " + string(e.Payload)
	default:
		return renderLog(a, cause, startSecs)
	}
}

func renderLog(a life.Action, cause string, startSecs int) string {
	expected, level := "not expected", "warn"
	if a.Expected {
		expected, level = "expected", "info"
	}
	switch a.Log {
	case life.LogSpawnErr:
		return "info: spawnerr: " + a.Reason
	case life.LogSpawned:
		return fmt.Sprintf("info: spawned: 'p' with pid %d", a.PID)
	case life.LogSuccess:
		return fmt.Sprintf("info: success: p entered RUNNING state, process has stayed up for > than %d seconds (startsecs)", startSecs)
	case life.LogGaveUp:
		return "info: gave up: p entered FATAL state, too many start retries too quickly"
	case life.LogStopped:
		return fmt.Sprintf("%s: stopped: p (%s)", level, cause)
	case life.LogExitedFast:
		return fmt.Sprintf("warn: exited: p (%s; not expected)", cause)
	case life.LogExited:
		return fmt.Sprintf("%s: exited: p (%s; %s)", level, cause, expected)
	case life.LogSigkill:
		return fmt.Sprintf("warn: killing 'p' (%d) with SIGKILL", a.PID)
	case life.LogKillBackoff:
		return "debug: Attempted to kill p, which is in BACKOFF state."
	case life.LogKilling:
		group := ""
		if a.AsGroup {
			group = "process group "
		}
		return fmt.Sprintf("debug: killing p (pid %d) %swith signal %s", a.PID, group, signame(a.Signal))
	case life.LogKillFailed:
		return fmt.Sprintf("crit: unknown problem killing p (%d):%s", a.PID, a.Reason)
	case life.LogSignalFailed:
		return fmt.Sprintf("crit: unknown problem sending sig p (%d):%s", a.PID, a.Reason)
	}
	return fmt.Sprintf("unknown log line %d", a.Log)
}

func signame(sig int) string {
	switch syscall.Signal(sig) {
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGKILL:
		return "SIGKILL"
	}
	return fmt.Sprintf("signal %d", sig)
}

// lines renders all actions.
func lines(acts *life.Actions, cause string, startSecs int) []string {
	var list []string
	for _, a := range acts.Slice() {
		list = append(list, render(a, cause, startSecs))
	}
	return list
}

func joined(acts *life.Actions) string { return strings.Join(lines(acts, "CAUSE", 1), "; ") }
