package core

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

func badName(name string) error { return wire.NewFault(wire.BadName, name) }

// lookup finds the single process that a namespec stands for.
func (s *state) lookup(name string) (*process, error) {
	g, n := namespec.Split(name)
	p := s.find(g, n)
	if n == "" || p == nil {
		return nil, badName(name)
	}
	return p, nil
}

// none is the value of operations that only succeed or fail.
type none struct{}

func (l *Loop) start(ctx context.Context, name string, wait bool) error {
	var cfg *config.Process
	err := l.do(func(s *state) {
		if p, _ := s.lookup(name); p != nil {
			cfg = p.cfg
		}
	})
	if err != nil {
		return err
	}
	if cfg == nil {
		return badName(name)
	}
	if err := l.opts.Resolve(cfg); err != nil {
		return err
	}
	_, err = call(ctx, l, func(s *state, finish func(none, error)) {
		p, err := s.lookup(name)
		if err != nil {
			finish(none{}, err)
			return
		}
		s.startOne(p, name, wait, func(err error) { finish(none{}, err) })
	})
	return err
}

// startOne starts a process for somebody who called it name.
func (s *state) startOne(p *process, name string, wait bool, reply func(error)) {
	switch {
	case s.end.begun:
		reply(wire.NewFault(wire.ShutdownState, ""))
		return
	case p.life.State.Up():
		reply(wire.NewFault(wire.AlreadyStarted, name))
		return
	case p.life.State == life.Unknown:
		reply(wire.NewFault(wire.Failed, name+" is in an unknown process state"))
		return
	case p.life.State == life.Stopping:
		s.warn("process '" + p.cfg.Name + "' already running")
	}
	s.step(p, life.Event{Kind: life.Start})
	if wait {
		s.await(p, running(name), reply)
	} else {
		s.await(p, spawned(name), reply)
	}
}

func (l *Loop) stop(ctx context.Context, name string, wait bool) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		p, err := s.lookup(name)
		if err != nil {
			finish(none{}, err)
			return
		}
		s.stopOne(p, name, wait, func(err error) { finish(none{}, err) })
	})
	return err
}

// stopOne stops a process for somebody who called it name.
func (s *state) stopOne(p *process, name string, wait bool, reply func(error)) {
	p.brake.again = false // whoever stops it now wants it to stay down
	if !p.life.State.Up() {
		reply(wire.NewFault(wire.NotRunning, name))
		return
	}
	s.step(p, life.Event{Kind: life.Stop})
	if !wait {
		reply(nil)
		return
	}
	if p.life.State == life.Stopping {
		s.waits.add(s, p)
	}
	s.await(p, down, reply)
}

func (l *Loop) signal(ctx context.Context, name string, sig int) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		p, err := s.lookup(name)
		if err != nil {
			finish(none{}, err)
			return
		}
		s.signalOne(p, name, sig, func(err error) { finish(none{}, err) })
	})
	return err
}

func (s *state) signalOne(p *process, name string, sig int, reply func(error)) {
	if !p.life.State.Signallable() {
		reply(wire.NewFault(wire.NotRunning, name))
		return
	}
	if p.life.Spawning {
		s.whenMade(p, func() { s.signalOne(p, name, sig, reply) }, reply)
		return
	}
	if p.life.PID == 0 {
		reply(wire.NewFault(wire.Failed,
			"attempted to send "+p.cfg.Name+" sig "+SignalName(sig)+" but it wasn't running"))
		return
	}
	pid := strconv.Itoa(p.life.PID)
	s.debug("sending " + p.cfg.Name + " (pid " + pid + ") sig " + SignalName(sig))
	text := "cannot send " + SignalName(sig) + " to " + p.cfg.Name + " (pid " + pid + "): "
	s.opts.Spawner.Signal(p.id, p.life.PID, syscall.Signal(sig), false, func(err error) {
		if err == nil || errors.Is(err, syscall.ESRCH) {
			reply(nil)
			return
		}
		reply(wire.NewFault(wire.Failed, text+err.Error()))
	})
}

// whenMade does something when the child that is being made is there or could
// not be made: a process is STARTING before the news of its child has come.
// Instead, failed tells of a process that was removed.
func (s *state) whenMade(p *process, do func(), failed func(error)) {
	made := func(p *process) (bool, error) { return !p.life.Spawning, nil }
	s.await(p, made, func(err error) {
		if err != nil {
			failed(err)
			return
		}
		s.loop.in.put(do)
	})
}

func (l *Loop) writeStdin(ctx context.Context, name string, data []byte) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		p, err := s.lookup(name)
		if err != nil {
			finish(none{}, err)
			return
		}
		s.writeOne(p, name, data, func(err error) { finish(none{}, err) })
	})
	return err
}

func (s *state) writeOne(p *process, name string, data []byte, reply func(error)) {
	switch {
	case p.life.Spawning:
		s.whenMade(p, func() { s.writeOne(p, name, data, reply) }, reply)
		return
	case p.life.PID == 0 || p.life.Killing:
		reply(wire.NewFault(wire.NotRunning, name))
		return
	}
	s.opts.Streams.Write(p.id, data, func(err error) {
		if err != nil {
			err = wire.NewFault(wire.NoFile, name)
		}
		reply(err)
	})
}

func (l *Loop) clearLogs(ctx context.Context, name string) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		p, err := s.lookup(name)
		if err != nil {
			finish(none{}, err)
			return
		}
		s.clearOne(p, name, func(err error) { finish(none{}, err) })
	})
	return err
}

func (s *state) clearOne(p *process, name string, reply func(error)) {
	s.opts.Streams.Clear(p.id, func(err error) {
		if err != nil {
			err = wire.NewFault(wire.Failed, name)
		}
		reply(err)
	})
}

// selection names the processes that an operation on many is about, by
// ascending priority.
type selection func(*state) ([]*process, error)

func allProcesses(s *state) ([]*process, error) {
	var list []*process
	s.each(func(p *process) { list = append(list, p) })
	return list, nil
}

func groupNamed(name string) selection {
	return func(s *state) ([]*process, error) {
		g := s.groups[name]
		if g == nil {
			return nil, badName(name)
		}
		return slices.Clone(g.procs), nil
	}
}

func (p *process) spec() string { return namespec.Make(p.group.cfg.Name, p.cfg.Name) }

func status(p *process, err error) wire.ProcessStatus {
	st := wire.ProcessStatus{Name: p.cfg.Name, Group: p.group.cfg.Name, Status: wire.Success, Description: "OK"}
	var fault *wire.Fault
	switch {
	case errors.As(err, &fault):
		st.Status, st.Description = fault.Code, fault.Text
	case err != nil:
		st.Status, st.Description = wire.Failed, "FAILED: "+err.Error()
	}
	return st
}

func (l *Loop) startGroup(ctx context.Context, name string, wait bool) ([]wire.ProcessStatus, error) {
	return l.startMany(ctx, groupNamed(name), wait)
}

func (l *Loop) startAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return l.startMany(ctx, allProcesses, wait)
}

// startMany starts what is not up. Commands are looked up outside the loop.
func (l *Loop) startMany(ctx context.Context, sel selection, wait bool) ([]wire.ProcessStatus, error) {
	var list []*process
	var cfgs []*config.Process
	var err error
	if e := l.do(func(s *state) {
		list, err = sel(s)
		list = slices.DeleteFunc(list, func(p *process) bool { return p.life.State.Up() })
		for _, p := range list {
			cfgs = append(cfgs, p.cfg)
		}
	}); e != nil {
		return nil, e
	}
	if err != nil {
		return nil, err
	}
	refused := make([]error, len(list))
	for i, cfg := range cfgs {
		refused[i] = l.opts.Resolve(cfg)
	}
	return call(ctx, l, func(s *state, finish func([]wire.ProcessStatus, error)) {
		g := newGathering(len(list), finish)
		for i, p := range list {
			if s.byID[p.id] != p { // removed while its command was looked up
				refused[i] = badName(p.spec())
			}
			if refused[i] != nil {
				g.answer(i, status(p, refused[i]))
				continue
			}
			s.startOne(p, p.spec(), wait, func(err error) { g.answer(i, status(p, err)) })
		}
		g.asked()
	})
}

func (l *Loop) stopGroup(ctx context.Context, name string, wait bool) ([]wire.ProcessStatus, error) {
	return l.stopMany(ctx, groupNamed(name), wait)
}

func (l *Loop) stopAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return l.stopMany(ctx, allProcesses, wait)
}

// stopMany stops what is up, the highest priority first. With wait, a priority
// level of groups is only stopped when the one above it is down.
func (l *Loop) stopMany(ctx context.Context, sel selection, wait bool) ([]wire.ProcessStatus, error) {
	return call(ctx, l, func(s *state, finish func([]wire.ProcessStatus, error)) {
		list, err := sel(s)
		if err != nil {
			finish(nil, err)
			return
		}
		for _, p := range list {
			p.brake.again = false // as in stopOne, also for one that is being stopped
		}
		list = slices.DeleteFunc(list, func(p *process) bool { return !p.life.State.Up() })
		g := newGathering(len(list), finish)
		g.asked()
		s.stopLevels(list, len(list), wait, g)
	})
}

// stopLevels stops list[:n] from its end, one level of group priority at a time
// if wait is set.
func (s *state) stopLevels(list []*process, n int, wait bool, g *gathering) {
	if n == 0 {
		return
	}
	from := 0
	if wait {
		for from = n - 1; from > 0 && list[from-1].group.cfg.Priority == list[n-1].group.cfg.Priority; {
			from--
		}
	}
	left := n - from
	for i := n - 1; i >= from; i-- {
		p := list[i]
		s.stopOne(p, p.spec(), wait, func(err error) {
			g.answer(i, status(p, err))
			if left--; left == 0 {
				s.loop.in.put(func() { s.stopLevels(list, from, wait, g) })
			}
		})
	}
}

func (l *Loop) signalGroup(ctx context.Context, name string, sig int) ([]wire.ProcessStatus, error) {
	return l.signalMany(ctx, groupNamed(name), sig)
}

func (l *Loop) signalAll(ctx context.Context, sig int) ([]wire.ProcessStatus, error) {
	return l.signalMany(ctx, allProcesses, sig)
}

func (l *Loop) signalMany(ctx context.Context, sel selection, sig int) ([]wire.ProcessStatus, error) {
	return l.many(ctx, sel, func(p *process) bool { return p.life.State.Signallable() },
		func(s *state, p *process, reply func(error)) { s.signalOne(p, p.spec(), sig, reply) })
}

func (l *Loop) clearAllLogs(ctx context.Context) ([]wire.ProcessStatus, error) {
	return l.many(ctx, allProcesses, func(*process) bool { return true },
		func(s *state, p *process, reply func(error)) { s.clearOne(p, p.spec(), reply) })
}

// many does something to each selected process for which want holds. Answers may
// come from other goroutines.
func (l *Loop) many(ctx context.Context, sel selection, want func(*process) bool,
	do func(*state, *process, func(error))) ([]wire.ProcessStatus, error) {
	return call(ctx, l, func(s *state, finish func([]wire.ProcessStatus, error)) {
		list, err := sel(s)
		if err != nil {
			finish(nil, err)
			return
		}
		list = slices.DeleteFunc(list, func(p *process) bool { return !want(p) })
		g := newGathering(len(list), finish)
		for i, p := range list {
			do(s, p, func(err error) {
				st := status(p, err)
				if !s.loop.in.put(func() { g.answer(i, st) }) {
					finish(nil, ErrEnded)
				}
			})
		}
		g.asked()
	})
}
