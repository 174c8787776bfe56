package web

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/usage"
)

// indexPage is the page with all processes.
type indexPage struct {
	head
	Message  string
	Failed   bool // Message is of something that went wrong
	Sections []section
	Total    int
	Counts   []stateCount
	Confirm  *confirmation
}

// blankRow is what the script makes rows of.
var blankRow = row{Process: Process{State: "STOPPED"}}

// stateCount is how many processes are in a state.
type stateCount struct {
	State string
	Count int
}

// section is a group with its processes. A process that is alone in a group of
// its own name is shown without the group.
type section struct {
	Group
	Alone  bool
	Rows   []row
	CPU    maybe[float64] // of all its processes
	Memory maybe[int64]
}

// add adds a process.
func (s *section) add(r row) {
	s.Rows = append(s.Rows, r)
	if r.CPU.known {
		s.CPU = some(s.CPU.value + r.CPU.value)
	}
	if r.Memory.known {
		s.Memory = some(s.Memory.value + r.Memory.value)
	}
}

// row is a process as the page shows it.
type row struct {
	Process
	Now    int64
	Detail string // what there is to say besides the columns
}

// Title is how people name the process.
func (r row) Title() string { return namespec.Make(r.Group, r.Name) }

// states are all states in the order in which the page counts them.
var states = []life.State{life.Running, life.Starting, life.Stopping, life.Backoff, life.Fatal, life.Exited, life.Stopped, life.Unknown}

// index shows all processes. With an action in the query it is a link of the
// Python Supervisor's page.
func (s *Site) index(w http.ResponseWriter, r *http.Request) {
	if action := r.URL.Query().Get("action"); action != "" {
		s.legacyLink(w, r, action)
		return
	}
	message, failed := s.messageOf(r)
	s.showIndex(w, r, http.StatusOK, message, failed)
}

func (s *Site) showIndex(w http.ResponseWriter, r *http.Request, status int, message string, failed bool) {
	p := indexPage{head: s.head(w, r, s.options.Identifier, "app.js"), Message: message, Failed: failed}
	s.fill(&p)
	render(w, r, status, func(w io.Writer) { writeindexView(w, &p) })
}

// fill adds the processes.
func (s *Site) fill(p *indexPage) {
	views := s.options.Daemon.Processes()
	rows := make([]Process, len(views))
	for i := range views {
		rows[i] = steady(&views[i])
	}
	useAll(new(usage.Meter), rows)
	now := time.Now().Unix()
	counts := map[string]int{}
	for _, g := range groupsOf(views) {
		sec := section{Group: g, Alone: g.Processes == 1 && rows[0].Name == g.Name}
		for _, process := range rows[:g.Processes] {
			counts[process.State]++
			sec.add(row{process, now, detail(&process)})
		}
		rows = rows[g.Processes:]
		p.Sections = append(p.Sections, sec)
	}
	p.Total = len(views)
	for _, state := range states {
		p.Counts = append(p.Counts, stateCount{state.String(), counts[state.String()]})
	}
}

// detail is the second line of a row: what the columns do not tell.
func detail(p *Process) string {
	text := p.Description
	if p.State == "RUNNING" || p.State == "STARTING" || p.State == "STOPPING" {
		text = ""
	}
	if p.Listener == "" {
		return text
	}
	if text != "" {
		text += " · "
	}
	return text + "listener " + strings.ToLower(p.Listener)
}

// actionOf splits the value of a button: the action and what it is about.
func actionOf(value string) (action string, t target, ok bool) {
	action, rest, _ := strings.Cut(value, " ")
	kind, name, _ := strings.Cut(rest, " ")
	switch kind {
	case "process":
		t = target{oneProcess, name}
	case "group":
		t = target{oneGroup, name}
	case "all":
		t = all
	default:
		return "", t, false
	}
	_, ok = actionVerbs[action]
	return action, t, ok
}
