package api

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/version"
)

// infoMethods tell about supervisord itself.
func (s *supervisor) infoMethods() []Method {
	getAPIVersion := Method{
		Name:    "getAPIVersion",
		Doc:     "Return the version of this XML-RPC interface. It is not the version of supervisord.",
		Returns: Result{Type: String, Name: "version", Doc: "the version of the interface"},
		Fn:      constant(version.API),
	}
	return []Method{
		getAPIVersion,
		alias(getAPIVersion, "getVersion"),
		{
			Name:    "getSupervisorVersion",
			Doc:     "Return the release of Supervisor that this supervisord is compatible with.",
			Returns: Result{Type: String, Name: "version", Doc: "the release"},
			Fn:      constant(version.Supervisor),
		},
		{
			Name: "getIdentification",
			Doc: `Return the identifier of this supervisord, as set by identifier= in the
[supervisord] section. It tells several instances apart.`,
			Returns: Result{Type: String, Name: "identifier", Doc: "the identifier"},
			Fn:      constant(s.identifier),
		},
		{
			Name: "getState",
			Doc: `Return the state of supervisord: FATAL (2), RUNNING (1), RESTARTING (0) or
SHUTDOWN (-1).`,
			Returns: Result{Type: Struct, Name: "state", Doc: "the members int statecode and string statename"},
			Fn:      func(context.Context, []any) (any, error) { return moodStruct(s.core.Mood()), nil },
		},
		{
			Name:    "getPID",
			Doc:     "Return the process id of supervisord.",
			Returns: Result{Type: Int, Name: "pid", Doc: "the process id"},
			Fn:      constant(s.pid),
		},
	}
}

// constant returns a function whose result is always the same.
func constant(v any) Func {
	return func(context.Context, []any) (any, error) { return v, nil }
}

// runningState is the usual answer of getState, made once.
var runningState any = moodMembers(core.MoodRunning)

func moodStruct(m core.Mood) any {
	if m == core.MoodRunning {
		return runningState
	}
	return moodMembers(m)
}

func moodMembers(m core.Mood) wire.Struct {
	return wire.Struct{{Name: "statecode", Value: int(m)}, {Name: "statename", Value: m.String()}}
}
