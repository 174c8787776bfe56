package boot

import (
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/plugin"
)

// firstHelper is the first ProcID of a child that is not a process of the
// configuration: the loop never hears of it.
const firstHelper core.ProcID = 1 << 62

// launcher runs the programs of plug-ins. Like all children they are made,
// signalled and reaped by the Spawner, and their output goes through the pump.
type launcher struct {
	in      *instance
	spawner core.Spawner

	mu   sync.Mutex
	next core.ProcID
	runs map[core.ProcID]*helper
	logs map[string]string // paths by name: all runs of a program share one log
}

func newLauncher(in *instance) *launcher {
	return &launcher{in: in, next: firstHelper, runs: map[core.ProcID]*helper{}, logs: map[string]string{}}
}

// helper is one run of a program.
type helper struct {
	launcher *launcher
	id       core.ProcID
	name     string
	started  chan error // receives nil or why there is no child
	exited   chan struct{}

	mu  sync.Mutex
	pid int
}

// stopGrace is how long a helper may take to end after SIGTERM.
const stopGrace = 5 * time.Second

// Launch implements plugin.Launcher.
func (l *launcher) Launch(p plugin.Program) (plugin.Running, error) {
	d := &l.in.cfg.Supervisord
	name := "rpcinterface-" + p.Name
	conf := &config.Process{
		Name: name, Group: name, Program: name, Command: p.Command, Umask: -1, UID: -1, RedirectStderr: true,
		Environment: append(append([]config.EnvVar(nil), d.Environment...), p.Environ...),
		Stdout:      config.Output{Kind: config.LogAuto, MaxBytes: 1 << 20, Backups: 1},
	}
	log, err := l.log(name)
	if err != nil {
		return nil, fmt.Errorf("cannot make the log of %s: %w", name, err)
	}
	h := &helper{launcher: l, name: name, started: make(chan error, 1), exited: make(chan struct{})}
	l.mu.Lock()
	h.id = l.next
	l.next++
	l.runs[h.id] = h
	l.mu.Unlock()
	l.spawner.Spawn(core.SpawnRequest{
		Streams:   core.StreamSpec{ID: h.id, Config: conf, StdoutLog: log, SocketFD: int(p.Socket.Fd())},
		ServerURL: serverURL(l.in.cfg),
	})
	if err := <-h.started; err != nil {
		l.forget(h.id)
		return nil, err
	}
	return h, nil
}

// log returns the path of the log of a program, which is made for the first run.
func (l *launcher) log(name string) (path string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if path = l.logs[name]; path == "" {
		if path, err = l.in.autoLog(name, core.Stdout); err == nil {
			l.logs[name] = path
		}
	}
	return path, err
}

func (l *launcher) find(id core.ProcID) *helper {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.runs[id]
}

func (l *launcher) forget(id core.ProcID) {
	l.mu.Lock()
	delete(l.runs, id)
	l.mu.Unlock()
	l.in.pump.Forget(id)
}

// Exited implements plugin.Running.
func (h *helper) Exited() <-chan struct{} { return h.exited }

// Stop implements plugin.Running.
func (h *helper) Stop() {
	h.signal(syscall.SIGTERM)
	select {
	case <-h.exited:
		return
	case <-time.After(stopGrace):
	}
	h.signal(syscall.SIGKILL)
	<-h.exited
}

func (h *helper) signal(sig syscall.Signal) {
	h.mu.Lock()
	pid := h.pid
	h.mu.Unlock()
	h.launcher.spawner.Signal(h.id, pid, sig, true, nil)
}

// spawned, spawnFailed and ended are what the relay tells.

func (h *helper) spawned(pid int) {
	h.mu.Lock()
	h.pid = pid
	h.mu.Unlock()
	h.started <- nil
}

func (h *helper) spawnFailed(reason string) {
	h.started <- fmt.Errorf("cannot start %s: %s", h.name, reason)
}

func (h *helper) ended() {
	h.launcher.in.pump.Release(h.id)
	h.launcher.forget(h.id)
	close(h.exited)
}
