package core

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// fakeOS stands in for the Spawner, the Streams and the activity log. Children
// exist only as entries here; a script decides when they exit.
type fakeOS struct {
	diligent map[string]time.Duration // listeners that accept each event after so long
	mu       sync.Mutex
	loop     *Loop
	nextPID  int
	names    map[ProcID]string
	alive    map[string]int // name -> pid
	manual   bool           // forks are answered by the script, not at once
	waiting  []SpawnRequest
	deaf     map[string]bool // children that ignore everything but SIGKILL
	out      []string
	answers  []string // to requests, whose order among themselves is up to the scheduler
	level    config.LogLevel
	stdin    map[ProcID][]byte
}

func newFakeOS() *fakeOS {
	return &fakeOS{nextPID: 100, names: map[ProcID]string{}, alive: map[string]int{},
		deaf: map[string]bool{}, level: config.LevelInfo, stdin: map[ProcID][]byte{}}
}

func (f *fakeOS) say(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = append(f.out, fmt.Sprintf(format, args...))
}

// answer notes the answer to a request.
func (f *fakeOS) answer(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = append(f.answers, line)
}

// take returns what happened since the last call.
func (f *fakeOS) take() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(f.answers)
	s := strings.Join(append(f.out, f.answers...), "\n")
	f.out, f.answers = nil, nil
	if s != "" {
		s += "\n"
	}
	return s
}

func (f *fakeOS) Enabled(l config.LogLevel) bool { return l >= f.level }

func (f *fakeOS) Log(l config.LogLevel, msg string) {
	if l < f.level {
		return
	}
	name := map[config.LogLevel]string{config.LevelCritical: "CRIT", config.LevelError: "ERRO",
		config.LevelWarn: "WARN", config.LevelInfo: "INFO", config.LevelDebug: "DEBG"}[l]
	f.say("%s %s", name, msg)
}

func (f *fakeOS) Spawn(req SpawnRequest) {
	f.mu.Lock()
	f.names[req.Streams.ID] = req.Streams.Config.Name
	if f.manual {
		f.waiting = append(f.waiting, req)
		f.mu.Unlock()
		return
	}
	f.mu.Unlock()
	f.fork(req)
}

func (f *fakeOS) fork(req SpawnRequest) {
	name := req.Streams.Config.Name
	if reason, bad := strings.CutPrefix(req.Streams.Config.Command, "!"); bad {
		f.loop.SpawnFailed(req.Streams.ID, reason)
		return
	}
	f.mu.Lock()
	f.nextPID++
	pid := f.nextPID
	f.alive[name] = pid
	f.mu.Unlock()
	f.loop.Spawned(req.Streams.ID, pid)
}

func (f *fakeOS) Signal(id ProcID, pid int, sig syscall.Signal, group bool, done func(error)) {
	f.mu.Lock()
	name := f.names[id]
	alive := f.alive[name] == pid
	deaf := f.deaf[name] && sig != syscall.SIGKILL
	f.mu.Unlock()
	to := strconv.Itoa(pid)
	if group {
		to = "-" + to
	}
	f.say("kill %s %s (%s)", to, SignalName(int(sig)), name)
	var err error
	if !alive {
		err = syscall.ESRCH
	}
	if done != nil {
		done(err)
	}
	if alive && !deaf && (sig == syscall.SIGTERM || sig == syscall.SIGKILL) {
		f.exit(name, syscall.WaitStatus(sig))
	}
}

func (f *fakeOS) exit(name string, status syscall.WaitStatus) {
	f.mu.Lock()
	pid := f.alive[name]
	delete(f.alive, name)
	var id ProcID
	for i, n := range f.names {
		if n == name {
			id = i
		}
	}
	f.mu.Unlock()
	f.loop.Exited(id, pid, status)
}

func (f *fakeOS) Write(id ProcID, data []byte, done func(error)) {
	f.mu.Lock()
	name := f.names[id]
	alive := f.alive[name] != 0
	f.stdin[id] = append(f.stdin[id], data...)
	f.mu.Unlock()
	after, diligent := f.diligent[name]
	if diligent && alive {
		go func() {
			time.Sleep(after) // virtual: the bubble's clock
			f.loop.ListenerOutput(id, []byte("RESULT 2\nOKREADY\n"))
		}()
	}
	head, _, _ := strings.Cut(string(data), "\n")
	if !alive {
		head = "EPIPE: " + head
	}
	f.say("stdin %s: %s", name, head)
	if done != nil {
		if alive {
			done(nil)
		} else {
			done(syscall.EPIPE)
		}
	}
}

func (f *fakeOS) Drain(_ ProcID, done func())       { done() }
func (f *fakeOS) Release(ProcID)                    {}
func (f *fakeOS) Forget(id ProcID)                  { f.say("forget %s", f.names[id]) }
func (f *fakeOS) Clear(id ProcID, done func(error)) { f.say("clear %s", f.names[id]); done(nil) }
func (f *fakeOS) Reopen()                           { f.say("reopen") }

// fakeProgram makes a process from words such as "web startsecs=0 priority=5".
func fakeProgram(t *testing.T, words []string) config.Process {
	p := config.Process{
		Name: words[0], Group: words[0], Program: words[0], Command: "/bin/" + words[0], Umask: -1, UID: -1, Priority: 999,
		Autostart: true, AutoRestart: config.RestartUnexpected, StartSecs: 1, StartRetries: 3,
		StopSignal: int(syscall.SIGTERM), StopWaitSecs: 10, ExitCodes: []int{0},
	}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "startsecs":
			p.StartSecs = n
		case "startretries":
			p.StartRetries = n
		case "priority":
			p.Priority = n
		case "stopwaitsecs":
			p.StopWaitSecs = n
		case "autostart":
			p.Autostart = value == "true"
		case "autorestart":
			p.AutoRestart = map[string]config.AutoRestart{"true": config.RestartAlways, "false": config.RestartNever,
				"unexpected": config.RestartUnexpected}[value]
		case "stopasgroup":
			p.StopAsGroup = value == "true"
		case "killasgroup":
			p.KillAsGroup = value == "true"
		case "command":
			p.Command = strings.ReplaceAll(value, "_", " ")
		case "group":
			p.Group = value
		default:
			t.Fatalf("unknown option %q of a test program", w)
		}
	}
	return p
}
