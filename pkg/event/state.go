package event

// State is a process state, by its number in the XML-RPC API.
type State int

// The process states.
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

// String returns the state's name, e.g. "RUNNING".
func (s State) String() string { return s.Type().String()[len("PROCESS_STATE_"):] }

// Type returns the type of the event that is sent when a process enters the
// state.
func (s State) Type() Type {
	switch s {
	case Stopped:
		return ProcessStateStopped
	case Starting:
		return ProcessStateStarting
	case Running:
		return ProcessStateRunning
	case Backoff:
		return ProcessStateBackoff
	case Stopping:
		return ProcessStateStopping
	case Exited:
		return ProcessStateExited
	case Fatal:
		return ProcessStateFatal
	default:
		return ProcessStateUnknown
	}
}

// legacyChange returns the type that 3.0a3 had for a change of state, or None.
func legacyChange(from, to State) Type {
	switch [2]State{from, to} {
	case [2]State{Stopped, Starting}:
		return LegacyStartingFromStopped
	case [2]State{Backoff, Starting}:
		return LegacyStartingFromBackoff
	case [2]State{Exited, Starting}:
		return LegacyStartingFromExited
	case [2]State{Fatal, Starting}:
		return LegacyStartingFromFatal
	case [2]State{Starting, Running}:
		return LegacyRunningFromStarting
	case [2]State{Starting, Backoff}:
		return LegacyBackoffFromStarting
	case [2]State{Running, Stopping}:
		return LegacyStoppingFromRunning
	case [2]State{Starting, Stopping}:
		return LegacyStoppingFromStarting
	case [2]State{Running, Exited}:
		return LegacyExitedFromRunning
	case [2]State{Stopping, Stopped}:
		return LegacyStoppedFromStopping
	case [2]State{Backoff, Fatal}:
		return LegacyFatalFromBackoff
	}
	if to == Unknown {
		return LegacyToUnknown
	}
	return None
}
