// Package life is the life cycle of one process as a pure function: a table
// from (state, event) to (state, actions). It performs no I/O, starts no
// goroutine and never reads a clock.
package life

import "time"

// State is a process state; the numbers are those of the XML-RPC API.
type State int

// The process states of Supervisor.
const (
	Stopped  State = 0
	Starting State = 10
	Running  State = 20
	Backoff  State = 30
	Stopping State = 40
	Exited   State = 100
	Fatal    State = 200
	Unknown  State = 1000
)

// String returns the state's name in Supervisor's documents, e.g. "RUNNING".
func (s State) String() string {
	switch s {
	case Stopped:
		return "STOPPED"
	case Starting:
		return "STARTING"
	case Running:
		return "RUNNING"
	case Backoff:
		return "BACKOFF"
	case Stopping:
		return "STOPPING"
	case Exited:
		return "EXITED"
	case Fatal:
		return "FATAL"
	default:
		return "UNKNOWN"
	}
}

// Up reports whether clients count the state as running: RUNNING, STARTING or
// BACKOFF.
func (s State) Up() bool { return s == Running || s == Starting || s == Backoff }

// Down reports whether the state is one in which nothing is left to stop:
// STOPPED, EXITED, FATAL or UNKNOWN.
func (s State) Down() bool { return s == Stopped || s == Exited || s == Fatal || s == Unknown }

// Signallable reports whether the process may be sent a signal: RUNNING,
// STARTING or STOPPING.
func (s State) Signallable() bool { return s == Running || s == Starting || s == Stopping }

// Policy is the part of a process's configuration that its life cycle depends
// on.
type Policy struct {
	Autostart   bool
	AutoRestart AutoRestart
	//lint:ignore ST1011 it is the option of that name
	StartSecs    time.Duration
	StartRetries int
	StopWait     time.Duration
	StopSignal   int
	StopAsGroup  bool
	KillAsGroup  bool
	ExitCodes    *[4]uint64 // bit set of the expected exit codes, 0..255
}

// AutoRestart mirrors config.AutoRestart.
type AutoRestart int

// The values of autorestart=.
const (
	RestartNever AutoRestart = iota
	RestartUnexpected
	RestartAlways
)

// Process is the whole life-cycle state of one process: plain data, copied by
// Step.
type Process struct {
	State      State
	PID        int     // 0 when there is no child
	Spawning   bool    // a Spawn action was given and neither Spawned nor SpawnFailed has come yet
	StopWanted bool    // a stop came while Spawning, and the kill follows Spawned; or the child is UNKNOWN because its stop signal could not be sent
	Killing    bool    // the child was sent its stop signal: its exit means STOPPED
	Killed     bool    // the child was sent the final SIGKILL
	Tries      int     // failed starts in a row (the reference's "backoff")
	Deadline   Instant // when to send Wake; 0 for none. BACKOFF, and STARTING and STOPPING with a child, hold one; nothing else does
	Started    Instant // last attempt to spawn, then the moment its child existed; 0 if never
	Ended      Instant // last exit; 0 if never

	ExitStatus int    // of the last exit: the code, or -1 for a signal
	HasExit    bool   // ExitStatus is valid
	SpawnErr   string // why the last start failed or ended; "" when fine
}

// EventKind is the kind of an Event.
type EventKind int

// What can happen to a process.
const (
	Wake        EventKind = iota // the deadline passed
	Start                        // a request to start (also autostart)
	Spawned                      // a child exists: PID
	SpawnFailed                  // no child could be made: Reason
	Stop                         // a request to stop
	Exit                         // the child was reaped and its output drained: ExitStatus, Cause
	KillFailed                   // a signal could not be sent though the child exists: Reason
)

// Event is something that happened.
type Event struct {
	Kind       EventKind
	PID        int    // Spawned; optional for Exit and KillFailed: when not 0, another child's is ignored
	Reason     string // SpawnFailed, KillFailed
	ExitStatus int    // Exit: the code, or -1 for a signal
	// NoRestart is set while the daemon shuts down: nothing is started, neither
	// by an exit, a deadline or a Start, and a stop in BACKOFF gives up.
	NoRestart bool
}

// ActionKind is the kind of an Action.
type ActionKind int

// What Step asks its caller to do, in order.
const (
	DoSpawn  ActionKind = iota + 1 // fork and exec; answer with Spawned or SpawnFailed
	DoKill                         // send Signal, to the process group if AsGroup
	DoNotify                       // emit PROCESS_STATE_<To> with From, Tries, Expected, PID
	DoLog                          // write the activity-log line named by Log
)

// LogKind names an activity-log line of the life cycle.
type LogKind int

// The lines; core renders them in the reference's words.
const (
	LogSpawnErr     LogKind = iota + 1 // info:  spawnerr: REASON
	LogSpawned                         // info:  spawned: 'NAME' with pid PID
	LogSuccess                         // info:  success: NAME entered RUNNING state, process has stayed up for > than N seconds (startsecs)
	LogGaveUp                          // info:  gave up: NAME entered FATAL state, too many start retries too quickly
	LogStopped                         // info/warn: stopped: NAME (CAUSE)
	LogExitedFast                      // warn:  exited: NAME (CAUSE; not expected)
	LogExited                          // info/warn: exited: NAME (CAUSE; expected | not expected)
	LogSigkill                         // warn:  killing 'NAME' (PID) with SIGKILL
	LogKillBackoff                     // debug: Attempted to kill NAME, which is in BACKOFF state.
	LogKilling                         // debug: killing NAME (pid PID) [process group ]with signal SIGX
	LogKillFailed                      // crit:  unknown problem killing NAME (PID):REASON
	LogSignalFailed                    // crit:  unknown problem sending sig NAME (PID):REASON
)

// Action is one effect for the caller to carry out.
type Action struct {
	Kind     ActionKind
	From, To State // DoNotify
	Expected bool  // DoNotify to EXITED; DoLog LogExited, LogStopped
	Tries    int   // DoNotify to STARTING, BACKOFF
	PID      int   // DoNotify, DoKill, DoLog
	Signal   int   // DoKill, LogKilling
	AsGroup  bool  // DoKill, LogKilling
	Log      LogKind
	Reason   string // LogSpawnErr, LogKillFailed, LogSignalFailed
}
