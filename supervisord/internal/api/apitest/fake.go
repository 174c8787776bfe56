// Package apitest has what tests of the XML-RPC interface and of the HTTP server
// need: a daemon made of plain data, and access to the reference
// implementation.
package apitest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// Supervisor is a daemon that keeps its processes as plain data: a start makes
// one RUNNING, a stop STOPPED. It is safe for concurrent use.
type Supervisor struct {
	mu    sync.Mutex
	mood  core.Mood
	views []core.View    // in the order of priority
	index map[string]int // of views, by group and name
	cfg   *config.Config
	calls []string // what was asked of it, e.g. "signal web 1"

	// Hold, if not nil, keeps operations that wait from returning until it is
	// closed. Held, if not nil, is told of each.
	Hold <-chan struct{}
	Held chan<- struct{}
	// RestartError is what Restart returns.
	RestartError error
	// RereadError is what Reread returns.
	RereadError error
	// Notices is what Subscribe delivers.
	Notices chan core.Notice
	// Lost is what a subscriber is told that it has lost.
	Lost func() uint64
}

// New returns a daemon with these processes, all in groups of programs.
func New(views ...core.View) *Supervisor {
	s := &Supervisor{mood: core.MoodRunning, views: views, cfg: &config.Config{}, Notices: make(chan core.Notice, 64)}
	s.index = make(map[string]int, len(views))
	for i := range views {
		s.index[views[i].Group+":"+views[i].Config.Name] = i
	}
	return s
}

// Process makes a process in a state.
func Process(group, name string, state life.State) core.View {
	v := core.View{Group: group, Config: &config.Process{Name: name, Group: group}, State: state, Now: 1700000100}
	if state.Signallable() {
		v.PID, v.Start = 4711, 1700000000
	}
	return v
}

// SetMood changes the state of the daemon.
func (s *Supervisor) SetMood(m core.Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = m
}

// SetConfig sets the configuration that was read last.
func (s *Supervisor) SetConfig(cfg *config.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg = cfg
}

// Calls returns what was asked of the daemon since the last time.
func (s *Supervisor) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *Supervisor) note(words ...string) {
	s.calls = append(s.calls, strings.Join(words, " "))
}

// hold waits as an operation with wait does.
func (s *Supervisor) hold(ctx context.Context, wait bool) error {
	if !wait || s.Hold == nil {
		return nil
	}
	if s.Held != nil {
		s.Held <- struct{}{}
	}
	select {
	case <-s.Hold:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Mood implements api.Supervisor.
func (s *Supervisor) Mood() core.Mood {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mood
}

// Shutdown implements api.Supervisor.
func (s *Supervisor) Shutdown() { s.SetMood(core.MoodShutdown) }

// Restart implements api.Supervisor.
func (s *Supervisor) Restart() error {
	if s.RestartError != nil {
		return s.RestartError
	}
	s.SetMood(core.MoodRestarting)
	return nil
}

func (s *Supervisor) find(name string) *core.View {
	group, process := namespec.Split(name)
	if i, ok := s.index[group+":"+process]; ok {
		return &s.views[i]
	}
	return nil
}

// Process implements api.Supervisor.
func (s *Supervisor) Process(name string) (core.View, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.find(name); v != nil {
		return *v, nil
	}
	return core.View{}, wire.NewFault(wire.BadName, name)
}

// Processes implements api.Supervisor.
func (s *Supervisor) Processes() []core.View {
	views := s.ByPriority()
	slices.SortFunc(views, func(a, b core.View) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Config.Name, b.Config.Name))
	})
	return views
}

// EachProcess implements api.Supervisor.
func (s *Supervisor) EachProcess(fn func(*core.View)) {
	for _, v := range s.Processes() {
		fn(&v)
	}
}

// ByPriority implements api.Supervisor.
func (s *Supervisor) ByPriority() []core.View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

// GroupProcesses implements api.Supervisor.
func (s *Supervisor) GroupProcesses(group string) ([]core.View, error) {
	views := slices.DeleteFunc(s.ByPriority(), func(v core.View) bool { return v.Group != group })
	if len(views) == 0 {
		return nil, wire.NewFault(wire.BadName, group)
	}
	return views, nil
}

// Config implements api.Supervisor.
func (s *Supervisor) Config() (*config.Config, map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := map[string]bool{}
	for i := range s.views {
		active[s.views[i].Group] = true
	}
	return s.cfg, active
}

// Reread implements api.Supervisor.
func (s *Supervisor) Reread(context.Context) (added, changed, removed []string, err error) {
	return []string{"a"}, nil, []string{"r", "s"}, s.RereadError
}

// AddGroup implements api.Supervisor.
func (s *Supervisor) AddGroup(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note("add", name)
	if name == "new" {
		return nil
	}
	if slices.ContainsFunc(s.views, func(v core.View) bool { return v.Group == name }) {
		return wire.NewFault(wire.AlreadyAdded, name)
	}
	return wire.NewFault(wire.BadName, name)
}

// RemoveGroup implements api.Supervisor.
func (s *Supervisor) RemoveGroup(_ context.Context, name string) error {
	views, err := s.GroupProcesses(name)
	if err != nil {
		return err
	}
	for _, v := range views {
		if !v.State.Down() {
			return wire.NewFault(wire.StillRunning, name)
		}
	}
	return nil
}

// UpdateGroup implements api.Supervisor.
func (s *Supervisor) UpdateGroup(_ context.Context, name string) (core.GroupUpdate, error) {
	if _, err := s.GroupProcesses(name); err != nil {
		return core.GroupUpdate{}, err
	}
	return core.GroupUpdate{Added: []string{"x"}, Applied: []string{"y", "z"}}, nil
}

// each does something to every process that is chosen and returns the statuses.
func (s *Supervisor) each(chosen func(*core.View) bool, do func(*core.View)) []wire.ProcessStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	results := []wire.ProcessStatus{}
	for i := range s.views {
		if v := &s.views[i]; chosen(v) {
			do(v)
			results = append(results, wire.ProcessStatus{
				Name: v.Config.Name, Group: v.Group, Status: wire.Success, Description: "OK"})
		}
	}
	return results
}

func start(v *core.View) { v.State, v.PID, v.Start = life.Running, 4711, v.Now }
func stop(v *core.View)  { v.State, v.PID, v.Stop = life.Stopped, 0, v.Now }
func down(v *core.View) bool {
	return !v.State.Up()
}
func up(v *core.View) bool { return v.State.Up() }

func inGroup(group string, and func(*core.View) bool) func(*core.View) bool {
	return func(v *core.View) bool { return v.Group == group && and(v) }
}

// Start implements api.Supervisor.
func (s *Supervisor) Start(ctx context.Context, name string, wait bool) error {
	return s.one(ctx, name, wait, down, wire.AlreadyStarted, start)
}

// Stop implements api.Supervisor.
func (s *Supervisor) Stop(ctx context.Context, name string, wait bool) error {
	return s.one(ctx, name, wait, up, wire.NotRunning, stop)
}

func (s *Supervisor) one(ctx context.Context, name string, wait bool, can func(*core.View) bool,
	otherwise wire.FaultCode, do func(*core.View)) error {
	if err := s.hold(ctx, wait); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.find(name)
	switch {
	case v == nil:
		return wire.NewFault(wire.BadName, name)
	case !can(v):
		return wire.NewFault(otherwise, name)
	}
	do(v)
	return nil
}

func (s *Supervisor) group(ctx context.Context, group string, wait bool, can func(*core.View) bool,
	do func(*core.View)) ([]wire.ProcessStatus, error) {
	if _, err := s.GroupProcesses(group); err != nil {
		return nil, err
	}
	if err := s.hold(ctx, wait); err != nil {
		return nil, err
	}
	return s.each(inGroup(group, can), do), nil
}

// StartGroup implements api.Supervisor.
func (s *Supervisor) StartGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return s.group(ctx, group, wait, down, start)
}

// StopGroup implements api.Supervisor.
func (s *Supervisor) StopGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return s.group(ctx, group, wait, up, stop)
}

// StartAll implements api.Supervisor.
func (s *Supervisor) StartAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return s.each(down, start), s.hold(ctx, wait)
}

// StopAll implements api.Supervisor.
func (s *Supervisor) StopAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return s.each(up, stop), s.hold(ctx, wait)
}

// Signal implements api.Supervisor.
func (s *Supervisor) Signal(_ context.Context, name string, sig int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.find(name)
	switch {
	case v == nil:
		return wire.NewFault(wire.BadName, name)
	case !v.State.Signallable():
		return wire.NewFault(wire.NotRunning, name)
	}
	s.note("signal", name, core.SignalName(sig))
	return nil
}

// SignalGroup implements api.Supervisor.
func (s *Supervisor) SignalGroup(ctx context.Context, group string, sig int) ([]wire.ProcessStatus, error) {
	return s.group(ctx, group, false, func(v *core.View) bool { return v.State.Signallable() },
		func(v *core.View) { s.note("signal", v.Config.Name, core.SignalName(sig)) })
}

// SignalAll implements api.Supervisor.
func (s *Supervisor) SignalAll(_ context.Context, sig int) ([]wire.ProcessStatus, error) {
	return s.each(func(v *core.View) bool { return v.State.Signallable() },
		func(v *core.View) { s.note("signal", v.Config.Name, core.SignalName(sig)) }), nil
}

// WriteStdin implements api.Supervisor.
func (s *Supervisor) WriteStdin(_ context.Context, name string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.find(name)
	switch {
	case v == nil:
		return wire.NewFault(wire.BadName, name)
	case v.PID == 0:
		return wire.NewFault(wire.NotRunning, name)
	}
	s.note("stdin", name, string(data))
	return nil
}

// ClearLogs implements api.Supervisor.
func (s *Supervisor) ClearLogs(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(name) == nil {
		return wire.NewFault(wire.BadName, name)
	}
	s.note("clear", name)
	return nil
}

// ClearAllLogs implements api.Supervisor.
func (s *Supervisor) ClearAllLogs(context.Context) ([]wire.ProcessStatus, error) {
	return s.each(func(*core.View) bool { return true }, func(v *core.View) { s.note("clear", v.Config.Name) }), nil
}

// RemoteEvent implements api.Supervisor.
func (s *Supervisor) RemoteEvent(_ context.Context, typ, data string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note("event", typ, data)
	return nil
}

// Subscribe has the signature of core.Loop's.
func (s *Supervisor) Subscribe(types []string, _ int) (<-chan core.Notice, func() uint64, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(append([]string{"subscribe"}, types...)...)
	lost := s.Lost
	if lost == nil {
		lost = func() uint64 { return 0 }
	}
	return s.Notices, lost, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.note("unsubscribe")
	}
}
