package main

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJobs guards handlers side by side: events are acknowledged at once, at
// most N run, and the daemon is not asked for more meanwhile.
func TestJobs(t *testing.T) {
	u := start(t, waiting+"touch started.$EVENT_SERIAL\nuntilfile go.$EVENT_SERIAL\n[ $EVENT_SERIAL != 2 ]\n", "--jobs", "2")
	u.event("TICK_5", "when:5")
	u.event("TICK_5", "when:10")
	u.until("started.1", "")
	u.until("started.2", "")

	// The second one ends first, and fails: it is lost, and said to be.
	u.release("go.2")
	u.untilSaid("warning: TICK_5 event 2: handler ended with exit status 1")
	u.untilSaid("warning: TICK_5 event 2 is lost: it was acknowledged already")
	u.event("TICK_5", "when:15")
	u.until("started.3", "")

	// With both slots taken there is no READY, so the end of the input is seen
	// with both still running, and they are waited for.
	u.in.Close()
	u.release("go.1")
	u.release("go.3")
	u.exit(0)
	if said := u.stderr(); strings.Contains(said, "killed") {
		t.Error("a handler was not waited for")
	}
}

// TestJobsRetry guards that a retry keeps its slot and does not hold up others.
func TestJobsRetry(t *testing.T) {
	u := start(t, waiting+"echo $EVENT_SERIAL.$EVENT_ATTEMPT >>log\n[ $EVENT_SERIAL = 2 ] && exit 0\n[ $EVENT_ATTEMPT = 3 ]\n",
		"--jobs", "2", "--retries", "5", "--retry-delay", "10ms")
	u.event("TICK_5", "when:5")
	u.event("TICK_5", "when:10")
	u.until("log", "1.3\n")
	u.until("log", "2.1\n")
	if strings.Contains(u.stderr(), "lost") {
		t.Error("nothing was lost")
	}
}

// TestLines guards what a long-running handler reads.
func TestLines(t *testing.T) {
	u := start(t, "#!/bin/sh\necho started >>starts\ncat >>lines\necho ended >>lines\n", "--lines")
	u.event("PROCESS_STATE_EXITED", "processname:web groupname:shop from_state:RUNNING expected:0 pid:77")
	u.event("PROCESS_COMMUNICATION_STDOUT", "processname:a groupname:a pid:5\none\n<two> \"three\" é")
	u.event("PROCESS_LOG_STDERR", "processname:a groupname:a pid:5 channel:stderr\n\xff\x00")
	u.event("PROCESS_COMMUNICATION_STDOUT", "processname:a groupname:a pid:5\n")
	u.event("PROCESS_GROUP_ADDED", "groupname:shop\n")
	u.event("SUPERVISOR_STATE_CHANGE_RUNNING", "")
	u.ready()
	u.in.Close()
	u.exit(0)
	text, rest, _ := strings.Cut(u.read("lines"), "ended\n")
	if rest != "" || u.read("starts") != "started\n" {
		t.Errorf("the handler did not run once to its end")
	}
	var got []map[string]any
	for line := range strings.Lines(text) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, m)
	}
	event := func(n int, name string, fields map[string]any) map[string]any {
		return map[string]any{"event": name, "serial": float64(n), "pool": "ear", "poolserial": float64(n + 100),
			"server": "supervisor", "ver": "3.0", "fields": fields}
	}
	fields := func(kv ...string) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	with := func(m map[string]any, key, value string) map[string]any { m[key] = value; return m }
	want := []map[string]any{
		event(1, "PROCESS_STATE_EXITED", fields("processname", "web", "groupname", "shop", "from_state", "RUNNING", "expected", "0", "pid", "77")),
		with(event(2, "PROCESS_COMMUNICATION_STDOUT", fields("processname", "a", "groupname", "a", "pid", "5")), "body", "one\n<two> \"three\" é"),
		with(event(3, "PROCESS_LOG_STDERR", fields("processname", "a", "groupname", "a", "pid", "5", "channel", "stderr")), "body_base64", "/wA="),
		with(event(4, "PROCESS_COMMUNICATION_STDOUT", fields("processname", "a", "groupname", "a", "pid", "5")), "body", ""),
		event(5, "PROCESS_GROUP_ADDED", fields("groupname", "shop")),
		event(6, "SUPERVISOR_STATE_CHANGE_RUNNING", fields()),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestLinesRestart guards that a handler that ends is started again, whether an
// event is there or not.
func TestLinesRestart(t *testing.T) {
	u := start(t, "#!/bin/sh\necho $$ >>starts\nread line; echo \"$line\" >>lines\nexit 3\n", "--lines", "--retry-delay", "1ms")
	u.event("TICK_5", "when:5")
	u.until("lines", `"serial":1`)
	u.untilSaid("warning: handler ended with exit status 3; it is started again")
	u.event("TICK_5", "when:10")
	u.until("lines", `"serial":2`)
	u.ready()
	if n := strings.Count(u.read("starts"), "\n"); n < 2 {
		t.Errorf("started %d times", n)
	}
}

// TestAck guards that the handler's answer is the listener's, and that other
// output goes where it belongs.
func TestAck(t *testing.T) {
	u := start(t, `#!/bin/sh
echo hello
while read line; do
	case $line in
	*'"when":"1"'*) echo OK ;;
	*'"when":"2"'*) echo FAIL ;;
	*'"when":"3"'*) echo FAIL; read line; echo working; printf 'O'; echo K ;;
	*'"when":"4"'*) echo OK; echo OK; echo READY ;;
	esac
done
`, "--lines", "--ack", "--retry-delay", "1ms")
	u.event("TICK_5", "when:1")
	u.ready()
	u.send("TICK_5", "when:2")
	u.fail()
	u.untilSaid("warning: TICK_5 event 2: handler answered FAIL\n")
	u.ready()
	u.send("TICK_5", "when:3")
	u.fail()
	u.event("TICK_5", "when:3") // the daemon sends it again
	u.event("TICK_5", "when:4")
	u.untilSaid("warning: handler answered without having been asked")
	u.untilSaid("hello\n")
	u.untilSaid("working\n")
	u.untilSaid("READY\n")
	u.event("TICK_5", "when:1")
	u.ready()
	u.in.Close()
	u.exit(0)
}

// TestAckRetries guards that a line is sent again, to a new handler when the
// first dies over it.
func TestAckRetries(t *testing.T) {
	u := start(t, `#!/bin/sh
while read line; do
	echo "$line" >>lines
	case $(wc -l <lines) in
	1) echo FAIL ;;
	2) exit 1 ;;
	3) exec sleep 1000 ;;
	4) echo OK; exit 0 ;;
	5) echo OK ;;
	esac
done
`, "--lines", "--ack", "--retries", "3", "--retry-delay", "1ms", "--timeout", "300ms")
	u.event("TICK_5", "when:1")
	u.untilSaid("handler answered FAIL (attempt 1 of 4)")
	u.untilSaid("handler ended before it answered (attempt 2 of 4)")
	u.untilSaid("handler was killed because it did not answer within 300ms (attempt 3 of 4)")
	u.event("TICK_5", "when:2")
	if n := strings.Count(u.read("lines"), `"serial":1,`); n != 4 {
		t.Errorf("sent %d times", n)
	}
}

// TestLinesFull guards against a handler that does not read: with a timeout it
// is replaced, and no half line is ever followed by another.
func TestLinesFull(t *testing.T) {
	u := start(t, `#!/bin/sh
if [ -e again ]; then exec cat >lines; fi
touch again
exec sleep 1000
`, "--lines", "--retries", "1", "--retry-delay", "1ms", "--timeout", "300ms")
	u.event("PROCESS_LOG_STDOUT", "processname:a groupname:a pid:5 channel:stdout\n"+strings.Repeat("x", 1<<20))
	u.untilSaid("handler was killed because it did not read within 300ms")
	u.ready()
	u.in.Close()
	u.exit(0)
	var m message
	if err := json.Unmarshal([]byte(u.read("lines")), &m); err != nil || len(*m.Body) != 1<<20 {
		t.Errorf("%v", err)
	}
}

// TestStopIdle guards the end while there is nothing to do.
func TestStopIdle(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP} {
		u := start(t, "#!/bin/sh\n")
		u.ready()
		u.signal(sig)
		u.exit(0)
	}
}

// TestStopBusy guards a handler that is at work when the listener is to stop: it
// may finish, and its event is acknowledged.
func TestStopBusy(t *testing.T) {
	u := start(t, waiting+"touch started\nuntilfile go\ntouch done\n", "--grace", "1000")
	u.ready()
	u.send("TICK_5", "when:5")
	u.until("started", "")
	u.signal(syscall.SIGTERM)
	u.release("go")
	u.ok()
	u.exit(0)
	u.until("done", "")
}

// TestEndBusy guards the end of the input while a handler hangs, as when
// supervisord was killed: the handler has the same time as after a signal.
func TestEndBusy(t *testing.T) {
	for _, args := range [][]string{nil, {"--jobs", "2"}, {"--lines", "--ack"}} {
		u := start(t, "#!/bin/sh\necho $$ >pid\nexec sleep 1000\n", append(args, "--grace", "10ms", "--retries", "3")...)
		u.ready()
		u.send("TICK_5", "when:5")
		pid := strings.TrimSpace(u.until("pid", "\n"))
		u.in.Close()
		u.exit(0)
		untilGone(t, pid)
		u.untilSaid("handler was killed because eventlisten is to stop")
	}
}

// TestStopHard guards the end of the grace, and a second signal.
func TestStopHard(t *testing.T) {
	for _, grace := range []string{"10ms", "1000"} {
		u := start(t, "#!/bin/sh\necho $$ >pid\nexec sleep 1000\n", "--grace", grace, "--retries", "3")
		u.ready()
		u.send("TICK_5", "when:5")
		pid := strings.TrimSpace(u.until("pid", "\n"))
		u.signal(syscall.SIGTERM)
		if grace == "1000" {
			u.signal(syscall.SIGINT)
		}
		u.fail()
		u.exit(0)
		untilGone(t, pid)
		u.untilSaid("handler was killed because eventlisten is to stop")
	}
}

// TestStopJobs guards that acknowledged events are finished.
func TestStopJobs(t *testing.T) {
	u := start(t, waiting+"touch started.$EVENT_SERIAL\nuntilfile go\ntouch done.$EVENT_SERIAL\n", "--grace", "1000", "--jobs", "3")
	u.event("TICK_5", "when:5")
	u.event("TICK_5", "when:10")
	u.ready()
	u.until("started.1", "")
	u.until("started.2", "")
	u.signal(syscall.SIGTERM)
	u.release("go")
	u.exit(0)
	u.until("done.1", "")
	u.until("done.2", "")
}

// TestStopLines guards that a long-running handler sees the end of its input
// and may finish.
func TestStopLines(t *testing.T) {
	u := start(t, "#!/bin/sh\ncat >lines\ntouch done\n", "--lines", "--grace", "1000")
	u.event("TICK_5", "when:5")
	u.ready()
	u.signal(syscall.SIGTERM)
	u.exit(0)
	u.until("done", "")
	u.until("lines", "TICK_5")

	u = start(t, "#!/bin/sh\necho $$ >pid\nexec sleep 1000\n", "--lines", "--grace", "10ms")
	u.ready()
	pid := strings.TrimSpace(u.until("pid", "\n"))
	u.signal(syscall.SIGTERM)
	u.exit(0)
	untilGone(t, pid)
}
