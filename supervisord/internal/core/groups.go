package core

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// prepared is a group whose files are made and whose sockets are checked, so
// that the loop can take it without touching a disk.
type prepared struct {
	cfg     *config.Group
	logs    []logPaths // one per process
	sockets map[*config.FastCGISocket]Socket
}

type logPaths struct{ stdout, stderr string }

// prepare does what is slow or can fail about activating a group. It runs
// outside the loop.
func (l *Loop) prepare(g *config.Group) (*prepared, error) {
	pr := &prepared{cfg: g, sockets: map[*config.FastCGISocket]Socket{}}
	for i := range g.Processes {
		p := &g.Processes[i]
		paths, err := l.logPaths(p)
		if err != nil {
			return nil, err
		}
		pr.logs = append(pr.logs, paths)
		if p.Socket == nil || pr.sockets[p.Socket] != nil {
			continue
		}
		socket := l.opts.Sockets(p.Socket)
		// Opening it once tells of a bad address now rather than at the first start.
		if _, err := socket.Acquire(); err != nil {
			//lint:ignore ST1005 the reference's words
			return nil, fmt.Errorf("Could not create FastCGI socket %s: %w", p.Socket.URL, err)
		}
		socket.Release()
		pr.sockets[p.Socket] = socket
	}
	return pr, nil
}

func (l *Loop) logPaths(p *config.Process) (paths logPaths, err error) {
	if paths.stdout, err = l.logPath(p, p.Stdout, Stdout); err != nil {
		return paths, err
	}
	if !p.RedirectStderr {
		paths.stderr, err = l.logPath(p, p.Stderr, Stderr)
	}
	return paths, err
}

func (l *Loop) logPath(p *config.Process, out config.Output, ch Channel) (string, error) {
	switch out.Kind {
	case config.LogFile:
		return out.Path, nil
	case config.LogAuto:
		path, err := l.opts.AutoLog(p.Name, ch)
		if err != nil {
			return "", fmt.Errorf("cannot make the AUTO %s log of %s: %w", ch, p.Name, err)
		}
		return path, nil
	default:
		return "", nil
	}
}

// addGroup activates a prepared group. Nothing is started.
func (s *state) addGroup(pr *prepared) *group {
	g := &group{cfg: pr.cfg, byName: map[string]*process{}, socket: pr.sockets}
	for i := range pr.cfg.Processes {
		s.addProcess(g, &pr.cfg.Processes[i], pr.logs[i])
	}
	g.sortProcs()
	s.groups[pr.cfg.Name] = g
	at, _ := slices.BinarySearchFunc(s.order, g, compareGroups)
	s.order = slices.Insert(s.order, at, g)
	if pr.cfg.Kind == config.ListenerPool {
		g.pool = s.bus.addPool(g)
	}
	s.bus.groupAdded(pr.cfg.Name)
	return g
}

func (s *state) addProcess(g *group, cfg *config.Process, paths logPaths) *process {
	s.nextID++
	p := &process{
		id: s.nextID, cfg: cfg, group: g, policy: policyOf(cfg),
		stdoutLog: paths.stdout, stderrLog: paths.stderr,
	}
	s.byID[p.id] = p
	s.sorted = nil
	g.procs = append(g.procs, p)
	g.byName[cfg.Name] = p
	return p
}

// policyOf extracts what the life cycle depends on. Seconds are capped so that
// no deadline can overflow.
func policyOf(cfg *config.Process) life.Policy {
	codes := new([4]uint64)
	for _, code := range cfg.ExitCodes {
		if code >= 0 && code < 256 {
			codes[code/64] |= 1 << (code % 64)
		}
	}
	return life.Policy{
		Autostart: cfg.Autostart, AutoRestart: life.AutoRestart(cfg.AutoRestart),
		StartSecs: seconds(cfg.StartSecs), StartRetries: cfg.StartRetries,
		StopWait: seconds(cfg.StopWaitSecs), StopSignal: cfg.StopSignal,
		StopAsGroup: cfg.StopAsGroup, KillAsGroup: cfg.KillAsGroup, ExitCodes: codes,
	}
}

func seconds(n int) time.Duration {
	const century = 100 * 365 * 24 * 3600
	return time.Duration(min(n, century)) * time.Second
}

// autostart starts every process that wants it and was never started.
func (s *state) autostart() { s.each(s.autostartOne) }

func (s *state) autostartOne(p *process) {
	if p.cfg.Autostart && p.life.State == life.Stopped && p.life.Started == 0 && !s.end.begun {
		s.step(p, life.Event{Kind: life.Start})
	}
}

// removeProcess forgets a process that is down.
func (s *state) removeProcess(p *process) {
	s.due.set(p, 0)
	delete(s.byID, p.id)
	s.sorted = nil
	delete(p.group.byName, p.cfg.Name)
	for i, q := range p.group.procs {
		if q == p {
			p.group.procs = append(p.group.procs[:i:i], p.group.procs[i+1:]...)
			break
		}
	}
	if p.group.pool != nil {
		p.group.pool.removed(p)
	}
	s.opts.Streams.Forget(p.id)
	p.dismiss()
}

func (l *Loop) addGroup(_ context.Context, name string) error {
	for {
		var cfg *config.Group
		var err error
		if e := l.do(func(s *state) { cfg, err = s.addable(name) }); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		pr, err := l.prepare(cfg)
		if err != nil {
			return wire.NewFault(wire.Failed, err.Error())
		}
		var now *config.Group
		if e := l.do(func(s *state) {
			if now, err = s.addable(name); now == cfg {
				g := s.addGroup(pr)
				for _, p := range g.procs {
					s.autostartOne(p)
				}
			}
		}); e != nil {
			return e
		}
		if err != nil || now == cfg {
			return err
		}
		// The configuration was read again meanwhile.
	}
}

// addable returns the group's configuration if it can be added now.
func (s *state) addable(name string) (*config.Group, error) {
	for i := range s.cfg.Groups {
		if s.cfg.Groups[i].Name != name {
			continue
		}
		if s.groups[name] != nil {
			return nil, wire.NewFault(wire.AlreadyAdded, name)
		}
		return &s.cfg.Groups[i], nil
	}
	return nil, badName(name)
}

func (l *Loop) removeGroup(ctx context.Context, name string) (err error) {
	if e := l.do(func(s *state) {
		g := s.groups[name]
		if g == nil {
			err = badName(name)
			return
		}
		for _, p := range g.procs {
			if !p.life.State.Down() {
				err = wire.NewFault(wire.StillRunning, name)
				return
			}
		}
		s.removeGroup(g)
	}); e != nil {
		return e
	}
	return err
}

func (s *state) removeGroup(g *group) {
	if g.pool != nil {
		s.bus.removePool(g.pool)
	}
	for len(g.procs) > 0 {
		s.removeProcess(g.procs[len(g.procs)-1])
	}
	delete(s.groups, g.cfg.Name)
	for i, other := range s.order {
		if other == g {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
	s.bus.groupRemoved(g.cfg.Name)
}

func (l *Loop) reread(ctx context.Context) (added, changed, removed []string, err error) {
	cfg, err := l.opts.Load()
	if err != nil {
		return nil, nil, nil, wire.NewFault(wire.CantReread, err.Error())
	}
	err = l.do(func(s *state) {
		s.cfg = cfg
		added, changed, removed = s.compare(cfg)
	})
	return added, changed, removed, err
}

// compare tells how the active groups differ from a configuration.
func (s *state) compare(cfg *config.Config) (added, changed, removed []string) {
	wanted := map[string]bool{}
	for i := range cfg.Groups {
		g := &cfg.Groups[i]
		wanted[g.Name] = true
		switch active := s.groups[g.Name]; {
		case active == nil:
			added = append(added, g.Name)
		case !sameGroup(active.cfg, g):
			changed = append(changed, g.Name)
		}
	}
	for _, g := range s.order {
		if !wanted[g.cfg.Name] {
			removed = append(removed, g.cfg.Name)
		}
	}
	return added, changed, removed
}

// acquireSocket returns the descriptor that is to be fd 0 of the child.
func (s *state) acquireSocket(p *process) (int, error) {
	if p.socket != nil {
		p.socket.Release()
		p.socket = nil
	}
	socket := p.group.socket[p.cfg.Socket]
	fd, err := socket.Acquire()
	if err != nil {
		return -1, err
	}
	p.socket = socket
	return fd, nil
}

func (p *process) releaseSocket() {
	if p.socket != nil {
		p.socket.Release()
		p.socket = nil
	}
}
