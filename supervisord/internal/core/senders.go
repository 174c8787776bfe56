package core

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// senders are the clients of sendRemoteCommEvent whose events are out, and who
// get their answers when the listeners have caught up. A client that sends one
// event after the other is thereby no faster than the listeners: its events do not
// overflow the buffer, and in a large buffer they do not grow old. Listeners that
// get nothing done are not waited for, and nobody is for long; see held, which
// does so with programs that flap.
type senders struct {
	list []sender
	at   life.Instant // when to look again; 0 for never
}

type sender struct {
	reply func()
	last  life.Instant // answered by then, whatever the listeners do
}

// backlog is how many events may wait in a pool before their senders have to
// wait, too.
const backlog = 256

func (l *Loop) remoteEvent(ctx context.Context, typ, data string) error {
	_, err := call(ctx, l, func(s *state, finish func(none, error)) {
		s.bus.remote(typ, data)
		s.bus.senders.add(s, func() { finish(none{}, nil) })
	})
	return err
}

// add answers at once unless a pool has too much to do.
func (q *senders) add(s *state, reply func()) {
	now := s.loop.now()
	if len(q.list) == 0 && s.bus.behind(now, false) == 0 {
		reply()
		return
	}
	q.list = append(q.list, sender{reply, now.Add(maxHold)})
	q.run(s)
}

// run answers those who need not wait any longer. It is called when listeners
// have got something done, and at the time that it has set.
func (q *senders) run(s *state) {
	if len(q.list) == 0 {
		return
	}
	now := s.loop.now()
	until := s.bus.behind(now, true)
	kept := q.list[:0]
	for _, e := range q.list {
		if until == 0 || now >= e.last {
			e.reply()
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

// answerAll lets nobody wait any longer.
func (q *senders) answerAll() {
	for _, e := range q.list {
		e.reply()
	}
	q.list, q.at = nil, 0
}

// behind returns until when to wait for a pool that has many remote events before
// it and gets things done; 0 if there is none. Those who wait already do so until
// half of them are gone, so that they need not be woken up for each.
func (b *bus) behind(now life.Instant, waiting bool) (until life.Instant) {
	if b.s.end.begun {
		return 0
	}
	for _, p := range b.pools {
		most := min(p.size, backlog) - roomFor
		if waiting {
			most /= 2
		}
		if p.mask&event.Of(event.RemoteCommunication) != 0 && p.Waiting() > max(most, 0) {
			until = max(until, p.atWorkUntil(now))
		}
	}
	return until
}
