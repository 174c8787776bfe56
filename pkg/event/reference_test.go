package event_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// Debian's python3: the reference is installed for no other.
const python = "/usr/bin/python3"

// reference is the reference's events module in a process of its own.
type reference struct {
	in  *json.Encoder
	out *json.Decoder
	// subtypes of each type, itself included
	subtypes map[string][]string
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
	r := &reference{in: json.NewEncoder(in), out: json.NewDecoder(bufio.NewReader(out))}
	if err := r.out.Decode(&r.subtypes); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReferenceTypes: the names of 4.x and which is a subtype of which.
func TestReferenceTypes(t *testing.T) {
	ref := startReference(t)
	for name, subtypes := range ref.subtypes {
		if !event.Known(name) || event.Legacy(name) {
			t.Errorf("%s is not known", name)
		}
		for other := range ref.subtypes {
			if got, want := event.Matches(name, other), slices.Contains(subtypes, other); got != want {
				t.Errorf("%s includes %s: %v", name, other, got)
			}
		}
	}
	for _, name := range event.Names() {
		if _, ok := ref.subtypes[name]; !ok && !event.Legacy(name) {
			t.Errorf("%s is no name of 4.x", name)
		}
	}
}

// sample is an event in the words of testdata/reference.py.
type sample struct {
	Type       string `json:"type"`
	Process    string `json:"process"`
	Group      string `json:"group"`
	From       int    `json:"from"`
	PID        int    `json:"pid"`
	Tries      int    `json:"tries"`
	Expected   bool   `json:"expected"`
	When       int64  `json:"when"`
	Remote     string `json:"remote"`
	Data       []byte `json:"data"`
	Server     string `json:"server"`
	Pool       string `json:"pool"`
	Serial     uint64 `json:"serial"`
	PoolSerial uint64 `json:"poolserial"`
}

func drawSample(t *rapid.T) sample {
	name := rapid.StringMatching(`[a-zA-Zäß0-9_.-]{1,12}`)
	s := sample{
		Type:    rapid.SampledFrom(event.All.Types()).Draw(t, "type").String(),
		Process: name.Draw(t, "process"), Group: name.Draw(t, "group"),
		From: rapid.SampledFrom([]int{0, 10, 20, 30, 40, 100, 200, 1000}).Draw(t, "from"),
		PID:  rapid.IntRange(0, 1<<22).Draw(t, "pid"), Tries: rapid.IntRange(0, 100).Draw(t, "tries"),
		Expected: rapid.Bool().Draw(t, "expected"), When: rapid.Int64Range(0, 1<<40).Draw(t, "when"),
		Remote: rapid.StringMatching(`[a-z é:]{0,10}`).Draw(t, "remote"),
		Server: name.Draw(t, "server"), Pool: name.Draw(t, "pool"),
		Serial: rapid.Uint64Range(0, 1<<40).Draw(t, "serial"), PoolSerial: rapid.Uint64Range(0, 1<<40).Draw(t, "poolserial"),
	}
	if s.Type == "REMOTE_COMMUNICATION" || rapid.Bool().Draw(t, "text") {
		s.Data = []byte(rapid.String().Draw(t, "data"))
	} else {
		s.Data = rapid.SliceOf(rapid.Byte()).Draw(t, "data")
	}
	return s
}

// event makes our event of the sample.
func (s *sample) event() *event.Event {
	typ, _ := event.TypeOf(s.Type)
	switch typ {
	case event.ProcessLogStdout:
		return event.NewLog(event.Stdout, s.Process, s.Group, s.PID, s.Data)
	case event.ProcessLogStderr:
		return event.NewLog(event.Stderr, s.Process, s.Group, s.PID, s.Data)
	case event.ProcessCommunicationStdout:
		return event.NewCommunication(event.Stdout, s.Process, s.Group, s.PID, s.Data)
	case event.ProcessCommunicationStderr:
		return event.NewCommunication(event.Stderr, s.Process, s.Group, s.PID, s.Data)
	case event.RemoteCommunication:
		return event.NewRemote(s.Remote, string(s.Data))
	case event.SupervisorRunning, event.SupervisorStopping:
		return event.NewSupervisor(typ == event.SupervisorRunning)
	case event.Tick5, event.Tick60, event.Tick3600:
		return event.NewTick(typ, s.When)
	case event.ProcessGroupAdded, event.ProcessGroupRemoved:
		return event.NewGroup(typ == event.ProcessGroupAdded, s.Group)
	}
	to := event.Stopped
	for _, state := range []event.State{event.Starting, event.Running, event.Backoff, event.Stopping,
		event.Exited, event.Fatal, event.Unknown} {
		if state.Type() == typ {
			to = state
		}
	}
	return event.NewState(&event.Change{Process: s.Process, Group: s.Group, From: event.State(s.From), To: to,
		Tries: s.Tries, PID: s.PID, Expected: s.Expected})
}

func (s *sample) envelope(enc event.Encoding) string {
	e := s.event()
	h := &event.Header{Version: event.Version, Server: s.Server, Serial: s.Serial, Pool: s.Pool,
		PoolSerial: s.PoolSerial, Name: e.Type.String()}
	head, _, _ := strings.Cut(string(event.AppendHeader(nil, h)), " len:")
	return string(e.AppendBody([]byte(head), e.Type, enc))
}

// withoutBytes takes our own token out of a header.
func withoutBytes(envelope string) string {
	head, payload, _ := strings.Cut(envelope, "\n")
	head, _, _ = strings.Cut(head, " bytes:")
	return head + "\n" + payload
}

// TestAgainstReference compares whole envelopes, and lets the reference's own
// listener library read them.
func TestAgainstReference(t *testing.T) {
	ref := startReference(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawSample(t)
		if err := ref.in.Encode(&s); err != nil {
			t.Fatalf("cannot ask the reference: %v", err)
		}
		var answer struct {
			Envelope string `json:"envelope"`
		}
		if err := ref.out.Decode(&answer); err != nil {
			t.Fatalf("cannot read the reference's answer: %v", err)
		}
		if got := withoutBytes(s.envelope(event.Characters)); got != answer.Envelope {
			t.Errorf("%+v:\nours       %q\nreference's %q", s, got, answer.Envelope)
		}
	})
}
