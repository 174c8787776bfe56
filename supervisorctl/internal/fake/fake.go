// Package fake has a supervisord for tests, which needs no programs.
package fake

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// Daemon is a supervisord that answers what a test wants. Its fields are set
// before it is talked to, or from within one of its functions.
type Daemon struct {
	URL   string
	Procs []wire.ProcessInfo
	// Answer maps a method, without "supervisor.", to what it does.
	Answer map[string]func(params []any) any
	// OnInfo is called before each getAllProcessInfo, with their count.
	OnInfo func(n int)
	// Table says that the daemon has getStatusTable, which the reference lacks.
	Table bool
	// Stream answers every GET.
	Stream http.HandlerFunc

	mu    sync.Mutex
	calls []string
	infos int
}

// Start starts a daemon with the given processes on a UNIX socket.
func Start(t testing.TB, procs ...wire.ProcessInfo) *Daemon {
	t.Helper()
	f := &Daemon{Procs: procs, Answer: map[string]func([]any) any{}}
	f.URL = Serve(t, f)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && f.Stream != nil {
		f.Stream(w, r)
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

func (f *Daemon) call(method string, params []any) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.TrimPrefix(method, "supervisor.")
	if name != "getVersion" && name != "getAllProcessInfo" && name != "getStatusTable" {
		f.calls = append(f.calls, strings.TrimSpace(fmt.Sprintln(append([]any{name}, params...)...)))
	}
	if fn, ok := f.Answer[name]; ok {
		return fn(params)
	}
	switch name {
	case "getVersion":
		return "3.0"
	case "getAllProcessInfo":
		f.infos++
		if f.OnInfo != nil {
			f.OnInfo(f.infos)
		}
		return f.Procs
	case "getStatusTable":
		if !f.Table {
			return wire.NewFault(wire.UnknownMethod, "")
		}
		return f.table()
	case "system.listMethods":
		return []string{"supervisor.getVersion"}
	case "getProcessInfo":
		for _, p := range f.Procs {
			if params[0] == p.Group+":"+p.Name || params[0] == p.Name && p.Name == p.Group {
				return p
			}
		}
		return wire.NewFault(wire.BadName, params[0].(string))
	}
	return true
}

// table is the answer of getStatusTable.
func (f *Daemon) table() string {
	var text []byte
	for _, p := range f.Procs {
		text = wire.AppendStatusLine(text, &wire.StatusLine{Group: p.Group, Name: p.Name, State: p.State, StateName: p.StateName, Description: p.Description})
	}
	return string(text)
}

// Infos returns how often getAllProcessInfo was called.
func (f *Daemon) Infos() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.infos
}

// Called returns the calls so far, without those that only look.
func (f *Daemon) Called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.calls...)
}

// Set changes the state of a process.
func (f *Daemon) Set(name string, state int, stateName string) {
	for i := range f.Procs {
		if f.Procs[i].Name == name {
			f.Procs[i].State, f.Procs[i].StateName = state, stateName
		}
	}
}

// Serve serves h on a UNIX socket and returns its URL.
func Serve(t testing.TB, h http.Handler) (url string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return "unix://" + path
}
