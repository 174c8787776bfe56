package core

import (
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	stopping "github.com/supervisor-go/supervisor/supervisord/internal/group"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// shutdownReportEvery is how often a slow shutdown says whom it waits for.
const shutdownReportEvery = 3 * time.Second

// ending is the orderly stop of everything, before a shutdown or a restart.
type ending struct {
	begun      bool
	plan       *stopping.Plan
	advance    bool // a level is down: the next one is to be stopped
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
	s.bus.eachThrottle((*throttle).releaseAll)
	items := make([]stopping.Item, 0, len(s.byID))
	s.each(func(p *process) {
		items = append(items, stopping.Item{ID: uint64(p.id), Name: p.cfg.Name, Priority: p.cfg.Priority,
			Group: p.group.cfg.Name, GroupPriority: p.group.cfg.Priority})
	})
	s.end.plan = stopping.NewPlan(items, stopping.ForGroups)
	s.stopNext()
	s.reportUnstopped()
}

// stopNext stops the groups of the highest priority number that is left.
func (s *state) stopNext() {
	for _, id := range s.end.plan.Next(s.isDown) {
		if p := s.byID[ProcID(id)]; p.life.State.Up() {
			s.step(p, life.Event{Kind: life.Stop})
		}
	}
}

func (s *state) isDown(id uint64) bool {
	p := s.byID[ProcID(id)]
	return p == nil || p.life.State.Down()
}

// wentDown carries the ending on after a process has moved.
func (s *state) wentDown(p *process) {
	if s.end.plan != nil && p.life.State.Down() && s.end.plan.Down(uint64(p.id)) {
		s.end.advance = true
	}
}

// mayEnd carries the ending on and reports whether it is complete.
func (s *state) mayEnd() bool {
	if !s.end.begun {
		return false
	}
	for s.end.advance {
		s.end.advance = false
		s.stopNext()
	}
	return s.end.plan.Done()
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
