package core

import (
	"slices"
	"sync/atomic"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// subscription is somebody who watches events without being a listener.
type subscription struct {
	mask event.Mask
	ch   chan Notice
	lost atomic.Uint64
}

// offer delivers an event, at the expense of the oldest one waiting if there is
// no room. The loop is the only sender, so the second send cannot block.
func (sub *subscription) offer(e *event.Event) {
	as := e.As(sub.mask)
	if as == event.None {
		return
	}
	n := Notice{Serial: e.Serial, Name: as.String(), Payload: e.AppendPayload(nil, as, event.Bytes)}
	select {
	case sub.ch <- n:
		return
	default:
	}
	select {
	case <-sub.ch:
		sub.lost.Add(1)
	default:
	}
	sub.ch <- n
}

func (l *Loop) subscribe(types []string, buffer int) (<-chan Notice, func() uint64, func()) {
	sub := &subscription{mask: event.All, ch: make(chan Notice, max(buffer, 1))}
	if len(types) > 0 {
		sub.mask = event.ExpandAll(types)
	}
	err := l.do(func(s *state) {
		s.bus.subs = append(s.bus.subs, sub)
		s.bus.rewant()
	})
	if err != nil {
		close(sub.ch)
	}
	cancel := func() {
		_ = l.do(func(s *state) {
			s.bus.subs = slices.DeleteFunc(s.bus.subs, func(other *subscription) bool { return other == sub })
			s.bus.rewant()
		})
	}
	return sub.ch, sub.lost.Load, cancel
}

func (s *state) closeSubscribers() {
	for _, sub := range s.bus.subs {
		close(sub.ch)
	}
	s.bus.subs = nil
}
