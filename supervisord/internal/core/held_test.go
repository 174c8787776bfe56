package core

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// listenerPaces are listeners that are waited for, and that are not and lose what
// the buffer cannot hold.
var listenerPaces = []struct {
	name     string
	answer   time.Duration // how long an event takes it; 0 for ever
	wantLost bool
}{
	{"at work", 10 * time.Microsecond, false},
	{"asleep", 0, true},
	{"too slow to be waited for", patience + 5*time.Millisecond, true},
}

// A burst of exits makes far more events than the buffer holds. A listener that
// is at work gets them all, because the loop waits for it; one that does nothing
// loses them, because the loop does not wait for that.
func TestBurstsWaitForListenersAtWork(t *testing.T) {
	for _, tc := range listenerPaces {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lost, took := runBurst(t, tc.answer)
				if (lost > 0) != tc.wantLost {
					t.Errorf("%d events were lost", lost)
				}
				if limit := 2 * maxHold; took > limit { // virtual time
					t.Errorf("the exits were acted on after %v; no more than %v of waiting is allowed", took, limit)
				}
			})
		})
	}
}

// runBurst lets a hundred programs exit at once. It returns how many events were
// lost, and how long it took until all exits had been acted on.
func runBurst(t *testing.T, answer time.Duration) (lost uint64, took time.Duration) {
	const programs = 100
	d := newStory(t)
	if answer > 0 {
		d.os.diligent = map[string]time.Duration{"ears": answer}
	}
	d.line(strings.Fields("listener ears events=PROCESS_STATE_EXITED startsecs=0 buffer=8 priority=-1"))
	for i := range programs {
		d.line([]string{"program", fmt.Sprint("p", i), "startsecs=0", "autorestart=false"})
	}
	d.run()
	synctest.Wait()
	d.loop.ListenerOutput(d.id("ears"), []byte("READY\n"))
	began := time.Now()
	for i := range programs {
		d.os.exit(fmt.Sprint("p", i), syscall.WaitStatus(0))
	}
	for exited := 0; exited < programs; {
		exited = 0
		for _, v := range d.loop.Processes() {
			if v.State.String() == "EXITED" {
				exited++
			}
		}
		time.Sleep(time.Millisecond) // virtual
	}
	took = time.Since(began)
	for _, g := range d.loop.Groups() {
		lost += g.Discarded
	}
	time.Sleep(time.Minute) // virtual: the listener takes what is left
	d.finish()
	return lost, took
}
