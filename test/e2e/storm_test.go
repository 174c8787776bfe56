package e2e

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// Listeners that never answer and never read cost the memory of their buffers,
// however many events there are, and the activity log tells of it once.
func TestEventsThatNobodyTakes(t *testing.T) {
	t.Parallel()
	d := start(t, `[eventlistener:mute]
command=/bin/sh -c 'printf "READY\n"; exec sleep 1000'
events=REMOTE_COMMUNICATION
startsecs=0
[eventlistener:asleep]
command=/bin/sleep 1000
events=EVENT
buffer_size=100
numprocs=2
process_name=%(process_num)d
startsecs=0
[program:p]
command=/bin/sleep 1000
startsecs=0
`)
	d.state("p", "RUNNING")
	data := strings.Repeat("x", 1000)
	send := func(hundreds int) {
		for range hundreds {
			calls := make([]any, 100)
			for i := range calls {
				calls[i] = map[string]any{"methodName": "supervisor.sendRemoteCommEvent", "params": []any{"t", data}}
			}
			var answers []bool
			must(t, d.rpc.Call(d.ctx(), "system.multicall", &answers, calls))
		}
	}
	// One that is larger than the pipe, so that the rest of it waits in the daemon.
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "big", strings.Repeat("y", 500_000)))
	send(100)
	before := rss(t, d.pid)
	send(900)
	if after := rss(t, d.pid); after > before+16<<10 {
		t.Errorf("%d KiB after 10000 events, %d KiB after 100000", before, after)
	}
	for _, pool := range []string{"mute", "asleep"} {
		if n := d.lines("log", "pool "+pool+" event buffer overflowed"); n != 1 {
			t.Errorf("%s: %d lines tell of the overflow", pool, n)
		}
	}
	d.stopp("p")
	d.stop()
}

// SIGHUPs that come faster than a restart takes end in one restart after the
// last of them: every program runs, once.
func TestHangupStorm(t *testing.T) {
	t.Parallel()
	const programs = 5
	d := start(t, fmt.Sprintf(`[program:p]
command=/bin/sleep 1000
process_name=%%(process_num)d
numprocs=%d
autorestart=true
startsecs=0
[program:slow]
command=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'
autorestart=true
startsecs=0
`, programs))
	running := func() (bool, any) {
		infos, err := d.rpc.AllProcessInfo(d.ctx())
		var conn *client.ConnError
		if errors.As(err, &conn) || err == nil && len(infos) == 0 || fault(err) != 0 {
			return false, err
		}
		must(t, err)
		pids := map[int]bool{}
		for _, info := range infos {
			pids[info.PID] = info.StateName == "RUNNING"
		}
		delete(pids, 0)
		children := childrenOf(d.pid)
		for _, pid := range children {
			if !pids[pid] {
				return false, fmt.Sprint(infos, children)
			}
		}
		return len(pids) == programs+1 && len(children) == programs+1, fmt.Sprint(infos, children)
	}
	d.eventually("all to run", running)
	restarts := d.lines("log", "supervisord started with pid")
	for n := range 200 {
		d.signal(syscall.SIGHUP)
		if n%20 == 19 { // some of them find it at work again
			d.eventually("an answer", func() (bool, any) {
				_, err := d.rpc.State(d.ctx())
				return err == nil, err
			})
		}
	}
	d.eventually("a restart", func() (bool, any) {
		return d.lines("log", "supervisord started with pid") > restarts, tail(d.log(), 1000)
	})
	d.eventually("all to run again", running)
	d.stop()
	d.eventually("nothing to be left", func() (bool, any) { left := d.processes(); return len(left) == 0, left })
}

// A child that is stopped by a signal, and so deaf to SIGTERM, is killed when
// stopwaitsecs have passed; one that is only told to go on goes on.
func TestStopOfAStoppedChild(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sleep 1000
numprocs=3
process_name=%(process_num)d
startsecs=0
stopwaitsecs=1
`)
	pids := map[string]int{}
	for _, name := range []string{"p:0", "p:1", "p:2"} {
		pid := d.state(name, "RUNNING").PID
		pids[name] = pid
		must(t, d.rpc.SignalProcess(d.ctx(), name, "STOP"))
		d.eventually("it to be stopped", func() (bool, any) { s := stat(pid); return s != nil && s[0] == "T", s })
	}
	if s := d.info("p:0").StateName; s != "RUNNING" {
		t.Errorf("a stopped child is %s", s)
	}
	must(t, d.rpc.SignalProcess(d.ctx(), "p:0", "CONT"))
	d.eventually("it to go on", func() (bool, any) { s := stat(pids["p:0"]); return s != nil && s[0] == "S", s })
	d.stopp("p:0")
	d.stopp("p:1")
	if s := d.info("p:1").StateName; s != "STOPPED" || alive(pids["p:1"]) {
		t.Errorf("%s, %v", s, stat(pids["p:1"]))
	}
	if log := d.log(); strings.Contains(log, "killing '0'") || !strings.Contains(log, fmt.Sprintf("killing '1' (%d) with SIGKILL", pids["p:1"])) {
		t.Error("the wrong one was killed")
	}
	d.stop() // with p:2
	if alive(pids["p:2"]) {
		t.Errorf("%v", stat(pids["p:2"]))
	}
}

// A grandchild that has left, and holds the pipe of a log, does not hold up the
// end of the daemon, and lives on.
func TestShutdownWithGrandchild(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c '(trap "" PIPE; setsid sh -c "echo \$\$ >{D}/child; while sleep 0.05; do echo tick; done") & exec sleep 1000'
startsecs=0
stdout_logfile={D}/p.log
[program:gone]
command=/bin/sh -c 'setsid sh -c "trap : PIPE; echo \$\$ >{D}/second; exec sleep 1000" & sleep 0.1; echo bye'
startsecs=0
autorestart=false
stdout_logfile={D}/gone.log
`)
	child, second := d.pidIn("child"), d.pidIn("second")
	d.state("gone", "EXITED")
	d.has("p.log", "tick")
	d.stopp("p")
	ticks := d.lines("p.log", "tick")
	d.eventually("what it writes after the stop", func() (bool, any) { n := d.lines("p.log", "tick"); return n > ticks, n })
	if !alive(second) || !alive(child) {
		t.Error("a grandchild died with its parent")
	}
	d.stop()
	if text := d.read("gone.log"); text != "bye\n" || !alive(second) {
		t.Errorf("%q, %v", text, stat(second))
	}
}
