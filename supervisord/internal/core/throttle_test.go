package core

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Those who make one event after the other lose none of them in a small buffer
// while the listener is at work, and are held up by no listener for long.
func TestThrottle(t *testing.T) {
	for _, tc := range []struct {
		name     string
		answer   time.Duration // 0: the listener never answers
		wantLost bool
	}{
		{"at work", 10 * time.Microsecond, false},
		{"asleep", 0, true},
		{"too slow to be waited for", 30 * time.Millisecond, true},
	} {
		for kind, source := range map[string]source{"clients": client, "programs": talker} {
			t.Run(kind+"/"+tc.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					lost, longest := runThrottled(t, tc.answer, source)
					if (lost > 0) != tc.wantLost {
						t.Errorf("%d events were lost", lost)
					}
					if longest > maxHold { // virtual time
						t.Errorf("it took %v; no more than %v is allowed", longest, maxHold)
					}
				})
			})
		}
	}
}

// source makes an event and returns when it may make the next one.
type source func(*story, int) error

// client calls sendRemoteCommEvent.
func client(d *story, _ int) error { return d.loop.RemoteEvent(d.t.Context(), "type", "data") }

// talker is what reads the output of a program.
func talker(d *story, i int) error {
	report := d.loop.Output
	if i%2 == 1 {
		report = d.loop.Captured
	}
	if report(d.id("talker"), 1, Stdout, []byte("data")) {
		ready := make(chan struct{})
		d.loop.CaughtUp(func() { close(ready) })
		<-ready
	}
	return nil
}

// runThrottled returns how many events were lost, and how long the longest of
// them held up its source.
func runThrottled(t *testing.T, answer time.Duration, source source) (lost uint64, longest time.Duration) {
	d := newStory(t)
	if answer > 0 {
		d.os.diligent = map[string]time.Duration{"ears": answer}
	}
	d.line(strings.Fields("listener ears events=REMOTE_COMMUNICATION,PROCESS_LOG,PROCESS_COMMUNICATION startsecs=0 buffer=8"))
	d.line(strings.Fields("program talker startsecs=0"))
	d.run()
	synctest.Wait()
	d.loop.ListenerOutput(d.id("ears"), []byte("READY\n"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			for i := range 100 {
				began := time.Now()
				if err := source(d, i); err != nil {
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
