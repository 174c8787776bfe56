package life_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// Debian's python3: the reference is installed for no other.
const python = "/usr/bin/python3"

// reference is the reference's Subprocess class in a process of its own.
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

func (r *reference) run(t *rapid.T, h *history) []outcome {
	if err := r.in.Encode(h); err != nil {
		t.Fatalf("cannot ask the reference: %v", err)
	}
	var answers []outcome
	if err := r.out.Decode(&answers); err != nil {
		t.Fatalf("cannot read the reference's answer: %v", err)
	}
	return answers
}

// policy is life.Policy in the reference's words.
type policy struct {
	StartSecs    int   `json:"startsecs"`
	StartRetries int   `json:"startretries"`
	StopWaitSecs int   `json:"stopwaitsecs"`
	StopSignal   int   `json:"stopsignal"`
	StopAsGroup  bool  `json:"stopasgroup"`
	KillAsGroup  bool  `json:"killasgroup"`
	AutoRestart  int   `json:"autorestart"`
	ExitCodes    []int `json:"exitcodes"`
}

func (p *policy) life() *life.Policy {
	return &life.Policy{
		AutoRestart: life.AutoRestart(p.AutoRestart), StartSecs: life.Seconds(p.StartSecs),
		StartRetries: p.StartRetries, StopWait: life.Seconds(p.StopWaitSecs), StopSignal: p.StopSignal,
		StopAsGroup: p.StopAsGroup, KillAsGroup: p.KillAsGroup, ExitCodes: life.ExitCodes(p.ExitCodes),
	}
}

// happening is one event of a history. If it leads to a spawn, that ends as
// SpawnOK says; if it leads to a kill, as KillOK says.
type happening struct {
	Kind     string `json:"kind"` // wake, start, stop, exit
	Now      int64  `json:"now"`  // nanoseconds
	Status   int    `json:"status"`
	SpawnOK  bool   `json:"spawn_ok"`
	KillOK   bool   `json:"kill_ok"`
	PID      int    `json:"pid"`
	Shutdown bool   `json:"shutdown"`
}

type history struct {
	Policy policy      `json:"policy"`
	Events []happening `json:"events"`
}

// outcome is what can be seen of a process after an event.
type outcome struct {
	Done       []string `json:"done"`
	State      string   `json:"state"`
	PID        int      `json:"pid"`
	Tries      int      `json:"tries"`
	Killing    bool     `json:"killing"`
	SpawnErr   string   `json:"spawnerr"`
	ExitStatus *int     `json:"exitstatus"`
	Started    int64    `json:"started"`
	Ended      int64    `json:"ended"`
	Delay      int64    `json:"delay"` // compared in BACKOFF and STOPPING only
}

// subject is our side: the life cycle, and a spawner that answers at once.
type subject struct {
	policy *policy
	life   *life.Policy
	p      life.Process
	done   []string
}

func newSubject(p *policy) *subject { return &subject{policy: p, life: p.life()} }

func (s *subject) happen(h *happening) {
	s.done = []string{}
	ev := life.Event{NoRestart: h.Shutdown}
	switch h.Kind {
	case "wake":
		ev.Kind = life.Wake
	case "start":
		ev.Kind = life.Start
	case "stop":
		ev.Kind = life.Stop
	case "exit":
		ev.Kind = life.Exit
		ev.ExitStatus = -1
		if h.Status&0x7f == 0 {
			ev.ExitStatus = h.Status >> 8
		}
	}
	s.step(ev, h)
}

func (s *subject) step(ev life.Event, h *happening) {
	next, acts := life.Step(s.life, s.p, ev, life.Instant(h.Now))
	s.p = next
	for _, a := range acts.Slice() {
		switch {
		case a.Kind == life.DoSpawn && h.SpawnOK:
			s.step(life.Event{Kind: life.Spawned, PID: h.PID, NoRestart: h.Shutdown}, h)
		case a.Kind == life.DoSpawn:
			s.step(life.Event{Kind: life.SpawnFailed, Reason: "cannot spawn", NoRestart: h.Shutdown}, h)
		case a.Kind == life.DoKill && !h.KillOK:
			s.step(life.Event{Kind: life.KillFailed, Reason: "Traceback (most recent call last):"}, h)
		default:
			s.done = append(s.done, render(a, cause(h.Status), s.policy.StartSecs))
		}
	}
}

func cause(status int) string {
	if sig := status & 0x7f; sig != 0 {
		return "terminated by " + signame(sig)
	}
	return fmt.Sprintf("exit status %d", status>>8)
}

func (s *subject) outcome() outcome {
	o := outcome{Done: s.done, State: s.p.State.String(), PID: s.p.PID, Tries: s.p.Tries, Killing: s.p.Killing,
		SpawnErr: s.p.SpawnErr, Started: int64(s.p.Started), Ended: int64(s.p.Ended)}
	if s.p.HasExit {
		status := s.p.ExitStatus
		o.ExitStatus = &status
	}
	if s.p.State == life.Backoff || s.p.State == life.Stopping {
		o.Delay = int64(s.p.Deadline)
	}
	return o
}

// next draws an event that can happen to the process as it is. No two events of a
// history are a whole number of seconds apart: the reference compares times with
// ">" where we wake at the very instant.
func (s *subject) next(t *rapid.T, before *happening, n int) happening {
	h := happening{
		PID: 1000 + n, Shutdown: before.Shutdown || rapid.IntRange(0, 30).Draw(t, "shutdown") == 0,
		SpawnOK: rapid.IntRange(0, 3).Draw(t, "spawn") > 0, KillOK: rapid.IntRange(0, 20).Draw(t, "kill") > 0,
	}
	kinds := []string{"wake"}
	switch {
	case s.p.State == life.Backoff && h.Shutdown:
		kinds = []string{"stop"} // see Step: here a wake would be FATAL at once
	case s.p.State == life.Backoff:
		kinds = append(kinds, "wake", "wake", "stop", "start")
	case s.p.PID != 0 && s.p.State == life.Stopping:
		kinds = append(kinds, "exit", "exit")
	case s.p.PID != 0:
		kinds = append(kinds, "stop", "exit", "exit")
	case !h.Shutdown:
		kinds = append(kinds, "start", "start")
	}
	h.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
	if h.Kind == "exit" {
		h.Status = rapid.SampledFrom([]int{0, 0, 1 << 8, 2 << 8, 255 << 8, 9, 15}).Draw(t, "status")
	}
	second := int64(time.Second)
	after := before.Now / second
	if d := int64(s.p.Deadline) / second; d > after && rapid.Bool().Draw(t, "to deadline") {
		after = d + rapid.Int64Range(0, 1).Draw(t, "past it")
	} else {
		after += rapid.SampledFrom([]int64{0, 0, 0, 1, 2, 7, 4000}).Draw(t, "seconds")
	}
	h.Now = after*second + int64(n)*1000
	if h.Now <= before.Now {
		h.Now += second
	}
	return h
}

func drawPolicy(t *rapid.T) policy {
	return policy{
		StartSecs:    rapid.SampledFrom([]int{0, 1, 1, 5, 3000000}).Draw(t, "startsecs"),
		StartRetries: rapid.SampledFrom([]int{0, 1, 3, 20}).Draw(t, "startretries"),
		StopWaitSecs: rapid.SampledFrom([]int{1, 10, 3000000}).Draw(t, "stopwaitsecs"),
		StopSignal:   rapid.SampledFrom([]int{15, 2}).Draw(t, "stopsignal"),
		StopAsGroup:  rapid.Bool().Draw(t, "stopasgroup"),
		KillAsGroup:  rapid.Bool().Draw(t, "killasgroup"),
		AutoRestart:  rapid.IntRange(0, 2).Draw(t, "autorestart"),
		ExitCodes:    rapid.SampledFrom([][]int{{0}, {0, 2}, {}}).Draw(t, "exitcodes"),
	}
}

// TestAgainstReference compares whole histories, event by event, with the
// reference's own class: states, counters, times, events with their payloads,
// log lines and signals, all in order. A history ends with UNKNOWN, out of which
// the reference finds no way.
func TestAgainstReference(t *testing.T) {
	ref := startReference(t)
	steps := 0
	rapid.Check(t, func(t *rapid.T) {
		h := &history{Policy: drawPolicy(t)}
		s := newSubject(&h.Policy)
		var ours []outcome
		last := happening{Now: int64(5 * time.Second)}
		for n := 1; n <= 100 && s.p.State != life.Unknown; n++ {
			last = s.next(t, &last, n)
			s.happen(&last)
			h.Events = append(h.Events, last)
			ours = append(ours, s.outcome())
		}
		theirs := ref.run(t, h)
		for i := range h.Events {
			if theirs[i].State != "BACKOFF" && theirs[i].State != "STOPPING" {
				theirs[i].Delay = 0
			}
			if diff := cmp.Diff(theirs[i], ours[i]); diff != "" {
				t.Fatalf("%+v\nevent %d: %+v (-reference +ours):\n%s", h.Policy, i, h.Events[i], diff)
			}
		}
		steps += len(h.Events)
	})
	t.Logf("%d steps compared", steps)
}
