package api

import (
	"context"
	"slices"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

var processParam = Param{Name: "name", Type: String, Doc: "the name of the process, as name or group:name"}

// processMethods tell about processes.
func (s *supervisor) processMethods() []Method {
	return []Method{
		{
			Name: "getProcessInfo",
			Doc: `Return what is known about one process: name, group, description; start, stop and
now as seconds since the epoch (0 for never); state and statename; spawnerr, why
it could not be started; exitstatus; stdout_logfile (also as logfile) and
stderr_logfile; pid, 0 when it does not run.`,
			Params:  []Param{processParam},
			Returns: Result{Type: Struct, Doc: "the process"},
			Fn: func(_ context.Context, args []any) (any, error) {
				v, err := s.process(args[0])
				if err != nil {
					return nil, err
				}
				info := &wire.ProcessInfo{}
				fillProcessInfo(info, &v)
				return info, nil
			},
		},
		{
			Name:    "getAllProcessInfo",
			Doc:     "Return what is known about every process; see getProcessInfo.",
			Returns: Result{Type: Array, Doc: "a struct for each process, sorted by group and name"},
			Fn: func(context.Context, []any) (any, error) {
				views := s.core.Processes()
				infos := make([]wire.ProcessInfo, len(views))
				for i := range views {
					fillProcessInfo(&infos[i], &views[i])
				}
				return infos, nil
			},
		},
		{
			Name: "getStatusTable",
			Doc: `Return what a display of all processes shows, and nothing else: a line of text for
each process, with its group, its name, the number and the name of its state and
its description. Tabs stand between the five fields, and a line feed at the end of
each line; a backslash, tab, line feed or carriage return within a field is
written \\, \t, \n or \r. It is a tenth as long as the answer of getAllProcessInfo.`,
			Returns:   Result{Type: String, Doc: "a line for each process, sorted by group and name"},
			Extension: true,
			Fn:        func(context.Context, []any) (any, error) { return s.statusTable(), nil },
		},
		{
			Name: "getAllProcessDetails",
			Doc: `Return what getAllProcessInfo has no room for: name and group of each process,
restarts (starts after the first one), tries (failed starts in a row), exited
(whether a process has ended at all), exitstatus (of the last one that has, also
when its start counts as failed; -1 if a signal ended it), expected (whether
exitcodes has it), cause (how it ended, in words; empty if none has), and
listener (the state of an event listener: ACKNOWLEDGED, READY, BUSY or UNKNOWN;
empty for other processes).`,
			Returns:   Result{Type: Array, Doc: "a struct for each process, sorted by group and name"},
			Extension: true,
			Fn: func(context.Context, []any) (any, error) {
				views := s.core.Processes()
				details := make([]any, len(views))
				for i := range views {
					details[i] = processDetails(&views[i])
				}
				return details, nil
			},
		},
	}
}

// statusTable returns the lines of getStatusTable. It is likely to be about as
// long as the last one.
func (s *supervisor) statusTable() string {
	text := make([]byte, 0, s.tableSize.Load()*5/4)
	s.core.EachProcess(func(v *core.View) {
		text = wire.AppendStatusLine(text, &wire.StatusLine{
			Group: v.Group, Name: v.Config.Name,
			State: int(v.State), StateName: v.State.String(), Description: Describe(v),
		})
	})
	s.tableSize.Store(int64(len(text)))
	return string(text)
}

func processDetails(v *core.View) map[string]any {
	return map[string]any{
		"name": v.Config.Name, "group": v.Group, "restarts": v.Restarts, "tries": v.Tries,
		"exited": v.Cause != "", "exitstatus": v.LastExit,
		"expected": v.Cause != "" && slices.Contains(v.Config.ExitCodes, v.LastExit),
		"cause":    v.Cause, "listener": v.Listener,
	}
}

// process returns the single process that an argument names.
func (s *supervisor) process(arg any) (core.View, error) {
	name, err := text(arg)
	if err != nil {
		return core.View{}, err
	}
	if name == "" {
		return core.View{}, badName(name)
	}
	return s.core.Process(name)
}

func fillProcessInfo(info *wire.ProcessInfo, v *core.View) {
	*info = wire.ProcessInfo{
		Name: v.Config.Name, Group: v.Group,
		Start: v.Start, Stop: v.Stop, Now: v.Now,
		State: int(v.State), StateName: v.State.String(),
		SpawnErr: v.SpawnErr, ExitStatus: v.ExitStatus,
		LogFile: v.StdoutLog, StdoutLogFile: v.StdoutLog, StderrLogFile: v.StderrLog,
		PID: v.PID, Description: Describe(v),
	}
}
