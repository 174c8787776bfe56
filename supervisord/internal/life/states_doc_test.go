package life_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tracked"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

//go:generate go test -run ^TestStatesDoc$ . -update

var update = flag.Bool("update", false, "write docs/states.md anew")

const statesDoc = "../../../docs/states.md"

const statesIntro = `# The states of a process

<!-- Printed from the code by a test. Do not edit; run
     go test ./internal/life -run TestStatesDoc -update
     in supervisord/. -->

What happens to a program is decided by one function,
` + "`life.Step` in `supervisord/internal/life`" + `: it takes the process as it is and one event, and says
what the process is then and what is to be done. This page is printed from it, for a
program with startsecs=1, startretries=3, stopwaitsecs=10, stopsignal=TERM,
killasgroup=true, autorestart=unexpected and exitcodes=0.

The events:

| event | what happened |
| --- | --- |
| Start | somebody asked for a start, or the daemon starts what has autostart=true |
| Spawned, SpawnFailed | the child that a start asked for exists, or could not be made |
| Stop | somebody asked for a stop, or the daemon is shutting down |
| Exit | the child has ended, and all it wrote has been read |
| Wake | the process's deadline has come. There is at most one, and it is in the table |
| KillFailed | a signal could not be sent although the child exists |

"While shutting down" also covers the stop before a restart of the daemon. It is listed
where it makes a difference, and so is an exit before startsecs.

`

// TestStatesDoc keeps docs/states.md true.
func TestStatesDoc(t *testing.T) {
	page := statesPage()
	if *update {
		if err := os.WriteFile(statesDoc, page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := tracked.Read(statesDoc)
	if err != nil || !bytes.Equal(old, page) {
		t.Errorf("%s is out of date (%v): run go test ./internal/life -run TestStatesDoc -update", statesDoc, err)
	}
}

func statesPage() []byte {
	var b bytes.Buffer
	b.WriteString(statesIntro)
	b.WriteString("## Diagram\n\n```mermaid\nstateDiagram-v2\n    [*] --> STOPPED\n")
	for _, line := range edges() {
		b.WriteString("    " + line + "\n")
	}
	b.WriteString("```\n\n## Table\n\nAn event that is not listed for a state changes nothing there.\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "\n### %s\n\n| event | what is done, in order | state then | next deadline |\n| --- | --- | --- | --- |\n", r.name)
		for _, c := range columns {
			if does := cells(r, c); does != "" && !sameAsPlain(r, c, does) {
				fmt.Fprintf(&b, "| %s | %s |\n", c.name, does)
			}
		}
	}
	return b.Bytes()
}

// cells are what an event does, as the cells of a line; "" if it does nothing.
func cells(r row, c column) string {
	now := c.when(&r.p)
	after, acts := life.Step(tablePolicy, r.p, c.ev, now)
	if acts.Len() == 0 {
		return ""
	}
	return inWords(&acts) + " | " + stateInWords(&after) + " | " + deadlineInWords(after.Deadline, now)
}

// sameAsPlain reports whether an event under a condition does what it does
// without.
func sameAsPlain(r row, c column, does string) bool {
	plain := plainName(c.name)
	for _, other := range columns {
		if other.name == plain && plain != c.name {
			return cells(r, other) == does
		}
	}
	return false
}

func plainName(column string) string {
	plain, _ := strings.CutSuffix(column, " while shutting down")
	plain, _ = strings.CutSuffix(plain, " before startsecs")
	return plain
}

// label names a column in the diagram.
func label(r row, c column) string {
	switch {
	case sameAsPlain(r, c, cells(r, c)), strings.HasPrefix(c.name, "Exit 1"):
		return strings.Fields(c.name)[0]
	case c.name == "Exit 0":
		return "Exit"
	}
	return strings.Replace(c.name, "Exit 0", "Exit", 1)
}

// edges are the changes of state of the whole table, with the events that lead
// to them.
func edges() []string {
	var order []string
	labels := map[string][]string{}
	for _, r := range rows {
		for _, c := range columns {
			_, acts := life.Step(tablePolicy, r.p, c.ev, c.when(&r.p))
			label := label(r, c)
			for _, a := range acts.Slice() {
				if a.Kind != life.DoNotify {
					continue
				}
				edge := a.From.String() + " --> " + a.To.String()
				if labels[edge] == nil {
					order = append(order, edge)
				}
				labels[edge] = addLabel(labels[edge], label)
				label = "at once"
			}
		}
	}
	spent(&order, labels)
	for i, edge := range order {
		order[i] = edge + " : " + strings.Join(labels[edge], ", ")
	}
	return order
}

// spent adds the edge that needs a process without retries.
func spent(order *[]string, labels map[string][]string) {
	p := life.Process{State: life.Starting, Spawning: true, Tries: tablePolicy.StartRetries}
	_, acts := life.Step(tablePolicy, p, life.Event{Kind: life.SpawnFailed}, later)
	last := acts.Slice()[2]
	edge := last.From.String() + " --> " + last.To.String()
	if labels[edge] == nil {
		*order = append(*order, edge)
	}
	labels[edge] = append(labels[edge], "at once when startretries are used up")
}

func addLabel(list []string, label string) []string {
	for _, l := range list {
		if l == label {
			return list
		}
	}
	return append(list, label)
}

func inWords(acts *life.Actions) string {
	var list []string
	for _, a := range acts.Slice() {
		list = append(list, actionInWords(a))
	}
	return strings.Join(list, "; ")
}

func actionInWords(a life.Action) string {
	switch a.Kind {
	case life.DoSpawn:
		return "make a child"
	case life.DoKill:
		to := "the child"
		if a.AsGroup {
			to = "its process group"
		}
		if a.Signal == 9 {
			return "SIGKILL to " + to
		}
		return "stopsignal to " + to
	case life.DoNotify:
		return "event PROCESS_STATE_" + a.To.String()
	default:
		text := render(a, "CAUSE", 1)
		return "log `" + text + "`"
	}
}

func stateInWords(p *life.Process) string {
	if p.Spawning {
		return p.State.String() + ", no child yet"
	}
	if p.State == life.Unknown && p.StopWanted {
		return "UNKNOWN, to be stopped"
	}
	return p.State.String()
}

func deadlineInWords(d, now life.Instant) string {
	if d == 0 {
		return "none"
	}
	return "in " + time.Duration(d-now).String()
}
