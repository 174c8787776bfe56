package api

import (
	"context"
	"errors"

	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

var (
	namespecParam = Param{Name: "name", Type: String, Doc: "the name of the process, as name, group:name, or group:* for all of a group"}
	waitStarted   = Param{Name: "wait", Type: Boolean, Doc: "whether to wait until it is RUNNING (by default true)", Optional: true}
	waitStopped   = Param{Name: "wait", Type: Boolean, Doc: "whether to wait until it has ended (by default true)", Optional: true}
	statuses      = Result{Type: Array, Doc: "a struct of name, group, status and description for each process concerned"}
)

// startStopMethods start and stop processes.
func (s *supervisor) startStopMethods() []Method {
	return []Method{
		{
			Name:    "startProcess",
			Doc:     "Start a process. For a whole group the result is that of startProcessGroup.",
			Params:  []Param{namespecParam, waitStarted},
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      oneOrGroup(s.core.Start, s.core.StartGroup),
		},
		{
			Name:    "startProcessGroup",
			Doc:     "Start the processes of a group that are not running, in the order of their\npriorities.",
			Params:  []Param{groupParam, waitStarted},
			Returns: statuses,
			Fn:      wholeGroup(s.core.StartGroup),
		},
		{
			Name:    "startAllProcesses",
			Doc:     "Start all processes that are not running, in the order of their priorities.",
			Params:  []Param{waitStarted},
			Returns: statuses,
			Fn: func(ctx context.Context, args []any) (any, error) {
				return list(s.core.StartAll(ctx, flag(args, 0, true)))
			},
		},
		{
			Name:    "stopProcess",
			Doc:     "Stop a process. For a whole group the result is that of stopProcessGroup.",
			Params:  []Param{namespecParam, waitStopped},
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      oneOrGroup(s.core.Stop, s.core.StopGroup),
		},
		{
			Name:    "stopProcessGroup",
			Doc:     "Stop the processes of a group that are running.",
			Params:  []Param{groupParam, waitStopped},
			Returns: statuses,
			Fn:      wholeGroup(s.core.StopGroup),
		},
		{
			Name:    "stopAllProcesses",
			Doc:     "Stop all processes that are running.",
			Params:  []Param{waitStopped},
			Returns: statuses,
			Fn: func(ctx context.Context, args []any) (any, error) {
				return list(s.core.StopAll(ctx, flag(args, 0, true)))
			},
		},
	}
}

// list makes the result of an operation on many processes a method's result.
func list(results []wire.ProcessStatus, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return results, nil
}

type (
	onOne  func(ctx context.Context, name string, wait bool) error
	onMany func(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error)
)

// oneOrGroup makes a method's function that treats one process, or all of a
// group when the name stands for one.
func oneOrGroup(one onOne, group onMany) Func {
	return func(ctx context.Context, args []any) (any, error) {
		name, err := text(args[0])
		if err != nil {
			return nil, err
		}
		wait := flag(args, 1, true)
		if g, ok := groupOf(name); ok {
			return list(asWritten(name)(group(ctx, g, wait)))
		}
		if name == "" {
			return nil, badName(name)
		}
		if err := one(ctx, name, wait); err != nil {
			return nil, err
		}
		return true, nil
	}
}

// groupOf returns the group that a namespec of the form group:* stands for.
func groupOf(name string) (group string, ok bool) {
	group, process := namespec.Split(name)
	return group, process == "" && name != ""
}

// asWritten makes a BAD_NAME fault about a group show the name that the caller
// wrote ("group:*").
func asWritten(name string) func([]wire.ProcessStatus, error) ([]wire.ProcessStatus, error) {
	return func(results []wire.ProcessStatus, err error) ([]wire.ProcessStatus, error) {
		var f *wire.Fault
		if errors.As(err, &f) && f.Code == wire.BadName {
			return nil, badName(name)
		}
		return results, err
	}
}

// wholeGroup makes a method's function of an operation on a group.
func wholeGroup(group onMany) Func {
	return func(ctx context.Context, args []any) (any, error) {
		name, err := key(args[0])
		if err != nil {
			return nil, err
		}
		return list(asWritten(name)(group(ctx, name, flag(args, 1, true))))
	}
}
