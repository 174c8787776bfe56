package main

import (
	"sync"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// jobs runs handlers side by side. Events are acknowledged when taken.
type jobs struct {
	each  *runner
	slots chan struct{} // has an element for each running handler
	taken bool          // ready has got the slot for the next event
	wg    sync.WaitGroup
}

func newJobs(each *runner, n int) *jobs {
	return &jobs{each: each, slots: make(chan struct{}, n)}
}

// ready waits for a free slot. So while all are busy the daemon can give the
// event to another listener of the pool.
func (j *jobs) ready() error {
	if j.taken {
		return nil
	}
	select {
	case j.slots <- struct{}{}:
		j.taken = true
	case <-j.each.stop.soft:
	}
	return nil
}

func (j *jobs) broken() <-chan struct{} { return nil }

func (j *jobs) deliver(n *event.Notification) error {
	j.taken = false
	j.wg.Add(1)
	go func() {
		defer j.wg.Done()
		defer func() { <-j.slots }()
		if j.each.deliver(n) != nil {
			j.each.io.Warnf("%s event %d is lost: it was acknowledged already", n.Header.Name, n.Header.Serial)
		}
	}()
	return nil
}

func (j *jobs) finish() { j.wg.Wait() }
