package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// fake is a supervisord that answers what a test wants.
type fake struct {
	mu     sync.Mutex
	procs  []wire.ProcessInfo
	calls  []string
	answer map[string]func(params []any) any
	// onInfo is called before each getAllProcessInfo, with their count.
	onInfo func(n int)
	infos  int
	events func(w http.ResponseWriter, r *http.Request)
	url    string
}

func startFake(t *testing.T, procs ...wire.ProcessInfo) *fake {
	t.Helper()
	f := &fake{procs: procs, answer: map[string]func([]any) any{}}
	f.url = newServer(t, f)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/events" && f.events != nil {
		f.events(w, r)
		return
	}
	if r.URL.Path != "/RPC2" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	method, params, err := wire.DecodeCall(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = w.Write(wire.AppendResponse(nil, f.call(method, params)))
}

func (f *fake) call(method string, params []any) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.TrimPrefix(method, "supervisor.")
	if name != "getVersion" && name != "getAllProcessInfo" {
		f.calls = append(f.calls, strings.TrimSpace(fmt.Sprintln(append([]any{name}, params...)...)))
	}
	if fn, ok := f.answer[name]; ok {
		return fn(params)
	}
	switch name {
	case "getVersion":
		return "3.0"
	case "getAllProcessInfo":
		f.infos++
		if f.onInfo != nil {
			f.onInfo(f.infos)
		}
		return f.procs
	case "system.listMethods":
		return []string{"supervisor.getVersion"}
	case "getProcessInfo":
		for _, p := range f.procs {
			if params[0] == p.Group+":"+p.Name || params[0] == p.Name && p.Name == p.Group {
				return p
			}
		}
		return wire.NewFault(wire.BadName, params[0].(string))
	}
	return true
}

func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.calls...)
}

// set changes the state of a process.
func (f *fake) set(name string, state int, stateName string) {
	for i := range f.procs {
		if f.procs[i].Name == name {
			f.procs[i].State, f.procs[i].StateName = state, stateName
		}
	}
}

func proc(group, name string, state int, stateName string) wire.ProcessInfo {
	p := wire.ProcessInfo{Group: group, Name: name, State: state, StateName: stateName, Now: 1000, Description: "about " + name}
	if state == stateRunning {
		p.PID, p.Start = 42, 940
	}
	return p
}

// noInput is a terminal at whose keyboard nobody sits.
type noInput struct{}

func (noInput) ReadLine(context.Context, string) (string, error)     { return "", io.EOF }
func (noInput) ReadPassword(context.Context, string) (string, error) { return "", io.EOF }

// typed is a terminal at which lines are typed.
type typed struct {
	lines []string
	asked []string
}

func (y *typed) ReadLine(_ context.Context, prompt string) (string, error) {
	y.asked = append(y.asked, prompt)
	if len(y.lines) == 0 {
		return "", io.EOF
	}
	line := y.lines[0]
	y.lines = y.lines[1:]
	return line, nil
}

func (y *typed) ReadPassword(ctx context.Context, prompt string) (string, error) {
	return y.ReadLine(ctx, prompt)
}

type run struct {
	out, err string
	exit     int
}

// do runs command lines against the fake, all with one Ctl.
func (f *fake) do(t *testing.T, s Settings, lines ...string) run {
	t.Helper()
	var out, errs bytes.Buffer
	s.ServerURL = f.url
	st := Streams{Out: &out, Err: &errs, Term: noInput{}}
	c := New(&s, st)
	for _, line := range lines {
		c.Run(t.Context(), line)
	}
	return run{out.String(), errs.String(), c.Exit}
}
