package web

import (
	"context"
	"errors"
	"fmt"

	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// scope is how many processes an action is about.
type scope int

const (
	oneProcess scope = iota
	oneGroup
	everything
)

// target is what an action is about.
type target struct {
	scope scope
	name  string // full name of a process, or name of a group
}

var all = target{everything, "*"}

// String is how people name it.
func (t target) String() string {
	switch t.scope {
	case oneProcess:
		return namespec.Make(namespec.Split(t.name))
	case oneGroup:
		return "group " + t.name
	default:
		return "all"
	}
}

// verbs are the words for an action: as a request, and as done.
type verbs struct{ todo, done string }

// actionVerbs are the actions there are.
var actionVerbs = map[string]verbs{
	"start":   {"start", "Started"},
	"stop":    {"stop", "Stopped"},
	"restart": {"restart", "Restarted"},
	"clear":   {"clear the logs of", "Cleared the logs of"},
}

// begin starts an action. Its error is that there is no such process or group.
func (s *Site) begin(action string, t target) (*operation, error) {
	d := s.options.Daemon
	var err error
	switch t.scope {
	case oneProcess:
		_, err = d.Process(t.name)
	case oneGroup:
		_, err = d.GroupProcesses(t.name)
	}
	if err != nil {
		return nil, err
	}
	return s.ops.begin(action, t.name, func(ctx context.Context) outcome { return s.act(ctx, action, t) })
}

var errShutdown = wire.NewFault(wire.ShutdownState, "")

// act carries out an action and waits for its end.
func (s *Site) act(ctx context.Context, action string, t target) outcome {
	v := actionVerbs[action]
	if s.options.Daemon.Mood() != core.MoodRunning {
		return failure(v, t, errShutdown, nil)
	}
	if t.scope == oneProcess {
		return s.actOnProcess(ctx, action, t)
	}
	statuses, err := s.actOnMany(ctx, action, t)
	if err != nil {
		return failure(v, t, err, nil)
	}
	return s.summary(v, t, statuses)
}

func (s *Site) actOnProcess(ctx context.Context, action string, t target) outcome {
	d := s.options.Daemon
	var err error
	switch action {
	case "start":
		err = d.Start(ctx, t.name, true)
	case "stop":
		err = d.Stop(ctx, t.name, true)
	case "restart":
		if err = d.Stop(ctx, t.name, true); err == nil || codeOf(err) == wire.NotRunning.String() {
			err = d.Start(ctx, t.name, true)
		}
	case "clear":
		err = d.ClearLogs(ctx, t.name)
	}
	var view *core.View
	if v, e := d.Process(t.name); e == nil {
		view = &v
	}
	if err != nil {
		return failure(actionVerbs[action], t, err, view)
	}
	return outcome{
		message: fmt.Sprintf("%s %s.", actionVerbs[action].done, t),
		results: []Result{{Name: t.name, OK: true, Code: codeSuccess, Message: "OK"}},
	}
}

func failure(v verbs, t target, err error, view *core.View) outcome {
	out := outcome{code: codeOf(err), message: fmt.Sprintf("Cannot %s %s: %s.", v.todo, t, reason(err, view))}
	if t.scope == oneProcess {
		out.results = []Result{{Name: t.name, Code: out.code, Message: reason(err, view)}}
	}
	return out
}

// actOnMany carries out an action on a group or on all.
func (s *Site) actOnMany(ctx context.Context, action string, t target) ([]wire.ProcessStatus, error) {
	d := s.options.Daemon
	start, stop := d.StartAll, d.StopAll
	if t.scope == oneGroup {
		start = func(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
			return d.StartGroup(ctx, t.name, wait)
		}
		stop = func(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
			return d.StopGroup(ctx, t.name, wait)
		}
	}
	switch action {
	case "start":
		return start(ctx, true)
	case "stop":
		return stop(ctx, true)
	case "restart":
		stopped, err := stop(ctx, true)
		if err != nil {
			return nil, err
		}
		started, err := start(ctx, true)
		return merge(stopped, started), err
	}
	if t.scope == everything {
		return d.ClearAllLogs(ctx)
	}
	return s.clearGroup(ctx, t.name)
}

// merge keeps what went wrong with the first half of a restart.
func merge(stopped, started []wire.ProcessStatus) []wire.ProcessStatus {
	var list []wire.ProcessStatus
	for _, st := range stopped {
		if st.Status != wire.Success {
			list = append(list, st)
		}
	}
	return append(list, started...)
}

func (s *Site) clearGroup(ctx context.Context, group string) ([]wire.ProcessStatus, error) {
	views, err := s.options.Daemon.GroupProcesses(group)
	if err != nil {
		return nil, err
	}
	list := make([]wire.ProcessStatus, 0, len(views))
	for i := range views {
		st := wire.ProcessStatus{Name: views[i].Config.Name, Group: group, Status: wire.Success, Description: "OK"}
		if err := s.options.Daemon.ClearLogs(ctx, fullName(&views[i])); err != nil {
			st.Status, st.Description = wire.Failed, err.Error()
			var fault *wire.Fault
			if errors.As(err, &fault) {
				st.Status, st.Description = fault.Code, fault.Text
			}
		}
		list = append(list, st)
	}
	return list, nil
}

// summary puts the outcomes of many processes into one sentence.
func (s *Site) summary(v verbs, t target, statuses []wire.ProcessStatus) outcome {
	out := outcome{results: make([]Result, 0, len(statuses))}
	failed, first := 0, ""
	for _, st := range statuses {
		r := Result{Name: st.Group + ":" + st.Name, OK: st.Status == wire.Success, Code: st.Status.String(), Message: "OK"}
		if !r.OK {
			var view *core.View
			if p, err := s.options.Daemon.Process(r.Name); err == nil {
				view = &p
			}
			r.Message = reason(&wire.Fault{Code: st.Status, Text: st.Description}, view)
			if failed++; failed == 1 {
				first = fmt.Sprintf("%s: %s", namespec.Make(st.Group, st.Name), r.Message)
				out.code = r.Code
			}
		}
		out.results = append(out.results, r)
	}
	what := ""
	if t.scope == oneGroup {
		what = " of " + t.String()
	}
	switch {
	case len(statuses) == 0:
		out.message = fmt.Sprintf("There was nothing to %s%s.", v.todo, orElse(what, ""))
	case failed == 0:
		out.message = fmt.Sprintf("%s %s%s.", v.done, count(len(statuses)), what)
	case failed == 1:
		out.message = fmt.Sprintf("%s %s%s, but not %s.", v.done, count(len(statuses)-1), what, first)
	default:
		out.message = fmt.Sprintf("%s %s%s, but not %s; and %d more.", v.done, count(len(statuses)-failed), what, first, failed-1)
	}
	return out
}

func count(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}
