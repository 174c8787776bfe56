package core

import (
	"time"

	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// waiter is somebody who waits for a process to get somewhere. Every time the
// process has moved, check is asked; the waiter is answered once, with the
// first verdict other than "not yet".
type waiter struct {
	check func(*process) (done bool, err error)
	reply func(error)
}

// settle asks the waiters of a process that has just moved.
func (s *state) settle(p *process) {
	if len(p.waiters) == 0 {
		return
	}
	kept := p.waiters[:0]
	for _, w := range p.waiters {
		if done, err := w.check(p); done {
			w.reply(err)
		} else {
			kept = append(kept, w)
		}
	}
	clear(p.waiters[len(kept):])
	p.waiters = kept
	if len(kept) == 0 {
		p.waiters = nil
	}
}

// await answers at once if the process is already there, else later.
func (s *state) await(p *process, check func(*process) (bool, error), reply func(error)) {
	if done, err := check(p); done {
		reply(err)
		return
	}
	p.waiters = append(p.waiters, &waiter{check, reply})
}

// dismiss answers everybody who waits for a process that is being removed.
func (p *process) dismiss() {
	waiters := p.waiters
	p.waiters = nil
	for _, w := range waiters {
		w.reply(wire.NewFault(wire.BadName, namespec.Make(p.group.cfg.Name, p.cfg.Name)))
	}
}

// spawned is the verdict of a start that does not wait for RUNNING: the child
// exists, or could not be made.
func spawned(name string) func(*process) (bool, error) {
	return func(p *process) (bool, error) {
		if p.life.SpawnErr != "" {
			return true, wire.NewFault(wire.SpawnError, name)
		}
		return !p.life.Spawning, nil
	}
}

// running is the verdict of a start that waits.
func running(name string) func(*process) (bool, error) {
	return func(p *process) (bool, error) {
		switch {
		case p.life.SpawnErr != "":
			return true, wire.NewFault(wire.SpawnError, name)
		case p.life.State == life.Running:
			return true, nil
		case p.life.State == life.Starting:
			return false, nil
		default:
			return true, wire.NewFault(wire.AbnormalTermination, name)
		}
	}
}

// down is the verdict of a stop that waits.
func down(p *process) (bool, error) { return p.life.State.Down(), nil }

// stopReportEvery is how often a stop that is waited for says so in the log.
const stopReportEvery = 2 * time.Second

// timedWaits lists the stops that are being waited for and whose progress is to
// be told. It is empty, and holds no deadline, when nobody waits.
type timedWaits struct {
	list []*process
	at   life.Instant
}

func (w *timedWaits) next() life.Instant { return w.at }

// add says that p is waited for, and says so again every now and then.
func (w *timedWaits) add(s *state, p *process) {
	s.info("waiting for " + p.cfg.Name + " to stop")
	w.list = append(w.list, p)
	if w.at == 0 {
		w.at = s.loop.now().Add(stopReportEvery)
	}
}

func (w *timedWaits) run(s *state) {
	if w.at == 0 || s.loop.now() < w.at {
		return
	}
	kept := w.list[:0]
	for _, p := range w.list {
		if p.life.State == life.Stopping && len(p.waiters) > 0 {
			s.info("waiting for " + p.cfg.Name + " to stop")
			kept = append(kept, p)
		}
	}
	clear(w.list[len(kept):])
	w.list, w.at = kept, 0
	if len(kept) > 0 {
		w.at = s.loop.now().Add(stopReportEvery)
	}
}
