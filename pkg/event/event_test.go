package event_test

import (
	"testing"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// seen is what a subscriber to the names gets of an event.
func seen(e *event.Event, enc event.Encoding, names ...string) string {
	as := e.As(event.ExpandAll(names))
	if as == event.None {
		return ""
	}
	return as.String() + " " + string(e.AppendPayload(nil, as, enc))
}

// TestLegacyForm: who subscribed by a legacy name only gets the legacy name and
// payload; who subscribed by a 4.x name gets that one.
func TestLegacyForm(t *testing.T) {
	exit := event.NewState(&event.Change{Process: "web", Group: "site", From: event.Running, To: event.Exited, PID: 12, Expected: true})
	stop := event.NewState(&event.Change{Process: "web", Group: "site", From: event.Backoff, To: event.Stopped})
	lost := event.NewState(&event.Change{Process: "web", Group: "site", From: event.Stopping, To: event.Unknown, PID: 12})
	fatal := event.NewState(&event.Change{Process: "web", Group: "site", From: event.Backoff, To: event.Fatal})
	over := event.NewOverflow("pool", event.Tick5)
	for _, c := range []struct {
		e     *event.Event
		names []string
		want  string
	}{
		{exit, []string{"PROCESS_STATE_CHANGE"}, "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING process_name:web group_name:site pid:12"},
		{exit, []string{"PROCESS_STATE_CHANGE_EXITED_OR_STOPPED"}, "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING process_name:web group_name:site pid:12"},
		{exit, []string{"PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING"}, "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING process_name:web group_name:site pid:12"},
		{exit, []string{"PROCESS_STATE_CHANGE", "PROCESS_STATE_EXITED"}, "PROCESS_STATE_EXITED processname:web groupname:site from_state:RUNNING expected:1 pid:12"},
		{exit, []string{"EVENT"}, "PROCESS_STATE_EXITED processname:web groupname:site from_state:RUNNING expected:1 pid:12"},
		{exit, []string{"PROCESS_STATE_CHANGE_STARTING", "TICK"}, ""},
		{stop, []string{"PROCESS_STATE_CHANGE"}, ""},
		{stop, []string{"PROCESS_STATE"}, "PROCESS_STATE_STOPPED processname:web groupname:site from_state:BACKOFF pid:0"},
		{lost, []string{"PROCESS_STATE_CHANGE_TO_UNKNOWN"}, "PROCESS_STATE_CHANGE_TO_UNKNOWN process_name:web group_name:site pid:12"},
		{fatal, []string{"PROCESS_STATE_CHANGE"}, "PROCESS_STATE_CHANGE_FATAL_FROM_BACKOFF process_name:web group_name:site pid:0"},
		{over, []string{"EVENT"}, ""},
		{over, []string{"EVENT_BUFFER_OVERFLOW"}, "EVENT_BUFFER_OVERFLOW group_name:pool event_type:TICK_5"},
	} {
		for _, enc := range []event.Encoding{event.Bytes, event.Characters} {
			if got := seen(c.e, enc, c.names...); got != c.want {
				t.Errorf("%v gets %q, want %q", c.names, got, c.want)
			}
		}
	}
}

// TestEveryLegacyChange: each legacy type is the type of some change of state.
func TestEveryLegacyChange(t *testing.T) {
	states := []event.State{event.Stopped, event.Starting, event.Running, event.Backoff, event.Stopping,
		event.Exited, event.Fatal, event.Unknown}
	found := map[event.Type]bool{}
	for _, from := range states {
		for _, to := range states {
			e := event.NewState(&event.Change{From: from, To: to})
			if e.Legacy != event.None {
				found[e.Legacy] = true
			}
			if e.Type.String() != "PROCESS_STATE_"+to.String() {
				t.Errorf("to %s: %s", to, e.Type)
			}
		}
	}
	all, _ := event.Expand("PROCESS_STATE_CHANGE")
	for _, typ := range all.Types() {
		if !found[typ] {
			t.Errorf("%s never happens", typ)
		}
	}
}

// TestBytes: what a process wrote is passed on as it is, and counted in bytes;
// the other encoding writes what the reference writes.
func TestBytes(t *testing.T) {
	for _, c := range []struct {
		data, bytes, text string
		length            int // of text
	}{
		{"plain", "plain", "plain", 27 + 5},
		{"h\xc3\xa9", "h\xc3\xa9", "h\xc3\xa9", 27 + 2},
		{"\xff'\n", "\xff'\n", `Undecodable: b"\xff'\n"`, 27 + 23},
		{"\xff\x00\"'\\\t\r~\x7f", "\xff\x00\"'\\\t\r~\x7f", `Undecodable: b'\xff\x00"\'\\\t\r~\x7f'`, 27 + 38},
		{"", "", "", 27},
	} {
		const head = "processname:p groupname:g pid:1\n"
		e := event.NewCommunication(event.Stderr, "p", "g", 1, []byte(c.data))
		if got := string(e.AppendPayload(nil, e.Type, event.Bytes)); got != head+c.bytes {
			t.Errorf("bytes: %q", got)
		}
		text := e.AppendPayload(nil, e.Type, event.Characters)
		if string(text) != head+c.text {
			t.Errorf("characters: %q", text)
		}
		if n := event.Characters.Len(text); n != c.length+len(head)-27 {
			t.Errorf("%q has %d characters", text, n)
		}
		if n := event.Bytes.Len(text); n != len(text) {
			t.Errorf("%q has %d bytes", text, n)
		}
	}
}

func TestChannel(t *testing.T) {
	if event.Stdout.String() != "stdout" || event.Stderr.String() != "stderr" {
		t.Error("wrong names")
	}
}

func BenchmarkState(b *testing.B) {
	b.ReportAllocs()
	c := &event.Change{Process: "program_17", Group: "program_17", From: event.Starting, To: event.Running, PID: 123456}
	for b.Loop() {
		event.NewState(c)
	}
}
