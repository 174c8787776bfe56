package core

import (
	"slices"
	"strconv"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
	"github.com/supervisor-go/supervisor/supervisord/internal/listen"
)

// pool is an event listener pool: the pure dispatcher, and what it takes to
// carry out what the dispatcher asks for.
type pool struct {
	*listen.Pool
	bus   *bus
	group *group
	mask  event.Mask
	size  int          // buffer size
	sent  life.Instant // when a listener was last sent an event; 0 for never
	moved life.Instant // when one last got something done; 0 for never
}

// eventsPerStart is the number of events that the start of one program makes
// and that a pool must hold until its first listener is READY, with one to spare.
const eventsPerStart = 4

func (b *bus) addPool(g *group) *pool {
	p := &pool{bus: b, group: g}
	b.makePool(p)
	b.pools = append(b.pools, p)
	b.rewant()
	return p
}

func (b *bus) makePool(p *pool) {
	cfg := p.group.cfg
	p.mask = event.ExpandAll(cfg.Events)
	p.size = b.bufferSize(cfg)
	p.Pool = listen.NewPool(listen.Config{
		Name: cfg.Name, Server: b.s.opts.Config.Supervisord.Identifier, Mask: p.mask,
		BufferSize: p.size, Encoding: event.Characters,
	})
	for _, proc := range p.group.procs {
		p.Add(uint64(proc.id), proc.cfg.Name)
	}
}

// bufferSize returns buffer_size. A default that the start of all programs would
// overflow is raised.
func (b *bus) bufferSize(cfg *config.Group) int {
	total := 0
	for i := range b.s.cfg.Groups {
		total += len(b.s.cfg.Groups[i].Processes)
	}
	need := total * eventsPerStart
	if cfg.BufferSizeSet || need <= cfg.BufferSize {
		return cfg.BufferSize
	}
	b.s.warn("pool " + cfg.Name + ": buffer_size is raised from " + strconv.Itoa(cfg.BufferSize) + " to " +
		strconv.Itoa(need) + " to hold the events of starting " + strconv.Itoa(total) +
		" processes; set buffer_size in [" + cfg.Section + "] to choose another size")
	return need
}

func (b *bus) removePool(p *pool) {
	b.effects(p, p.Close)
	b.pools = slices.DeleteFunc(b.pools, func(other *pool) bool { return other == p })
	b.rewant()
}

// closePools tells of the losses that have not been told yet.
func (b *bus) closePools() {
	for _, p := range b.pools {
		b.effects(p, p.Close)
	}
}

// reconfigurePool follows a change of a pool's members, events or buffer_size.
// Events that wait are kept, whatever the pool subscribes to from now on.
func (b *bus) reconfigurePool(g *group) {
	p := g.pool
	if mask := event.ExpandAll(g.cfg.Events); mask != p.mask {
		p.mask = mask
		p.SetMask(mask)
	}
	b.effects(p, func(fx *listen.Effects) {
		p.size = b.bufferSize(g.cfg)
		p.SetBufferSize(p.size, fx)
		for _, proc := range g.procs {
			p.Add(uint64(proc.id), proc.cfg.Name)
		}
	})
	b.rewant()
}

// effects runs fn and carries out what the pool asks for.
func (b *bus) effects(p *pool, fn func(*listen.Effects)) {
	fx := b.spare
	b.spare = nil // an effect may lead to another event
	if fx == nil {
		fx = &listen.Effects{}
	}
	fx.Quiet = !b.s.opts.Log.Enabled(config.LevelDebug)
	fn(fx)
	if len(fx.Sends) > 0 {
		p.sent = b.s.loop.now()
	}
	if fx.Progress {
		p.moved = b.s.loop.now()
	}
	for _, send := range fx.Sends {
		b.send(send)
	}
	for i := range fx.Logs {
		b.s.log(config.LogLevel(fx.Logs[i].Kind.Level()), fx.Logs[i].String())
	}
	for _, id := range fx.Unknown {
		b.unknown(ProcID(id))
	}
	if b.wanted&event.Of(event.EventBufferOverflow) != 0 {
		for _, discarded := range fx.Discards {
			b.emit(event.NewOverflow(p.group.cfg.Name, discarded))
		}
	}
	progress := fx.Progress || len(fx.Sends) > 0
	fx.Reset()
	b.spare = fx
	if progress {
		b.eachThrottle(func(q *throttle) { q.run(b.s) })
	}
}

func (b *bus) send(send listen.Send) {
	id, ticket := send.ID, send.Ticket
	b.s.opts.Streams.Write(ProcID(id), send.Envelope, func(err error) {
		if err == nil {
			return
		}
		b.s.loop.in.put(func() {
			if proc := b.s.byID[ProcID(id)]; proc != nil && proc.group.pool != nil {
				b.effects(proc.group.pool, func(fx *listen.Effects) { proc.group.pool.WriteFailed(id, ticket, fx) })
			}
		})
	})
}

func (p *pool) offer(e *event.Event) {
	p.bus.effects(p, func(fx *listen.Effects) { p.Offer(e, fx) })
}

// starting tells that a listener is about to get a new child.
func (p *pool) starting(proc *process) {
	p.bus.effects(p, func(fx *listen.Effects) { p.Started(uint64(proc.id), fx) })
}

// stateChanged keeps events away from a listener that is not RUNNING.
func (p *pool) stateChanged(proc *process, to life.State) {
	p.bus.effects(p, func(fx *listen.Effects) { p.Running(uint64(proc.id), to == life.Running, fx) })
}

// removed tells that a listener is no longer a member of the pool.
func (p *pool) removed(proc *process) {
	p.bus.effects(p, func(fx *listen.Effects) { p.Remove(uint64(proc.id), fx) })
}

func (b *bus) listenerGone(proc *process) {
	b.effects(proc.group.pool, func(fx *listen.Effects) { proc.group.pool.Gone(uint64(proc.id), fx) })
}

func (b *bus) listenerOutput(proc *process, data []byte) {
	b.effects(proc.group.pool, func(fx *listen.Effects) { proc.group.pool.Feed(uint64(proc.id), data, fx) })
}

func (p *pool) listenerState(proc *process) string { return p.Listener(uint64(proc.id)).String() }

// stuckAfter is how long the listeners of a pool may let events wait before it is
// shown. A start or a burst takes less.
const stuckAfter = 10 * time.Second

// stuck returns how many events wait, unless one of them was handed out within
// stuckAfter or the process that asks has not run for as long, in seconds.
func (p *pool) stuck(uptime int64) int {
	now := p.bus.s.loop.now()
	if uptime < int64(stuckAfter/time.Second) || p.sent != 0 && now < p.sent.Add(stuckAfter) {
		return 0
	}
	return p.Waiting()
}

func (p *pool) counts() (buffered, discarded uint64) { return uint64(p.Waiting()), p.Discarded() }
