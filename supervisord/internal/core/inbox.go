package core

import "sync"

// inbox is the loop's queue of work. Putting never blocks, so that neither the
// Spawner nor the Streams can deadlock with the loop; the loop takes everything
// at once.
//
// What becomes of children has a lane of its own, because the loop may let it
// wait for a moment (see held).
type inbox struct {
	mu       sync.Mutex
	items    []func()
	children []func()
	spare    []func() // the slice the loop emptied last, to be filled again
	closed   bool
	wake     chan struct{} // holds a token while there is something
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
	first := len(q.items)+len(q.children) == 1
	q.mu.Unlock()
	q.signal(first)
	return true
}

// putChild queues news of a child.
func (q *inbox) putChild(fn func()) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.children = append(q.children, fn)
	first := len(q.items)+len(q.children) == 1
	q.mu.Unlock()
	q.signal(first)
}

func (q *inbox) signal(first bool) {
	if first {
		q.poke()
	}
}

// poke wakes the loop up.
func (q *inbox) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// idle reports whether nothing waits and the loop has not ended.
func (q *inbox) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)+len(q.children) == 0 && !q.closed
}

// take returns all queued work; news hands on the news of children. The slice is
// the caller's until give.
func (q *inbox) take(news func([]func())) []func() {
	q.mu.Lock()
	items := q.items
	q.items = q.spare[:0]
	q.spare = nil
	if len(q.children) > 0 {
		news(q.children)
		clear(q.children)
		q.children = q.children[:0]
	}
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
	items := append(q.items, q.children...)
	q.items, q.children = nil, nil
	return items
}
