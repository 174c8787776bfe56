package listen

import "github.com/supervisor-go/supervisor/pkg/event"

// Effects is what a Pool asks its caller to do. The methods of a Pool append to
// one that the caller provides, and never look at what is in there already.
type Effects struct {
	Sends    []Send       // to be written, in this order
	Logs     []Log        // to be written to the activity log, in this order
	Unknown  []uint64     // listeners that have just become UNKNOWN
	Discards []event.Type // types of the events just thrown away, as the pool calls them, for EVENT_BUFFER_OVERFLOW

	// Progress is set when a listener accepted an event, or was sent one that did
	// not have to wait. Sending a rejected event again is none.
	Progress bool

	// Quiet leaves the lines of level debug out of Logs.
	Quiet bool
}

// Reset empties the lists and keeps their memory.
func (fx *Effects) Reset() {
	clear(fx.Sends)
	fx.Sends, fx.Logs = fx.Sends[:0], fx.Logs[:0]
	fx.Unknown, fx.Discards = fx.Unknown[:0], fx.Discards[:0]
	fx.Progress = false
}

// Send is an event to be written to the standard input of a listener.
type Send struct {
	ID       uint64 // of the listener
	Ticket   uint64 // names this send to WriteFailed
	Envelope []byte // header and payload; the caller's to keep
}

func (fx *Effects) log(l Log) {
	if l.Kind.Level() > LevelDebug || !fx.Quiet {
		fx.Logs = append(fx.Logs, l)
	}
}
