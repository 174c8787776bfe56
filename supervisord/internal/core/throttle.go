package core

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// throttle holds up those who make events of some types while listeners have too
// much to do: clients of sendRemoteCommEvent, whose answers come later although
// their events are out, and programs that make events of their output, which are
// not read meanwhile. Neither is thereby faster than the listeners: what they send
// does not overflow the buffer, and in a large buffer it does not grow old.
// Listeners that get nothing done are not waited for, and nobody is for long; see
// held, which does so with programs that flap.
type throttle struct {
	mask event.Mask // the types of events
	list []heldUp
	at   life.Instant // when to look again; 0 for never
}

type heldUp struct {
	release func()
	last    life.Instant // called by then, whatever the listeners do
}

// backlog is how many events may wait in a pool before those who make them have
// to wait, too.
const backlog = 256

func (b *bus) makeThrottles() {
	b.senders.mask = event.Of(event.RemoteCommunication)
	b.talkers.mask = event.Of(event.ProcessLogStdout, event.ProcessLogStderr, event.ProcessCommunicationStdout, event.ProcessCommunicationStderr)
}

func (b *bus) throttles() [2]*throttle { return [...]*throttle{&b.senders, &b.talkers} }

func (l *Loop) remoteEvent(ctx context.Context, typ, data string) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		s.bus.remote(typ, data)
		s.bus.senders.add(s, func() { finish(none{}, nil) })
	})
	return err
}

// CaughtUp implements Sink.
func (l *Loop) CaughtUp(ready func()) {
	visit := func(s *state) { s.bus.talkers.add(s, ready) }
	if !l.visit(visit) && !l.in.put(func() { visit(&l.st) }) {
		ready()
	}
}

// needed reports whether somebody is to be held up from now on.
func (q *throttle) needed(s *state) bool {
	return len(q.list) > 0 || s.bus.behind(q.mask, false) != 0
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
	until := s.bus.behind(q.mask, true)
	kept := q.list[:0]
	for _, e := range q.list {
		if until == 0 || now >= e.last {
			e.release()
		} else {
			kept = append(kept, e)
		}
	}
	clear(q.list[len(kept):])
	q.list, q.at = kept, 0
	if len(kept) > 0 {
		q.at = min(until, kept[0].last)
	}
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
}

// behind returns until when to wait for a pool that has many events before it, is
// to get those of mask and gets things done; 0 if there is none. Those who wait
// already do so until half of the events are gone, so that they need not be woken
// up for each.
func (b *bus) behind(mask event.Mask, waiting bool) (until life.Instant) {
	if b.s.end.begun {
		return 0
	}
	for _, p := range b.pools {
		most := min(p.size, backlog) - roomFor
		if waiting {
			most /= 2
		}
		if p.mask&mask != 0 && p.Waiting() > max(most, 0) {
			until = max(until, p.atWorkUntil(b.s.loop.now()))
		}
	}
	return until
}
