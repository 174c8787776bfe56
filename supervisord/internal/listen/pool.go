package listen

import (
	"strconv"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// Config is what a Pool depends on.
type Config struct {
	Name       string     // of the [eventlistener:x]
	Server     string     // the daemon's identifier
	Mask       event.Mask // what it subscribed to: event.ExpandAll(events=)
	BufferSize int        // buffer_size; less than 1 counts as 1
	Encoding   event.Encoding
}

// Pool decides which listener gets which event. It is not safe for concurrent
// use.
type Pool struct {
	cfg       Config
	byID      map[uint64]*listener
	inOrder   []*listener
	free      bitset // listeners that can be sent an event, by index
	waiting   ring   // never holds anything while free does
	serial    uint64 // the next poolserial
	ticket    uint64 // the last one used
	discarded uint64 // ever
	burst     uint64 // since waiting was empty
	head      []byte // header up to the value of serial
	middle    []byte // header from there up to the value of poolserial
}

// listener is one process of the pool.
type listener struct {
	protocol
	id      uint64
	name    string
	index   int
	running bool   // its process is RUNNING
	deaf    bool   // its standard input is closed
	holds   bool   // out is an event it has not answered for
	out     entry  //
	ticket  uint64 // of the send of out
}

// NewPool returns a pool without listeners.
func NewPool(cfg Config) *Pool {
	p := &Pool{cfg: cfg, byID: map[uint64]*listener{}}
	p.cfg.BufferSize = max(cfg.BufferSize, 1)
	p.head = []byte("ver:" + event.Version + " server:" + cfg.Server + " serial:")
	p.middle = []byte(" pool:" + cfg.Name + " poolserial:")
	return p
}

// Mask returns the set of types the pool subscribed to.
func (p *Pool) Mask() event.Mask { return p.cfg.Mask }

// SetMask changes what the pool subscribes to. Events that wait already are
// still delivered.
func (p *Pool) SetMask(m event.Mask) { p.cfg.Mask = m }

// Waiting returns the number of events that wait for a listener.
func (p *Pool) Waiting() int { return p.waiting.n }

// Discarded returns the number of events that were thrown away since the pool
// was made.
func (p *Pool) Discarded() uint64 { return p.discarded }

// Listener returns the state of a listener; None if there is no process.
func (p *Pool) Listener(id uint64) State {
	if l := p.byID[id]; l != nil {
		return l.state
	}
	return None
}

// Add makes a process a listener of the pool. Listeners that were added earlier
// are preferred. Adding one twice has no effect.
func (p *Pool) Add(id uint64, name string) {
	if p.byID[id] != nil {
		return
	}
	l := &listener{id: id, name: name}
	p.byID[id] = l
	p.inOrder = append(p.inOrder, l)
	p.reindex()
}

// Remove takes a listener out of the pool. An event it holds goes to another.
func (p *Pool) Remove(id uint64, fx *Effects) {
	l := p.byID[id]
	if l == nil {
		return
	}
	delete(p.byID, id)
	p.inOrder = append(p.inOrder[:l.index], p.inOrder[l.index+1:]...)
	p.reindex()
	if l.holds {
		p.putBack(l, fx)
	}
	p.dispatch(fx)
}

func (p *Pool) reindex() {
	p.free.resize(len(p.inOrder))
	for i, l := range p.inOrder {
		l.index = i
		if l.canTake() {
			p.free.set(i)
		}
	}
}

// SetBufferSize changes how many events may wait. Those that are too many are
// thrown away, oldest first.
func (p *Pool) SetBufferSize(n int, fx *Effects) {
	p.cfg.BufferSize = max(n, 1)
	for p.waiting.n > p.cfg.BufferSize {
		p.discard(fx)
	}
}

// Close tells how many events were lost if there is a burst of losses. It is to
// be called before the pool is dropped.
func (p *Pool) Close(fx *Effects) { p.endBurst(LogOverflowEnd, fx) }

func (l *listener) canTake() bool { return l.state == Ready && l.running && !l.deaf }

// review notes whether a listener can be sent an event.
func (p *Pool) review(l *listener) {
	if l.canTake() {
		p.free.set(l.index)
	} else {
		p.free.clear(l.index)
	}
}

// envelope returns the header and the payload of an event.
func (p *Pool) envelope(e entry) []byte {
	size := len(p.head) + len(p.middle) + 128 + len(e.event.Payload)
	b := append(make([]byte, 0, size), p.head...)
	b = strconv.AppendUint(b, e.event.Serial, 10)
	b = append(b, p.middle...)
	b = strconv.AppendUint(b, e.serial, 10)
	b = append(b, " eventname:"...)
	b = append(b, e.as.String()...)
	return e.event.AppendBody(b, e.as, p.cfg.Encoding)
}
