package core

import (
	"slices"
	"strconv"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// goodBehaviour is how long a listener has to keep to the protocol for its
// earlier breaks of it to be forgotten.
const goodBehaviour = time.Minute

// brake slows down the restarts of a listener that breaks the protocol again
// and again, by the rule of programs that do not start: the wait grows by a
// second with each, and after startretries of them it is given up.
type brake struct {
	breaks int          // in a row
	last   life.Instant // when the protocol was broken last
	gaveUp bool
	again  bool // it is being stopped to be started again
}

// broken notes another break, and returns how long to wait with the restart, or
// false if there is to be none.
func (k *brake) broken(retries int, now life.Instant) (time.Duration, bool) {
	if k.gaveUp || k.breaks > 0 && now >= k.last.Add(goodBehaviour) {
		*k = brake{} // somebody has started it again, or it has behaved
	}
	wait := life.Seconds(k.breaks)
	k.breaks++
	k.last = now
	k.gaveUp = k.breaks > retries
	return wait, !k.gaveUp
}

// restarts lists the listeners that are to be restarted, and when. It is empty,
// and holds no deadline, but for seconds after a listener broke the protocol.
type restarts struct {
	list []restart
}

type restart struct {
	proc  *process
	spawn int // which child of it broke the protocol
	at    life.Instant
}

func (r *restarts) next() (at life.Instant) {
	for _, e := range r.list {
		if at == 0 || e.at < at {
			at = e.at
		}
	}
	return at
}

// run restarts those whose time has come.
func (r *restarts) run(s *state) {
	if at := r.next(); at == 0 || s.loop.now() < at {
		return
	}
	var due []restart
	r.list = slices.DeleteFunc(r.list, func(e restart) bool {
		if e.at > s.loop.now() {
			return false
		}
		due = append(due, e)
		return true
	})
	for _, e := range due {
		s.bus.restartListener(e)
	}
}

// unknown has a listener that broke the protocol restarted, if its pool asks for
// it.
func (b *bus) unknown(id ProcID) {
	p := b.s.byID[id]
	if p == nil || !p.group.cfg.RestartUnknown || !p.life.State.Up() {
		return
	}
	now := b.s.loop.now()
	broke := p.cfg.Name
	if p.life.PID != 0 { // else the news of its start is still on the way
		broke += " (pid " + strconv.Itoa(p.life.PID) + ")"
	}
	broke += ", which broke the event listener protocol"
	wait, again := p.brake.broken(p.cfg.StartRetries, now)
	switch {
	case !again:
		b.s.log(config.LevelCritical, "gave up restarting "+broke+" "+strconv.Itoa(p.brake.breaks)+
			" times in a row; it gets no more events until somebody restarts it (restart_unknown, startretries)")
	case wait == 0:
		b.s.warn("restarting " + broke + " (restart_unknown)")
		b.restartListener(restart{proc: p, spawn: p.spawns})
	default:
		b.s.warn("restarting " + broke + ", in " + strconv.Itoa(int(wait/time.Second)) + " s (restart_unknown)")
		b.restarts.list = append(b.restarts.list, restart{p, p.spawns, now.Add(wait)})
	}
}

// restartListener stops the child that broke the protocol and starts another,
// unless the child has gone meanwhile, or nobody wants that any more.
func (b *bus) restartListener(r restart) {
	p := r.proc
	if b.s.byID[p.id] != p || p.spawns != r.spawn || !p.life.State.Up() || !p.group.cfg.RestartUnknown || b.s.end.begun {
		return
	}
	p.brake.again = true
	b.s.step(p, life.Event{Kind: life.Stop})
	b.s.await(p, down, func(err error) {
		if err != nil {
			return
		}
		b.s.loop.in.put(func() {
			if b.s.byID[p.id] == p && p.brake.again && !b.s.end.begun {
				b.s.step(p, life.Event{Kind: life.Start})
			}
		})
	})
}
