package core

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// throttle holds up those who make events of some types while listeners have too
// much to do: clients of sendRemoteCommEvent, whose answers come later although
// their events are out, and programs that make events of their output, which are
// not read meanwhile. So they overflow a buffer less easily, and in a large one
// events do not grow old. Listeners that get nothing done are not waited for, and
// nobody is for long; see held, which does so with programs that flap.
type throttle struct {
	mask event.Mask // the types of events
	list []heldUp
	at   life.Instant // when to look again; 0 for never
	next life.Instant // no more are released before, except who waits for too long
	some atomic.Bool  // list is not empty; for other goroutines
}

type heldUp struct {
	release func()
	last    life.Instant // called by then, whatever the listeners do
}

const (
	// backlog is how many events may wait in a pool before those who make them
	// have to wait, too.
	backlog = 256
	// nextBatch is how long those who were released have to make their events
	// before it is seen how many more there is room for.
	nextBatch = time.Millisecond
)

func (b *bus) makeThrottles() {
	b.senders.mask = event.Of(event.RemoteCommunication)
	b.talkersOf(HoldLog(Stdout)).mask = event.Of(event.ProcessLogStdout)
	b.talkersOf(HoldLog(Stderr)).mask = event.Of(event.ProcessLogStderr)
	b.talkersOf(holdMessage(Stdout)).mask = event.Of(event.ProcessCommunicationStdout)
	b.talkersOf(holdMessage(Stderr)).mask = event.Of(event.ProcessCommunicationStderr)
}

func (b *bus) talkersOf(h Hold) *throttle { return &b.talkers[h-1] }

func (b *bus) eachThrottle(f func(*throttle)) {
	f(&b.senders)
	for i := range b.talkers {
		f(&b.talkers[i])
	}
}

// throttled returns when the first throttle is to be looked at again.
func (b *bus) throttled() (at life.Instant) {
	b.eachThrottle(func(q *throttle) {
		if q.at != 0 && (at == 0 || q.at < at) {
			at = q.at
		}
	})
	return at
}

func (l *Loop) remoteEvent(ctx context.Context, typ, data string) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		s.bus.remote(typ, data)
		s.bus.senders.add(s, func() { finish(none{}, nil) })
	})
	return err
}

// hold returns h if a program that has made such an event is to be held up.
func (b *bus) hold(h Hold) Hold {
	if b.talkersOf(h).needed(b.s) {
		return h
	}
	return 0
}

// Held implements Sink.
func (l *Loop) Held(h Hold) bool { return l.st.bus.talkersOf(h).some.Load() }

// CaughtUp implements Sink.
func (l *Loop) CaughtUp(h Hold, ready func()) {
	visit := func(s *state) { s.bus.talkersOf(h).add(s, ready) }
	if !l.visit(visit) && !l.in.put(func() { visit(&l.st) }) {
		ready()
	}
}

// needed reports whether somebody is to be held up from now on.
func (q *throttle) needed(s *state) bool {
	if len(q.list) > 0 {
		return true
	}
	until, _ := s.bus.behind(q.mask, false)
	return until != 0
}

// add calls release when the pools do not have too much to do, which may be at
// once.
func (q *throttle) add(s *state, release func()) {
	if !q.needed(s) {
		release()
		return
	}
	q.list = append(q.list, heldUp{release, s.loop.now().Add(maxHold)})
	q.run(s)
}

// run releases those who need not wait any longer. It is called when listeners
// have got something done, and at the time that it has set.
func (q *throttle) run(s *state) {
	if len(q.list) == 0 {
		return
	}
	now := s.loop.now()
	until, room := s.bus.behind(q.mask, true)
	if until == 0 && now < q.next {
		until = q.next
	}
	if until != 0 {
		room = 0
	}
	kept := q.list[:0]
	for i, e := range q.list {
		if i < room || now >= e.last {
			e.release()
		} else {
			kept = append(kept, e)
		}
	}
	clear(q.list[len(kept):])
	q.list, q.at = kept, 0
	if until == 0 {
		q.next = now.Add(nextBatch)
		until = q.next
	}
	if len(kept) > 0 {
		q.at = min(until, kept[0].last)
	}
	q.some.Store(len(kept) > 0)
}

// runDue calls run when it is time.
func (q *throttle) runDue(s *state) {
	if q.at != 0 && q.at <= s.loop.now() {
		q.run(s)
	}
}

// releaseAll lets nobody wait any longer.
func (q *throttle) releaseAll() {
	for _, e := range q.list {
		e.release()
	}
	q.list, q.at = nil, 0
	q.some.Store(false)
}

// behind returns until when to wait for a pool that has many events before it, is
// to get those of mask and gets things done, and 0 if there is none; and how many
// more events such pools have room for. Those who wait already do so until half
// of the events are gone, so that they need not be woken up for each.
func (b *bus) behind(mask event.Mask, waiting bool) (until life.Instant, room int) {
	room = math.MaxInt
	if b.s.end.begun {
		return 0, room
	}
	now := b.s.loop.now()
	for _, p := range b.pools {
		at := p.atWorkUntil(now)
		if p.mask&mask == 0 || at == 0 {
			continue
		}
		most := max(min(p.size, backlog)-roomFor, 0)
		room = min(room, max(most-p.Waiting(), 1))
		if waiting {
			most /= 2
		}
		if p.Waiting() > most {
			until = max(until, at)
		}
	}
	return until, room
}
