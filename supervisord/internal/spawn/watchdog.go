package spawn

import (
	"sync"
	"sync/atomic"
	"time"
)

// Patience with files that do not answer.
const (
	// stuckAfter is how long the preparation of one child may take before
	// another goroutine goes on with the rest of the queue.
	stuckAfter = 2 * time.Second
	// hopelessAfter is how long after that the child is given up.
	hopelessAfter = 28 * time.Second
)

// watchdog notices a preparer that hangs, say in a directory of a file server
// that is gone, and has another take its place. Only the preparer in office
// takes requests.
type watchdog struct {
	stuckAfter, hopelessAfter time.Duration

	mu      sync.Mutex
	turn    int // number of the preparer in office
	stopped bool
}

// attempt is the preparation of one child. It ends in one of two ways: the
// preparer claims it, or nobody waits any longer.
type attempt struct {
	claimed atomic.Bool
	mu      sync.Mutex
	ended   bool
	timer   *time.Timer
}

// claim is true for the first who calls it.
func (a *attempt) claim() bool { return a.claimed.CompareAndSwap(false, true) }

// after calls f later unless the attempt has ended by then.
func (a *attempt) after(d time.Duration, f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.timer = time.AfterFunc(d, f)
	}
}

// begin starts the clock for an attempt of preparer turn. When it seems stuck,
// replace is called with the number of the next preparer, unless turn was
// replaced already; when it is hopeless and has not been claimed, giveUp is.
func (w *watchdog) begin(turn int, replace func(next int), giveUp func()) *attempt {
	a := &attempt{}
	a.after(w.stuckAfter, func() {
		if next, ok := w.next(turn); ok {
			replace(next)
		}
		a.after(w.hopelessAfter, func() {
			if a.claim() {
				giveUp()
			}
		})
	})
	return a
}

// end stops the clock.
func (w *watchdog) end(a *attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	a.timer.Stop()
}

// inOffice tells whether turn is the preparer in office.
func (w *watchdog) inOffice(turn int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.turn == turn && !w.stopped
}

// next puts a new preparer into office, if turn is still the one that was.
func (w *watchdog) next(turn int) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.turn != turn {
		return 0, false
	}
	w.turn++
	return w.turn, true
}

// stop leaves nobody in office.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}
