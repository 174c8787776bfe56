package command

import (
	"slices"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// The types below are the schema of --output json. Members are only ever added
// to it. What is not known or does not apply is null.

// ProcessDoc is one process in the output of status, wait and fg.
type ProcessDoc struct {
	Name          string  `json:"name"` // as typed: "group:process", or "process" when both are equal
	Group         string  `json:"group"`
	Process       string  `json:"process"`
	State         string  `json:"state"` // RUNNING, STOPPED ...
	StateCode     int     `json:"state_code"`
	PID           *int    `json:"pid"`
	UptimeSeconds *int64  `json:"uptime_seconds"` // while RUNNING
	StartedAt     *int64  `json:"started_at"`     // seconds since the epoch
	StoppedAt     *int64  `json:"stopped_at"`
	ExitStatus    *int    `json:"exit_status"` // of the last exit; -1 for a signal
	Expected      *bool   `json:"expected"`    // that exit status is one of exitcodes=
	SpawnError    *string `json:"spawn_error"`
	Restarts      *int    `json:"restarts"` // null when the server does not count them
	StdoutLog     *string `json:"stdout_logfile"`
	StderrLog     *string `json:"stderr_logfile"`
	Description   string  `json:"description"`
}

// exitCodes maps a namespec to the exit codes that its configuration expects.
type exitCodes map[string][]int

func newExitCodes(configs []client.ConfigInfo) exitCodes {
	codes := exitCodes{}
	for _, c := range configs {
		codes[namespec.Make(c.Group, c.Name)] = c.ExitCodes
	}
	return codes
}

func processDoc(p *wire.ProcessInfo, codes exitCodes) ProcessDoc {
	name := namespec.Make(p.Group, p.Name)
	d := ProcessDoc{
		Name: name, Group: p.Group, Process: p.Name, State: p.StateName, StateCode: p.State,
		PID: nonZero(p.PID), StartedAt: nonZero(p.Start), StoppedAt: nonZero(p.Stop),
		SpawnError: nonZero(p.SpawnErr), StdoutLog: nonZero(p.StdoutLogFile), StderrLog: nonZero(p.StderrLogFile),
		Description: p.Description,
	}
	if p.State == stateRunning {
		up := max(p.Now-p.Start, 0)
		d.UptimeSeconds = &up
	}
	// The API reports 0 for "no exit yet" as well; a time of the last stop tells
	// them apart.
	if p.Stop != 0 {
		status := p.ExitStatus
		d.ExitStatus = &status
		if expected, ok := codes[name]; ok {
			is := slices.Contains(expected, status)
			d.Expected = &is
		}
	}
	return d
}

func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// FaultDoc is what a server refused with.
type FaultDoc struct {
	Code int    `json:"code"`
	Name string `json:"name"` // BAD_NAME ...
	Text string `json:"text"`
}

func faultDoc(code wire.FaultCode, text string) *FaultDoc {
	return &FaultDoc{Code: int(code), Name: code.String(), Text: text}
}

// ResultDoc is the outcome for one process or group, in the output of start,
// stop, restart, signal, clear, add, remove and update.
type ResultDoc struct {
	Action  string    `json:"action"` // start, stop, signal, clear, add, remove, update
	Name    string    `json:"name"`
	Group   string    `json:"group"`
	Process *string   `json:"process"` // null when the outcome is that of a group
	OK      bool      `json:"ok"`
	Outcome string    `json:"outcome"` // "started", "already started", "no such process" ...
	Fault   *FaultDoc `json:"fault"`
	Detail  *string   `json:"detail"` // why a start failed, as far as it is known
}

// ChangeDoc is one group in the output of reread.
type ChangeDoc struct {
	Group  string `json:"group"`
	Change string `json:"change"` // available, changed, disappeared
}

// ConfigDoc is one process in the output of avail.
type ConfigDoc struct {
	Name            string `json:"name"`
	Group           string `json:"group"`
	Process         string `json:"process"`
	InUse           bool   `json:"in_use"`
	Autostart       bool   `json:"autostart"`
	GroupPriority   int    `json:"group_priority"`
	ProcessPriority int    `json:"process_priority"`
	Command         string `json:"command"`
}

// PIDDoc is one process in the output of pid.
type PIDDoc struct {
	Name string `json:"name"` // "supervisord" for the server itself
	PID  int    `json:"pid"`
}

// Process states, as in the API.
const (
	stateStopped = 0
	stateRunning = 20
	stateBackoff = 30
	stateExited  = 100
	stateFatal   = 200
	stateUnknown = 1000
)

// stopped reports whether the reference counts a state as one in which nothing
// runs.
func stopped(state int) bool {
	return state == stateStopped || state == stateExited || state == stateFatal || state == stateUnknown
}
