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
	for _, tc := range listenerPaces {
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
	if h := report(d.id("talker"), 1, Stdout, []byte("data")); h != 0 {
		d.wait(h)
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

// Nobody waits for a listener that rejects everything, nor for the listeners of
// events that he does not make.
func TestThrottleOfOthers(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		channel      Channel
		wantHeld     bool
	}{
		{"at work", "RESULT 2\nOKREADY\n", Stdout, true},
		{"rejecting", "RESULT 4\nFAILREADY\n", Stdout, false},
		{"other events", "RESULT 2\nOKREADY\n", Stderr, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := quietTalker(t, "listener ears events=PROCESS_LOG_STDOUT startsecs=0 buffer=8")
				for range 20 {
					d.loop.Output(d.id("talker"), 1, Stdout, []byte("data"))
				}
				time.Sleep(2 * patience) // virtual
				d.loop.ListenerOutput(d.id("ears"), []byte(tc.answer))
				d.loop.Output(d.id("talker"), 1, Stdout, []byte("data"))
				if held := d.loop.Output(d.id("talker"), 1, tc.channel, []byte("data")) != 0; held != tc.wantHeld {
					t.Errorf("held up: %v", held)
				}
				d.finish()
			})
		})
	}
}

// Of many who wait, no more are released than there is room for.
func TestThrottleReleasesInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := quietTalker(t, "listener ears events=PROCESS_LOG startsecs=0 buffer=20")
		d.os.diligent = map[string]time.Duration{"ears": time.Millisecond}
		var wg sync.WaitGroup
		for i := range 15 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // virtual
				for range 50 {
					if h := HoldLog(Stdout); d.loop.Held(h) {
						d.wait(h)
					}
					if h := d.loop.Output(d.id("talker"), 1, Stdout, []byte("data")); h != 0 {
						d.wait(h)
					}
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute) // virtual: the listener takes what is left
		for _, g := range d.loop.Groups() {
			if g.Discarded > 0 {
				t.Errorf("%d events were lost", g.Discarded)
			}
		}
		d.finish()
	})
}

// quietTalker is a story of a READY listener and a program.
func quietTalker(t *testing.T, listener string) *story {
	d := newStory(t)
	d.line(strings.Fields(listener))
	d.line(strings.Fields("program talker startsecs=0"))
	d.run()
	synctest.Wait()
	d.loop.ListenerOutput(d.id("ears"), []byte("READY\n"))
	return d
}

func (d *story) wait(h Hold) {
	ready := make(chan struct{})
	d.loop.CaughtUp(h, func() { close(ready) })
	<-ready
}
