package listen_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/listen"
)

// Debian's python3: the reference is installed for no other.
const python = "/usr/bin/python3"

// reference is the reference's pool in a process of its own.
type reference struct {
	in  *json.Encoder
	out *json.Decoder
}

func startReference(t *testing.T) *reference {
	t.Helper()
	if out, err := exec.Command(python, "-c", "import supervisor.process").CombinedOutput(); err != nil {
		t.Skipf("the reference is not installed: %s cannot import supervisor: %v %s", python, err, out)
	}
	cmd := exec.Command(python, "testdata/reference.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the reference ended with %v: %s", err, &stderr)
		}
	})
	return &reference{json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))}
}

// action is one thing that happens to a pool.
type action struct {
	Kind     string `json:"kind"` // offer, started, running, deaf, feed, gone
	Listener int    `json:"listener"`
	N        int    `json:"n"`
	Data     []byte `json:"data"`
}

type poolHistory struct {
	Listeners  int      `json:"listeners"`
	BufferSize int      `json:"buffer_size"`
	Actions    []action `json:"actions"`
}

// result is what can be seen of a pool after an action.
type result struct {
	Done    []string `json:"done"`
	States  []string `json:"states"`
	Waiting []int    `json:"waiting"`
}

// subject is our pool, with a daemon around it that writes to listeners.
type subject struct {
	pool    *listen.Pool
	h       *poolHistory
	alive   []bool
	running []bool
	deaf    []bool
	n       int
	fx      listen.Effects
}

func newSubject(h *poolHistory) *subject {
	s := &subject{h: h, alive: make([]bool, h.Listeners), running: make([]bool, h.Listeners), deaf: make([]bool, h.Listeners)}
	s.pool = listen.NewPool(listen.Config{Name: "pool", Server: "supervisor", Mask: event.All, BufferSize: h.BufferSize})
	for i := range h.Listeners {
		s.pool.Add(uint64(i), fmt.Sprintf("l%d", i))
	}
	return s
}

func (s *subject) act(a action) result {
	s.fx.Reset()
	s.perform(a)
	return s.result()
}

func (s *subject) perform(a action) {
	id := uint64(a.Listener)
	switch a.Kind {
	case "offer":
		e := event.NewTick(event.Tick5, int64(a.N))
		e.Serial = uint64(s.n)
		s.n++
		s.pool.Offer(e, &s.fx)
	case "started":
		s.alive[a.Listener], s.running[a.Listener], s.deaf[a.Listener] = true, false, false
		s.pool.Started(id, &s.fx)
	case "running":
		s.running[a.Listener] = a.N != 0
		s.pool.Running(id, a.N != 0, &s.fx)
	case "deaf":
		s.deaf[a.Listener] = true
	case "feed":
		s.pool.Feed(id, a.Data, &s.fx)
	case "gone":
		s.alive[a.Listener], s.running[a.Listener] = false, false
		s.pool.Gone(id, &s.fx)
	}
}

// result writes what is to be sent, and renders everything as the reference
// would show it. The reference says "sent" only of what could be written, and
// tells every discarded event.
func (s *subject) result() result {
	r := result{Done: []string{}}
	failed := map[string]bool{}
	var sends []string
	for i := 0; i < len(s.fx.Sends); i++ {
		send := s.fx.Sends[i]
		if s.deaf[send.ID] {
			s.pool.WriteFailed(send.ID, send.Ticket, &s.fx)
			failed[sentLine(send)] = true
			continue
		}
		sends = append(sends, fmt.Sprintf("send l%d %s", send.ID, send.Envelope))
	}
	for _, l := range s.fx.Logs {
		line := l.String()
		switch {
		case l.Kind == listen.LogRebuffer || l.Kind == listen.LogPipe || l.Kind == listen.LogOverflowOver:
		case l.Kind == listen.LogSent && failed[line]:
		case l.Kind == listen.LogSent:
			r.Done = append(r.Done, sends[0], line)
			sends = sends[1:]
		default:
			r.Done = append(r.Done, line)
		}
	}
	for i := range s.h.Listeners {
		r.States = append(r.States, s.pool.Listener(uint64(i)).String())
	}
	r.Waiting = s.pool.WaitingSerials()
	return r
}

// sentLine is the line that tells of a send.
func sentLine(send listen.Send) string {
	h, err := event.ParseHeader(strings.SplitAfter(string(send.Envelope), "\n")[0])
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("event %d sent to listener l%d", h.Serial, send.ID)
}

// outputs is what listeners write. What the reference chokes on, or is said in
// the package's documentation to be different, is left out.
var outputs = []string{
	"READY\n", "READY\n", "READY\n", "RESULT 2\nOK", "RESULT 2\nOK", "RESULT 2\nOKREADY\n", "RESULT 4\nFAIL",
	"RESULT 4\nFAILREADY\n", "RESULT 2\nKO", "RESULT 3\nOK!", "RESULT 2\nO", "RESULT 2", "\n", "K", "READ", "Y\n",
	"RESULT 2 \nOK", "result  +2\nOK", "RESULT 0_2\nOK", "RESULT 1_0\n0123456789", "XXXXXXX2\nOK",
	"RESULT\n", "RESULT \n", "RESULT x\n", "RESULT 2_\n", "RESULT _2\n", "RESULT 1__0\n", "RESULT 2 2\n", "RESULT \xff\n",
	"RESULT 2\nOK\nREADY\n", "hello world\n", "READY\nREADY\n", "\x00", "é",
}

// next draws something that can happen, mostly what should.
func (s *subject) next(t *rapid.T, n int) action {
	a := action{Listener: rapid.IntRange(0, s.h.Listeners-1).Draw(t, "listener"), N: n, Kind: "offer"}
	state := s.pool.Listener(uint64(a.Listener))
	switch odds := rapid.IntRange(0, 99).Draw(t, "odds"); {
	case odds < 20:
	case !s.alive[a.Listener]:
		a.Kind = "started"
	case odds < 22:
		a.Kind, a.N = "running", odds&1
	case odds < 23:
		a.Kind = "deaf"
	case odds < 25 || odds < 60 && state == listen.Unknown:
		a.Kind = "gone"
	case !s.running[a.Listener]:
		a.Kind, a.N = "running", 1
	case state != listen.Ready || odds < 61:
		a.Kind = "feed"
		a.Data = drawOutput(t, state)
	}
	return a
}

// drawOutput draws what a listener in that state writes.
func drawOutput(t *rapid.T, state listen.State) []byte {
	var out string
	right := rapid.IntRange(0, 19).Draw(t, "right") > 0
	switch {
	case right && state == listen.Acknowledged:
		out = "READY\n"
	case right && state == listen.Busy:
		out = rapid.SampledFrom(outputs[3:8]).Draw(t, "answer")
	default:
		out = rapid.SampledFrom(outputs).Draw(t, "output")
	}
	if rapid.IntRange(0, 19).Draw(t, "cut") == 0 {
		out = out[:rapid.IntRange(1, len(out)).Draw(t, "at")]
	}
	return []byte(out)
}

// TestAgainstReference compares whole histories, action by action, with the
// reference's own pool and dispatcher: what is sent to whom, log lines, states
// and the events that wait.
func TestAgainstReference(t *testing.T) {
	ref := startReference(t)
	steps, sends, unknown, discards := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		h := &poolHistory{
			Listeners:  rapid.IntRange(1, 4).Draw(t, "listeners"),
			BufferSize: rapid.SampledFrom([]int{1, 2, 3, 10}).Draw(t, "buffer_size"),
		}
		s := newSubject(h)
		var ours []result
		var lost [][]string
		for n := range 100 {
			a := s.next(t, n)
			h.Actions = append(h.Actions, a)
			ours = append(ours, s.act(a))
			sends += len(s.fx.Sends)
			unknown += len(s.fx.Unknown)
			discards += len(s.fx.Discards)
			lost = append(lost, make([]string, len(s.fx.Discards)))
		}
		if err := ref.in.Encode(h); err != nil {
			t.Fatalf("cannot ask the reference: %v", err)
		}
		var theirs []result
		if err := ref.out.Decode(&theirs); err != nil {
			t.Fatalf("cannot read the reference's answer: %v", err)
		}
		for i := range h.Actions {
			their, their2 := splitLosses(theirs[i])
			our, _ := splitLosses(ours[i])
			if diff := cmp.Diff(their, our); diff != "" || their2 != len(lost[i]) {
				t.Fatalf("action %d: %+v %q (-reference +ours):\n%s%d and %d events lost", i, h.Actions[i],
					h.Actions[i].Data, diff, their2, len(lost[i]))
			}
		}
		steps += len(h.Actions)
	})
	t.Logf("%d steps, %d events sent, %d discarded, %d listeners broke the protocol", steps, sends, discards, unknown)
}

// splitLosses takes the lines that tell of discarded events out of a result.
func splitLosses(r result) (result, int) {
	n := 0
	kept := []string{}
	for _, line := range r.Done {
		if strings.Contains(line, "event buffer overflowed") {
			n++
		} else {
			kept = append(kept, line)
		}
	}
	r.Done = kept
	return r, n
}
