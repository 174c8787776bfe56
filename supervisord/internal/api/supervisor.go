package api

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Supervisor is what the methods need of the daemon. *core.Loop has it.
type Supervisor interface {
	Mood() core.Mood
	Shutdown()
	Restart() error

	Process(name string) (core.View, error)
	Processes() []core.View
	EachProcess(fn func(*core.View))
	GroupProcesses(group string) ([]core.View, error)
	ByPriority() []core.View

	Config() (cfg *config.Config, active map[string]bool)
	Reread(ctx context.Context) (added, changed, removed []string, err error)
	AddGroup(ctx context.Context, name string) error
	RemoveGroup(ctx context.Context, name string) error
	UpdateGroup(ctx context.Context, name string) (core.GroupUpdate, error)

	Start(ctx context.Context, name string, wait bool) error
	StartGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error)
	StartAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error)
	Stop(ctx context.Context, name string, wait bool) error
	StopGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error)
	StopAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error)
	Signal(ctx context.Context, name string, sig int) error
	SignalGroup(ctx context.Context, group string, sig int) ([]wire.ProcessStatus, error)
	SignalAll(ctx context.Context, sig int) ([]wire.ProcessStatus, error)

	WriteStdin(ctx context.Context, name string, data []byte) error
	ClearLogs(ctx context.Context, name string) error
	ClearAllLogs(ctx context.Context) ([]wire.ProcessStatus, error)
	RemoteEvent(ctx context.Context, typ, data string) error
}

// ActivityLog is supervisord's own log, as far as clients may see and clear it.
type ActivityLog interface {
	// Path returns the path of the log file, or "" when the log does not go to a
	// file.
	Path() string
	// Clear removes the log file and begins a new one.
	Clear() error
	// Sync waits until what was logged so far is in the file.
	Sync(ctx context.Context) error
}

// Options says what the supervisor namespace speaks for.
type Options struct {
	Supervisor Supervisor
	Log        ActivityLog
	Identifier string // what getIdentification reports
	PID        int    // what getPID reports
}

// supervisor is the supervisor namespace.
type supervisor struct {
	core       Supervisor
	log        ActivityLog
	identifier string
	pid        int
	tableSize  atomic.Int64 // length of the last status table, in bytes
}

// SupervisorMethods returns the methods of the supervisor namespace. While the
// daemon is shutting down or restarting they all fault with SHUTDOWN_STATE, with
// the exception of sendRemoteCommEvent, and of shutdown during a restart.
func SupervisorMethods(o Options) []Method {
	s := &supervisor{core: o.Supervisor, log: o.Log, identifier: o.Identifier, pid: o.PID}
	methods := slices.Concat(s.infoMethods(), s.daemonMethods(), s.configMethods(),
		s.processMethods(), s.startStopMethods(), s.signalMethods(), s.logMethods(), s.inputMethods())
	for i := range methods {
		least := core.MoodRunning
		if methods[i].Name == "shutdown" { // it wins over a restart
			least = core.MoodRestarting
		}
		methods[i].Fn = s.from(least, methods[i].Fn)
	}
	return append(methods, s.remoteCommMethod())
}

// from wraps a function so that it only works in a mood that is least or better:
// while the daemon is not on its way out, or only out in order to come back.
func (s *supervisor) from(least core.Mood, fn Func) Func {
	return func(ctx context.Context, args []any) (any, error) {
		if s.core.Mood() < least {
			return nil, shutdownState
		}
		return fn(ctx, args)
	}
}

// alias returns a method under an older name.
func alias(m Method, name string) Method {
	m.Name = name
	return m
}

// badName is the fault about a name as the caller wrote it, even an empty one.
func badName(name string) *wire.Fault {
	return &wire.Fault{Code: wire.BadName, Text: wire.BadName.String() + ": " + name}
}
