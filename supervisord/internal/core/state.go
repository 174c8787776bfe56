package core

import (
	"slices"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// state is everything the loop knows. Only who holds the loop's turn touches it.
type state struct {
	loop   *Loop
	opts   *Options
	cfg    *config.Config // read last
	nextID ProcID
	byID   map[ProcID]*process
	groups map[string]*group
	order  []*group   // ascending by priority, then name
	sorted []*process // by group and name; nil when it is to be made anew
	due    deadlines
	bus    bus
	end    ending
	waits  timedWaits
	held   held
	armed  life.Instant // until when the loop's goroutine sleeps; 0 for ever
}

// process is one configured process.
type process struct {
	id     ProcID
	cfg    *config.Process
	group  *group
	policy life.Policy
	life   life.Process

	due    life.Instant // as filed in deadlines
	heapAt int

	stdoutLog, stderrLog string
	startWall, stopWall  int64 // seconds since the epoch
	spawns               int
	cause                string // how the last child ended, in words
	lastExit             int    // its exit status, -1 for a signal
	lastPID              int
	socket               Socket // non-nil while a FastCGI socket is held
	waiters              []*waiter
	resume               bool // was up when an update stopped it
	brake                brake
}

// group is one active group.
type group struct {
	cfg    *config.Group
	procs  []*process // ascending by priority, then name
	byName map[string]*process
	socket map[*config.FastCGISocket]Socket
	pool   *pool // event listener pools only
}

func (s *state) init(l *Loop) {
	s.loop = l
	s.opts = &l.opts
	s.byID = map[ProcID]*process{}
	s.groups = map[string]*group{}
	s.bus.init(s)
}

// runQueued runs the work that others have sent.
func (s *state) runQueued() {
	items := s.loop.in.take(func(acts []func()) { s.held.add(acts, s.loop.now()) })
	for _, fn := range items {
		fn()
	}
	s.loop.in.give(items)
	s.held.run(s)
}

// runDue wakes every process whose deadline has passed, and the loop's own
// timed affairs.
func (s *state) runDue() {
	for {
		at := s.due.next()
		if at == 0 || at > s.loop.now() {
			break
		}
		p := s.due.heap[0]
		s.due.set(p, 0)
		s.step(p, life.Event{Kind: life.Wake})
	}
	s.bus.tick()
	s.waits.run(s)
	s.bus.restarts.run(s)
	s.bus.eachThrottle(func(q *throttle) { q.runDue(s) })
	s.reportShutdown()
}

// nextDeadline returns when the loop has something to do if nobody sends work; 0
// for never.
func (s *state) nextDeadline() life.Instant {
	at := s.due.next()
	for _, other := range [...]life.Instant{s.bus.nextTick, s.bus.restarts.next(), s.bus.throttled(), s.waits.next(), s.end.nextReport, s.held.until} {
		if other != 0 && (at == 0 || other < at) {
			at = other
		}
	}
	return at
}

// sleep waits for work, or until at.
func (l *Loop) sleep(timer *time.Timer, at life.Instant) {
	if at == 0 {
		<-l.in.wake
		return
	}
	timer.Reset(time.Duration(at - l.now()))
	select {
	case <-l.in.wake:
		timer.Stop()
	case <-timer.C:
	}
}

// find returns the process of a namespec's parts.
func (s *state) find(groupName, processName string) *process {
	g := s.groups[groupName]
	if g == nil {
		return nil
	}
	return g.byName[processName]
}

// each calls fn for all processes, by ascending priority of group and process.
func (s *state) each(fn func(*process)) {
	for _, g := range s.order {
		for _, p := range g.procs {
			fn(p)
		}
	}
}

// sortGroups restores the order after priorities have changed.
func (s *state) sortGroups() { slices.SortStableFunc(s.order, compareGroups) }

func compareGroups(a, b *group) int {
	return comparePriority(a.cfg.Priority, b.cfg.Priority, a.cfg.Name, b.cfg.Name)
}

func (g *group) sortProcs() {
	slices.SortStableFunc(g.procs, func(a, b *process) int {
		return comparePriority(a.cfg.Priority, b.cfg.Priority, a.cfg.Name, b.cfg.Name)
	})
}
