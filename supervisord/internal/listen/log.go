package listen

import (
	"fmt"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// Level is a level of the activity log, by the reference's numbers.
type Level int

// The levels that occur.
const (
	LevelDebug Level = 10
	LevelWarn  Level = 30
	LevelError Level = 40
)

// LogKind names a line of the activity log.
type LogKind int

// The lines, in the words of Log.String.
const (
	LogState        LogKind = iota + 1 // debug: a listener's state changed
	LogUnknown                         // warn: a listener became UNKNOWN
	LogBadLine                         // warn: bad result line
	LogProcessed                       // debug: a listener accepted its event
	LogRejected                        // warn: a listener rejected its event
	LogSent                            // debug: an event was sent
	LogPipe                            // debug: a listener's standard input is closed
	LogRebuffer                        // debug: an event was put back
	LogOverflow                        // error: the first event of a burst was thrown away
	LogOverflowOver                    // error: the end of such a burst
	LogOverflowEnd                     // error: the pool ends amid such a burst
)

// Level returns the level at which the line is logged.
func (k LogKind) Level() Level {
	switch k {
	case LogUnknown, LogBadLine, LogRejected:
		return LevelWarn
	case LogOverflow, LogOverflowOver, LogOverflowEnd:
		return LevelError
	default:
		return LevelDebug
	}
}

// Log is a line of the activity log. Which fields are set depends on Kind.
type Log struct {
	Kind     LogKind
	Pool     string
	Listener string // process name
	From, To State  // LogState
	Serial   uint64 // of the event
	Count    uint64 // LogOverflowOver, LogOverflowEnd: events thrown away
	Buffered int    // LogRebuffer: events waiting
	Max      int    // LogRebuffer: buffer_size
	Line     []byte // LogBadLine
}

// String returns the line. All but the ends of an overflow are the reference's.
func (l *Log) String() string {
	switch l.Kind {
	case LogState:
		return l.Listener + ": " + l.From.String() + " -> " + l.To.String()
	case LogUnknown:
		return l.Listener + ": has entered the UNKNOWN state and will no longer receive events, " +
			"this usually indicates the process violated the eventlistener protocol"
	case LogBadLine:
		return l.Listener + ": bad result line: '" + printable(l.Line) + "'"
	case LogProcessed:
		return l.Listener + ": event was processed"
	case LogRejected:
		return l.Listener + ": event was rejected"
	case LogSent:
		return fmt.Sprintf("event %d sent to listener %s", l.Serial, l.Listener)
	case LogPipe:
		return fmt.Sprintf("epipe occurred while sending event %d to listener %s, listener state unchanged",
			l.Serial, l.Listener)
	case LogRebuffer:
		return fmt.Sprintf("rebuffering event %d for pool %s (buf size=%d, max=%d)",
			l.Serial, l.Pool, l.Buffered, l.Max)
	case LogOverflow:
		return fmt.Sprintf("pool %s event buffer overflowed, discarding event %d", l.Pool, l.Serial)
	case LogOverflowOver:
		return fmt.Sprintf("pool %s event buffer is empty again, %d events were discarded since it overflowed",
			l.Pool, l.Count)
	case LogOverflowEnd:
		return fmt.Sprintf("pool %s ends, %d events were discarded since its event buffer overflowed", l.Pool, l.Count)
	}
	return ""
}

// printable shows a line as the reference does.
func printable(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	return string(event.AppendPythonBytes([]byte("Undecodable: "), line))
}
