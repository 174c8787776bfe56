package life_test

import (
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

const (
	began   = life.Instant(100 * time.Second) // when the processes below were started
	soon    = began + life.Instant(time.Second/2)
	later   = began + life.Instant(time.Hour)
	another = 6 // pid of somebody else's child
)

// tablePolicy is that of the table: startsecs=1, startretries=3, stopwaitsecs=10,
// stopsignal=TERM, killasgroup=true, autorestart=unexpected, exitcodes=0.
var tablePolicy = &life.Policy{
	StartSecs: time.Second, StartRetries: 3, StopWait: 10 * time.Second, StopSignal: 15, KillAsGroup: true,
	AutoRestart: life.RestartUnexpected, ExitCodes: life.ExitCodes([]int{0}),
}

// row is a process before an event. Every state that Step tells apart is here.
type row struct {
	name string
	p    life.Process
}

var rows = []row{
	{"STOPPED", life.Process{State: life.Stopped}},
	{"STARTING, no child yet", life.Process{State: life.Starting, Spawning: true, Tries: 1, Started: began}},
	{"STARTING", life.Process{State: life.Starting, PID: 7, Tries: 1, Started: began, Deadline: began.Add(time.Second)}},
	{"RUNNING", life.Process{State: life.Running, PID: 7, Started: began}},
	{"BACKOFF", life.Process{State: life.Backoff, Tries: 3, Started: began, Deadline: began.Add(3 * time.Second), SpawnErr: "e"}},
	{"STOPPING, no child yet", life.Process{State: life.Stopping, Spawning: true, StopWanted: true, Tries: 1, Started: began}},
	{"STOPPING", life.Process{State: life.Stopping, PID: 7, Killing: true, Started: began, Deadline: began.Add(10 * time.Second)}},
	{"EXITED", life.Process{State: life.Exited, Started: began, Ended: began, HasExit: true, ExitStatus: 0}},
	{"FATAL", life.Process{State: life.Fatal, Started: began, SpawnErr: "e"}},
	{"UNKNOWN", life.Process{State: life.Unknown, PID: 7, Started: began}},
	{"UNKNOWN, to be stopped", life.Process{State: life.Unknown, PID: 7, StopWanted: true, Started: began}},
}

// column is an event and when it happens.
type column struct {
	name string
	ev   life.Event
	when func(p *life.Process) life.Instant
}

func at(now life.Instant) func(*life.Process) life.Instant {
	return func(*life.Process) life.Instant { return now }
}

func due(p *life.Process) life.Instant { return max(p.Deadline, began) }

func tooEarly(p *life.Process) life.Instant { return max(p.Deadline, began) - 1 }

var columns = []column{
	{"Wake", life.Event{Kind: life.Wake}, due},
	{"Wake while shutting down", life.Event{Kind: life.Wake, NoRestart: true}, due},
	{"Wake too early", life.Event{Kind: life.Wake}, tooEarly},
	{"Start", life.Event{Kind: life.Start}, at(later)},
	{"Start while shutting down", life.Event{Kind: life.Start, NoRestart: true}, at(later)},
	{"Spawned", life.Event{Kind: life.Spawned, PID: 7}, at(later)},
	{"SpawnFailed", life.Event{Kind: life.SpawnFailed, Reason: "why"}, at(later)},
	{"Stop", life.Event{Kind: life.Stop}, at(later)},
	{"Stop while shutting down", life.Event{Kind: life.Stop, NoRestart: true}, at(later)},
	{"Exit 0", life.Event{Kind: life.Exit, ExitStatus: 0}, at(later)},
	{"Exit 1", life.Event{Kind: life.Exit, PID: 7, ExitStatus: 1}, at(later)},
	{"Exit 1 while shutting down", life.Event{Kind: life.Exit, ExitStatus: 1, NoRestart: true}, at(later)},
	{"Exit 0 before startsecs", life.Event{Kind: life.Exit, ExitStatus: 0}, at(soon)},
	{"Exit of another child", life.Event{Kind: life.Exit, PID: another}, at(later)},
	{"KillFailed", life.Event{Kind: life.KillFailed, Reason: "why"}, at(later)},
	{"KillFailed of another child", life.Event{Kind: life.KillFailed, PID: another, Reason: "why"}, at(later)},
}

// table is what each event does in each state: the actions, and the process
// afterwards, whose times are told only where they are new. A pair that is not
// here changes nothing.
var table = map[[2]string]struct {
	acts  string
	after life.Process
}{
	{"STOPPED", "Start"}: {"PROCESS_STATE_STARTING processname:p groupname:g from_state:STOPPED tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later}},
	{"EXITED", "Start"}: {"PROCESS_STATE_STARTING processname:p groupname:g from_state:EXITED tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later, Ended: began}},
	{"FATAL", "Start"}: {"PROCESS_STATE_STARTING processname:p groupname:g from_state:FATAL tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later}},
	{"BACKOFF", "Start"}: {"PROCESS_STATE_STARTING processname:p groupname:g from_state:BACKOFF tries:3; spawn",
		life.Process{State: life.Starting, Spawning: true, Tries: 3, Started: later}},
	{"BACKOFF", "Wake"}: {"PROCESS_STATE_STARTING processname:p groupname:g from_state:BACKOFF tries:3; spawn",
		life.Process{State: life.Starting, Spawning: true, Tries: 3, Started: began.Add(3 * time.Second)}},
	{"BACKOFF", "Wake while shutting down"}: {"PROCESS_STATE_FATAL processname:p groupname:g from_state:BACKOFF",
		life.Process{State: life.Fatal, Started: began, SpawnErr: "e"}},
	{"BACKOFF", "Stop"}: {"debug: Attempted to kill p, which is in BACKOFF state.; " +
		"PROCESS_STATE_STOPPED processname:p groupname:g from_state:BACKOFF pid:0",
		life.Process{State: life.Stopped, Tries: 3, Started: began, SpawnErr: "e"}},
	{"BACKOFF", "Stop while shutting down"}: {"PROCESS_STATE_FATAL processname:p groupname:g from_state:BACKOFF",
		life.Process{State: life.Fatal, Started: began, SpawnErr: "e"}},

	{"STARTING, no child yet", "Spawned"}: {"info: spawned: 'p' with pid 7",
		life.Process{State: life.Starting, PID: 7, Tries: 1, Started: later, Deadline: later.Add(time.Second)}},
	{"STARTING, no child yet", "SpawnFailed"}: {"info: spawnerr: why; " +
		"PROCESS_STATE_BACKOFF processname:p groupname:g from_state:STARTING tries:2",
		life.Process{State: life.Backoff, Tries: 2, Started: began, Deadline: later.Add(2 * time.Second), SpawnErr: "why"}},
	{"STARTING, no child yet", "Stop"}: {"PROCESS_STATE_STOPPING processname:p groupname:g from_state:STARTING pid:0",
		life.Process{State: life.Stopping, Spawning: true, StopWanted: true, Tries: 1, Started: began}},
	{"STOPPING, no child yet", "Spawned"}: {"info: spawned: 'p' with pid 7; " +
		"debug: killing p (pid 7) with signal SIGTERM; kill 7 15",
		life.Process{State: life.Stopping, PID: 7, Killing: true, Tries: 1, Started: later, Deadline: later.Add(10 * time.Second)}},
	{"STOPPING, no child yet", "SpawnFailed"}: {"info: spawnerr: why; " +
		"PROCESS_STATE_STOPPED processname:p groupname:g from_state:STOPPING pid:0",
		life.Process{State: life.Stopped, Tries: 1, Started: began, SpawnErr: "why"}},

	{"STARTING", "Wake"}: {"PROCESS_STATE_RUNNING processname:p groupname:g from_state:STARTING pid:7; " +
		"info: success: p entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
		life.Process{State: life.Running, PID: 7, Started: began}},
	{"STARTING", "Stop"}: {"debug: killing p (pid 7) with signal SIGTERM; " +
		"PROCESS_STATE_STOPPING processname:p groupname:g from_state:STARTING pid:7; kill 7 15",
		life.Process{State: life.Stopping, PID: 7, Killing: true, Tries: 1, Started: began, Deadline: later.Add(10 * time.Second)}},
	{"STARTING", "Exit 0 before startsecs"}: {
		"PROCESS_STATE_BACKOFF processname:p groupname:g from_state:STARTING tries:2; warn: exited: p (CAUSE; not expected)",
		life.Process{State: life.Backoff, Tries: 2, Started: began, Ended: soon, Deadline: soon.Add(2 * time.Second),
			SpawnErr: "Exited too quickly (process log may have details)"}},
	{"STARTING", "Exit 0"}: {"PROCESS_STATE_RUNNING processname:p groupname:g from_state:STARTING pid:7; " +
		"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:1 pid:7; info: exited: p (CAUSE; expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true}},
	{"STARTING", "Exit 1"}: {"PROCESS_STATE_RUNNING processname:p groupname:g from_state:STARTING pid:7; " +
		"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:0 pid:7; warn: exited: p (CAUSE; not expected); " +
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:EXITED tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later, Ended: later}},
	{"STARTING", "Exit 1 while shutting down"}: {"PROCESS_STATE_RUNNING processname:p groupname:g from_state:STARTING pid:7; " +
		"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:0 pid:7; warn: exited: p (CAUSE; not expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true, ExitStatus: 1, SpawnErr: "Bad exit code 1"}},
	{"STARTING", "KillFailed"}: {"crit: unknown problem sending sig p (7):why; " +
		"PROCESS_STATE_UNKNOWN processname:p groupname:g from_state:STARTING",
		life.Process{State: life.Unknown, PID: 7, Tries: 1, Started: began}},

	{"RUNNING", "Stop"}: {"debug: killing p (pid 7) with signal SIGTERM; " +
		"PROCESS_STATE_STOPPING processname:p groupname:g from_state:RUNNING pid:7; kill 7 15",
		life.Process{State: life.Stopping, PID: 7, Killing: true, Started: began, Deadline: later.Add(10 * time.Second)}},
	{"RUNNING", "Exit 0"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:1 pid:7; info: exited: p (CAUSE; expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true}},
	{"RUNNING", "Exit 0 before startsecs"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:1 pid:7; info: exited: p (CAUSE; expected)",
		life.Process{State: life.Exited, Started: began, Ended: soon, HasExit: true}},
	{"RUNNING", "Exit 1"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:0 pid:7; warn: exited: p (CAUSE; not expected); " +
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:EXITED tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later, Ended: later}},
	{"RUNNING", "Exit 1 while shutting down"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:0 pid:7; warn: exited: p (CAUSE; not expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true, ExitStatus: 1, SpawnErr: "Bad exit code 1"}},
	{"RUNNING", "KillFailed"}: {"crit: unknown problem sending sig p (7):why; " +
		"PROCESS_STATE_UNKNOWN processname:p groupname:g from_state:RUNNING",
		life.Process{State: life.Unknown, PID: 7, Started: began}},

	{"STOPPING", "Wake"}: {"warn: killing 'p' (7) with SIGKILL; debug: killing p (pid 7) process group with signal SIGKILL; kill -7 9",
		life.Process{State: life.Stopping, PID: 7, Killing: true, Killed: true, Started: began, Deadline: began.Add(20 * time.Second)}},
	{"STOPPING", "Wake while shutting down"}: {"warn: killing 'p' (7) with SIGKILL; debug: killing p (pid 7) process group with signal SIGKILL; kill -7 9",
		life.Process{State: life.Stopping, PID: 7, Killing: true, Killed: true, Started: began, Deadline: began.Add(20 * time.Second)}},
	{"STOPPING", "Exit 0"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:STOPPING pid:7; info: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: later, HasExit: true}},
	{"STOPPING", "Exit 0 before startsecs"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:STOPPING pid:7; info: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: soon, HasExit: true}},
	{"STOPPING", "Exit 1"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:STOPPING pid:7; warn: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: later, HasExit: true, ExitStatus: 1}},
	{"STOPPING", "KillFailed"}: {"crit: unknown problem killing p (7):why; PROCESS_STATE_UNKNOWN processname:p groupname:g from_state:STOPPING",
		life.Process{State: life.Unknown, PID: 7, StopWanted: true, Started: began}},

	{"UNKNOWN", "Exit 0"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:UNKNOWN expected:1 pid:7; info: exited: p (CAUSE; expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true}},
	{"UNKNOWN", "Exit 0 before startsecs"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:UNKNOWN expected:1 pid:7; info: exited: p (CAUSE; expected)",
		life.Process{State: life.Exited, Started: began, Ended: soon, HasExit: true}},
	{"UNKNOWN", "Exit 1"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:UNKNOWN expected:0 pid:7; warn: exited: p (CAUSE; not expected); " +
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:EXITED tries:0; spawn",
		life.Process{State: life.Starting, Spawning: true, Started: later, Ended: later}},
	{"UNKNOWN", "Exit 1 while shutting down"}: {"PROCESS_STATE_EXITED processname:p groupname:g from_state:UNKNOWN expected:0 pid:7; warn: exited: p (CAUSE; not expected)",
		life.Process{State: life.Exited, Started: began, Ended: later, HasExit: true, ExitStatus: 1, SpawnErr: "Bad exit code 1"}},
	{"UNKNOWN, to be stopped", "Exit 0"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:UNKNOWN pid:7; info: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: later, HasExit: true}},
	{"UNKNOWN, to be stopped", "Exit 0 before startsecs"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:UNKNOWN pid:7; info: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: soon, HasExit: true}},
	{"UNKNOWN, to be stopped", "Exit 1"}: {"PROCESS_STATE_STOPPED processname:p groupname:g from_state:UNKNOWN pid:7; warn: stopped: p (CAUSE)",
		life.Process{State: life.Stopped, Started: began, Ended: later, HasExit: true, ExitStatus: 1}},
}

// sameAs are columns that mean the same as another in a given row.
var sameAs = map[[2]string]string{
	{"STARTING", "Wake while shutting down"}:                 "Wake",
	{"STARTING, no child yet", "Stop while shutting down"}:   "Stop",
	{"STARTING", "Stop while shutting down"}:                 "Stop",
	{"RUNNING", "Stop while shutting down"}:                  "Stop",
	{"STOPPING", "Exit 1 while shutting down"}:               "Exit 1",
	{"UNKNOWN, to be stopped", "Exit 1 while shutting down"}: "Exit 1",
}

// TestTable looks up every pair of state and event.
func TestTable(t *testing.T) {
	used := 0
	for _, r := range rows {
		if err := wellFormed(tablePolicy, &r.p); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		for _, c := range columns {
			name := c.name
			if same, ok := sameAs[[2]string{r.name, name}]; ok {
				name = same
			}
			want, ok := table[[2]string{r.name, name}]
			if !ok {
				want.after = r.p
			} else if name == c.name {
				used++
			}
			after, acts := life.Step(tablePolicy, r.p, c.ev, c.when(&r.p))
			if got := joined(&acts); got != want.acts {
				t.Errorf("%s, %s:\ndoes    %s\ninstead %s", r.name, c.name, got, want.acts)
			}
			if after != want.after {
				t.Errorf("%s, %s:\nis      %+v\ninstead %+v", r.name, c.name, after, want.after)
			}
		}
	}
	if used != len(table) {
		t.Errorf("%d of %d entries of the table were used", used, len(table))
	}
}

// TestRetriesSpent: the failure that uses up the retries leads to FATAL in the
// same step, and tells BACKOFF before.
func TestRetriesSpent(t *testing.T) {
	p := life.Process{State: life.Starting, Spawning: true, Tries: 3, Started: began}
	after, acts := life.Step(tablePolicy, p, life.Event{Kind: life.SpawnFailed, Reason: "why"}, soon)
	want := "info: spawnerr: why; PROCESS_STATE_BACKOFF processname:p groupname:g from_state:STARTING tries:4; " +
		"PROCESS_STATE_FATAL processname:p groupname:g from_state:BACKOFF; " +
		"info: gave up: p entered FATAL state, too many start retries too quickly"
	if got := joined(&acts); got != want || after.State != life.Fatal || after.Tries != 0 || after.Deadline != 0 {
		t.Errorf("got %s\n%+v", got, after)
	}

	p = life.Process{State: life.Starting, PID: 7, Tries: 3, Started: began, Deadline: began.Add(time.Second)}
	after, acts = life.Step(tablePolicy, p, life.Event{Kind: life.Exit, ExitStatus: 1}, soon)
	want = "PROCESS_STATE_BACKOFF processname:p groupname:g from_state:STARTING tries:4; " +
		"warn: exited: p (CAUSE; not expected); PROCESS_STATE_FATAL processname:p groupname:g from_state:BACKOFF; " +
		"info: gave up: p entered FATAL state, too many start retries too quickly"
	if got := joined(&acts); got != want || after.State != life.Fatal || after.Tries != 0 || after.Deadline != 0 {
		t.Errorf("got %s\n%+v", got, after)
	}
}

// TestNoStartSecs: with startsecs=0 a child is RUNNING as soon as it exists.
func TestNoStartSecs(t *testing.T) {
	p := life.Process{State: life.Starting, Spawning: true, Started: began}
	c := *tablePolicy
	c.StartSecs = 0
	after, acts := life.Step(&c, p, life.Event{Kind: life.Spawned, PID: 7}, began)
	if after.State != life.Running || after.Deadline != 0 || acts.Len() != 3 {
		t.Errorf("got %+v %s", after, joined(&acts))
	}
}

// TestLongTimes: no number of seconds that a configuration can hold overflows.
func TestLongTimes(t *testing.T) {
	for _, seconds := range []int{1e9, 9e9, 1 << 62, -1 << 62} {
		c := &life.Policy{StartSecs: life.Seconds(seconds), StopWait: life.Seconds(seconds), StartRetries: 1 << 62}
		p, _ := life.Step(c, life.Process{}, life.Event{Kind: life.Start}, later)
		p, _ = life.Step(c, p, life.Event{Kind: life.Spawned, PID: 7}, later)
		if seconds > 0 && (p.State != life.Starting || p.Deadline < later.Add(1e9*time.Second)) {
			t.Errorf("startsecs=%d: %+v", seconds, p)
		}
		p, _ = life.Step(c, p, life.Event{Kind: life.Stop}, later)
		if seconds > 0 && p.Deadline < later.Add(1e9*time.Second) || p.Deadline < later {
			t.Errorf("stopwaitsecs=%d: %+v", seconds, p)
		}
		p, _ = life.Step(c, life.Process{State: life.Starting, Spawning: true, Tries: 1<<62 - 1},
			life.Event{Kind: life.SpawnFailed}, later)
		if p.State != life.Backoff || p.Deadline < later.Add(1e9*time.Second) {
			t.Errorf("many tries: %+v", p)
		}
	}
	if p, _ := life.Step(&life.Policy{}, life.Process{State: life.Running, PID: 7}, life.Event{Kind: life.Stop}, 0); p.Deadline == 0 {
		t.Errorf("a deadline at instant 0 is lost")
	}
}

// TestPatience: SIGKILL is not repeated faster than once a second, even with
// stopwaitsecs=0.
func TestPatience(t *testing.T) {
	p := life.Process{State: life.Stopping, PID: 7, Killing: true, Deadline: began}
	p, acts := life.Step(&life.Policy{}, p, life.Event{Kind: life.Wake}, began)
	if acts.Len() == 0 || p.Deadline != began.Add(time.Second) {
		t.Errorf("got %+v", p)
	}
}

// TestExitCodes: only exit codes that were named are expected ones.
func TestExitCodes(t *testing.T) {
	c := &life.Policy{ExitCodes: life.ExitCodes([]int{0, 63, 64, 255, 256, -1})}
	for status := -1; status <= 256; status++ {
		p, acts := life.Step(c, life.Process{State: life.Running, PID: 7}, life.Event{Kind: life.Exit, ExitStatus: status}, 1)
		want := status == 0 || status == 63 || status == 64 || status == 255
		if got := acts.Slice()[0].Expected; got != want || (p.SpawnErr == "") != want {
			t.Errorf("status %d: expected %v, %q", status, got, p.SpawnErr)
		}
	}
}

// TestNoGarbage: a step takes no memory.
func TestNoGarbage(t *testing.T) {
	p := life.Process{State: life.Running, PID: 7}
	c := &life.Policy{AutoRestart: life.RestartAlways, ExitCodes: life.ExitCodes([]int{0})}
	sum := 0
	n := testing.AllocsPerRun(100, func() {
		next, acts := life.Step(c, p, life.Event{Kind: life.Exit}, 1)
		for _, a := range acts.Slice() {
			sum += a.PID
		}
		next, acts = life.Step(c, next, life.Event{Kind: life.Spawned, PID: 8}, 2)
		sum += acts.Len() + next.PID
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRestart(b *testing.B) {
	p := life.Process{State: life.Running, PID: 7}
	c := &life.Policy{AutoRestart: life.RestartAlways, ExitCodes: life.ExitCodes([]int{0})}
	for b.Loop() {
		next, acts := life.Step(c, p, life.Event{Kind: life.Exit}, 1)
		if acts.Len() == 0 {
			b.Fatal("nothing to do")
		}
		p, _ = life.Step(c, next, life.Event{Kind: life.Spawned, PID: 8}, 2)
	}
}
