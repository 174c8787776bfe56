package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// stubborn is a program that ignores its stop signal.
const stubborn = `command=/bin/sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done'` + "\n"

// Whatever is asked for while the daemon stops, in whatever order: it ends.
func TestShutdownWins(t *testing.T) {
	t.Parallel()
	hup, term, usr2 := syscall.SIGHUP, syscall.SIGTERM, syscall.SIGUSR2
	for _, signals := range [][]syscall.Signal{
		{term, hup}, {hup, term}, {hup, hup, term}, {term, hup, hup, term}, {term, term},
		{hup, syscall.SIGINT, hup}, {syscall.SIGQUIT, usr2, hup}, {usr2, hup, usr2, term, hup},
	} {
		name := fmt.Sprint(signals)
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			d := start(t, "[program:p]\n"+stubborn+"startsecs=0\nstopwaitsecs=1\nstdout_logfile={D}/p.log\n")
			d.has("p.log", "up")
			for _, sig := range signals {
				d.signal(sig)
			}
			if status := d.ended(); status != 0 {
				t.Errorf("exit status %d", status)
			}
			for _, left := range []string{"s", "pid"} {
				if exists(d.path(left)) {
					t.Errorf("%s is left", left)
				}
			}
		})
	}
}

// A call of shutdown wins over a restart that is going on, and a call of restart
// not over a shutdown.
func TestShutdownCallDuringRestart(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\n"+stubborn+"startsecs=0\nstopwaitsecs=1\nstdout_logfile={D}/p.log\n")
	d.has("p.log", "up")
	d.mayEnd = true
	must(t, d.rpc.Restart(d.ctx()))
	must(t, d.rpc.Shutdown(d.ctx()))
	if err := d.rpc.Restart(d.ctx()); err == nil {
		t.Error("a restart was accepted during the shutdown")
	}
	if status := d.ended(); status != 0 || d.lines("log", "supervisord started") != 1 {
		t.Errorf("exit status %d, started %d times", status, d.lines("log", "supervisord started"))
	}
}

// Calls that come while the daemon stops are refused and do not change that it
// does.
func TestCallsDuringShutdown(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\n"+stubborn+"startsecs=0\nstopwaitsecs=2\nstdout_logfile={D}/p.log\n[program:q]\ncommand=/bin/sleep 1000\nautostart=false\n")
	d.has("p.log", "up")
	d.mayEnd = true
	must(t, d.rpc.Shutdown(d.ctx()))
	for _, call := range []func() error{
		func() error { return d.rpc.Restart(d.ctx()) },
		func() error { return d.rpc.StartProcess(d.ctx(), "q", true) },
		func() error { _, err := d.rpc.StartAllProcesses(d.ctx(), false); return err },
		func() error { return d.rpc.AddProcessGroup(d.ctx(), "q") },
		func() error { _, err := d.rpc.UpdateProcessGroup(d.ctx(), "q"); return err },
		func() error { _, err := d.rpc.AllProcessInfo(d.ctx()); return err },
	} {
		if err := call(); err == nil {
			t.Error("a call succeeded during the shutdown")
		}
	}
	d.signal(syscall.SIGHUP)
	if status := d.ended(); status != 0 || d.lines("log", "spawned: 'q'") != 0 {
		t.Errorf("exit status %d", status)
	}
}

// Again and again the daemon starts anew while clients call it and follow logs.
// Each time it listens again, and starts its children once.
func TestReloads(t *testing.T) {
	t.Parallel()
	const reloads, callers = 40, 8
	d := start(t, `[inet_http_server]
port=127.0.0.1:`+freePort(t)+`
[program:p]
command=/bin/sh -c 'echo $$; exec sleep 1000'
startsecs=0
stdout_logfile={D}/p.log
`)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() { d.pester(stop, func(c *client.Client) { _, _ = c.AllProcessInfo(d.ctx()) }) })
	}
	for range 2 {
		wg.Go(func() {
			d.pester(stop, func(c *client.Client) {
				ctx, cancel := context.WithCancel(d.ctx())
				defer cancel()
				go func() {
					<-stop
					cancel()
				}()
				if log, err := c.FollowLog(ctx, "p", client.Stdout); err == nil {
					_, _ = io.Copy(io.Discard, log)
					log.Close()
				}
			})
		})
	}
	d.has("p.log", "\n") // a reload may come before the program has said a word
	for i := 1; i <= reloads; i++ {
		d.eventually("a reload", func() (bool, any) { err := d.rpc.Restart(d.ctx()); return err == nil, err })
		d.eventually(fmt.Sprintf("start %d of the program", i+1), func() (bool, any) {
			n := strings.Count(d.read("p.log"), "\n")
			return n > i, n
		})
		if pid, err := d.rpc.PID(d.ctx()); err == nil && pid != d.pid {
			t.Fatalf("pid %d became %d", d.pid, pid)
		}
	}
	close(stop)
	wg.Wait()
	d.eventually("the program to run", func() (bool, any) {
		info, err := d.rpc.ProcessInfo(d.ctx(), "p")
		return info.StateName == "RUNNING", err
	})
	if n := strings.Count(d.read("p.log"), "\n"); n != reloads+1 {
		t.Errorf("%d starts in %d reloads", n, reloads)
	}
	d.bookkeeping()
	if strings.Contains(d.log()+d.out.String(), "in use") {
		t.Errorf("an address was in use:\n%s", d.out)
	}
	d.stop()
}

// pester calls with one client after the other until stop is closed.
func (d *daemon) pester(stop <-chan struct{}, call func(*client.Client)) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		c := d.connect()
		call(c)
		c.Close()
	}
}

// A reload with a configuration that is broken stops nothing, and says why.
func TestReloadOfABrokenConfiguration(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	pid := d.state("p", "RUNNING").PID
	d.replaceConf("[program:p]\ncommand=/bin/sleep 1000\nstartsecs=soon\n")
	if err := d.rpc.Restart(d.ctx()); err == nil || !strings.Contains(err.Error(), "startsecs") {
		t.Errorf("reload: %v", err)
	}
	d.signal(syscall.SIGHUP)
	d.has("log", "what runs keeps running")
	if now := d.info("p").PID; now != pid {
		t.Errorf("pid %d became %d", pid, now)
	}
	if !regexp.MustCompile(`/c:\d+: .*startsecs`).MatchString(d.log()) {
		t.Error("the log does not say where the mistake is")
	}
}

// A second daemon on the same configuration refuses to start and leaves the
// first alone.
func TestSecondDaemon(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	pid := d.state("p", "RUNNING").PID
	socket, err := os.Lstat(d.path("s"))
	must(t, err)
	for _, args := range [][]string{{"-n"}, {}} { // in the foreground and not
		status, out := d.run(append([]string{"supervisord", "-c", d.path("c")}, args...)...)
		if status == 0 || !strings.Contains(out, "listening") && !strings.Contains(out, "running") && !strings.Contains(out, "in use") {
			t.Errorf("%q: exit status %d, %s", args, status, out)
		}
	}
	// One that shares only the pid file runs, but leaves it alone.
	other := newDaemon(t)
	other.write("c", strings.ReplaceAll(header, "pidfile={D}/pid", "pidfile="+d.path("pid")))
	other.launch()
	other.up()
	other.has("log", "pid "+strconv.Itoa(d.pid))
	other.stop()
	if now, err := os.Lstat(d.path("s")); err != nil || !os.SameFile(socket, now) {
		t.Errorf("the socket has changed: %v", err)
	}
	if got := strings.TrimSpace(d.read("pid")); got != strconv.Itoa(d.pid) {
		t.Errorf("pid file: %q", got)
	}
	if now := d.info("p").PID; now != pid {
		t.Errorf("pid %d became %d", pid, now)
	}
	d.bookkeeping()
}

// After a daemon was killed, the next one takes over what it has left: the
// socket, the pid file, the logs.
func TestStartAfterKill(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sh -c 'echo $$; exec sleep 1000'\nstartsecs=0\nstdout_logfile={D}/p.log\n")
	d.has("p.log", "\n")
	orphan := d.state("p", "RUNNING").PID
	d.signal(syscall.SIGKILL)
	d.ended()
	if !exists(d.path("s")) || !exists(d.path("pid")) {
		t.Fatal("nothing is left to take over")
	}
	d.launch()
	d.up()
	if got := strings.TrimSpace(d.read("pid")); got != strconv.Itoa(d.pid) {
		t.Errorf("pid file: %q", got)
	}
	if now := d.state("p", "RUNNING").PID; now == orphan {
		t.Errorf("pid %d is told of, which is not a child any more", now)
	}
	if n := strings.Count(d.read("p.log"), "\n"); n != 2 {
		t.Errorf("the log has %d lines, not 2: it was truncated", n)
	}
	d.stop()
}

// Programs that ignore their stop signal are all asked at the same time: a
// shutdown takes as long as the slowest, not as all of them one after the other.
// And the log does not fill up meanwhile.
func TestStubbornPrograms(t *testing.T) {
	t.Parallel()
	const n = 20
	var conf strings.Builder
	for i := range n {
		fmt.Fprintf(&conf, "[program:p%d]\n%sstartsecs=0\nstopwaitsecs=2\nstdout_logfile={D}/p%d.log\n", i, stubborn, i)
	}
	d := start(t, conf.String(), "-e", "debug")
	for i := range n {
		d.has(fmt.Sprintf("p%d.log", i), "up")
	}
	before := strings.Count(d.log(), "\n")
	d.signal(syscall.SIGTERM)
	if status := d.ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	log := d.log()
	firstKill := strings.Index(log, "with SIGKILL")
	if asked := strings.Count(log[:max(firstKill, 0)], "with signal SIGTERM"); asked != n {
		t.Errorf("%d of %d programs were asked to stop before the first was killed", asked, n)
	}
	if waiting := d.lines("log", "waiting for"); waiting > 5 {
		t.Errorf("the shutdown says %d times whom it waits for", waiting)
	}
	if lines := strings.Count(log, "\n") - before; lines > 15*n {
		t.Errorf("%d lines in the log for the end of %d programs", lines, n)
	}
	if strings.Contains(d.out.String(), "goroutine") {
		t.Errorf("%s", d.out)
	}
}

// What a program says after it was asked to stop, and its last line without an
// end, are in its log.
func TestLastWords(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'trap "i=0; while [ \$i -lt 2000 ]; do echo bye \$i; i=\$((i+1)); done; printf unfinished; exit 0" TERM; echo up; while :; do sleep 0.02; done'
startsecs=0
stopwaitsecs=60
stdout_logfile={D}/p.log
[program:q]
command=/bin/sh -c 'trap "echo bye >&2; printf unfinished >&2; exit 0" TERM; echo up >&2; while :; do sleep 0.02; done'
startsecs=0
stopwaitsecs=60
stderr_logfile={D}/q.log
`)
	check := func() {
		t.Helper()
		if log := d.read("p.log"); !strings.HasSuffix(log, "bye 1998\nbye 1999\nunfinished") {
			t.Errorf("p: %q", tail(log, 100))
		}
		if log := d.read("q.log"); !strings.HasSuffix(log, "bye\nunfinished") {
			t.Errorf("q: %q", tail(log, 100))
		}
	}
	d.has("p.log", "up")
	d.has("q.log", "up")
	d.stopp("p")
	d.stopp("q")
	check()
	d.startp("p")
	d.startp("q")
	d.has("p.log", "unfinishedup")
	d.has("q.log", "unfinishedup")
	d.stop() // the whole daemon this time
	check()
}

// Priorities: everything starts in their order and stops in the reverse order,
// each level only when the one before it is down.
func TestPriorities(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.write("p", `echo start $1 >>{D}/order; trap 'sleep 0.1; echo stop $1 >>{D}/order; exit' TERM; echo up; while :; do sleep 0.02; done`+"\n")
	var conf strings.Builder
	for _, p := range []struct {
		name     string
		priority int
	}{{"c1", 30}, {"a1", 10}, {"b2", 20}, {"a2", 10}, {"c2", 30}, {"b1", 20}} {
		fmt.Fprintf(&conf, "[program:%s]\ncommand=/bin/sh {D}/p %s\npriority=%d\nstartsecs=0\nstopwaitsecs=60\nstdout_logfile={D}/%s.log\n", p.name, p.name, p.priority, p.name)
	}
	d.configure(conf.String())
	d.launch()
	d.up()
	levels := func(verb string) string {
		var b strings.Builder
		for line := range strings.Lines(d.read("order")) {
			if f := strings.Fields(line); f[0] == verb {
				b.WriteString(f[1][:1])
			}
		}
		return b.String()
	}
	ready := func(times int) {
		for _, name := range []string{"a1", "a2", "b1", "b2", "c1", "c2"} {
			d.eventually(name, func() (bool, any) { return d.lines(name+".log", "up") == times, nil })
		}
	}
	ready(1)
	var order []string
	for line := range strings.Lines(d.log()) {
		if _, name, ok := strings.Cut(line, "spawned: '"); ok {
			order = append(order, name[:2])
		}
	}
	if got := strings.Join(order, " "); got != "a1 a2 b1 b2 c1 c2" {
		t.Errorf("started in the order %s", got)
	}
	if _, err := d.rpc.StopAllProcesses(d.ctx(), true); err != nil {
		t.Error(err)
	}
	if got := levels("stop"); got != "ccbbaa" {
		t.Errorf("stop all: stopped in the order %s", got)
	}
	must(t, os.Remove(d.path("order")))
	_, err := d.rpc.StartAllProcesses(d.ctx(), true)
	must(t, err)
	ready(2)
	d.stop()
	if got := levels("stop"); got != "ccbbaa" {
		t.Errorf("shutdown: stopped in the order %s", got)
	}
}

// A signal that comes at any moment of the start is acted on.
func TestSignalsDuringStart(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.configure("[program:p]\ncommand=/bin/sleep 1000\nnumprocs=3\nprocess_name=%(process_num)d\n")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		sig := []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP}[i%4]
		d.launch()
		// Not a wait for anything: the moment is what is tested.
		<-time.After(time.Duration(r.IntN(25_000)) * time.Microsecond)
		d.signal(sig)
		if sig == syscall.SIGHUP {
			// Either it came too early, and ended the process, or the daemon is up.
			d.eventually("the daemon to be up or ended", func() (bool, any) {
				_, err := d.rpc.PID(d.ctx())
				return err == nil || d.hasEnded(), nil
			})
			if !d.hasEnded() {
				d.signal(syscall.SIGTERM)
			}
		}
		status := d.ended()
		if sig == syscall.SIGQUIT && strings.Contains(d.out.String(), "SIGQUIT: quit") {
			status, d.out = -1, &buffer{} // so early that the program had not begun
		}
		if status > 0 {
			t.Fatalf("%v: exit status %d\n%s", sig, status, d.out)
		}
		if left := d.processes(); len(left) > 0 {
			t.Fatalf("%v: left: %v", sig, left)
		}
	}
}
