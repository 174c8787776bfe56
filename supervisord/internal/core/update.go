package core

import (
	"context"
	"slices"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// changeOf tells what has to happen to a process for it to match a new
// configuration.
type changeOf int

const (
	unchanged changeOf = iota
	applyLive
	needsRestart
)

// updateGroup brings an active group in line with the configuration read last.
// The steps that wait or touch a disk happen outside the loop, where others may
// start, stop and update the same processes; so the plan is made again before it
// is carried out, and what has come up meanwhile is stopped once more.
func (l *Loop) updateGroup(ctx context.Context, name string) (up GroupUpdate, err error) {
	// What an update has stopped it also starts, even if its client goes away.
	ctx = context.WithoutCancel(ctx)
	for again := true; again; {
		var cfg *config.Group
		var toStop []*process
		if e := l.do(func(s *state) { cfg, up, toStop, err = s.planUpdate(name) }); e != nil {
			return up, e
		}
		if err != nil {
			return up, err
		}
		pr, err := l.prepareUpdate(name, cfg)
		if err != nil {
			return up, wire.NewFault(wire.Failed, err.Error())
		}
		if err := l.stopThese(ctx, toStop); err != nil {
			return up, err
		}
		if e := l.do(func(s *state) { again, err = s.reconfigure(name, pr) }); e != nil {
			return up, e
		}
		if err != nil {
			return up, err
		}
	}
	return up, nil
}

// planUpdate compares an active group with the configuration read last.
func (s *state) planUpdate(name string) (cfg *config.Group, up GroupUpdate, toStop []*process, err error) {
	for i := range s.cfg.Groups {
		if s.cfg.Groups[i].Name == name {
			cfg = &s.cfg.Groups[i]
		}
	}
	g := s.groups[name]
	if cfg == nil || g == nil {
		return nil, up, nil, badName(name)
	}
	up, toStop = g.compare(cfg)
	return cfg, up, toStop, nil
}

// compare says what becomes of the processes of an active group under a new
// configuration, and which of them have to be stopped for it.
func (g *group) compare(cfg *config.Group) (up GroupUpdate, toStop []*process) {
	whole := wholeGroup(g.cfg, cfg)
	changes := processChanges(g.cfg, cfg)
	wanted := map[string]bool{}
	for i := range cfg.Processes {
		next := &cfg.Processes[i]
		wanted[next.Name] = true
		p := g.byName[next.Name]
		switch {
		case p == nil:
			up.Added = append(up.Added, next.Name)
		case whole || changes[next.Name] == needsRestart:
			up.Restarted = append(up.Restarted, next.Name)
			toStop = append(toStop, p)
		case changes[next.Name] == applyLive:
			up.Applied = append(up.Applied, next.Name)
		}
	}
	for _, p := range g.procs {
		if !wanted[p.cfg.Name] {
			up.Removed = append(up.Removed, p.cfg.Name)
			toStop = append(toStop, p)
		}
	}
	return up, toStop
}

// wholeGroup reports whether a difference concerns every member.
func wholeGroup(old, next *config.Group) bool {
	if old.Kind != next.Kind || (old.Socket == nil) != (next.Socket == nil) {
		return true
	}
	return old.Socket != nil && *old.Socket != *next.Socket
}

// prepareUpdate is prepare for a group that is active: sockets that stay are not
// opened a second time, and AUTO logs that exist are kept.
func (l *Loop) prepareUpdate(name string, cfg *config.Group) (*prepared, error) {
	type have struct {
		out  [2]config.LogKind
		logs logPaths
	}
	logs := map[string]have{}
	sockets := map[string]Socket{}
	if e := l.do(func(s *state) {
		g := s.groups[name]
		if g == nil {
			return
		}
		for _, p := range g.procs {
			logs[p.cfg.Name] = have{[2]config.LogKind{p.cfg.Stdout.Kind, p.cfg.Stderr.Kind}, logPaths{p.stdoutLog, p.stderrLog}}
		}
		for c, socket := range g.socket {
			sockets[c.URL] = socket
		}
	}); e != nil {
		return nil, e
	}
	pr := &prepared{cfg: cfg, sockets: map[*config.FastCGISocket]Socket{}}
	for i := range cfg.Processes {
		p := &cfg.Processes[i]
		paths, err := l.keptLogs(p, logs[p.Name].out, logs[p.Name].logs)
		if err != nil {
			return nil, err
		}
		pr.logs = append(pr.logs, paths)
		if p.Socket == nil || pr.sockets[p.Socket] != nil {
			continue
		}
		if socket := sockets[p.Socket.URL]; socket != nil {
			pr.sockets[p.Socket] = socket
		} else {
			pr.sockets[p.Socket] = l.opts.Sockets(p.Socket)
		}
	}
	return pr, nil
}

// keptLogs returns the log paths of a process, keeping AUTO logs it already has.
func (l *Loop) keptLogs(p *config.Process, kinds [2]config.LogKind, old logPaths) (logPaths, error) {
	var paths logPaths
	var err error
	if p.Stdout.Kind == config.LogAuto && kinds[0] == config.LogAuto && old.stdout != "" {
		paths.stdout = old.stdout
	} else if paths.stdout, err = l.logPath(p, p.Stdout, Stdout); err != nil {
		return paths, err
	}
	switch {
	case p.RedirectStderr:
	case p.Stderr.Kind == config.LogAuto && kinds[1] == config.LogAuto && old.stderr != "":
		paths.stderr = old.stderr
	default:
		paths.stderr, err = l.logPath(p, p.Stderr, Stderr)
	}
	return paths, err
}

// stopThese stops processes and waits until they are down.
func (l *Loop) stopThese(ctx context.Context, procs []*process) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		left := len(procs)
		if left == 0 {
			finish(none{}, nil)
			return
		}
		for _, p := range slices.Backward(procs) {
			if p.life.State.Up() {
				p.resume = true
				s.step(p, life.Event{Kind: life.Stop})
			}
			s.await(p, down, func(error) {
				if left--; left == 0 {
					finish(none{}, nil)
				}
			})
		}
	})
	return err
}

// reconfigure puts a new configuration into an active group. Processes that had
// to stop are started again if they were up. It does nothing and asks to be
// called again if one of them is not down.
func (s *state) reconfigure(name string, pr *prepared) (again bool, err error) {
	g := s.groups[name]
	if g == nil {
		return false, badName(name)
	}
	_, stopped := g.compare(pr.cfg)
	if slices.ContainsFunc(stopped, func(p *process) bool { return !p.life.State.Down() }) {
		return true, nil
	}
	g.cfg, g.socket = pr.cfg, pr.sockets
	wanted := map[string]bool{}
	var start []*process
	for i := range pr.cfg.Processes {
		next := &pr.cfg.Processes[i]
		wanted[next.Name] = true
		p := g.byName[next.Name]
		if p == nil {
			start = append(start, s.addProcess(g, next, pr.logs[i]))
			continue
		}
		if slices.Contains(stopped, p) {
			s.opts.Streams.Forget(p.id)
			p.stdoutLog, p.stderrLog = pr.logs[i].stdout, pr.logs[i].stderr
			start = append(start, p)
		}
		p.cfg, p.policy = next, policyOf(next)
	}
	for _, p := range append([]*process(nil), g.procs...) {
		if !wanted[p.cfg.Name] {
			s.removeProcess(p)
		}
	}
	if g.pool != nil {
		s.bus.reconfigurePool(g)
	}
	g.sortProcs()
	s.sortGroups()
	for _, p := range g.procs {
		if p.resume && !slices.Contains(start, p) {
			start = append(start, p) // somebody else's update has changed it
		}
	}
	for _, p := range start {
		if s.end.begun {
			break
		}
		// A stopped or FATAL process whose options were mended is started too, as
		// removing and adding its group would.
		if (p.resume || p.cfg.Autostart) && p.life.State.Down() {
			s.step(p, life.Event{Kind: life.Start})
		}
		p.resume = false
	}
	return false, nil
}
