package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// TestEnvironment guards what a handler finds for each kind of event: variables
// for all tokens, and the payload as it is.
func TestEnvironment(t *testing.T) {
	u := start(t, "#!/bin/sh\nenv | grep ^EVENT_ | grep -v DAEMON_PID | sort >env.$EVENT_SERIAL\ncat >in.$EVENT_SERIAL\n")
	always := func(n int, name string, length int, more ...string) string {
		lines := append([]string{"EVENT_NAME=" + name, "EVENT_POOL=ear", "EVENT_SERVER=supervisor", "EVENT_VER=3.0",
			"EVENT_ATTEMPT=1", fmt.Sprintf("EVENT_SERIAL=%d", n), fmt.Sprintf("EVENT_POOLSERIAL=%d", n+100),
			fmt.Sprintf("EVENT_LEN=%d", length)}, more...)
		return strings.Join(lines, "\n")
	}
	for i, c := range []struct {
		name, payload string
		env           []string
	}{
		{"PROCESS_STATE_EXITED", "processname:web groupname:shop from_state:RUNNING expected:0 pid:77",
			[]string{"EVENT_PROCESSNAME=web", "EVENT_GROUPNAME=shop", "EVENT_FROM_STATE=RUNNING", "EVENT_EXPECTED=0", "EVENT_PID=77"}},
		{"PROCESS_STATE_BACKOFF", "processname:web groupname:shop from_state:STARTING tries:3",
			[]string{"EVENT_PROCESSNAME=web", "EVENT_GROUPNAME=shop", "EVENT_FROM_STATE=STARTING", "EVENT_TRIES=3"}},
		{"PROCESS_COMMUNICATION_STDOUT", "processname:a groupname:a pid:5\nfirst\nsecond\n",
			[]string{"EVENT_PROCESSNAME=a", "EVENT_GROUPNAME=a", "EVENT_PID=5"}},
		{"PROCESS_LOG_STDERR", "processname:a groupname:a pid:5 channel:stderr\nfirst: with tokens:like",
			[]string{"EVENT_PROCESSNAME=a", "EVENT_GROUPNAME=a", "EVENT_PID=5", "EVENT_CHANNEL=stderr"}},
		{"REMOTE_COMMUNICATION", "type:any thing: at all\nbody",
			[]string{"EVENT_TYPE=any thing: at all"}},
		{"TICK_60", "when:1690000020", []string{"EVENT_WHEN=1690000020"}},
		{"PROCESS_GROUP_ADDED", "groupname:shop\n", []string{"EVENT_GROUPNAME=shop"}},
		{"SUPERVISOR_STATE_CHANGE_STOPPING", "", nil},
		{"PROCESS_STATE_CHANGE_FATAL_FROM_BACKOFF", "process_name:web group_name:shop pid:0",
			[]string{"EVENT_PROCESS_NAME=web", "EVENT_GROUP_NAME=shop", "EVENT_PROCESSNAME=web", "EVENT_GROUPNAME=shop", "EVENT_PID=0"}},
		{"EVENT_BUFFER_OVERFLOW", "group_name:ear event_type:TICK_5",
			[]string{"EVENT_GROUP_NAME=ear", "EVENT_GROUPNAME=ear", "EVENT_EVENT_TYPE=TICK_5"}},
	} {
		u.event(c.name, c.payload)
		got := sorted(u.read(fmt.Sprintf("env.%d", i+1)))
		want := sorted(always(i+1, c.name, len(c.payload), c.env...))
		if got != want {
			t.Errorf("%s: environment\n%s\nwant\n%s", c.name, got, want)
		}
		if in := u.read(fmt.Sprintf("in.%d", i+1)); in != c.payload {
			t.Errorf("%s: payload %q, want %q", c.name, in, c.payload)
		}
	}
	u.ready()
	u.in.Close()
	u.exit(0)
	if s := u.stderr(); s != "" {
		t.Errorf("said %q", s)
	}
}

func sorted(text string) string {
	cmd := exec.Command("sort")
	cmd.Stdin = strings.NewReader(strings.TrimSpace(text) + "\n")
	out, _ := cmd.Output()
	return string(out)
}

// TestStaleEnvironment guards that a variable that looks like the event's is.
func TestStaleEnvironment(t *testing.T) {
	t.Setenv("EVENT_PID", "1")
	t.Setenv("EVENT_FROM_STATE", "RUNNING")
	t.Setenv("EVENT_MINE", "mine")
	t.Setenv("SUPERVISOR_SERVER_URL", "unix:///x")
	u := start(t, "#!/bin/sh\necho \"$EVENT_PID,$EVENT_FROM_STATE,$EVENT_MINE,$SUPERVISOR_SERVER_URL,$EVENT_DAEMON_PID\" >env\n")
	u.event("TICK_5", "when:5")
	if got, want := u.read("env"), fmt.Sprintf(",,mine,unix:///x,%d\n", os.Getpid()); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBody guards --body, and payloads of any size and content.
func TestBody(t *testing.T) {
	u := start(t, "#!/bin/sh\ncat >in.$EVENT_SERIAL\n", "--body", "--length", "bytes")
	big := strings.Repeat("\x00\xff\n", 700_000)
	u.event("PROCESS_COMMUNICATION_STDOUT", "processname:a groupname:a pid:5\n"+big)
	if u.read("in.1") != big {
		t.Errorf("%d bytes arrived of %d", len(u.read("in.1")), len(big))
	}
	u.event("TICK_5", "when:5")
	if got := u.read("in.2"); got != "" {
		t.Errorf("an event without a body gave %q", got)
	}
}

// TestDeafHandler guards handlers that do not read: neither a big payload nor a
// grandchild that holds all descriptors keeps the listener.
func TestDeafHandler(t *testing.T) {
	u := start(t, "#!/bin/sh\nsleep 1000 &\necho $! >>pids\nexit 0\n")
	u.event("PROCESS_LOG_STDOUT", "processname:a groupname:a pid:5 channel:stdout\n"+strings.Repeat("x", 1<<20))
	u.event("TICK_5", "when:5")
	u.ready()
	for _, pid := range strings.Fields(u.read("pids")) {
		n, _ := strconv.Atoi(pid)
		syscall.Kill(n, syscall.SIGKILL)
	}
}

// TestOutput guards the protocol against whatever a handler prints.
func TestOutput(t *testing.T) {
	u := start(t, "#!/bin/sh\nprintf 'READY\\nRESULT 4\\nFAIL'\necho err >&2\n")
	u.event("TICK_5", "when:5")
	u.event("TICK_5", "when:10")
	u.ready()
	u.untilSaid(strings.Repeat("READY\nRESULT 4\nFAILerr\n", 2))
}

// TestFail guards the answer FAIL, for each way in which a handler can fail.
func TestFail(t *testing.T) {
	for name, c := range map[string]struct{ handler, said string }{
		"status": {"#!/bin/sh\nexit 3\n", "eventlisten: warning: TICK_5 event 1: handler ended with exit status 3\n"},
		"signal": {"#!/bin/sh\nkill -KILL $$\n", "handler was killed by signal 9 (killed)"},
		"script": {"exit 0\n", `it is no program; a script needs a first line such as "#!/bin/sh"`},
		"interp": {"#!/no/such/thing\n", "the interpreter named in its first line does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			u := start(t, c.handler, "--retry-delay", "0")
			u.ready()
			u.send("TICK_5", "when:5")
			u.fail()
			u.ready()
			u.untilSaid(c.said)
		})
	}
}

// TestRetries guards that a handler gets as many chances as were asked for, and
// knows which one it has.
func TestRetries(t *testing.T) {
	u := start(t, "#!/bin/sh\necho $EVENT_SERIAL.$EVENT_ATTEMPT >>tries\n[ $EVENT_ATTEMPT = 3 ]\n",
		"--retries", "2", "--retry-delay", "1ms")
	u.event("TICK_5", "when:5")
	if got := u.read("tries"); got != "1.1\n1.2\n1.3\n" {
		t.Errorf("tries %q", got)
	}
	u.untilSaid("(attempt 1 of 3)")
	u.untilSaid("(attempt 2 of 3)")

	u = start(t, "#!/bin/sh\necho $EVENT_ATTEMPT >>tries\nexit 1\n", "--retries", "2", "--retry-delay", "1ms")
	u.ready()
	u.send("TICK_5", "when:5")
	u.fail()
	u.ready()
	if got := u.read("tries"); got != "1\n2\n3\n" {
		t.Errorf("tries %q", got)
	}
}

// TestTimeout guards that a handler that takes too long ends with all its
// children, also one that does not mind TERM.
func TestTimeout(t *testing.T) {
	for name, trap := range map[string]string{"polite": "", "stubborn": "trap '' TERM\n"} {
		t.Run(name, func(t *testing.T) {
			u := start(t, "#!/bin/sh\n"+trap+"sleep 1000 &\necho $! $$ >pids\nwait\nsleep 1000\n", "--timeout", "300ms", "--retry-delay", "0")
			u.ready()
			u.send("TICK_5", "when:5")
			u.fail()
			u.ready()
			pids := strings.Fields(u.read("pids"))
			if len(pids) != 2 {
				t.Fatalf("pids %q", pids)
			}
			for _, pid := range pids {
				untilGone(t, pid)
			}
			u.untilSaid("handler was killed because it took longer than 300ms")
		})
	}
}

func untilGone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	tooltest.Until(t, "the end of process "+pid, func() (bool, string) { return tooltest.Ended(n), "it is there" })
}

// TestEvents guards the filter: names stand for all they include, and the rest
// is acknowledged without a handler.
func TestEvents(t *testing.T) {
	u := start(t, "#!/bin/sh\necho $EVENT_NAME >>names\n", "--events", "PROCESS_STATE, tick_60", "--events", "PROCESS_STATE_CHANGE_STARTING")
	for _, name := range []string{"PROCESS_STATE_EXITED", "TICK_5", "TICK_60", "PROCESS_LOG_STDOUT",
		"PROCESS_STATE_CHANGE_STARTING_FROM_STOPPED", "PROCESS_STATE_CHANGE_TO_UNKNOWN", "FUTURE_TYPE", "PROCESS_STATE_FATAL"} {
		u.event(name, "when:5")
	}
	if got := u.read("names"); got != "PROCESS_STATE_EXITED\nTICK_60\nPROCESS_STATE_CHANGE_STARTING_FROM_STOPPED\nPROCESS_STATE_FATAL\n" {
		t.Errorf("handled: %q", got)
	}
}

// TestExec guards --exec.
func TestExec(t *testing.T) {
	u := start(t, "", "--exec", `echo "$EVENT_NAME" >>names && ! grep -q bad`)
	u.event("TICK_5", "when:5")
	u.ready()
	u.send("REMOTE_COMMUNICATION", "type:x\nbad")
	u.fail()
	if got := u.read("names"); got != "TICK_5\nREMOTE_COMMUNICATION\n" {
		t.Errorf("handled: %q", got)
	}
}

// TestInput guards how the end of the input and nonsense in it end the tool.
func TestInput(t *testing.T) {
	for name, c := range map[string]struct {
		input  string
		status int
		said   string
	}{
		"end":        {"", 0, ""},
		"cut head":   {"ver:3.0 eventn", 1, "cannot read event header"},
		"cut body":   {"ver:3.0 eventname:TICK_5 len:20\nwhen", 1, "cannot read payload of TICK_5 event 0"},
		"garbage":    {"hello\n", 1, "cannot read event header"},
		"no length":  {"ver:3.0 eventname:TICK_5\n", 1, "it has no len"},
		"bad length": {"eventname:TICK_5 len:-1\n", 1, "len:-1 is not a number of bytes"},
		"huge":       {"eventname:TICK_5 len:2000000000\n", 1, "at most"},
		"endless":    {strings.Repeat("x", 100_000), 1, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			u := start(t, "#!/bin/sh\ntouch ran\n")
			u.ready()
			u.in.WriteString(c.input)
			u.in.Close()
			u.exit(c.status)
			if !strings.Contains(u.stderr(), c.said) || c.said == "" && u.stderr() != "" {
				t.Errorf("said %q, want %q", u.stderr(), c.said)
			}
			if u.read("ran") != "" {
				t.Error("the handler has run")
			}
		})
	}
}

// TestLength guards payloads that are not ASCII, from a daemon that counts bytes
// and from one that counts characters, long and short.
func TestLength(t *testing.T) {
	head := "processname:a groupname:a pid:5\n"
	for _, text := range []string{"é", "grüße, 世界 👋", strings.Repeat("é", 10_000), "ascii", strings.Repeat("世", 100_000) + "x"} {
		for _, chars := range []bool{false, true} {
			u := start(t, "#!/bin/sh\ncat >in.$EVENT_SERIAL\n")
			for i := 1; i <= 2; i++ {
				payload := head + text
				length := len(payload)
				if chars {
					length = len([]rune(payload))
				}
				u.ready()
				u.sendLen("PROCESS_COMMUNICATION_STDOUT", payload, length)
				u.ok()
				if got := u.read(fmt.Sprintf("in.%d", i)); got != payload {
					t.Errorf("%.20q, characters %v: got %d bytes of %d", text, chars, len(got), len(payload))
				}
			}
			u.ready()
			u.in.Close()
			u.exit(0)
		}
	}
	u := start(t, "#!/bin/sh\ncat >in.$EVENT_SERIAL\n", "--length", "characters")
	u.ready()
	u.sendLen("PROCESS_COMMUNICATION_STDOUT", head+"é", len(head)+1)
	u.ok()
	if got := u.read("in.1"); got != head+"é" {
		t.Errorf("got %q", got)
	}
}

// TestGoneDaemon guards the end of the tool when nobody listens to it.
func TestGoneDaemon(t *testing.T) {
	cmd := exec.Command("eventlisten", "--", "true")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = w, &said
	cmd.Run()
	w.Close()
	if cmd.ProcessState.ExitCode() != 111 || !strings.Contains(said.String(), "cannot answer supervisord") {
		t.Errorf("%v: %s", cmd.ProcessState, said.String())
	}
}

// TestKilled guards against orphans: where the system can tell, a handler ends
// when eventlisten is killed.
func TestKilled(t *testing.T) {
	if !canDieWithUs {
		t.Skip("this system cannot tell a child of its parent's death")
	}
	u := start(t, "#!/bin/sh\necho $$ >pid\nexec sleep 1000\n")
	u.ready()
	u.send("TICK_5", "when:5")
	pid := strings.TrimSpace(u.until("pid", "\n"))
	u.signal(syscall.SIGKILL)
	untilGone(t, pid)
}
