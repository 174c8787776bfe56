// Package follow tells readers of a log that there is something new in it.
package follow

import (
	"sync"
	"sync/atomic"
)

// Set holds the followers of one log. The zero Set is ready.
type Set struct {
	n    atomic.Int32 // of subs
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
}

// Notify tells every follower that the log has changed. News that were not
// taken yet are joined. It costs next to nothing while nobody follows.
func (s *Set) Notify() {
	if s.n.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.subs {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Subscribe adds a follower: changed receives after each change until cancel is
// called.
func (s *Set) Subscribe() (changed <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs == nil {
		s.subs = map[chan struct{}]struct{}{}
	}
	s.subs[ch] = struct{}{}
	s.n.Store(int32(len(s.subs)))
	return ch, func() { s.remove(ch) }
}

// Empty reports whether nobody follows.
func (s *Set) Empty() bool { return s.n.Load() == 0 }

func (s *Set) remove(ch chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, ch)
	s.n.Store(int32(len(s.subs)))
}
