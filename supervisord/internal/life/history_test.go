package life_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// world is a process with the children it has had: spawns are answered some
// time later, a signal may or may not end a child, and a child may end by
// itself.
type world struct {
	t        *rapid.T
	c        *life.Policy
	p        life.Process
	now      life.Instant
	pending  int  // spawns asked for and not answered
	alive    int  // pid of the living child, 0 for none
	doomed   bool // it was sent SIGKILL
	lastPID  int
	spawned  int
	reaped   int
	shutdown bool
}

func (w *world) step(ev life.Event) {
	ev.NoRestart = w.shutdown
	before := w.p
	next, acts := life.Step(w.c, w.p, ev, w.now)
	if err := stepRight(w.c, before, ev, next, &acts); err != nil {
		w.t.Fatalf("%+v\nevent %+v\n%+v\n%s\n%v", before, ev, next, joined(&acts), err)
	}
	w.p = next
	for _, a := range acts.Slice() {
		switch a.Kind {
		case life.DoSpawn:
			if w.pending++; w.pending > 1 || w.alive != 0 {
				w.t.Fatalf("two children of one process")
			}
		case life.DoKill:
			if a.PID != w.alive {
				w.t.Fatalf("signal to %d, alive is %d", a.PID, w.alive)
			}
			w.doomed = w.doomed || a.Signal == 9
		}
	}
}

func (w *world) spawn(*rapid.T) {
	if w.pending == 0 {
		w.t.Skip("nothing to spawn")
	}
	w.pending--
	if rapid.IntRange(0, 3).Draw(w.t, "fails") == 0 {
		w.step(life.Event{Kind: life.SpawnFailed, Reason: "no"})
		return
	}
	w.lastPID++
	w.spawned++
	w.alive, w.doomed = w.lastPID, false
	w.step(life.Event{Kind: life.Spawned, PID: w.alive})
}

func (w *world) exit(*rapid.T) {
	if w.alive == 0 {
		w.t.Skip("nobody to exit")
	}
	w.reap(rapid.SampledFrom([]int{0, 1, 2, -1}).Draw(w.t, "status"))
}

// reap hands the exit of the living child over, and makes sure that it is taken,
// once.
func (w *world) reap(status int) {
	ev := life.Event{Kind: life.Exit, PID: w.alive, ExitStatus: status}
	w.alive = 0
	w.reaped++
	w.step(ev)
	if w.p.Ended != w.now || w.p.PID != 0 {
		w.t.Fatalf("the exit was not taken: %+v", w.p)
	}
	before := w.p
	w.step(ev)
	if w.p != before {
		w.t.Fatalf("the exit was taken twice: %+v", w.p)
	}
}

// start makes sure that no start is lost.
func (w *world) start(*rapid.T) {
	startable := w.p.State.Down() && w.p.State != life.Unknown
	before := w.pending
	w.step(life.Event{Kind: life.Start})
	if startable && !w.shutdown && w.pending != before+1 {
		w.t.Fatalf("a start was lost: %+v", w.p)
	}
}

func (w *world) stop(*rapid.T) { w.step(life.Event{Kind: life.Stop}) }
func (w *world) killFailed(*rapid.T) {
	w.step(life.Event{Kind: life.KillFailed, PID: w.p.PID, Reason: "no"})
}

func (w *world) wait(*rapid.T) {
	d := rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Hour}).Draw(w.t, "wait")
	w.now = w.now.Add(d)
	w.step(life.Event{Kind: life.Wake})
}

func (w *world) deadline(*rapid.T) {
	if w.p.Deadline == 0 {
		w.t.Skip("no deadline")
	}
	w.now = max(w.now, w.p.Deadline)
	before := w.p
	w.step(life.Event{Kind: life.Wake})
	if w.p.State == before.State && w.p.Deadline <= before.Deadline {
		w.t.Fatalf("the deadline was neither used nor moved: %+v", w.p)
	}
}

// end stops the process as a shutdown does and takes the world to its end.
func (w *world) end() {
	w.shutdown = true
	w.step(life.Event{Kind: life.Stop})
	for w.pending > 0 {
		w.spawn(nil)
	}
	for n := 0; w.p.State == life.Stopping; n++ {
		if w.doomed || n > 3 {
			w.reap(-1)
			continue
		}
		w.deadline(nil)
	}
	if w.alive != 0 {
		w.reap(0)
	}
	if !w.p.State.Down() || w.p.Deadline != 0 || w.spawned != w.reaped {
		w.t.Fatalf("not at an end: %d spawned, %d reaped, %+v", w.spawned, w.reaped, w.p)
	}
}

// TestHistories plays random histories with a spawner and children that take
// their time.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, now: life.Instant(time.Second), c: drawLife(t)}
		t.Repeat(map[string]func(*rapid.T){
			"start": w.start, "stop": w.stop, "spawn": w.spawn, "spawn ": w.spawn, "exit": w.exit,
			"wait": w.wait, "deadline": w.deadline, "kill failed": w.killFailed,
		})
		w.end()
	})
}

func drawLife(t *rapid.T) *life.Policy {
	p := drawPolicy(t)
	p.StartSecs = rapid.SampledFrom([]int{0, 1, 1 << 25}).Draw(t, "startsecs")
	p.StopWaitSecs = rapid.SampledFrom([]int{-1, 0, 10, 1 << 25}).Draw(t, "stopwaitsecs")
	return p.life()
}
