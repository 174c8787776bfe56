// Package outq puts a queue before a writer that may block, so that its users
// never do.
package outq

import (
	"context"
	"sync"
)

// keep is the capacity, in bytes, of a buffer that an idle queue keeps.
const keep = 64 << 10

// Queue collects records from any goroutine and hands them, in batches and in
// order, to one function that may block. That function runs in a goroutine that
// exists only while there is something to write.
type Queue struct {
	write func(batch []byte, ends []int)

	mu      sync.Mutex
	buf     []byte // waits
	ends    []int  // where each record of buf ends
	spare   []byte // for reuse
	spareE  []int
	running bool
	pushed  uint64 // records that were accepted
	written uint64 // records that write has returned from
	waiters []waiter
}

// waiter is told when written reaches upTo.
type waiter struct {
	upTo uint64
	done func()
}

// New returns a queue before write. A batch holds whole records; record i ends
// at ends[i]. The slices are valid only during the call.
func New(write func(batch []byte, ends []int)) *Queue { return &Queue{write: write} }

// Push queues a copy of a record, whose parts are put together, unless the queue
// holds more than limit bytes, and reports whether it did.
func (q *Queue) Push(limit int, record ...[]byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.buf) > limit {
		return false
	}
	if q.buf == nil {
		q.buf = large.get()
	}
	for _, part := range record {
		q.buf = append(q.buf, part...)
	}
	q.ends = append(q.ends, len(q.buf))
	q.pushed++
	if !q.running {
		q.running = true
		go q.run()
	}
	return true
}

// Len returns the number of bytes that wait, without those being written.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.buf)
}

// run writes until nothing is left.
func (q *Queue) run() {
	for {
		batch, ends := q.take()
		if len(ends) == 0 {
			return
		}
		q.write(batch, ends)
		q.wrote(batch, ends)
	}
}

// take gets all that waits; with nothing there the goroutine is over.
func (q *Queue) take() ([]byte, []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ends) == 0 {
		q.running = false
		q.buf, q.spare = large.put(q.buf), large.put(q.spare)
		if q.buf == nil || q.spare == nil {
			q.ends, q.spareE = nil, nil
		}
		return nil, nil
	}
	batch, ends := q.buf, q.ends
	q.buf, q.ends = q.spare[:0], q.spareE[:0]
	q.spare, q.spareE = nil, nil
	return batch, ends
}

// wrote counts a batch and tells those who waited for it.
func (q *Queue) wrote(batch []byte, ends []int) {
	q.mu.Lock()
	q.written += uint64(len(ends))
	q.spare, q.spareE = batch, ends
	var due []waiter
	kept := q.waiters[:0]
	for _, w := range q.waiters {
		if w.upTo <= q.written {
			due = append(due, w)
		} else {
			kept = append(kept, w)
		}
	}
	q.waiters = kept
	q.mu.Unlock()
	for _, w := range due {
		w.done()
	}
}

// After calls done, from another goroutine or this one, once all that has been
// pushed so far was written.
func (q *Queue) After(done func()) {
	q.mu.Lock()
	if q.written < q.pushed {
		q.waiters = append(q.waiters, waiter{q.pushed, done})
		q.mu.Unlock()
		return
	}
	q.mu.Unlock()
	done()
}

// Wait waits until all that has been pushed so far was written, or ctx ends.
func (q *Queue) Wait(ctx context.Context) error {
	over := make(chan struct{})
	q.After(func() { close(over) })
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
