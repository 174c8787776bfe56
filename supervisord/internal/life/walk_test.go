package life_test

import (
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// base is the time at which a walk looks at every process; what only depends on
// differences of time is made equal by moving all times.
const base = life.Instant(1000000 * time.Second)

// walker visits every process that can be reached with a policy.
type walker struct {
	t    *testing.T
	c    *life.Policy
	seen map[life.Process]bool
	todo []life.Process
	n    int
}

// at moves the times of p so that now becomes base, and forgets differences
// that cannot matter any more.
func (w *walker) at(p life.Process, now life.Instant) life.Process {
	if far := base.Add(1000 * time.Hour); p.Deadline != 0 {
		p.Deadline = max(p.Deadline+base-now, base)
		if p.Deadline > base.Add(time.Hour) {
			p.Deadline = far
		}
	}
	if p.Started != 0 {
		p.Started = base - min(now-p.Started, life.Instant(w.c.StartSecs+time.Second))
	}
	if p.Ended != 0 {
		p.Ended = base
	}
	return p
}

func (w *walker) visit(p life.Process) {
	if !w.seen[p] {
		w.seen[p] = true
		w.todo = append(w.todo, p)
	}
}

// times are the instants at which something may happen to p next.
func times(p *life.Process) []life.Instant {
	list := []life.Instant{base, base.Add(500 * time.Millisecond)}
	if p.Deadline != 0 {
		list = append(list, max(base, p.Deadline-1), p.Deadline, p.Deadline.Add(time.Hour))
	}
	return list
}

// everything is every event, whether it makes sense or not.
func everything() []life.Event {
	var list []life.Event
	for _, down := range []bool{false, true} {
		for _, k := range []life.EventKind{life.Wake, life.Start, life.SpawnFailed, life.Stop, life.KillFailed} {
			list = append(list, life.Event{Kind: k, Reason: "reason", NoRestart: down})
		}
		for _, status := range []int{0, 1, -1} {
			list = append(list, life.Event{Kind: life.Exit, ExitStatus: status, NoRestart: down})
		}
		list = append(list, life.Event{Kind: life.Spawned, PID: 7, NoRestart: down},
			life.Event{Kind: life.Exit, PID: 6, NoRestart: down}, life.Event{Kind: life.KillFailed, PID: 6, NoRestart: down})
	}
	return list
}

func (w *walker) run() {
	w.visit(life.Process{})
	for len(w.todo) > 0 {
		p := w.todo[0]
		w.todo = w.todo[1:]
		for _, now := range times(&p) {
			for _, ev := range everything() {
				w.visit(w.at(w.step(p, ev, now), now))
			}
		}
		w.ends(p, 4)
	}
}

func (w *walker) step(p life.Process, ev life.Event, now life.Instant) life.Process {
	next, acts := life.Step(w.c, p, ev, now)
	w.n++
	if err := stepRight(w.c, p, ev, next, &acts); err != nil {
		w.t.Fatalf("%+v\nevent %+v\n%+v\n%s\n%v", p, ev, next, joined(&acts), err)
	}
	if !sensible(&p, &ev, now) && (next != p || acts.Len() != 0) {
		w.t.Fatalf("%+v\nevent %+v should be ignored:\n%+v\n%s", p, ev, next, joined(&acts))
	}
	return next
}

// sensible reports whether an event means anything to p.
func sensible(p *life.Process, ev *life.Event, now life.Instant) bool {
	switch ev.Kind {
	case life.Wake:
		return p.Deadline != 0 && now >= p.Deadline
	case life.Start:
		down := p.State == life.Stopped || p.State == life.Exited || p.State == life.Fatal || p.State == life.Backoff
		return down && !ev.NoRestart
	case life.Spawned, life.SpawnFailed:
		return p.Spawning
	case life.Stop:
		return p.State.Up()
	case life.Exit:
		return p.PID != 0 && ev.PID != 6
	case life.KillFailed:
		return p.PID != 0 && ev.PID != 6 && p.State != life.Unknown
	}
	return false
}

// ends makes sure that a stop always comes to an end, whatever the outcome of
// a spawn that is on its way, and that an impatient stop kills.
func (w *walker) ends(p life.Process, steps int) {
	if steps == 0 {
		w.t.Fatalf("%+v does not end", p)
	}
	p = w.step(p, life.Event{Kind: life.Stop}, base)
	switch {
	case p.State.Down() && p.State != life.Unknown:
	case p.Spawning:
		w.ends(w.step(p, life.Event{Kind: life.Spawned, PID: 7}, base), steps-1)
		w.ends(w.step(p, life.Event{Kind: life.SpawnFailed, Reason: "reason"}, base), steps-1)
	default:
		if p.State == life.Stopping {
			killed, acts := life.Step(w.c, p, life.Event{Kind: life.Wake}, p.Deadline)
			last := acts.Slice()[acts.Len()-1]
			if last.Kind != life.DoKill || last.Signal != 9 || killed.Deadline <= p.Deadline {
				w.t.Fatalf("%+v does not send SIGKILL in time: %s", p, joined(&acts))
			}
		}
		p = w.step(p, life.Event{Kind: life.Exit, ExitStatus: 1, NoRestart: true}, base)
		if p.PID != 0 || !p.State.Down() {
			w.t.Fatalf("%+v has not ended", p)
		}
	}
}

// TestEveryReachableState walks through all there is, for several policies:
// each event in each state at each instant that can make a difference.
func TestEveryReachableState(t *testing.T) {
	second := time.Second
	zero := life.ExitCodes([]int{0})
	for name, c := range map[string]*life.Policy{
		"default":   {StartSecs: second, StartRetries: 3, StopWait: 10 * second, StopSignal: 15, AutoRestart: life.RestartUnexpected, ExitCodes: zero},
		"at once":   {StopSignal: 2, StopWait: 0, AutoRestart: life.RestartAlways, StopAsGroup: true, KillAsGroup: true},
		"never":     {StartSecs: 2 * second, StartRetries: 1, StopWait: 3 * second, StopSignal: 15, ExitCodes: zero, KillAsGroup: true},
		"no retry":  {StartSecs: second, StartRetries: 0, StopWait: 2 * second, StopSignal: 15, AutoRestart: life.RestartAlways, ExitCodes: zero},
		"long wait": {StartSecs: second, StartRetries: 1, StopWait: life.Seconds(1 << 30), StopSignal: 15, AutoRestart: life.RestartUnexpected, ExitCodes: zero},
	} {
		t.Run(name, func(t *testing.T) {
			w := &walker{t: t, c: c, seen: map[life.Process]bool{}}
			w.run()
			t.Logf("%d processes, %d steps", len(w.seen), w.n)
		})
	}
}
