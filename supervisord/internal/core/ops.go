package core

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// Mood is the daemon's own state; the numbers are those of getState.
type Mood int

// The moods.
const (
	MoodFatal      Mood = 2
	MoodRunning    Mood = 1
	MoodRestarting Mood = 0
	MoodShutdown   Mood = -1
)

// String returns the name that getState reports.
func (m Mood) String() string {
	switch m {
	case MoodFatal:
		return "FATAL"
	case MoodRunning:
		return "RUNNING"
	case MoodRestarting:
		return "RESTARTING"
	default:
		return "SHUTDOWN"
	}
}

// View is a copy of what is known of one process at one moment.
type View struct {
	ID         ProcID
	Group      string
	Config     *config.Process // never nil, never changed
	State      life.State
	PID        int
	Start      int64 // wall clock seconds of the last spawn, 0 for never
	Stop       int64 // of the last exit
	Now        int64
	SpawnErr   string
	ExitStatus int
	HasExit    bool   // ExitStatus is that of a real exit
	LastExit   int    // exit status of the last child that has ended, -1 for a signal; however it counts for ExitStatus
	Cause      string // how the last child ended, in words ("exit status 1", "terminated by SIGKILL"); "" if none has
	StdoutLog  string // "" for none
	StderrLog  string
	Restarts   int    // spawns after the first
	Tries      int    // failed starts in a row
	Listener   string // state of an event listener ("READY", ...), else ""
	Stuck      int    // events that wait although no listener of the pool has taken one for ten seconds
}

// GroupInfo tells of one active group.
type GroupInfo struct {
	Config    *config.Group
	Processes int
	// Event listener pools only.
	Buffered, Discarded uint64
}

// The operations below may be called from any goroutine but the loop's own.
// Errors are *wire.Fault unless the context ended or the loop did.
//
// Names are namespecs ("name", "group:name"); unless told otherwise a name that
// stands for a whole group is BAD_NAME. None of them checks Mood: the XML-RPC
// layer does.

// Mood returns the daemon's state.
func (l *Loop) Mood() Mood { return Mood(l.mood.Load()) }

// Process returns one process.
func (l *Loop) Process(name string) (View, error) { return l.process(name) }

// Processes returns all processes, sorted by group name, then process name.
func (l *Loop) Processes() []View { return l.processes() }

// EachProcess calls fn for every process in the order of Processes. It runs in
// the loop, where everything else waits for it: it must be quick, and must not
// call the Loop. The View is good until fn returns.
func (l *Loop) EachProcess(fn func(*View)) { l.eachProcess(fn) }

// GroupProcesses returns the processes of one group by ascending priority, or
// BAD_NAME.
func (l *Loop) GroupProcesses(group string) ([]View, error) { return l.groupProcesses(group) }

// ByPriority returns all processes by ascending priority of group and process:
// the order in which "all" operations treat them.
func (l *Loop) ByPriority() []View { return l.byPriority() }

// Config returns the configuration that was read last (at start or by Reread),
// and the set of names of the groups that are active.
func (l *Loop) Config() (cfg *config.Config, active map[string]bool) { return l.config() }

// Groups returns the active groups in lexical order.
func (l *Loop) Groups() []GroupInfo { return l.groupInfos() }

// Start starts one process; with wait it returns when the process is RUNNING.
// Faults: BAD_NAME, NO_FILE, NOT_EXECUTABLE, ALREADY_STARTED, FAILED,
// SPAWN_ERROR, ABNORMAL_TERMINATION.
func (l *Loop) Start(ctx context.Context, name string, wait bool) error {
	return l.start(ctx, name, wait)
}

// StartGroup starts the processes of a group that are not up.
func (l *Loop) StartGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return l.startGroup(ctx, group, wait)
}

// StartAll starts every process that is not up.
func (l *Loop) StartAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return l.startAll(ctx, wait)
}

// Stop stops one process; with wait it returns when the process is down.
// Faults: BAD_NAME, NOT_RUNNING, FAILED.
func (l *Loop) Stop(ctx context.Context, name string, wait bool) error {
	return l.stop(ctx, name, wait)
}

// StopGroup stops the processes of a group that are up.
func (l *Loop) StopGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return l.stopGroup(ctx, group, wait)
}

// StopAll stops every process that is up.
func (l *Loop) StopAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return l.stopAll(ctx, wait)
}

// Signal sends a signal to one process. Faults: BAD_NAME, NOT_RUNNING, FAILED.
func (l *Loop) Signal(ctx context.Context, name string, sig int) error {
	return l.signal(ctx, name, sig)
}

// SignalGroup sends a signal to each process of a group that can take one.
func (l *Loop) SignalGroup(ctx context.Context, group string, sig int) ([]wire.ProcessStatus, error) {
	return l.signalGroup(ctx, group, sig)
}

// SignalAll sends a signal to every process that can take one.
func (l *Loop) SignalAll(ctx context.Context, sig int) ([]wire.ProcessStatus, error) {
	return l.signalAll(ctx, sig)
}

// WriteStdin queues bytes for a process's standard input. Faults: BAD_NAME,
// NOT_RUNNING, NO_FILE.
func (l *Loop) WriteStdin(ctx context.Context, name string, data []byte) error {
	return l.writeStdin(ctx, name, data)
}

// ClearLogs removes and reopens the logs of one process. Faults: BAD_NAME,
// FAILED.
func (l *Loop) ClearLogs(ctx context.Context, name string) error { return l.clearLogs(ctx, name) }

// ClearAllLogs does so for every process, by priority.
func (l *Loop) ClearAllLogs(ctx context.Context) ([]wire.ProcessStatus, error) {
	return l.clearAllLogs(ctx)
}

// Reread reads the configuration file again and keeps the result for AddGroup
// and UpdateGroup. Nothing that runs is touched. Fault: CANT_REREAD with the
// reader's message.
func (l *Loop) Reread(ctx context.Context) (added, changed, removed []string, err error) {
	return l.reread(ctx)
}

// AddGroup activates a group of the configuration read last. Faults: BAD_NAME,
// ALREADY_ADDED, FAILED.
func (l *Loop) AddGroup(ctx context.Context, name string) error { return l.addGroup(ctx, name) }

// RemoveGroup deactivates a group all of whose processes are down. Faults:
// BAD_NAME, STILL_RUNNING.
func (l *Loop) RemoveGroup(ctx context.Context, name string) error { return l.removeGroup(ctx, name) }

// GroupUpdate tells what UpdateGroup did, by process name.
type GroupUpdate struct {
	Added     []string // new processes
	Removed   []string // stopped and removed
	Restarted []string // stopped, reconfigured and started if they were up
	Applied   []string // reconfigured without a restart
}

// UpdateGroup brings one active group in line with the configuration read last,
// touching only the processes that differ. Faults: BAD_NAME, FAILED.
func (l *Loop) UpdateGroup(ctx context.Context, name string) (GroupUpdate, error) {
	return l.updateGroup(ctx, name)
}

// RemoteEvent emits a REMOTE_COMMUNICATION event. It returns a little later, at
// most 50 ms, while listeners work off a crowd of events.
func (l *Loop) RemoteEvent(ctx context.Context, typ, data string) error {
	return l.remoteEvent(ctx, typ, data)
}

// Shutdown asks for an orderly end: everything is stopped in reverse priority
// order and Run returns MoodShutdown. It never turns into a restart.
func (l *Loop) Shutdown() { l.setMood(MoodShutdown) }

// Restart asks for an orderly stop after which Run returns MoodRestarting. It
// has no effect once a shutdown has been asked for. The configuration is read
// first: if it is bad, nothing is stopped and the reader's error comes back as
// CANT_REREAD.
func (l *Loop) Restart() error { return l.restart() }

// Notice is one event as seen by a subscriber of Subscribe.
type Notice struct {
	Serial  uint64
	Name    string // event type name, e.g. PROCESS_STATE_RUNNING
	Payload []byte
}

// Subscribe delivers every event whose type is one of types (abstract types
// match their subtypes; none means all) until cancel is called. Up to buffer
// events wait; a subscriber that is slower loses the oldest, and lost counts
// them. The channel is closed when the loop ends.
func (l *Loop) Subscribe(types []string, buffer int) (events <-chan Notice, lost func() uint64, cancel func()) {
	return l.subscribe(types, buffer)
}
