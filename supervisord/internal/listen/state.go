package listen

// State is the state of an event listener, by the reference's numbers.
type State int

// The states of a listener.
const (
	None         State = 0  // there is no process
	Ready        State = 10 // waits for an event
	Busy         State = 20 // has an event and has not answered yet
	Acknowledged State = 30 // started, or has answered; not ready yet
	Unknown      State = 40 // broke the protocol; gets no more events
)

// String returns the state's name, "" for None.
func (s State) String() string {
	switch s {
	case Ready:
		return "READY"
	case Busy:
		return "BUSY"
	case Acknowledged:
		return "ACKNOWLEDGED"
	case Unknown:
		return "UNKNOWN"
	default:
		return ""
	}
}
