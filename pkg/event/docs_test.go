package event

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/docgen"
)

//go:generate go test -run ^TestEventDocs$ . -update

const chapter = "../../docs/events.md"

// TestEventDocs keeps the lists of types in the manual true.
func TestEventDocs(t *testing.T) {
	docgen.CheckPart(t, chapter, "types", typesChapter(t))
	docgen.CheckPart(t, chapter, "legacy", legacyChapter(t))
}

// meanings says when an event is sent. Names that are not there fail the test.
var meanings = map[string]string{
	"EVENT":                            "everything below",
	"PROCESS_STATE":                    "every change of the state of a process",
	"PROCESS_STATE_STARTING":           "a process is being started. `tries` counts the starts that have failed before",
	"PROCESS_STATE_RUNNING":            "a process has lived for `startsecs`",
	"PROCESS_STATE_BACKOFF":            "a start has failed and will be tried again. `tries` counts the failures",
	"PROCESS_STATE_STOPPING":           "a process was told to stop",
	"PROCESS_STATE_EXITED":             "a process has ended by itself. `expected` is 1 if its exit status is one of `exitcodes`, else 0",
	"PROCESS_STATE_STOPPED":            "a process that was told to stop has ended",
	"PROCESS_STATE_FATAL":              "a process could not be started, and is given up",
	"PROCESS_STATE_UNKNOWN":            "a signal could not be sent to a process",
	"PROCESS_COMMUNICATION":            "a process has sent a message, see [Messages](#messages-from-programs)",
	"PROCESS_COMMUNICATION_STDOUT":     "on its standard output",
	"PROCESS_COMMUNICATION_STDERR":     "on its standard error",
	"PROCESS_LOG":                      "a process has written something, and its section has `stdout_events_enabled` or `stderr_events_enabled`",
	"PROCESS_LOG_STDOUT":               "to standard output",
	"PROCESS_LOG_STDERR":               "to standard error",
	"REMOTE_COMMUNICATION":             "a client has called `supervisor.sendRemoteCommEvent(type, data)`",
	"SUPERVISOR_STATE_CHANGE":          "supervisord itself starts or ends",
	"SUPERVISOR_STATE_CHANGE_RUNNING":  "supervisord has started",
	"SUPERVISOR_STATE_CHANGE_STOPPING": "supervisord begins to stop everything, for its end or for a restart",
	"TICK":                             "time has passed",
	"TICK_5":                           "every 5 seconds. `when` is in seconds since 1970, a multiple of the period",
	"TICK_60":                          "every minute",
	"TICK_3600":                        "every hour",
	"PROCESS_GROUP":                    "a group comes or goes",
	"PROCESS_GROUP_ADDED":              "a group has been added, at the start or by `update` or `add`",
	"PROCESS_GROUP_REMOVED":            "a group has been removed",
	"EVENT_BUFFER_OVERFLOW":            "a pool has thrown away an event, see [What is guaranteed](#what-is-guaranteed). Only for those who subscribe to it by this name",
}

// families are the abstract names in the order of the manual, each followed by
// its types.
var families = []string{"EVENT", "PROCESS_STATE", "PROCESS_COMMUNICATION", "PROCESS_LOG", "REMOTE_COMMUNICATION",
	"SUPERVISOR_STATE_CHANGE", "TICK", "PROCESS_GROUP", "EVENT_BUFFER_OVERFLOW"}

func typesChapter(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| type | when it is sent | payload, for example |\n|---|---|---|\n")
	listed := map[string]bool{}
	row := func(name string) {
		listed[name] = true
		if meanings[name] == "" {
			t.Errorf("say when %s is sent", name)
		}
		sample := ""
		if typ, ok := TypeOf(name); ok {
			sample = code(samples[typ].Payload)
		} else {
			name = "**" + name + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, meanings[strings.Trim(name, "*")], sample)
	}
	for _, family := range families {
		row(family)
		if m, _ := Expand(family); Abstract(family) && family != "EVENT" {
			for _, typ := range m.Types() {
				row(typ.String())
			}
		}
	}
	for _, name := range Names() {
		if !listed[name] && !Legacy(name) {
			t.Errorf("the manual does not list %s", name)
		}
	}
	return b.String()
}

// code shows a payload in a cell.
func code(payload []byte) string {
	if len(payload) == 0 {
		return "(empty)"
	}
	return "`" + strings.ReplaceAll(strings.TrimSuffix(string(payload), "\n"), "\n", "`<br>`") + "`"
}

var samples = func() map[Type]*Event {
	list := []*Event{
		NewState(&Change{"web", "shop", State(0), Starting, 0, 0, false}),
		NewState(&Change{"web", "shop", Starting, Running, 0, 2766, false}),
		NewState(&Change{"web", "shop", Starting, Backoff, 1, 0, false}),
		NewState(&Change{"web", "shop", Running, Stopping, 0, 2766, false}),
		NewState(&Change{"web", "shop", Running, Exited, 0, 2766, false}),
		NewState(&Change{"web", "shop", Stopping, Stopped, 0, 2766, false}),
		NewState(&Change{"web", "shop", Backoff, Fatal, 0, 0, false}),
		NewState(&Change{"web", "shop", Running, Unknown, 0, 0, false}),
		NewCommunication(Stdout, "web", "shop", 2766, []byte("the message")),
		NewCommunication(Stderr, "web", "shop", 2766, []byte("the message")),
		NewLog(Stdout, "web", "shop", 2766, []byte("what it has written")),
		NewLog(Stderr, "web", "shop", 2766, []byte("what it has written")),
		NewRemote("deploy", "version 2 is out"),
		NewSupervisor(true), NewSupervisor(false),
		NewTick(Tick5, 1795250005), NewTick(Tick60, 1795249980), NewTick(Tick3600, 1795248000),
		NewGroup(true, "shop"), NewGroup(false, "shop"),
		NewOverflow("mailer", ProcessStateExited),
	}
	m := map[Type]*Event{}
	for _, e := range list {
		m[e.Type] = e
	}
	return m
}()

func legacyChapter(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| name in 3.0a3 | stands for |\n|---|---|\n")
	for _, name := range Names() {
		if !Legacy(name) || name == "EVENT_BUFFER_OVERFLOW" || strings.Contains(name, "RUNNN") {
			continue
		}
		m, _ := Expand(name)
		if Abstract(name) {
			var types []string
			for _, typ := range m.Types() {
				types = append(types, strings.TrimPrefix(typ.String(), "PROCESS_STATE_CHANGE_"))
			}
			fmt.Fprintf(&b, "| **%s** | %s |\n", name, strings.Join(types, ", "))
			continue
		}
		from, to := "any state", ""
		change := strings.TrimPrefix(name, "PROCESS_STATE_CHANGE_")
		if to, from, _ = strings.Cut(change, "_FROM_"); from == "" {
			to, from = strings.TrimPrefix(change, "TO_"), "any state"
		}
		fmt.Fprintf(&b, "| %s | %s to %s |\n", name, from, to)
	}
	return b.String()
}

// TestListenerInTheManual builds and runs the listener in Go that the manual
// shows.
func TestListenerInTheManual(t *testing.T) {
	section := docgen.Section(t, chapter, "A listener in Go")
	_, source, found := strings.Cut(section, "```go\n")
	if !found {
		t.Fatal("the manual shows no program in Go")
	}
	source, _, _ = strings.Cut(source, "```")
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", file)
	cmd.Stdin = strings.NewReader("ver:3.0 server:s serial:1 pool:p poolserial:1 eventname:PROCESS_STATE_FATAL len:49\n" +
		"processname:web groupname:shop from_state:BACKOFF")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), "READY\nRESULT 2\nOKREADY\n"; got != want {
		t.Errorf("it answers %q; want %q", got, want)
	}
}
