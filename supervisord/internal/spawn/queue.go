package spawn

import (
	"sync"
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// requestQueue holds the spawn requests that nobody has begun. It has no
// bound, so that those who ask never block.
type requestQueue struct {
	mu     sync.Mutex
	some   sync.Cond
	items  []core.SpawnRequest
	head   int
	closed bool
}

func (q *requestQueue) init() { q.some.L = &q.mu }

func (q *requestQueue) put(r core.SpawnRequest) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, r)
	q.some.Signal()
}

// take waits for a request. ok is false when the queue was closed, or when
// current no longer holds.
func (q *requestQueue) take(current func() bool) (r core.SpawnRequest, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head == len(q.items) && !q.closed && current() {
		q.some.Wait()
	}
	if q.closed || !current() {
		return r, false
	}
	r = q.items[q.head]
	q.items[q.head] = core.SpawnRequest{}
	if q.head++; q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return r, true
}

func (q *requestQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.some.Broadcast()
}

type signalRequest struct {
	id    core.ProcID
	pid   int
	sig   syscall.Signal
	group bool
	done  func(error)
}

// signalQueue holds the signals to send. kick has a token when there are some.
type signalQueue struct {
	mu    sync.Mutex
	items []signalRequest
	kick  chan struct{}
}

func (q *signalQueue) init() { q.kick = make(chan struct{}, 1) }

func (q *signalQueue) put(r signalRequest) {
	q.mu.Lock()
	q.items = append(q.items, r)
	q.mu.Unlock()
	select {
	case q.kick <- struct{}{}:
	default:
	}
}

func (q *signalQueue) takeAll() []signalRequest {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
