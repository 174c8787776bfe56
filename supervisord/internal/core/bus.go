package core

import (
	"time"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
	"github.com/supervisor-go/supervisor/supervisord/internal/listen"
)

// bus hands events to listener pools and subscribers. An event nobody wants is
// not even made.
type bus struct {
	s        *state
	serial   uint64
	pools    []*pool
	subs     []*subscription
	senders  throttle        // clients of sendRemoteCommEvent
	talkers  [holds]throttle // programs that make events of their output, by Hold-1
	spare    *listen.Effects // kept for reuse
	wanted   event.Mask      // union of what pools and subscribers want
	nextTick life.Instant
	lastTick int64 // seconds since the epoch of the last 5-second boundary told
	restarts restarts
}

func (b *bus) init(s *state) {
	b.s = s
	b.makeThrottles()
}

// rewant recomputes what is wanted after a pool or subscriber came or went.
func (b *bus) rewant() {
	b.wanted = 0
	for _, p := range b.pools {
		b.wanted |= p.mask
	}
	for _, sub := range b.subs {
		b.wanted |= sub.mask
	}
	b.armTick()
}

// emit gives an event its serial and hands it out.
func (b *bus) emit(e *event.Event) {
	e.Serial = b.serial
	b.serial++
	for _, p := range b.pools {
		if e.As(p.mask) != event.None {
			p.offer(e)
		}
	}
	for _, sub := range b.subs {
		sub.offer(e)
	}
}

func (b *bus) processState(p *process, a life.Action) {
	c := event.Change{
		Process: p.cfg.Name, Group: p.group.cfg.Name, From: event.State(a.From), To: event.State(a.To),
		Tries: a.Tries, PID: a.PID, Expected: a.Expected,
	}
	if p.group.pool != nil {
		p.group.pool.stateChanged(p, a.To)
	}
	if b.wanted&stateMask != 0 {
		b.emit(event.NewState(&c))
	}
}

// stateMask holds every type that a change of state can have, legacy ones
// included.
var stateMask = event.ExpandAll([]string{"PROCESS_STATE", "PROCESS_STATE_CHANGE"})

func (b *bus) processLog(p *process, pid int, ch Channel, data []byte) {
	if b.wanted&event.Of(event.ProcessLogStdout, event.ProcessLogStderr) != 0 {
		b.emit(event.NewLog(event.Channel(ch), p.cfg.Name, p.group.cfg.Name, pid, data))
	}
}

func (b *bus) processComm(p *process, pid int, ch Channel, data []byte) {
	if b.wanted&event.Of(event.ProcessCommunicationStdout, event.ProcessCommunicationStderr) != 0 {
		b.emit(event.NewCommunication(event.Channel(ch), p.cfg.Name, p.group.cfg.Name, pid, data))
	}
}

func (s *state) emitRunning()      { s.bus.supervisor(true) }
func (b *bus) emitStopping()       { b.supervisor(false) }
func (b *bus) groupAdded(n string) { b.group(true, n) }

func (b *bus) groupRemoved(n string) { b.group(false, n) }

func (b *bus) supervisor(running bool) {
	if b.wanted&event.Of(event.SupervisorRunning, event.SupervisorStopping) != 0 {
		b.emit(event.NewSupervisor(running))
	}
}

func (b *bus) group(added bool, name string) {
	if b.wanted&event.Of(event.ProcessGroupAdded, event.ProcessGroupRemoved) != 0 {
		b.emit(event.NewGroup(added, name))
	}
}

func (b *bus) remote(typ, data string) {
	if b.wanted&event.Of(event.RemoteCommunication) != 0 {
		b.emit(event.NewRemote(typ, data))
	}
}

// ticks are the tick events by period in seconds, shortest first.
var ticks = []struct {
	typ    event.Type
	period int64
}{{event.Tick5, 5}, {event.Tick60, 60}, {event.Tick3600, 3600}}

// armTick sets the deadline of the next tick, if anybody wants one.
func (b *bus) armTick() {
	if b.wanted&event.Of(event.Tick5, event.Tick60, event.Tick3600) == 0 {
		b.nextTick = 0
		return
	}
	now := time.Now()
	if b.nextTick == 0 {
		b.lastTick = slice(now.Unix(), 5)
	}
	// Ticks follow the wall clock, which may jump: a far deadline is never set.
	boundary := time.Unix(slice(now.Unix(), 5)+5, 0)
	b.nextTick = b.s.loop.now().Add(boundary.Sub(now.Round(0)))
}

// slice rounds down to a multiple of period.
func slice(now, period int64) int64 { return now - now%period }

// tick emits the ticks whose time slice has changed since the last call.
func (b *bus) tick() {
	if b.nextTick == 0 || b.s.loop.now() < b.nextTick {
		return
	}
	now := time.Now().Unix()
	last := b.lastTick
	b.lastTick = slice(now, 5)
	for _, t := range ticks {
		this := slice(now, t.period)
		if this != slice(last, t.period) && b.wanted&event.Of(t.typ) != 0 {
			b.emit(event.NewTick(t.typ, this))
		}
	}
	b.armTick()
}
