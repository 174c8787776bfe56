package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/logs"
)

// The addresses of the Python Supervisor's page, on which scripts rely.

// confirmation asks whether a link is to be followed.
type confirmation struct {
	Question string
	Do       string // value of the button
	Button   string
}

// legacyAction translates an action of an old link into the value of a button;
// it is "" if there is no such action.
func legacyAction(action, process string) string {
	switch action {
	case "start", "stop", "restart":
		return action + " process " + process
	case "clearlog":
		return "clear process " + process
	case "stopall":
		return "stop all"
	case "restartall":
		return "restart all"
	}
	return ""
}

// legacyLink answers index.html?processname=...&action=.... Such links change
// nothing without a question, unless the server's configuration says so: any
// page can make a browser follow them.
func (s *Site) legacyLink(w http.ResponseWriter, r *http.Request, action string) {
	if action == "refresh" {
		s.back(w, "Page refreshed at "+time.Now().Format(time.ANSIC), false)
		return
	}
	name := r.URL.Query().Get("processname")
	do := legacyAction(action, name)
	verb, t, ok := actionOf(do)
	switch {
	case !ok || t.scope == oneProcess && name == "":
		s.showIndex(w, r, http.StatusBadRequest, "The link asks for something that does not exist.", true)
	case linksAct(r) && r.Header.Get("Sec-Fetch-Site") != "cross-site":
		s.followLink(w, r, verb, t)
	default:
		what := t.String()
		if t.scope == everything {
			what = "all processes"
		}
		p := indexPage{head: s.head(w, r, "Confirm", ""), Confirm: &confirmation{
			Question: fmt.Sprintf("Do you want to %s %s?", actionVerbs[verb].todo, what), Do: do, Button: "Yes, " + verb,
		}}
		render(w, r, http.StatusOK, func(w io.Writer) { writeconfirmView(w, &p) })
	}
}

// followLink does at once what an old link asks for. The messages are those of
// the Python Supervisor.
func (s *Site) followLink(w http.ResponseWriter, r *http.Request, verb string, t target) {
	p, err := s.begin(verb, t)
	if err != nil {
		s.back(w, "No such process named "+t.name, true)
		return
	}
	op := s.ops.wait(r.Context(), p, time.Hour)
	message, failed := legacyMessage(verb, t, op)
	s.back(w, message, failed)
}

func legacyMessage(verb string, t target, op Operation) (message string, failed bool) {
	switch {
	case t.scope == everything && verb == "stop":
		return "All stopped at " + time.Now().Format(time.ANSIC), false
	case t.scope == everything:
		return "All restarted at " + time.Now().Format(time.ANSIC), false
	case verb == "restart":
		return "Process " + t.name + " restarted", false
	case !op.OK && verb == "start":
		return "ERROR: Process " + t.name + ": " + legacyReason(op), true
	case !op.OK:
		return legacyFault(op), true
	case verb == "clear":
		return "Log for " + t.name + " cleared", false
	default:
		return map[string]string{"start": "Process " + t.name + " started", "stop": "Process " + t.name + " stopped"}[verb], false
	}
}

func legacyReason(op Operation) string {
	switch op.Code {
	case wire.NoFile.String():
		return "no such file"
	case wire.NotExecutable.String():
		return "file not executable"
	case wire.AlreadyStarted.String():
		return "already started"
	case wire.SpawnError.String():
		return "spawn error"
	case wire.AbnormalTermination.String():
		return "abnormal termination"
	}
	return legacyFault(op)
}

func legacyFault(op Operation) string {
	for code := wire.FaultCode(1); code < 100; code++ {
		if code.String() == op.Code {
			return fmt.Sprintf("unexpected rpc fault [%d] %s: %s", int(code), op.Code, op.Target)
		}
	}
	return "unexpected rpc fault: " + op.Message
}

// tailPage is the old view of the end of a log.
type tailPage struct {
	head
	Process, Text string
	Limit         int64
}

// tailPage answers tail.html?processname=...&limit=....
func (s *Site) tailPage(w http.ResponseWriter, r *http.Request) {
	p := tailPage{Process: r.URL.Query().Get("processname"), Limit: 1024}
	if n, err := strconv.ParseInt(r.URL.Query().Get("limit"), 10, 64); err == nil {
		p.Limit = min(max(n, p.Limit), logs.MaxRead)
	}
	p.head = s.head(w, r, "Supervisor tail of process "+p.Process, "")
	p.Text = s.oldTail(p.Process, p.Limit)
	render(w, r, http.StatusOK, func(w io.Writer) { writetailView(w, &p) })
}

func (s *Site) oldTail(process string, limit int64) string {
	if process == "" {
		return "No process name found"
	}
	src, err := s.sourceOf(process, "stdout")
	if code := codeOf(err); err != nil && code == wire.BadName.String() {
		return fmt.Sprintf("ERROR: unexpected rpc fault [%d] %s: %s", int(wire.BadName), code, process)
	}
	if err == nil {
		var f *logs.Opened
		if f, err = src.Open(0); err == nil {
			defer f.Close()
			var part logs.Part
			if part, err = f.Read(-limit, limit, false); err == nil {
				return part.Text
			}
		}
	}
	return "No file for " + process
}
