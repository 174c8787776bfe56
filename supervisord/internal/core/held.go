package core

import (
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// held keeps the news of children that the loop has not acted on yet. It is
// empty but for moments: when a burst of exits is about to overflow the buffer
// of a listener pool whose listeners are at work, the loop lets them catch up
// before it makes more events. A program that flaps is thereby restarted no
// faster than its events can be delivered, instead of losing them. A pool that
// gets nothing done is not waited for, and nobody is for long.
type held struct {
	news  []news
	until life.Instant // when to look again; 0 for not waiting
}

// news is what became of a child, and since when the loop knows.
type news struct {
	act func()
	at  life.Instant
}

const (
	// roomFor is how many events one piece of news makes at most.
	roomFor = 4
	// patience is how long a pool may get nothing done and still be waited for:
	// longer than a busy machine lets a listener that is ready to run wait for its
	// turn.
	patience = 25 * time.Millisecond
	// maxHold is how long news wait at most.
	maxHold = 50 * time.Millisecond
)

// add takes news over from the inbox.
func (h *held) add(acts []func(), now life.Instant) {
	for _, act := range acts {
		h.news = append(h.news, news{act, now})
	}
}

// run acts on the news, as far as the pools have room for what comes of it.
func (h *held) run(s *state) {
	h.until = 0
	done := 0
	for ; done < len(h.news); done++ {
		if h.until = s.bus.waitFor(h.news[done].at); h.until != 0 {
			break
		}
		h.news[done].act()
	}
	left := copy(h.news, h.news[done:])
	clear(h.news[left:])
	h.news = h.news[:left]
	if left == 0 && cap(h.news) > 4096 {
		h.news = nil // a burst must not pin its memory for ever
	}
}

// waitFor returns until when news that came at a time have to wait; 0 for not at
// all.
func (b *bus) waitFor(came life.Instant) life.Instant {
	if len(b.pools) == 0 {
		return 0
	}
	now, last := b.s.loop.now(), came.Add(maxHold)
	if now >= last {
		return 0
	}
	return min(b.busyUntil(now), last)
}

// busyUntil returns until when a pool is to be waited for that is nearly full
// but gets things done; 0 if there is none.
func (b *bus) busyUntil(now life.Instant) (until life.Instant) {
	for _, p := range b.pools {
		if p.Waiting()+roomFor > p.size && p.Waiting() > 0 {
			until = max(until, p.atWorkUntil(now))
		}
	}
	return until
}

// atWorkUntil returns until when the listeners of a pool count as being at work if
// they get nothing more done; 0 if they do not now.
func (p *pool) atWorkUntil(now life.Instant) life.Instant {
	if t := p.moved.Add(patience); p.moved != 0 && t > now {
		return t
	}
	return 0
}
