package core

import "sync"

// inbox is the loop's queue of work. Putting never blocks, so that neither the
// Spawner nor the Streams can deadlock with the loop; the loop takes everything
// at once.
type inbox struct {
	mu     sync.Mutex
	items  []func()
	spare  []func() // the slice the loop emptied last, to be filled again
	closed bool
	wake   chan struct{} // holds a token while items is not empty
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// put queues fn and reports whether the loop will still run it.
func (q *inbox) put(fn func()) bool {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return false
	}
	q.items = append(q.items, fn)
	first := len(q.items) == 1
	q.mu.Unlock()
	if first {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// take returns all queued work. The slice is the caller's until give.
func (q *inbox) take() []func() {
	q.mu.Lock()
	items := q.items
	q.items = q.spare[:0]
	q.spare = nil
	q.mu.Unlock()
	return items
}

// give returns a slice got from take for reuse.
func (q *inbox) give(items []func()) {
	clear(items)
	const keep = 4096 // a burst must not pin its memory for ever
	if cap(items) > keep {
		return
	}
	q.mu.Lock()
	q.spare = items[:0]
	q.mu.Unlock()
}

// close makes put refuse work and returns what was still queued.
func (q *inbox) close() []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	items := q.items
	q.items = nil
	return items
}
