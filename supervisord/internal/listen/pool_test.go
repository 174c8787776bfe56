package listen_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/listen"
)

// fixture is a pool with listeners that do what the test says.
type fixture struct {
	t    *testing.T
	pool *listen.Pool
	fx   listen.Effects
	n    uint64
}

func newFixture(t *testing.T, listeners int, cfg listen.Config) *fixture {
	cfg.Name, cfg.Server = "pool", "supervisor"
	if cfg.Mask == 0 {
		cfg.Mask = event.All
	}
	f := &fixture{t: t, pool: listen.NewPool(cfg)}
	for i := range listeners {
		f.pool.Add(uint64(i), fmt.Sprintf("l%d", i))
		f.pool.Started(uint64(i), &f.fx)
		f.pool.Running(uint64(i), true, &f.fx)
	}
	return f
}

func (f *fixture) offer(e *event.Event) {
	e.Serial = f.n
	f.n++
	f.pool.Offer(e, &f.fx)
}

func (f *fixture) tick(n int) {
	for range n {
		f.offer(event.NewTick(event.Tick5, int64(f.n)))
	}
}

func (f *fixture) feed(id uint64, data string) { f.pool.Feed(id, []byte(data), &f.fx) }

// sent takes the envelopes that were sent, as "ID name poolserial payload".
func (f *fixture) sent() []string {
	f.t.Helper()
	list := []string{}
	for _, s := range f.fx.Sends {
		n, err := event.NewReader(strings.NewReader(string(s.Envelope))).Next()
		if err != nil {
			f.t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%d %s %d %s", s.ID, n.Header.Name, n.Header.PoolSerial, n.Payload))
	}
	f.fx.Sends = nil
	return list
}

func (f *fixture) expectSent(want ...string) {
	f.t.Helper()
	if got := f.sent(); !slices.Equal(got, want) {
		f.t.Errorf("sent %q, want %q", got, want)
	}
}

// expectLogs compares the lines above debug.
func (f *fixture) expectLogs(want ...string) {
	f.t.Helper()
	got := []string{}
	for _, l := range f.fx.Logs {
		if l.Kind.Level() > listen.LevelDebug {
			got = append(got, fmt.Sprintf("%d %s", l.Kind.Level(), l.String()))
		}
	}
	f.fx.Logs = nil
	if !slices.Equal(got, want) {
		f.t.Errorf("logged %q, want %q", got, want)
	}
}

// TestEnvelope: the bytes on the wire.
func TestEnvelope(t *testing.T) {
	f := newFixture(t, 1, listen.Config{})
	f.n = 21
	f.offer(event.NewCommunication(event.Stdout, "foo", "bar", 123, []byte("h\xc3\xa9\xff")))
	f.feed(0, "READY\n")
	want := "ver:3.0 server:supervisor serial:21 pool:pool poolserial:0 eventname:PROCESS_COMMUNICATION_STDOUT len:42\n" +
		"processname:foo groupname:bar pid:123\nh\xc3\xa9\xff"
	if len(f.fx.Sends) != 1 || string(f.fx.Sends[0].Envelope) != want {
		t.Errorf("%+v", f.fx.Sends)
	}

	f = newFixture(t, 1, listen.Config{Encoding: event.Characters})
	f.offer(event.NewCommunication(event.Stdout, "foo", "bar", 123, []byte("h\xc3\xa9")))
	f.feed(0, "READY\n")
	want = "ver:3.0 server:supervisor serial:0 pool:pool poolserial:0 eventname:PROCESS_COMMUNICATION_STDOUT len:40 bytes:41\n" +
		"processname:foo groupname:bar pid:123\nh\xc3\xa9"
	if len(f.fx.Sends) != 1 || string(f.fx.Sends[0].Envelope) != want {
		t.Errorf("%+v", f.fx.Sends)
	}
}

// TestLegacyPool: a pool that subscribed by legacy names gets the legacy form.
func TestLegacyPool(t *testing.T) {
	f := newFixture(t, 1, listen.Config{Mask: event.ExpandAll([]string{"PROCESS_STATE_CHANGE", "TICK_5"})})
	f.feed(0, "READY\n")
	f.offer(event.NewState(&event.Change{Process: "p", Group: "g", From: event.Running, To: event.Exited, PID: 7}))
	f.offer(event.NewTick(event.Tick60, 60))
	f.tick(1)
	f.feed(0, "OK\nREADY\n")
	f.expectSent("0 PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING 0 process_name:p group_name:g pid:7", "0 TICK_5 1 when:2")
}

// TestOverflow: the oldest goes, the log tells a burst twice, all are counted,
// and an overflow event is for whoever is ready.
func TestOverflow(t *testing.T) {
	f := newFixture(t, 1, listen.Config{BufferSize: 2, Mask: event.All | event.Of(event.EventBufferOverflow)})
	f.tick(5)
	f.expectLogs("40 pool pool event buffer overflowed, discarding event 0")
	if got := f.pool.WaitingSerials(); !slices.Equal(got, []int{3, 4}) || f.pool.Discarded() != 3 || f.pool.Waiting() != 2 {
		t.Errorf("waiting: %v, discarded %d", got, f.pool.Discarded())
	}
	if !slices.Equal(f.fx.Discards, []event.Type{event.Tick5, event.Tick5, event.Tick5}) {
		t.Errorf("discards: %v", f.fx.Discards)
	}
	over := event.NewOverflow("pool", event.Tick5)
	f.pool.Offer(over, &f.fx)
	f.feed(0, "READY\n")
	f.feed(0, "RESULT 2\nOKREADY\n")
	f.expectLogs("40 pool pool event buffer is empty again, 3 events were discarded since it overflowed")
	f.feed(0, "RESULT 2\nOKREADY\n")
	f.expectSent("0 TICK_5 3 when:3", "0 TICK_5 4 when:4")

	f.pool.Offer(over, &f.fx)
	f.expectSent("0 EVENT_BUFFER_OVERFLOW 5 group_name:pool event_type:TICK_5")
	f.feed(0, "RESULT 4\nFAILREADY\n")
	f.expectSent()
	if f.pool.Waiting() != 0 {
		t.Errorf("an overflow event waits")
	}

	f.expectLogs("30 l0: event was rejected")
	f.feed(0, "x")
	f.tick(3)
	f.pool.Close(&f.fx)
	f.expectLogs("30 l0: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
		"40 pool pool event buffer overflowed, discarding event 5", "40 pool pool ends, 1 events were discarded since its event buffer overflowed")
}

// TestBufferSize: a buffer of less than one holds one; one that shrinks drops
// the oldest.
func TestBufferSize(t *testing.T) {
	f := newFixture(t, 1, listen.Config{BufferSize: 0})
	f.tick(3)
	if got := f.pool.WaitingSerials(); !slices.Equal(got, []int{2}) {
		t.Errorf("waiting: %v", got)
	}
	f.pool.SetBufferSize(100, &f.fx)
	f.tick(50)
	f.pool.SetBufferSize(3, &f.fx)
	if got := f.pool.WaitingSerials(); !slices.Equal(got, []int{50, 51, 52}) || f.pool.Discarded() != 2+48 {
		t.Errorf("waiting: %v, %d", got, f.pool.Discarded())
	}
}

// TestMemoryComesBack: a long queue gives its memory back once it is empty.
func TestMemoryComesBack(t *testing.T) {
	f := newFixture(t, 1, listen.Config{BufferSize: 1 << 30})
	f.tick(10000)
	if f.pool.Slots() < 10000 {
		t.Errorf("%d slots", f.pool.Slots())
	}
	f.feed(0, "READY\n")
	for f.pool.Waiting() > 0 {
		f.feed(0, "OK\nREADY\n")
	}
	if f.pool.Slots() > 64 || len(f.fx.Sends) != 10000 {
		t.Errorf("%d slots after %d sends", f.pool.Slots(), len(f.fx.Sends))
	}
}

// TestEventsAreForgotten: the queue keeps no event that is not waiting.
func TestEventsAreForgotten(t *testing.T) {
	f := newFixture(t, 1, listen.Config{BufferSize: 5})
	f.tick(9)
	f.feed(0, "READY\n")
	f.feed(0, "OK\nREADY\n")
	if f.pool.Held() != 3 || f.pool.Waiting() != 3 {
		t.Errorf("%d events held, %d waiting", f.pool.Held(), f.pool.Waiting())
	}
}

// TestOrder: events that come back are sent again before younger ones, oldest
// first, whoever they come back from.
func TestOrder(t *testing.T) {
	f := newFixture(t, 3, listen.Config{BufferSize: 10})
	for id := range uint64(3) {
		f.feed(id, "READY\n")
	}
	f.tick(4)
	f.expectSent("0 TICK_5 0 when:0", "1 TICK_5 1 when:1", "2 TICK_5 2 when:2")
	f.pool.Gone(0, &f.fx)
	f.feed(2, "RESULT 4\nFAIL")
	f.feed(1, "what\n")
	if got := f.pool.WaitingSerials(); !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("waiting: %v", got)
	}
	if !slices.Equal(f.fx.Unknown, []uint64{1}) || f.pool.Listener(1) != listen.Unknown {
		t.Errorf("unknown: %v", f.fx.Unknown)
	}
	f.expectLogs("30 l2: event was rejected", "30 l1: bad result line: 'what'",
		"30 l1: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol")
	f.feed(2, "READY\n")
	f.feed(2, "OK\nREADY\n")
	f.expectSent("2 TICK_5 0 when:0", "2 TICK_5 1 when:1")
}

// TestNotRunning: a listener that is ready but not RUNNING gets nothing yet.
func TestNotRunning(t *testing.T) {
	f := newFixture(t, 1, listen.Config{BufferSize: 10})
	f.pool.Started(0, &f.fx)
	f.feed(0, "READY\n")
	f.tick(1)
	f.expectSent()
	f.pool.Running(0, true, &f.fx)
	f.expectSent("0 TICK_5 0 when:0")
	f.pool.Running(0, false, &f.fx)
	f.feed(0, "OK\nREADY\n")
	f.tick(1)
	f.expectSent()
}

// TestWriteFailed: the event goes to another listener, the deaf one is left
// alone until it is started again, and a late report about an earlier event has
// no effect.
func TestWriteFailed(t *testing.T) {
	f := newFixture(t, 2, listen.Config{BufferSize: 10})
	f.feed(0, "READY\n")
	f.tick(1)
	first := f.fx.Sends[0]
	f.expectSent("0 TICK_5 0 when:0")
	f.pool.WriteFailed(0, first.Ticket, &f.fx)
	f.pool.WriteFailed(7, first.Ticket, &f.fx)
	if f.pool.Listener(0) != listen.Ready || f.pool.Waiting() != 1 {
		t.Errorf("%s, %d wait", f.pool.Listener(0), f.pool.Waiting())
	}
	f.pool.Running(0, true, &f.fx)
	f.expectSent()
	f.pool.Add(2, "l2") // the set of those that can take an event is made anew
	f.feed(1, "READY\n")
	f.expectSent("1 TICK_5 0 when:0")

	f.pool.Gone(0, &f.fx)
	if f.pool.Listener(0) != listen.None {
		t.Errorf("%s", f.pool.Listener(0))
	}
	f.feed(0, "a grandchild still writes")
	f.pool.Started(0, &f.fx)
	f.pool.Running(0, true, &f.fx)
	f.feed(0, "READY\n")
	f.tick(1)
	f.expectSent("0 TICK_5 1 when:1")
	f.pool.WriteFailed(0, first.Ticket, &f.fx)
	if f.pool.Listener(0) != listen.Busy || f.pool.Waiting() != 0 {
		t.Errorf("a late report took effect: %s", f.pool.Listener(0))
	}
}

// TestMembers: listeners come and go.
func TestMembers(t *testing.T) {
	f := newFixture(t, 2, listen.Config{BufferSize: 10})
	f.feed(0, "READY\n")
	f.feed(1, "READY\n")
	f.tick(1)
	f.expectSent("0 TICK_5 0 when:0")
	f.pool.Remove(0, &f.fx)
	f.expectSent("1 TICK_5 0 when:0")
	f.pool.Add(1, "again")
	f.pool.Add(5, "l5")
	f.pool.Started(5, &f.fx)
	f.pool.Running(5, true, &f.fx)
	f.feed(5, "READY\n")
	f.pool.Remove(0, &f.fx)
	f.pool.Remove(1, &f.fx)
	f.expectSent("5 TICK_5 0 when:0")
	// Nobody of that id: nothing happens.
	f.pool.Started(9, &f.fx)
	f.pool.Running(9, true, &f.fx)
	f.pool.Gone(9, &f.fx)
	f.feed(9, "READY\n")
	f.expectSent()
	if f.pool.Listener(9) != listen.None || f.pool.Mask() != event.All {
		t.Errorf("%s", f.pool.Listener(9))
	}
}

// TestQuiet: without debug lines the others are still there.
func TestQuiet(t *testing.T) {
	f := newFixture(t, 1, listen.Config{})
	f.fx.Quiet = true
	f.feed(0, "READY\n")
	f.tick(1)
	f.feed(0, "\xff\n")
	if len(f.fx.Logs) != 2 || f.fx.Logs[0].String() != `l0: bad result line: 'Undecodable: b'\xff''` {
		t.Errorf("%v", f.fx.Logs)
	}
	f.fx.Reset()
	if len(f.fx.Logs)+len(f.fx.Sends)+len(f.fx.Unknown)+len(f.fx.Discards) != 0 || !f.fx.Quiet {
		t.Errorf("%+v", f.fx)
	}
}

// TestDebugLines: the words of the lines that the comparison with the reference
// leaves out.
func TestDebugLines(t *testing.T) {
	for _, c := range []struct {
		l    listen.Log
		want string
	}{
		{listen.Log{Kind: listen.LogPipe, Listener: "l", Serial: 3}, "epipe occurred while sending event 3 to listener l, listener state unchanged"},
		{listen.Log{Kind: listen.LogRebuffer, Pool: "p", Serial: 3, Buffered: 1, Max: 10}, "rebuffering event 3 for pool p (buf size=1, max=10)"},
		{listen.Log{}, ""},
	} {
		if got := c.l.String(); got != c.want {
			t.Errorf("%q", got)
		}
	}
}

// world is a pool in which every event is followed from its offer to its end.
type world struct {
	t        *rapid.T
	s        *subject
	inFlight map[uint64]uint64 // by listener: poolserial
	accepted map[uint64]bool
	lost     uint64
	offered  uint64
	reject   bool
	last     int // the highest poolserial sent so far
}

// check follows the effects of one call.
func (w *world) check() {
	for _, send := range w.s.fx.Sends {
		n, err := event.NewReader(strings.NewReader(string(send.Envelope))).Next()
		if err != nil {
			w.t.Fatal(err)
		}
		serial := n.Header.PoolSerial
		if _, busy := w.inFlight[send.ID]; busy || w.accepted[serial] || !w.s.running[send.ID] || !w.s.alive[send.ID] {
			w.t.Fatalf("event %d must not be sent to listener %d now", serial, send.ID)
		}
		for id, other := range w.inFlight {
			if other == serial {
				w.t.Fatalf("event %d is with %d and %d", serial, id, send.ID)
			}
		}
		if !w.reject && int(serial) <= w.last {
			w.t.Fatalf("event %d comes after %d", serial, w.last)
		}
		w.last = int(serial)
		w.inFlight[send.ID] = serial
	}
	w.lost += uint64(len(w.s.fx.Discards))
	waiting := w.s.pool.WaitingSerials()
	if !slices.IsSorted(waiting) || len(waiting) > w.s.h.BufferSize || w.lost != w.s.pool.Discarded() {
		w.t.Fatalf("waiting: %v", waiting)
	}
	if total := w.lost + uint64(len(waiting)) + uint64(len(w.inFlight)) + uint64(len(w.accepted)); total != w.offered {
		w.t.Fatalf("%d offered, but %d lost, %d waiting, %d in flight, %d accepted", w.offered, w.lost, len(waiting), len(w.inFlight), len(w.accepted))
	}
	for i := range w.s.h.Listeners {
		free := w.s.pool.Listener(uint64(i)) == listen.Ready && w.s.running[i] && !w.s.deaf[i]
		if free && len(waiting) > 0 {
			w.t.Fatalf("%v wait although listener %d is ready", waiting, i)
		}
	}
}

// act carries an action out, after noting what it will do to the event in
// flight.
func (w *world) act(a action) {
	id := uint64(a.Listener)
	if a.Kind == "offer" {
		w.offered++
	}
	serial, busy := w.inFlight[id]
	if busy && (a.Kind == "gone" || a.Kind == "feed") {
		delete(w.inFlight, id)
		if a.Kind == "feed" && strings.HasPrefix(string(a.Data), "RESULT 2\nOK") {
			w.accepted[serial] = true
		}
	}
	w.s.fx.Reset()
	w.s.perform(a)
	w.check()
}

// TestAccounting: every event that was offered is waiting, with one listener,
// accepted, or counted as lost; nothing is sent to who cannot take it or after
// it was accepted; and without rejections poolserials only grow.
func TestAccounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &poolHistory{Listeners: rapid.IntRange(1, 70).Draw(t, "listeners"), BufferSize: rapid.IntRange(1, 20).Draw(t, "buffer_size")}
		w := &world{t: t, s: newSubject(h), inFlight: map[uint64]uint64{}, accepted: map[uint64]bool{},
			reject: rapid.Bool().Draw(t, "reject"), last: -1}
		for n := range 300 {
			w.act(w.draw(n))
		}
	})
}

func (w *world) draw(n int) action {
	a := action{Listener: rapid.IntRange(0, w.s.h.Listeners-1).Draw(w.t, "listener"), N: n, Kind: "offer"}
	odds := rapid.IntRange(0, 99).Draw(w.t, "odds")
	switch state := w.s.pool.Listener(uint64(a.Listener)); {
	case odds < 30:
	case !w.s.alive[a.Listener]:
		a.Kind = "started"
	case !w.s.running[a.Listener]:
		a.Kind, a.N = "running", 1
	case odds < 40 && w.reject:
		a.Kind = "gone"
	case state == listen.Unknown:
		a.Kind = "gone"
	case state == listen.Acknowledged:
		a.Kind, a.Data = "feed", []byte("READY\n")
	case state == listen.Busy && w.reject:
		a.Kind, a.Data = "feed", []byte(rapid.SampledFrom([]string{"RESULT 2\nOK", "RESULT 2\nOKREADY\n", "FAILED\n", "bad line\n"}).Draw(w.t, "answer"))
	case state == listen.Busy:
		a.Kind, a.Data = "feed", []byte("RESULT 2\nOK")
	}
	return a
}

func BenchmarkDispatch(b *testing.B) {
	for _, listeners := range []int{1, 4, 10000} {
		b.Run(fmt.Sprint(listeners), func(b *testing.B) {
			p := listen.NewPool(listen.Config{Name: "pool", Server: "supervisor", Mask: event.All, BufferSize: 10})
			fx := listen.Effects{Quiet: true}
			for i := range uint64(listeners) {
				p.Add(i, "listener")
			}
			for i := range uint64(listeners) {
				p.Started(i, &fx)
				p.Running(i, true, &fx)
			}
			e := event.NewState(&event.Change{Process: "program", Group: "group", To: event.Running, PID: 12345})
			answer := []byte("RESULT 2\nOKREADY\n")
			last := uint64(listeners - 1)
			p.Feed(last, answer[len("RESULT 2\nOK"):], &fx)
			b.ReportAllocs()
			for b.Loop() {
				fx.Reset()
				p.Offer(e, &fx)
				p.Feed(last, answer, &fx)
				if len(fx.Sends) != 1 {
					b.Fatal("not sent")
				}
			}
		})
	}
}
