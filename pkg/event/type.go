package event

// Type is the type of an event that can be sent: no abstract one.
type Type uint8

// The types of Supervisor 4.x.
const (
	None Type = iota // no type: nothing to be sent

	ProcessStateStopped
	ProcessStateStarting
	ProcessStateRunning
	ProcessStateBackoff
	ProcessStateStopping
	ProcessStateExited
	ProcessStateFatal
	ProcessStateUnknown
	ProcessCommunicationStdout
	ProcessCommunicationStderr
	ProcessLogStdout
	ProcessLogStderr
	RemoteCommunication
	SupervisorRunning
	SupervisorStopping
	Tick5
	Tick60
	Tick3600
	ProcessGroupAdded
	ProcessGroupRemoved

	// The types of 3.0a3 that 4.x does not have.

	EventBufferOverflow
	LegacyStartingFromStopped
	LegacyStartingFromBackoff
	LegacyStartingFromExited
	LegacyStartingFromFatal
	LegacyRunningFromStarting
	LegacyBackoffFromStarting
	LegacyStoppingFromRunning
	LegacyStoppingFromStarting
	LegacyExitedFromRunning
	LegacyStoppedFromStopping
	LegacyFatalFromBackoff
	LegacyToUnknown

	numTypes
)

// typeNames holds the name of every type, as it appears in a header.
var typeNames = [numTypes]string{
	ProcessStateStopped:        "PROCESS_STATE_STOPPED",
	ProcessStateStarting:       "PROCESS_STATE_STARTING",
	ProcessStateRunning:        "PROCESS_STATE_RUNNING",
	ProcessStateBackoff:        "PROCESS_STATE_BACKOFF",
	ProcessStateStopping:       "PROCESS_STATE_STOPPING",
	ProcessStateExited:         "PROCESS_STATE_EXITED",
	ProcessStateFatal:          "PROCESS_STATE_FATAL",
	ProcessStateUnknown:        "PROCESS_STATE_UNKNOWN",
	ProcessCommunicationStdout: "PROCESS_COMMUNICATION_STDOUT",
	ProcessCommunicationStderr: "PROCESS_COMMUNICATION_STDERR",
	ProcessLogStdout:           "PROCESS_LOG_STDOUT",
	ProcessLogStderr:           "PROCESS_LOG_STDERR",
	RemoteCommunication:        "REMOTE_COMMUNICATION",
	SupervisorRunning:          "SUPERVISOR_STATE_CHANGE_RUNNING",
	SupervisorStopping:         "SUPERVISOR_STATE_CHANGE_STOPPING",
	Tick5:                      "TICK_5",
	Tick60:                     "TICK_60",
	Tick3600:                   "TICK_3600",
	ProcessGroupAdded:          "PROCESS_GROUP_ADDED",
	ProcessGroupRemoved:        "PROCESS_GROUP_REMOVED",
	EventBufferOverflow:        "EVENT_BUFFER_OVERFLOW",
	LegacyStartingFromStopped:  "PROCESS_STATE_CHANGE_STARTING_FROM_STOPPED",
	LegacyStartingFromBackoff:  "PROCESS_STATE_CHANGE_STARTING_FROM_BACKOFF",
	LegacyStartingFromExited:   "PROCESS_STATE_CHANGE_STARTING_FROM_EXITED",
	LegacyStartingFromFatal:    "PROCESS_STATE_CHANGE_STARTING_FROM_FATAL",
	LegacyRunningFromStarting:  "PROCESS_STATE_CHANGE_RUNNING_FROM_STARTING",
	LegacyBackoffFromStarting:  "PROCESS_STATE_CHANGE_BACKOFF_FROM_STARTING",
	LegacyStoppingFromRunning:  "PROCESS_STATE_CHANGE_STOPPING_FROM_RUNNING",
	LegacyStoppingFromStarting: "PROCESS_STATE_CHANGE_STOPPING_FROM_STARTING",
	LegacyExitedFromRunning:    "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING",
	LegacyStoppedFromStopping:  "PROCESS_STATE_CHANGE_STOPPED_FROM_STOPPING",
	LegacyFatalFromBackoff:     "PROCESS_STATE_CHANGE_FATAL_FROM_BACKOFF",
	LegacyToUnknown:            "PROCESS_STATE_CHANGE_TO_UNKNOWN",
}

// String returns the type's name as listeners see it, "" for None.
func (t Type) String() string {
	if t < numTypes {
		return typeNames[t]
	}
	return ""
}

// Legacy reports whether only 3.0a3 had this type.
func (t Type) Legacy() bool { return t >= EventBufferOverflow && t < numTypes }

// TypeOf returns the type of that name; ok is false for abstract and unknown
// names.
func TypeOf(name string) (t Type, ok bool) {
	m, ok := lookup(name)
	if !ok || m.abstract {
		return None, false
	}
	return m.mask.first(), true
}
