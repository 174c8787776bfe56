package core

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Four clients that send one event after the other lose none of them in a small
// buffer while the listener is at work, and are held up by no listener for long.
func TestSendersWaitForListenersAtWork(t *testing.T) {
	for _, tc := range []struct {
		name     string
		answer   time.Duration // 0: the listener never answers
		wantLost bool
	}{
		{"at work", 10 * time.Microsecond, false},
		{"asleep", 0, true},
		{"too slow to be waited for", 6 * time.Millisecond, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lost, longest := runSenders(t, tc.answer)
				if (lost > 0) != tc.wantLost {
					t.Errorf("%d events were lost", lost)
				}
				if longest > maxHold { // virtual time
					t.Errorf("a call took %v; no more than %v is allowed", longest, maxHold)
				}
			})
		})
	}
}

// runSenders returns how many events were lost, and how long the longest call took.
func runSenders(t *testing.T, answer time.Duration) (lost uint64, longest time.Duration) {
	d := newStory(t)
	if answer > 0 {
		d.os.diligent = map[string]time.Duration{"ears": answer}
	}
	d.line(strings.Fields("listener ears events=REMOTE_COMMUNICATION startsecs=0 buffer=8"))
	d.run()
	synctest.Wait()
	d.loop.ListenerOutput(d.id("ears"), []byte("READY\n"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			for range 100 {
				began := time.Now()
				if err := d.loop.RemoteEvent(t.Context(), "type", "data"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				longest = max(longest, time.Since(began))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	time.Sleep(time.Minute) // virtual: the listener takes what is left
	for _, g := range d.loop.Groups() {
		lost += g.Discarded
	}
	d.finish()
	return lost, longest
}
