package core

import (
	"slices"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func comparePriority(pa, pb int, na, nb string) int {
	if pa != pb {
		if pa < pb {
			return -1
		}
		return 1
	}
	return strings.Compare(na, nb)
}

func (s *state) view(p *process, now int64) View {
	v := View{
		ID: p.id, Group: p.group.cfg.Name, Config: p.cfg, State: p.life.State, PID: p.life.PID,
		Start: p.startWall, Stop: p.stopWall, Now: now, SpawnErr: p.life.SpawnErr,
		StdoutLog: p.stdoutLog, StderrLog: p.stderrLog,
		Restarts: max(0, p.spawns-1), Tries: p.life.Tries, HasExit: p.life.HasExit, Cause: p.cause, LastExit: p.lastExit,
	}
	if p.life.HasExit {
		v.ExitStatus = p.life.ExitStatus
	}
	if p.group.pool != nil {
		v.Listener = p.group.pool.listenerState(p)
		v.Stuck = p.group.pool.stuck(now - v.Start)
	}
	return v
}

func (l *Loop) process(name string) (v View, err error) {
	if e := l.do(func(s *state) {
		var p *process
		if p, err = s.lookup(name); err == nil {
			v = s.view(p, time.Now().Unix())
		}
	}); e != nil {
		return v, e
	}
	return v, err
}

func (l *Loop) byPriority() (list []View) {
	_ = l.do(func(s *state) {
		list = make([]View, 0, len(s.byID))
		now := time.Now().Unix()
		s.each(func(p *process) { list = append(list, s.view(p, now)) })
	})
	return list
}

// byName returns all processes by group and name.
func (s *state) byName() []*process {
	if s.sorted == nil {
		s.sorted = make([]*process, 0, len(s.byID))
		s.each(func(p *process) { s.sorted = append(s.sorted, p) })
		slices.SortFunc(s.sorted, func(a, b *process) int {
			if c := strings.Compare(a.group.cfg.Name, b.group.cfg.Name); c != 0 {
				return c
			}
			return strings.Compare(a.cfg.Name, b.cfg.Name)
		})
	}
	return s.sorted
}

func (l *Loop) eachProcess(fn func(*View)) {
	_ = l.do(func(s *state) {
		var v View
		now := time.Now().Unix()
		for _, p := range s.byName() {
			v = s.view(p, now)
			fn(&v)
		}
	})
}

func (l *Loop) processes() (list []View) {
	_ = l.do(func(s *state) {
		now := time.Now().Unix()
		list = make([]View, 0, len(s.byID))
		for _, p := range s.byName() {
			list = append(list, s.view(p, now))
		}
	})
	return list
}

func (l *Loop) groupProcesses(name string) (list []View, err error) {
	if e := l.do(func(s *state) {
		g := s.groups[name]
		if g == nil {
			err = badName(name)
			return
		}
		now := time.Now().Unix()
		for _, p := range g.procs {
			list = append(list, s.view(p, now))
		}
	}); e != nil {
		return nil, e
	}
	return list, err
}

func (l *Loop) config() (cfg *config.Config, active map[string]bool) {
	active = map[string]bool{}
	_ = l.do(func(s *state) {
		cfg = s.cfg
		for name := range s.groups {
			active[name] = true
		}
	})
	return cfg, active
}

func (l *Loop) groupInfos() (list []GroupInfo) {
	_ = l.do(func(s *state) {
		for _, g := range s.groups {
			info := GroupInfo{Config: g.cfg, Processes: len(g.procs)}
			if g.pool != nil {
				info.Buffered, info.Discarded = g.pool.counts()
			}
			list = append(list, info)
		}
	})
	slices.SortFunc(list, func(a, b GroupInfo) int { return strings.Compare(a.Config.Name, b.Config.Name) })
	return list
}
