package event

import "unicode/utf8"

// Event is one occurrence. It is not changed once it has been given to anyone,
// so that pools and subscribers can share it.
type Event struct {
	Type    Type   // the type in Supervisor 4.x
	Legacy  Type   // the type that 3.0a3 had for the same occurrence, or None
	Serial  uint64 // counts the events of one daemon; set by whoever sends it
	Payload []byte // as 4.x has it, in bytes

	dataAt         int // where in Payload a process's own output begins; 0: nowhere
	process, group string
	pid            int
}

// Channel is an output channel of a process.
type Channel uint8

// The output channels.
const (
	Stdout Channel = 1
	Stderr Channel = 2
)

// String returns "stdout" or "stderr".
func (c Channel) String() string {
	if c == Stderr {
		return "stderr"
	}
	return "stdout"
}

// pick returns out for Stdout and err for Stderr.
func (c Channel) pick(out, err Type) Type {
	if c == Stderr {
		return err
	}
	return out
}

// NewState returns the PROCESS_STATE event of a change.
func NewState(c *Change) *Event {
	return &Event{
		Type:    c.To.Type(),
		Legacy:  legacyChange(c.From, c.To),
		Payload: AppendState(make([]byte, 0, 80+len(c.Process)+len(c.Group)), c),
		process: c.Process, group: c.Group, pid: c.PID,
	}
}

// NewLog returns the PROCESS_LOG event of output. data is copied.
func NewLog(ch Channel, process, group string, pid int, data []byte) *Event {
	e := &Event{Type: ch.pick(ProcessLogStdout, ProcessLogStderr)}
	e.Payload = make([]byte, 0, 64+len(process)+len(group)+len(data))
	e.Payload = AppendLogHead(e.Payload, process, group, pid, ch.String())
	e.addData(data)
	return e
}

// NewCommunication returns the PROCESS_COMMUNICATION event of what a process
// wrote between the capture tags. data is copied.
func NewCommunication(ch Channel, process, group string, pid int, data []byte) *Event {
	e := &Event{Type: ch.pick(ProcessCommunicationStdout, ProcessCommunicationStderr)}
	e.Payload = make([]byte, 0, 48+len(process)+len(group)+len(data))
	e.Payload = AppendCommunicationHead(e.Payload, process, group, pid)
	e.addData(data)
	return e
}

func (e *Event) addData(data []byte) {
	e.dataAt = len(e.Payload)
	e.Payload = append(e.Payload, data...)
}

// NewRemote returns a REMOTE_COMMUNICATION event.
func NewRemote(typ, data string) *Event {
	return &Event{Type: RemoteCommunication,
		Payload: AppendRemote(make([]byte, 0, 6+len(typ)+len(data)), typ, data)}
}

// NewSupervisor returns the event of the daemon's having started (running) or
// of its beginning to stop or restart.
func NewSupervisor(running bool) *Event {
	if running {
		return &Event{Type: SupervisorRunning}
	}
	return &Event{Type: SupervisorStopping}
}

// NewTick returns a TICK event. t is Tick5, Tick60 or Tick3600; when is in
// seconds since the epoch, rounded down to a multiple of the period.
func NewTick(t Type, when int64) *Event {
	return &Event{Type: t, Payload: AppendTick(nil, when)}
}

// NewGroup returns the event of a group's having been added or removed.
func NewGroup(added bool, group string) *Event {
	t := ProcessGroupRemoved
	if added {
		t = ProcessGroupAdded
	}
	return &Event{Type: t, Payload: AppendGroup(nil, group)}
}

// NewOverflow returns the EVENT_BUFFER_OVERFLOW event of a pool's having thrown
// away an event of the type discarded.
func NewOverflow(pool string, discarded Type) *Event {
	return &Event{Type: EventBufferOverflow, Payload: AppendOverflow(nil, pool, discarded)}
}

// As returns the type as which a subscriber to m gets the event: its own if m
// has that, else its legacy type if m has that, else None: it does not get it.
func (e *Event) As(m Mask) Type {
	switch {
	case m.Has(e.Type):
		return e.Type
	case m.Has(e.Legacy):
		return e.Legacy
	default:
		return None
	}
}

// payloadFor returns the payload as a subscriber gets it to whom the event is of the
// type as (see As). It may share the memory of the event.
func (e *Event) payloadFor(as Type, enc Encoding) []byte {
	if as != e.Type {
		size := 40 + len(e.process) + len(e.group)
		return AppendLegacyState(make([]byte, 0, size), e.process, e.group, e.pid)
	}
	if enc == Characters && e.dataAt > 0 && !utf8.Valid(e.Payload[e.dataAt:]) {
		return appendUndecodable(e.Payload[:e.dataAt:e.dataAt], e.Payload[e.dataAt:])
	}
	return e.Payload
}

// AppendPayload appends the payload as a subscriber gets it to whom the event is
// of the type as (see As).
func (e *Event) AppendPayload(dst []byte, as Type, enc Encoding) []byte {
	return append(dst, e.payloadFor(as, enc)...)
}

// AppendBody appends what follows the name of the event's type in an envelope:
// the length of the payload and the payload, for a subscriber to whom the event
// is of the type as.
func (e *Event) AppendBody(dst []byte, as Type, enc Encoding) []byte {
	payload := e.payloadFor(as, enc)
	dst = appendLength(dst, enc.Len(payload), len(payload))
	return append(dst, payload...)
}
