package outq

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// sink records batches; it can be held up.
type sink struct {
	gate chan struct{} // nil: open
	mu   sync.Mutex
	text strings.Builder
	n    int
}

func (s *sink) write(batch []byte, ends []int) {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(batch)
	s.n += len(ends)
}

func TestOrderAndCompleteness(t *testing.T) {
	var s sink
	q := New(s.write)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 500 {
				if !q.Push(1<<30, fmt.Appendf(nil, "%d:", w), fmt.Appendf(nil, "%03d\n", i)) {
					t.Error("refused")
				}
			}
		}()
	}
	wg.Wait()
	if err := q.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := [4]int{}
	for _, line := range strings.Fields(s.text.String()) {
		var w, i int
		if _, err := fmt.Sscanf(line, "%d:%d", &w, &i); err != nil || next[w] != i {
			t.Fatalf("line %q, want number %d", line, next[w])
		}
		next[w]++
	}
	if s.n != 2000 || next != [4]int{500, 500, 500, 500} {
		t.Fatalf("%d records, %v", s.n, next)
	}
}

// TestLargeBuffersAreUsedAgain: a queue that falls idle after each large record does
// not allocate for each.
func TestLargeBuffersAreUsedAgain(t *testing.T) {
	q := New(func([]byte, []int) {})
	record := make([]byte, 8*keep)
	push := func() {
		q.Push(0, record)
		for idle := false; !idle; runtime.Gosched() {
			q.mu.Lock()
			idle = !q.running
			q.mu.Unlock()
		}
	}
	push()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 100
	for range times {
		push()
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > times/2*uint64(len(record)) {
		t.Errorf("%d bytes allocated for %d records of %d", n, times, len(record))
	}
	if q.buf != nil || q.spare != nil {
		t.Errorf("an idle queue keeps %d and %d bytes", cap(q.buf), cap(q.spare))
	}
}

func TestBlockedWriterDoesNotBlockPush(t *testing.T) {
	s := sink{gate: make(chan struct{})}
	q := New(s.write)
	accepted := 0
	for range 100 {
		if q.Push(95, []byte("0123456789")) {
			accepted++
		}
	}
	// Ten records fill the limit; those already given to write do not count.
	if accepted < 10 || accepted > 20 {
		t.Fatalf("accepted %d", accepted)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if q.Wait(ctx) == nil {
		t.Fatal("Wait returned though the writer is blocked")
	}
	close(s.gate)
	if err := q.Wait(t.Context()); err != nil || s.n != accepted {
		t.Fatalf("%d of %d records, %v", s.n, accepted, err)
	}
}

func TestSteadyUseDoesNotAllocateBuffers(t *testing.T) {
	var total int
	q := New(func(batch []byte, _ []int) { total += len(batch) })
	record := make([]byte, 100)
	push := func() {
		q.Push(1<<20, record)
		over := make(chan struct{})
		q.After(func() { close(over) })
		<-over
	}
	for range 10 {
		push()
	}
	if n := testing.AllocsPerRun(200, push); n > 6 { // what After and the goroutine need
		t.Errorf("%v allocations", n)
	}
}
