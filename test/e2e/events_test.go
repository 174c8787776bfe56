package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// childutils skips a test where the reference's library for listeners is not
// installed, and returns the Python that has it.
func childutils(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import supervisor.childutils").Run() == nil {
			return python
		}
	}
	t.Skip("Debian's package supervisor is not installed")
	return ""
}

// recorder is a listener in Python that writes a line for each event: its
// poolserial, its name and its body. %s runs before the event is acknowledged.
const recorder = `
import os, sys
from supervisor import childutils
out = open(sys.argv[1], 'a')
%s
while True:
    headers, payload = childutils.listener.wait()
    body = payload.replace('\n', ' ').replace(':', ' ')
    out.write(headers['poolserial'] + ' ' + headers['eventname'] + ' ' + body + '\n')
    out.flush()
    handle(headers, payload)
    childutils.listener.ok()
`

// event is a line of the recorder.
type event struct {
	serial int
	name   string
	body   string
}

// recorded reads what recorders have written to files.
func (d *daemon) recorded(files ...string) (list []event) {
	for _, file := range files {
		for line := range strings.Lines(d.read(file)) {
			f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
			serial, err := strconv.Atoi(f[0])
			if err == nil && len(f) == 3 && strings.HasSuffix(line, "\n") {
				list = append(list, event{serial, f[1], f[2]})
			}
		}
	}
	return list
}

// complete fails unless there are all serials from 0 to last, each at least once,
// and more than once only as often as allowed. What came after last does not
// matter.
func complete(t *testing.T, what string, events []event, last, again int) {
	t.Helper()
	seen := map[int]int{}
	for _, e := range events {
		seen[e.serial]++
	}
	missing, twice := 0, 0
	for n := range last + 1 {
		switch {
		case seen[n] == 0:
			missing++
		case seen[n] > 1:
			twice += seen[n] - 1
		}
	}
	if missing > 0 || twice > again {
		t.Errorf("%s: of %d events %d are missing, %d came once more (%d may)", what, last+1, missing, twice, again)
	}
}

// A listener that takes its time to start has missed nothing of what happened
// meanwhile.
func TestSlowStartOfListener(t *testing.T) {
	t.Parallel()
	python := childutils(t)
	d := newDaemon(t)
	d.write("l.py", fmt.Sprintf(recorder, "import time\nwhile not os.path.exists('{D}/go'): time.sleep(0.02)\ndef handle(h, p): pass\n"))
	d.configure("[eventlistener:l]\ncommand=" + python + " -u {D}/l.py {D}/events\nevents=PROCESS_STATE,REMOTE_COMMUNICATION\npriority=-1\nstartsecs=0\n" +
		"[program:p]\ncommand=/bin/sleep 1000\nprocess_name=%(process_num)d\nnumprocs=50\nstartsecs=0\n")
	d.launch()
	d.up()
	for i := range 50 {
		d.state(fmt.Sprintf("p:%d", i), "RUNNING")
	}
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "end", ""))
	d.write("go", "")
	d.has("events", "REMOTE_COMMUNICATION")
	events := d.recorded("events")
	last := events[len(events)-1].serial
	complete(t, "the listener", events, last, 0)
	for i := range 50 {
		for _, name := range []string{"STARTING", "RUNNING"} {
			if !slices.ContainsFunc(events, func(e event) bool {
				return e.name == "PROCESS_STATE_"+name && strings.HasPrefix(e.body, fmt.Sprintf("processname %d groupname p ", i))
			}) {
				t.Errorf("%s of %d is missing", name, i)
			}
		}
	}
}

// An event that a listener sees is visible to it by a call, too.
func TestEventsAreNotAheadOfCalls(t *testing.T) {
	t.Parallel()
	python := childutils(t)
	d := newDaemon(t)
	d.write("l.py", fmt.Sprintf(recorder, `
rpc = childutils.getRPCInterface(os.environ)
def handle(headers, payload):
    event = headers['eventname']
    if event == 'PROCESS_GROUP_REMOVED':
        name = childutils.get_headers(payload)['groupname']
        ok = name not in [p['group'] for p in rpc.supervisor.getAllProcessInfo()]
    elif event.startswith('PROCESS_STATE_'):
        h = childutils.get_headers(payload)
        info = rpc.supervisor.getProcessInfo(h['groupname'] + ':' + h['processname'])
        ok = info['statename'] != h['from_state']
        if h.get('pid', '0') != '0' and event == 'PROCESS_STATE_RUNNING':
            ok = ok and str(info['pid']) == h['pid']
    else:
        ok = True
    out.write('-1 %s -\n' % ('consistent' if ok else 'AHEAD ' + repr((headers, payload))))
    out.flush()
`))
	d.configure("[eventlistener:l]\ncommand=" + python + " -u {D}/l.py {D}/events\nevents=PROCESS_STATE_RUNNING,PROCESS_STATE_STOPPED,PROCESS_STATE_EXITED,PROCESS_GROUP_REMOVED,REMOTE_COMMUNICATION\npriority=-1\nstartsecs=0\n" +
		"[program:p]\ncommand=/bin/sleep 1000\nprocess_name=%(process_num)d\nnumprocs=10\nstartsecs=0\nautostart=false\n[program:q]\ncommand=/bin/sh -c 'read x'\nstartsecs=0\nautostart=false\nautorestart=false\n")
	d.launch()
	d.up()
	// One at a time, and each only when the listener has seen the one before: then
	// nothing but the event itself can be why it differs.
	syncs := 0
	seen := func() {
		t.Helper()
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "sync", ""))
		syncs++
		d.eventually("the listener to have seen it all", func() (bool, any) {
			log := d.read("events")
			return strings.Count(log, "REMOTE_COMMUNICATION") == syncs && strings.HasSuffix(log, " -\n"), tail(log, 300)
		})
	}
	for i := range 10 {
		name := fmt.Sprintf("p:%d", i)
		d.startp(name)
		seen()
		d.stopp(name)
		seen()
	}
	d.startp("q")
	seen()
	must(t, d.rpc.SendProcessStdin(d.ctx(), "q", []byte("\n")))
	d.state("q", "EXITED")
	seen()
	must(t, d.rpc.RemoveProcessGroup(d.ctx(), "q"))
	seen()
	if log := d.read("events"); strings.Contains(log, "AHEAD") || strings.Count(log, "consistent") < 40 {
		t.Errorf("%s", tail(log, 1000))
	}
}

// Listeners that break the protocol, each in its way, harm only themselves.
func TestBadListeners(t *testing.T) {
	t.Parallel()
	python := childutils(t)
	d := newDaemon(t)
	d.write("good.py", fmt.Sprintf(recorder, "def handle(h, p): pass\n"))
	bad := map[string]string{
		"silent":   "sleep 1000",
		"garbage":  "echo garbage; sleep 1000",
		"binary":   `printf "READY\n"; read x; printf "\000\377\n"; sleep 1000`,
		"partial":  `printf "READY\n"; read x; printf "RESULT 2\nO"; sleep 1000`,
		"huge":     `printf "READY\n"; read x; printf "RESULT 99999999999\n"; head -c 50000000 /dev/zero; sleep 1000`,
		"negative": `printf "READY\n"; read x; printf "RESULT -1\nOK"; sleep 1000`,
		"endless":  `printf "READY\n"; read x; tr "\000" x </dev/zero`,
		"deaf":     `exec <&-; printf "READY\n"; sleep 1000`,
		"mute":     `exec >&-; sleep 1000`,
		"rejects":  `while :; do printf "READY\n"; read x || exit; len=${x##*len:}; head -c "${len%% *}" >/dev/null; printf "RESULT 4\nFAIL"; sleep 0.02; done`,
		"dies":     `printf "READY\n"; read x; exit 1`,
		"double":   `printf "READY\nREADY\nREADY\n"; sleep 1000`,
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "[eventlistener:good]\ncommand=%s -u {D}/good.py {D}/events\nevents=REMOTE_COMMUNICATION\nstartsecs=0\nbuffer_size=1000\n", python)
	for name, script := range bad {
		d.write(name, script+"\n")
		fmt.Fprintf(&conf, "[eventlistener:%s]\ncommand=/bin/sh {D}/%s\nevents=REMOTE_COMMUNICATION\nstartsecs=0\nautorestart=true\nbuffer_size=5\nstderr_logfile=NONE\n", name, name)
	}
	d.configure(conf.String())
	d.launch()
	d.up()
	before := rss(t, d.pid)
	for i := range 300 {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "n", strconv.Itoa(i)))
	}
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "end", ""))
	d.has("events", "type end")
	complete(t, "the good listener", d.recorded("events"), 300, 0)
	for _, name := range []string{"garbage", "binary", "negative", "double"} {
		d.has("log", name+": has entered the UNKNOWN state")
	}
	if after := rss(t, d.pid); after > before+64<<10 {
		t.Errorf("%d KiB of memory, then %d", before, after)
	}
	if n := strings.Count(d.log(), "event buffer overflowed"); n > 100*len(bad) {
		t.Errorf("overflows are told %d times", n)
	}
	_, err := d.rpc.StopAllProcesses(d.ctx(), true)
	must(t, err)
	d.bookkeeping()
	d.stop()
}

// An event that a listener holds when it dies is delivered once more, to the
// next one, and to nobody after that.
func TestListenerDiesWithAnEvent(t *testing.T) {
	t.Parallel()
	python := childutils(t)
	d := newDaemon(t)
	// It dies before it acknowledges the event 'die', unless it has seen it before.
	d.write("l.py", fmt.Sprintf(recorder, `
def handle(headers, payload):
    if 'die' in payload:
        done = '{D}/died-' + headers['poolserial']
        if not os.path.exists(done):
            open(done, 'w').close()
            os.kill(os.getpid(), 9)
`))
	d.configure("[eventlistener:l]\ncommand=" + python + " -u {D}/l.py {D}/events\nevents=REMOTE_COMMUNICATION\nstartsecs=0\nautorestart=true\nbuffer_size=1000\n")
	d.launch()
	d.up()
	deaths := 0
	for i := range 60 {
		typ := "live"
		if i%10 == 3 {
			typ = "die"
			deaths++
		}
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), typ, strconv.Itoa(i)))
	}
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "end", ""))
	d.has("events", "type end")
	events := d.recorded("events")
	complete(t, "the listener", events, 60, deaths)
	if len(events) != 61+deaths {
		t.Errorf("%d events, %d of them twice", len(events), deaths)
	}
	if !slices.IsSortedFunc(events, func(a, b event) int { return a.serial - b.serial }) {
		t.Error("the events are out of order")
	}
	must(t, d.rpc.StopProcess(d.ctx(), "l", true))
	must(t, d.rpc.RemoveProcessGroup(d.ctx(), "l"))
	before := fds(t, d.pid)
	for range 20 {
		must(t, d.rpc.AddProcessGroup(d.ctx(), "l"))
		d.state("l", "RUNNING")
		must(t, d.rpc.StopProcess(d.ctx(), "l", true))
		must(t, d.rpc.RemoveProcessGroup(d.ctx(), "l"))
	}
	d.eventually("the descriptors of removed pools", func() (bool, any) { n := fds(t, d.pid); return n <= before, n })
}

// The listeners of the examples, in sh, Python and Perl, a hundred of them in
// one pool, and eventlisten.
func TestListenersInManyLanguages(t *testing.T) {
	t.Parallel()
	python := findPython(t)
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("perl is not installed")
	}
	protocol, err := filepath.Abs("../../examples/listeners/protocol")
	must(t, err)
	d := newDaemon(t)
	d.write("handler", "#!/bin/sh\necho \"$EVENT_NAME $EVENT_POOLSERIAL\" >>{D}/handled\n")
	pool := func(name, command, more string) string {
		return "[eventlistener:" + name + "]\ncommand=" + command + "\nevents=REMOTE_COMMUNICATION\nstartsecs=0\nbuffer_size=1000\nstderr_logfile={D}/" + name + ".err\nstdout_logfile=NONE\nstderr_logfile_maxbytes=0\n" + more
	}
	d.configure(pool("sh", "/bin/sh "+protocol+"/listener.sh", "numprocs=100\nprocess_name=%(process_num)d\n") + pool("py", python+" "+protocol+"/listener.py", "") +
		pool("pl", perl+" "+protocol+"/listener.pl", "numprocs=2\nprocess_name=%(process_num)d\n") + pool("el", "{BIN}/eventlisten -- {D}/handler", "") + pool("lines", "{BIN}/eventlisten --lines -- tee {D}/lines", ""))
	d.launch()
	d.up()
	const n = 120
	for i := range n {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "n", strings.Repeat("x", i*10)+strconv.Itoa(i)))
	}
	for _, file := range []string{"sh.err", "py.err", "pl.err"} {
		d.eventually("all events in "+file, func() (bool, any) {
			got := d.lines(file, "eventname:REMOTE_COMMUNICATION")
			return got == n, got
		})
	}
	d.eventually("all events of eventlisten", func() (bool, any) { got := d.lines("handled", "REMOTE_COMMUNICATION"); return got == n, got })
	d.eventually("all events of eventlisten --lines", func() (bool, any) { got := d.lines("lines", `"REMOTE_COMMUNICATION"`); return got == n, got })
	d.stop()
}

// Hundreds of programs that exit and start without end, and pools of which one
// is slow, one dies again and again and two do their work: the good ones get
// every event, exactly once and in order; what the slow one does not get is
// counted; what the dying one held comes again.
func TestEventSoak(t *testing.T) {
	t.Parallel()
	python := childutils(t)
	d := newDaemon(t)
	d.write("good.py", fmt.Sprintf(recorder, "def handle(h, p): pass\n"))
	d.write("slow.py", fmt.Sprintf(recorder, "import time\ndef handle(h, p): time.sleep(0.05)\n"))
	d.write("dying.py", fmt.Sprintf(recorder, "count = 0\ndef handle(h, p):\n    global count\n    count += 1\n    if count == 8: os.kill(os.getpid(), 9)\n"))
	d.write("lines", `use JSON::PP; $| = 1; open(my $out, '>>', "{D}/lines"); $out->autoflush(1); while (<STDIN>) { my $e = decode_json($_); print $out "$e->{poolserial} $e->{event} -\n"; print "OK\n"; }`+"\n")
	perl := "/usr/bin/perl -MIO::Handle {D}/lines"
	conf := "[eventlistener:good]\ncommand=" + python + " -u {D}/good.py {D}/good%(process_num)d\nprocess_name=%(process_num)d\nnumprocs=2\nevents=PROCESS_STATE,REMOTE_COMMUNICATION\nbuffer_size=1000000\npriority=-1\nstartsecs=0\n" +
		"[eventlistener:lines]\ncommand={BIN}/eventlisten --lines --ack -- " + perl + "\nevents=PROCESS_STATE,REMOTE_COMMUNICATION\nbuffer_size=1000000\npriority=-1\nstartsecs=0\nstderr_logfile={D}/lines.err\n" +
		"[eventlistener:slow]\ncommand=" + python + " -u {D}/slow.py {D}/slow\nevents=PROCESS_STATE,REMOTE_COMMUNICATION\nbuffer_size=20\npriority=-1\nstartsecs=0\n" +
		"[eventlistener:dying]\ncommand=" + python + " -u {D}/dying.py {D}/dying\nevents=REMOTE_COMMUNICATION\nbuffer_size=1000\npriority=-1\nstartsecs=0\nautorestart=true\n" +
		"[program:flap]\ncommand=/bin/sleep 0.3\nprocess_name=%(process_num)d\nnumprocs=200\nstartsecs=0\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n"
	d.configure(conf)
	d.launch()
	d.up()
	before := rss(t, d.pid)
	const remotes = 60
	sent := 0
	d.eventually("four thousand events", func() (bool, any) {
		got := len(d.recorded("good0", "good1"))
		if sent < remotes && got > sent*60 {
			must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "n", strconv.Itoa(sent)))
			sent++
		}
		return got > 4000 && sent == remotes, got
	})
	_, err := d.rpc.StopProcessGroup(d.ctx(), "flap", true)
	must(t, err)
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "end", ""))
	end := func(files ...string) (events []event, last int) {
		t.Helper()
		// The pool's serial is the same for all pools that subscribe to the same.
		d.eventually("the last event in "+strings.Join(files, " and "), func() (bool, any) {
			events, last = d.recorded(files...), -1
			remotesSeen := 0
			for _, e := range events {
				if e.name == "REMOTE_COMMUNICATION" {
					remotesSeen++
					last = max(last, e.serial)
				}
			}
			return remotesSeen > remotes, fmt.Sprint(len(events), " events, ", remotesSeen)
		})
		return events, last
	}
	good, last := end("good0", "good1")
	complete(t, "the good pool", good, last, 0)
	for _, file := range []string{"good0", "good1"} {
		if !slices.IsSortedFunc(d.recorded(file), func(a, b event) int { return a.serial - b.serial }) {
			t.Errorf("%s is out of order", file)
		}
	}
	lines, lastOfLines := end("lines")
	complete(t, "the pool of eventlisten", lines, lastOfLines, 0)
	dying, lastOfDying := end("dying")
	complete(t, "the dying pool", dying, lastOfDying, len(dying)/8+1)
	if lastOfDying != remotes {
		t.Errorf("the dying pool's last event is %d", lastOfDying)
	}
	if after := rss(t, d.pid); after > before+64<<10 {
		t.Errorf("%d KiB of memory, then %d", before, after)
	}
	// The slow pool: what is not delivered is counted. Its last event may be lost
	// as well; then another follows until one is not.
	d.eventually("the slow pool to be done", func() (bool, any) {
		n := d.lines("log", "pool slow event buffer is empty again")
		return n > 0 && n == d.lines("log", "pool slow event buffer overflowed"), n
	})
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "final", ""))
	d.has("slow", "type final")
	slow := d.recorded("slow")
	distinct := map[int]bool{}
	for _, e := range slow {
		distinct[e.serial] = true
	}
	discarded := 0
	for line := range strings.Lines(d.log()) {
		if _, rest, ok := strings.Cut(line, "pool slow event buffer is empty again, "); ok {
			var n int
			_, err := fmt.Sscanf(rest, "%d events were discarded", &n)
			must(t, err)
			discarded += n
		}
	}
	if total := slow[len(slow)-1].serial + 1; len(distinct)+discarded != total || discarded == 0 {
		t.Errorf("the slow pool: %d events, %d delivered and %d discarded", total, len(distinct), discarded)
	}
	if n := d.lines("log", "pool good event buffer") + d.lines("log", "pool lines event buffer") + d.lines("log", "pool dying event buffer"); n > 0 {
		t.Errorf("%d overflows of others", n)
	}
	must(t, syscall.Kill(d.pid, syscall.SIGTERM))
	if status := d.ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
