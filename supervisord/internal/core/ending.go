package core

import (
	"slices"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// shutdownReportEvery is how often a slow shutdown says whom it waits for.
const shutdownReportEvery = 3 * time.Second

// ending is the orderly stop of everything, before a shutdown or a restart.
type ending struct {
	begun      bool
	levels     [][]*group // what is left to stop; the last level is being stopped
	nextReport life.Instant
}

// setMood asks for an ending. A shutdown wins over a restart, whatever comes
// first. It takes effect for clients at once.
func (l *Loop) setMood(m Mood) {
	for {
		old := l.mood.Load()
		if Mood(old) <= m {
			return
		}
		if l.mood.CompareAndSwap(old, int32(m)) {
			break
		}
	}
	l.in.put(l.st.beginEnding)
}

func (l *Loop) restart() error {
	if l.Mood() <= MoodRestarting {
		return nil
	}
	if _, err := l.opts.Load(); err != nil {
		l.opts.Log.Log(config.LevelCritical, "cannot restart with the configuration as it is now; "+
			"what runs keeps running: "+err.Error())
		return wire.NewFault(wire.CantReread, err.Error())
	}
	l.setMood(MoodRestarting)
	return nil
}

func (s *state) beginEnding() {
	if s.end.begun {
		return
	}
	s.end.begun = true
	s.bus.emitStopping()
	for _, g := range s.order {
		last := len(s.end.levels) - 1
		if last >= 0 && s.end.levels[last][0].cfg.Priority == g.cfg.Priority {
			s.end.levels[last] = append(s.end.levels[last], g)
		} else {
			s.end.levels = append(s.end.levels, []*group{g})
		}
	}
	s.stopLevel()
	s.reportUnstopped()
}

// stopLevel stops the groups of the highest priority number that is left.
func (s *state) stopLevel() {
	if len(s.end.levels) == 0 {
		return
	}
	level := s.end.levels[len(s.end.levels)-1]
	for _, g := range slices.Backward(level) {
		for _, p := range slices.Backward(slices.Clone(g.procs)) {
			if p.life.State.Up() {
				s.step(p, life.Event{Kind: life.Stop})
			}
		}
	}
}

// mayEnd carries the ending on and reports whether it is complete.
func (s *state) mayEnd() bool {
	if !s.end.begun {
		return false
	}
	for n := len(s.end.levels); n > 0; n = len(s.end.levels) {
		if !allDown(s.end.levels[n-1]) {
			return false
		}
		s.end.levels = s.end.levels[:n-1]
		s.stopLevel()
	}
	return true
}

func allDown(level []*group) bool {
	for _, g := range level {
		for _, p := range g.procs {
			if !p.life.State.Down() {
				return false
			}
		}
	}
	return true
}

func (s *state) reportShutdown() {
	if s.end.nextReport != 0 && s.loop.now() >= s.end.nextReport {
		s.reportUnstopped()
	}
}

// reportUnstopped tells whom the ending waits for.
func (s *state) reportUnstopped() {
	var names []string
	s.each(func(p *process) {
		if !p.life.State.Down() {
			names = append(names, p.cfg.Name)
		}
	})
	if len(names) == 0 {
		s.end.nextReport = 0
		return
	}
	s.info("waiting for " + strings.Join(names, ", ") + " to die")
	s.end.nextReport = s.loop.now().Add(shutdownReportEvery)
}
