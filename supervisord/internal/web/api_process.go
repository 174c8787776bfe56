package web

import (
	"net/http"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/usage"
)

// processAPI shows and controls processes and groups.
func (s *Site) processAPI() []openapi.Operation {
	ops := []openapi.Operation{
		{
			Method: "GET", Path: "/processes", ID: "listProcesses", Tag: "processes",
			Summary: "All processes",
			Query:   []openapi.Param{{Name: "usage", Enum: []string{"0", "1"}, Default: "0", Doc: "1 to look at CPU and memory as well; CPU is then the average since the start."}},
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The processes.", Body: ProcessList{}}}, failures()...),
			Handler: get(s.listProcesses),
		},
		{
			Method: "GET", Path: "/processes/{process}", ID: "getProcess", Tag: "processes",
			Summary: "One process",
			Doc:     "With its usage; CPU is the average since the start.",
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The process.", Body: Process{}}}, failures(404)...),
			Handler: get(func(r *http.Request) (Process, error) {
				v, err := s.options.Daemon.Process(r.PathValue("process"))
				if err != nil {
					return Process{}, err
				}
				rows := []Process{describe(&v)}
				useAll(new(usage.Meter), rows)
				return rows[0], nil
			}),
		},
		{
			Method: "GET", Path: "/groups", ID: "listGroups", Tag: "groups",
			Summary: "All groups",
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The groups.", Body: GroupList{}}}, failures()...),
			Handler: get(func(*http.Request) (GroupList, error) {
				return GroupList{groupsOf(s.options.Daemon.Processes())}, nil
			}),
		},
	}
	for _, kind := range []struct {
		path, id, tag, what string
		target              func(r *http.Request) target
	}{
		{"/processes/{process}/", "Process", "processes", "a process", func(r *http.Request) target { return target{oneProcess, r.PathValue("process")} }},
		{"/groups/{group}/", "Group", "groups", "a group", func(r *http.Request) target { return target{oneGroup, r.PathValue("group")} }},
		{"/all/", "All", "processes", "all processes", func(*http.Request) target { return all }},
	} {
		for _, action := range []struct{ name, summary, doc string }{
			{"start", "Start ", "Has ended when all are RUNNING, or have failed to."},
			{"stop", "Stop ", "Has ended when all are down."},
			{"restart", "Stop and start ", "What is not running is started, as supervisorctl does."},
			{"clear", "Clear the logs of ", "The logs are removed and begun anew; rotated files are kept."},
		} {
			ops = append(ops, openapi.Operation{
				Method: "POST", Path: kind.path + action.name, ID: action.name + kind.id, Tag: kind.tag,
				Summary: action.summary + kind.what, Doc: action.doc, Body: ActionRequest{}, Answers: done(),
				Header: tokenParam,
				Handler: post(s, func(r *http.Request, req ActionRequest) (int, any, error) {
					return s.postAction(r, req, action.name, kind.target(r))
				}),
			})
		}
	}
	return ops
}

// tokenParam is the header field that browsers need.
var tokenParam = []openapi.Param{{Name: tokenHeader, Doc: "The token of the session; only browsers need it."}}

func (s *Site) listProcesses(r *http.Request) (ProcessList, error) {
	views := s.options.Daemon.Processes()
	list := ProcessList{Now: time.Now().Unix(), Processes: make([]Process, len(views))}
	for i := range views {
		list.Processes[i] = describe(&views[i])
	}
	if r.URL.Query().Get("usage") == "1" {
		useAll(new(usage.Meter), list.Processes)
	}
	return list, nil
}

func (s *Site) postAction(r *http.Request, req ActionRequest, action string, t target) (int, any, error) {
	d, err := waiting(req.Wait)
	if err != nil {
		return 0, nil, err
	}
	if err := s.shuttingDown(); err != nil {
		return 0, nil, err
	}
	p, err := s.begin(action, t)
	if err != nil {
		return 0, nil, err
	}
	return s.outcome(r, p, d)
}
