package command

import (
	"slices"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// The types below are the schema of --output json. Members are only ever added
// to it. What is not known or does not apply is null.

// The tag "doc" is the text of the manual.

// ProcessDoc is one process in the output of status and wait.
type ProcessDoc struct {
	Name          string  `json:"name" doc:"as it is typed: group:process, or one name where both are equal"`
	Group         string  `json:"group" doc:"group"`
	Process       string  `json:"process" doc:"process within the group"`
	State         string  `json:"state" doc:"STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED, FATAL or UNKNOWN"`
	StateCode     int     `json:"state_code" doc:"number of the state in the API"`
	PID           *int    `json:"pid" doc:"process id, null when there is no process"`
	UptimeSeconds *int64  `json:"uptime_seconds" doc:"time since the start, null unless RUNNING"`
	StartedAt     *int64  `json:"started_at" doc:"time of the last start in seconds since the epoch, null for never"`
	StoppedAt     *int64  `json:"stopped_at" doc:"time of the last end, null for never"`
	ExitStatus    *int    `json:"exit_status" doc:"of the last end, -1 when a signal ended the process, null before"`
	Expected      *bool   `json:"expected" doc:"whether exitcodes= has that exit status"`
	SpawnError    *string `json:"spawn_error" doc:"why the last start failed, null when it did not"`
	Restarts      *int    `json:"restarts" doc:"starts after the first one, null when the server does not count them"`
	Listener      *string `json:"listener" doc:"state of an event listener: ACKNOWLEDGED, READY, BUSY or UNKNOWN; null for other processes"`
	StdoutLog     *string `json:"stdout_logfile" doc:"log of stdout, null without one"`
	StderrLog     *string `json:"stderr_logfile" doc:"log of stderr, null without one"`
	Description   string  `json:"description" doc:"what the text form shows behind the state"`
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

// newDetails maps a namespec to what the server counts beyond the API of the
// Python Supervisor.
func newDetails(list []client.ProcessDetail) map[string]*client.ProcessDetail {
	details := make(map[string]*client.ProcessDetail, len(list))
	for i := range list {
		details[namespec.Make(list[i].Group, list[i].Name)] = &list[i]
	}
	return details
}

// add fills in details, which are nil where the server has none.
func (d *ProcessDoc) add(detail *client.ProcessDetail) {
	if detail == nil {
		return
	}
	d.Restarts = &detail.Restarts
	d.Listener = nonZero(detail.Listener)
	d.ExitStatus, d.Expected = nil, nil
	if detail.Exited {
		d.ExitStatus, d.Expected = &detail.ExitStatus, &detail.Expected
	}
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
	Code int    `json:"code" doc:"number of the fault in the API"`
	Name string `json:"name" doc:"its name: BAD_NAME, NOT_RUNNING ..."`
	Text string `json:"text" doc:"the server's text"`
}

func faultDoc(code wire.FaultCode, text string) *FaultDoc {
	return &FaultDoc{Code: int(code), Name: code.String(), Text: text}
}

// ResultDoc is the outcome for one process or group, in the output of start,
// stop, restart, signal, clear, add, remove and update.
type ResultDoc struct {
	Action  string    `json:"action" doc:"start, stop, signal, clear, add, remove or update; restart has a stop and a start for each process"`
	Name    string    `json:"name" doc:"process or group, as it is typed"`
	Group   string    `json:"group" doc:"group"`
	Process *string   `json:"process" doc:"process within the group, null when the outcome is that of the group"`
	OK      bool      `json:"ok" doc:"whether it was done"`
	Outcome string    `json:"outcome" doc:"what the text form says: started, already started, no such process ..."`
	Fault   *FaultDoc `json:"fault" doc:"what the server refused with, null when it did not"`
	Detail  *string   `json:"detail" doc:"why a start failed, as far as it is known: the error, the exit status, the end of stderr"`
}

// ChangeDoc is one group in the output of reread.
type ChangeDoc struct {
	Group  string `json:"group" doc:"group"`
	Change string `json:"change" doc:"available, changed or disappeared"`
}

// ConfigDoc is one process in the output of avail.
type ConfigDoc struct {
	Name            string `json:"name" doc:"as it is typed"`
	Group           string `json:"group" doc:"group"`
	Process         string `json:"process" doc:"process within the group"`
	InUse           bool   `json:"in_use" doc:"whether its group is active"`
	Autostart       bool   `json:"autostart" doc:"autostart="`
	GroupPriority   int    `json:"group_priority" doc:"priority= of the group"`
	ProcessPriority int    `json:"process_priority" doc:"priority= of the process"`
	Command         string `json:"command" doc:"command="`
}

// PIDDoc is one process in the output of pid.
type PIDDoc struct {
	Name string `json:"name" doc:"as it is typed; supervisord for the server itself"`
	PID  int    `json:"pid" doc:"process id, 0 when there is no process"`
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
