package api

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

var signalParam = Param{Name: "signal", Type: String, Doc: "the signal, by name ('HUP') or number ('1')"}

// signalMethods send signals.
func (s *supervisor) signalMethods() []Method {
	return []Method{
		{
			Name:    "signalProcess",
			Doc:     "Send a signal to a process. For a whole group the result is that of\nsignalProcessGroup.",
			Params:  []Param{namespecParam, signalParam},
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      s.signalProcess,
		},
		{
			Name:    "signalProcessGroup",
			Doc:     "Send a signal to all processes of a group that can take one.",
			Params:  []Param{groupParam, signalParam},
			Returns: statuses,
			Fn: func(ctx context.Context, args []any) (any, error) {
				name, err := key(args[0])
				if err != nil {
					return nil, err
				}
				return list(asWritten(name)(s.signalGroup(ctx, name, args[1])))
			},
		},
		{
			Name:    "signalAllProcesses",
			Doc:     "Send a signal to all processes that can take one.",
			Params:  []Param{signalParam},
			Returns: statuses,
			Fn: func(ctx context.Context, args []any) (any, error) {
				sig, fault := signalNumber(args[0])
				if fault != nil {
					return refused(s.core.ByPriority(), fault), nil
				}
				return list(s.core.SignalAll(ctx, sig))
			},
		},
	}
}

func (s *supervisor) signalProcess(ctx context.Context, args []any) (any, error) {
	name, err := text(args[0])
	if err != nil {
		return nil, err
	}
	if g, ok := groupOf(name); ok {
		return list(asWritten(name)(s.signalGroup(ctx, g, args[1])))
	}
	sig, fault := signalNumber(args[1])
	if fault != nil {
		// A name that does not exist is worse than a bad signal.
		if _, err := s.process(name); err != nil {
			return nil, err
		}
		return nil, fault
	}
	if name == "" {
		return nil, badName(name)
	}
	if err := s.core.Signal(ctx, name, sig); err != nil {
		return nil, err
	}
	return true, nil
}

func (s *supervisor) signalGroup(ctx context.Context, group string, signal any) ([]wire.ProcessStatus, error) {
	sig, fault := signalNumber(signal)
	if fault == nil {
		return s.core.SignalGroup(ctx, group, sig)
	}
	views, err := s.core.GroupProcesses(group)
	if err != nil {
		return nil, err
	}
	return refused(views, fault), nil
}

// refused is the result of sending a signal that does not exist to many
// processes: each that could have taken one tells of the fault.
func refused(views []core.View, fault *wire.Fault) []wire.ProcessStatus {
	results := []wire.ProcessStatus{}
	for i := range views {
		if v := &views[i]; v.State.Signallable() {
			results = append(results, wire.ProcessStatus{
				Name: v.Config.Name, Group: v.Group, Status: fault.Code, Description: fault.Text,
			})
		}
	}
	return results
}
