package event_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// legacyTree is the hierarchy in the README of Supervisor 3.0a3.
var legacyTree = map[string][]string{
	"PROCESS_STATE_CHANGE": {
		"PROCESS_STATE_CHANGE_STARTING_FROM_STOPPED", "PROCESS_STATE_CHANGE_STARTING_FROM_BACKOFF",
		"PROCESS_STATE_CHANGE_STARTING_FROM_EXITED", "PROCESS_STATE_CHANGE_STARTING_FROM_FATAL",
		"PROCESS_STATE_CHANGE_RUNNING_FROM_STARTING", "PROCESS_STATE_CHANGE_BACKOFF_FROM_STARTING",
		"PROCESS_STATE_CHANGE_STOPPING_FROM_RUNNING", "PROCESS_STATE_CHANGE_STOPPING_FROM_STARTING",
		"PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING", "PROCESS_STATE_CHANGE_STOPPED_FROM_STOPPING",
		"PROCESS_STATE_CHANGE_FATAL_FROM_BACKOFF", "PROCESS_STATE_CHANGE_TO_UNKNOWN",
	},
	"PROCESS_STATE_CHANGE_STARTING": {
		"PROCESS_STATE_CHANGE_STARTING_FROM_STOPPED", "PROCESS_STATE_CHANGE_STARTING_FROM_BACKOFF",
		"PROCESS_STATE_CHANGE_STARTING_FROM_EXITED", "PROCESS_STATE_CHANGE_STARTING_FROM_FATAL",
	},
	"PROCESS_STATE_CHANGE_EXITED_OR_STOPPED": {
		"PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING", "PROCESS_STATE_CHANGE_STOPPED_FROM_STOPPING",
	},
	"EVENT_BUFFER_OVERFLOW": {"EVENT_BUFFER_OVERFLOW"},
}

func TestLegacyNames(t *testing.T) {
	for name, want := range legacyTree {
		m, ok := event.Expand(name)
		var got []string
		for _, typ := range m.Types() {
			got = append(got, typ.String())
		}
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !ok || !slices.Equal(got, want) {
			t.Errorf("%s stands for %v, want %v", name, got, want)
		}
		for _, sub := range want {
			if !event.Known(sub) || !event.Legacy(sub) || !event.Legacy(name) || !event.Matches(name, sub) {
				t.Errorf("%s or its subtype %s is not known as a legacy name", name, sub)
			}
		}
	}
	if m, ok := event.Expand("PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING"); !ok || m != event.Of(event.LegacyExitedFromRunning) {
		t.Errorf("the README's spelling is not accepted")
	}
	if event.Legacy("EVENT") || event.Legacy("PROCESS_STATE") || event.Legacy("no such") {
		t.Errorf("a name of 4.x counts as legacy")
	}
}

// TestSets: EVENT is all of 4.x and nothing else; a type is in its own set only.
func TestSets(t *testing.T) {
	all, _ := event.Expand("EVENT")
	if all != event.All {
		t.Errorf("EVENT is %b", all)
	}
	for _, name := range event.Names() {
		m, ok := event.Expand(name)
		typ, concrete := event.TypeOf(name)
		if !ok || !event.Known(name) || m == 0 || m.Has(event.None) || concrete == event.Abstract(name) {
			t.Errorf("%s: %b, %v, %v", name, m, ok, concrete)
		}
		if concrete && m != event.Of(typ) {
			t.Errorf("%s: %b", name, m)
		}
		if concrete && !strings.Contains(name, "RUNNNING") && typ.String() != name {
			t.Errorf("%s is called %s", name, typ)
		}
		for _, typ := range m.Types() {
			if typ.Legacy() != event.Legacy(name) || all.Has(typ) == typ.Legacy() {
				t.Errorf("%s: legacy or not: %s", name, typ)
			}
		}
	}
	if m := event.ExpandAll([]string{"TICK_5", "no such", "PROCESS_GROUP"}); m != event.Of(event.Tick5, event.ProcessGroupAdded, event.ProcessGroupRemoved) {
		t.Errorf("ExpandAll: %b", m)
	}
	if event.Known("event") || event.Known("") || event.Of(event.None) != 0 {
		t.Errorf("a name that is none is known")
	}
	if event.None.String() != "" || event.Type(200).String() != "" || event.Type(200).Legacy() {
		t.Errorf("a type that is none has a name")
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		subscribed, actual string
		want               bool
	}{
		{"EVENT", "PROCESS_STATE_EXITED", true},
		{"EVENT", "PROCESS_STATE_CHANGE_TO_UNKNOWN", true},
		{"EVENT", "SOMETHING_NEW", true},
		{"PROCESS_STATE", "PROCESS_STATE_EXITED", true},
		{"PROCESS_STATE", "PROCESS_STATE", true},
		{"PROCESS_STATE", "EVENT", false},
		{"PROCESS_STATE_EXITED", "PROCESS_STATE_STOPPED", false},
		{"PROCESS_STATE", "PROCESS_STATE_CHANGE_TO_UNKNOWN", false},
		{"TICK", "TICK_60", true},
		{"TICK_5", "TICK_60", false},
		{"SOMETHING_NEW", "SOMETHING_NEW", true},
		{"SOMETHING_NEW", "TICK_5", false},
		{"TICK", "SOMETHING_NEW", false},
	} {
		if got := event.Matches(c.subscribed, c.actual); got != c.want {
			t.Errorf("%s hears of %s: %v", c.subscribed, c.actual, got)
		}
	}
}
