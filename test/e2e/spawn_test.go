package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// An exit is seen although a grandchild still holds the pipe, what that writes
// later is logged, and starting and stopping goes on as if it were not there.
func TestGrandchildHoldsPipe(t *testing.T) {
	for name, command := range map[string]string{
		"same group": `while [ ! -e {D}/go ]; do sleep 0.05; done`,
		"daemonised": `exec setsid sh -c "while [ ! -e {D}/go ]; do sleep 0.05; done; echo late; sleep 1000"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDaemon(t)
			d.write("p", "echo $$ >>{D}/leaders; (echo early; "+command+"; echo late; exec sleep 1000) & echo $! >{D}/pid$(wc -l <{D}/leaders); exit 3\n")
			d.configure("[program:p]\ncommand=/bin/sh {D}/p\nstartsecs=0\nautostart=false\nautorestart=false\nstdout_logfile={D}/p.log\nredirect_stderr=true\n")
			d.launch()
			d.up()
			d.startp("p")
			if info := d.state("p", "EXITED"); info.ExitStatus != 3 {
				t.Errorf("exit status %d", info.ExitStatus)
			}
			first := d.pidIn("pid1")
			if !alive(first) {
				t.Fatal("the grandchild is not there")
			}
			if err := d.rpc.StopProcess(d.ctx(), "p", true); fault(err) != wire.NotRunning {
				t.Errorf("stop: %v", err)
			}
			d.startp("p")
			d.state("p", "EXITED")
			second := d.pidIn("pid2")
			d.write("go", "")
			d.eventually("both grandchildren's last words", func() (bool, any) {
				return d.lines("p.log", "late") == 2, d.read("p.log")
			})
			if !alive(first) || !alive(second) {
				t.Error("a grandchild died")
			}
			must(t, d.rpc.RemoveProcessGroup(d.ctx(), "p"))
		})
	}
}

// A stop takes the leader although its children hold the pipe.
func TestStopWithGrandchild(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'sleep 1000 & echo $! >{D}/child; exec sleep 1000'
startsecs=0
stdout_logfile={D}/p.log
`)
	child := d.pidIn("child")
	d.stopp("p")
	if info := d.info("p"); info.StateName != "STOPPED" || !alive(child) {
		t.Errorf("%s, child %v", info.StateName, stat(child))
	}
}

// stopasgroup and killasgroup reach the children of a program, and a group in
// which everybody ignores the stop signal is killed.
func TestStopGroup(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.write("p", `trap "$1" TERM; sh -c "trap '$2' TERM; echo \$\$ >$3; while :; do sleep 0.1; done" & while :; do sleep 0.1; done`+"\n")
	d.configure(`[program:term]
command=/bin/sh {D}/p "exit 0" "exit 0" {D}/term
stopasgroup=true
startsecs=0
[program:kill]
command=/bin/sh {D}/p "" "" {D}/kill
stopasgroup=true
stopwaitsecs=1
startsecs=0
[program:onlykill]
command=/bin/sh {D}/p "" "exit 0" {D}/onlykill
killasgroup=true
stopwaitsecs=1
startsecs=0
`)
	d.launch()
	d.up()
	for _, name := range []string{"term", "kill", "onlykill"} {
		leader, child := d.state(name, "RUNNING").PID, d.pidIn(name)
		if leader == child {
			t.Fatalf("%s: leader %d, child %d", name, leader, child)
		}
		d.stopp(name)
		if alive(leader) {
			t.Errorf("%s: the leader is alive", name)
		}
		d.gone(child)
	}
}

// A program that leaves its process group is stopped all the same.
func TestStopGroupThatWasLeft(t *testing.T) {
	t.Parallel()
	python := findPython(t)
	d := newDaemon(t)
	d.write("p", "import os, time\nos.setpgid(0, os.getpgid(os.getppid()))\nopen('{D}/left', 'w').write('%d\\n' % os.getpid())\ntime.sleep(1000)\n")
	d.configure("[program:p]\ncommand=" + python + " {D}/p\nstopasgroup=true\nstartsecs=0\nstopwaitsecs=1\n")
	d.launch()
	d.up()
	pid := d.pidIn("left")
	d.stopp("p")
	d.gone(pid)
}

// A child that closes its outputs and lives on costs nothing.
func TestClosedOutputs(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:closed]
command=/bin/sh -c 'exec >&- 2>&- <&-; exec sleep 1000'
startsecs=0
[program:onlyout]
command=/bin/sh -c 'exec >&-; echo $$ >{D}/onlyout; exec sleep 1000'
startsecs=0
[program:clock]
command=/bin/sh -c 'while :; do echo tick; sleep 0.1; done'
startsecs=0
stdout_logfile={D}/clock
`, "-e", "debug")
	d.pidIn("onlyout")
	for _, ended := range []string{"stdout of closed", "stderr of closed", "stdout of onlyout"} {
		d.has("log", "stopped monitoring "+ended)
	}
	before, ticks := cpu(t, d.pid), d.lines("clock", "tick")
	d.eventually("the clock", func() (bool, any) {
		n := d.lines("clock", "tick")
		return n >= ticks+15, n
	})
	if used := cpu(t, d.pid) - before; used > 20 {
		t.Errorf("%d hundredths of a second of processor time", used)
	}
	d.stopp("closed")
	d.stopp("onlyout")
}

// What cannot be logged cannot be started, and says why; the program is never
// shown as RUNNING, can be removed, and starts once that is mended.
func TestLogCannotBeOpened(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	for _, dir := range []string{"directory", "missing", "readonly"} {
		must(t, os.Mkdir(d.path(dir), 0o755))
	}
	var conf strings.Builder
	for _, name := range []string{"directory", "missing", "readonly"} {
		fmt.Fprintf(&conf, "[program:%s]\ncommand=/bin/sleep 1000\nstartsecs=0\nstartretries=0\nautostart=false\nstdout_logfile={D}/%s/out\n", name, name)
	}
	d.configure(conf.String())
	must(t, os.Mkdir(d.path("directory/out"), 0o755))
	// Nobody can write there, not even root.
	must(t, os.Remove(d.path("readonly")))
	must(t, os.Symlink("/proc/self", d.path("readonly")))
	d.launch()
	d.up()
	must(t, os.Remove(d.path("missing")))
	before := fds(t, d.pid)
	for name, errno := range map[string]string{"directory": "EISDIR", "missing": "ENOENT", "readonly": "ENOENT"} {
		err := d.rpc.StartProcess(d.ctx(), name, true)
		if fault(err) != wire.SpawnError {
			t.Errorf("%s: %v", name, err)
		}
		info := d.state(name, "FATAL")
		if info.PID != 0 || !strings.Contains(info.SpawnErr, errno) {
			t.Errorf("%s: pid %d, %q", name, info.PID, info.SpawnErr)
		}
		if err := d.rpc.StopProcess(d.ctx(), name, true); fault(err) != wire.NotRunning {
			t.Errorf("%s: stop: %v", name, err)
		}
	}
	if after := fds(t, d.pid); after > before {
		t.Errorf("%d descriptors, then %d", before, after)
	}
	must(t, d.rpc.RemoveProcessGroup(d.ctx(), "readonly"))
	must(t, os.Mkdir(d.path("missing"), 0o755))
	d.startp("missing")
	must(t, os.Remove(d.path("directory/out")))
	d.startp("directory")
}

// Descriptors run out: the programs that cannot be started say so, nothing
// leaks, and they start once there is room.
func TestTooFewDescriptors(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.wrap = []string{"/bin/sh", "-c", `ulimit -Sn 64; ulimit -Hn 64; exec "$@"`, "sh"}
	d.configure(`[supervisord]
minfds=32
[program:p]
command=/bin/sleep 1000
process_name=%(process_num)02d
numprocs=30
startsecs=0
startretries=0
stdout_logfile={D}/%(process_num)02d.out
stderr_logfile={D}/%(process_num)02d.err
`)
	d.launch()
	d.up()
	running, fatal := 0, []string(nil)
	d.eventually("everybody to be up or given up", func() (bool, any) {
		all, err := d.rpc.AllProcessInfo(d.ctx())
		if err != nil {
			return false, err
		}
		running, fatal = 0, nil
		for _, p := range all {
			switch p.StateName {
			case "RUNNING":
				running++
			case "FATAL":
				fatal = append(fatal, p.Name)
				if !strings.HasPrefix(p.SpawnErr, "too many open files to spawn '") {
					t.Fatalf("%s: %q", p.Name, p.SpawnErr)
				}
			}
		}
		return running+len(fatal) == 30, all
	})
	if running < 4 || len(fatal) < 5 { // how many depends on how many are being made at once
		t.Fatalf("%d running, %d failed", running, len(fatal))
	}
	// While many are being made at once, descriptors are in use for a moment; so
	// some of those that failed fit in after all. The first that does not never will.
	for len(fatal) > 0 && d.rpc.StartProcess(d.ctx(), "p:"+fatal[0], true) == nil {
		fatal = fatal[1:]
		running++
	}
	if len(fatal) == 0 {
		t.Fatalf("all %d fit in", running)
	}
	for range 20 {
		if err := d.rpc.StartProcess(d.ctx(), "p:"+fatal[0], true); fault(err) != wire.SpawnError {
			t.Fatalf("one more: %v", err)
		}
	}
	stopped := 0
	for i := 0; stopped < len(fatal) && stopped < 5; i++ {
		if name := fmt.Sprintf("p:%02d", i); d.info(name).StateName == "RUNNING" {
			d.stopp(name)
			stopped++
		}
	}
	for _, name := range fatal[:min(3, len(fatal))] {
		d.startp("p:" + name)
	}
}

// Processes run out: starts fail and are tried again, and the daemon itself does
// not need what it cannot get.
func TestTooFewProcesses(t *testing.T) {
	t.Parallel()
	needRoot(t)
	const uid = 64123 // of nobody else
	d := newDaemon(t)
	must(t, os.Chown(d.dir, uid, uid))
	d.cred = &syscall.Credential{Uid: uid, Gid: uid}
	d.configure(`[supervisord]
minprocs=1
[program:p]
command=/bin/sleep 1000
autostart=false
startsecs=0
startretries=20
[program:busy]
command=/bin/sleep 1000
startsecs=0
`)
	d.launch()
	d.up()
	d.state("busy", "RUNNING")
	limit := func(soft string) {
		t.Helper()
		d.as(uid, "prlimit", "--pid", strconv.Itoa(d.pid), "--nproc="+soft+":")
	}
	limit("1")
	if err := d.rpc.StartProcess(d.ctx(), "p", false); fault(err) != wire.SpawnError {
		t.Errorf("start: %v", err)
	}
	if info := d.info("p"); info.StateName != "BACKOFF" || info.SpawnErr != "Too many processes in process table to spawn 'p'" {
		t.Errorf("%s, %q", info.StateName, info.SpawnErr)
	}
	var wg sync.WaitGroup
	for range 10 { // the rest of the daemon works meanwhile
		wg.Go(func() {
			c := d.connect()
			defer c.Close()
			for range 30 {
				if _, err := c.ReloadConfig(d.ctx()); err != nil {
					t.Error(err)
				}
				if info, err := c.ProcessInfo(d.ctx(), "busy"); err != nil || info.StateName != "RUNNING" {
					t.Error(info, err)
				}
			}
		})
	}
	wg.Wait()
	limit("10000")
	d.state("p", "RUNNING") // it was tried again
}

// A command that cannot be run is a fault with a reason, whichever way it is
// started.
func TestBadCommands(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.write("plain", "not a program")
	d.write("interpreter", "#!/no/such/interpreter\n")
	d.write("garbage", "#!")
	must(t, os.WriteFile(d.path("elf"), []byte("\x7fELF\x02\x01\x01garbage"), 0o755))
	cases := map[string]struct {
		command string
		fault   wire.FaultCode
		says    string
	}{
		"missing":     {"/no/such/file", wire.NoFile, "can't find command '/no/such/file'"},
		"unknown":     {"no-such-program-anywhere", wire.NoFile, "can't find command 'no-such-program-anywhere'"},
		"plain":       {"{D}/plain", wire.NotExecutable, "is not executable"},
		"directory":   {"{D}", wire.NotExecutable, "is a directory"},
		"quote":       {"/bin/echo 'open", wire.NotExecutable, "can't parse command"},
		"interpreter": {"{D}/interpreter", wire.SpawnError, ""},
		"garbage":     {"{D}/elf", wire.SpawnError, ""},
	}
	var conf strings.Builder
	for name, c := range cases {
		fmt.Fprintf(&conf, "[program:%s]\ncommand=%s\nautostart=false\nstartretries=0\nstartsecs=1\nstderr_logfile={D}/%s.err\n", name, c.command, name)
	}
	d.configure(conf.String())
	d.launch()
	d.up()
	for name, c := range cases {
		err := d.rpc.StartProcess(d.ctx(), name, true)
		if fault(err) != c.fault || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if c.fault == wire.SpawnError {
			d.state(name, "FATAL")
			d.has(name+".err", "couldn't exec")
		}
	}
	status, out := d.ctl("start", "missing", "quote")
	if status == 0 || strings.Count(out, "ERROR") != 2 {
		t.Errorf("supervisorctl: status %d, %s", status, out)
	}
	all, err := d.rpc.StartAllProcesses(d.ctx(), true)
	must(t, err)
	if len(all) != len(cases) {
		t.Errorf("%d results of %d", len(all), len(cases))
	}
	for _, p := range all {
		if p.Status != cases[p.Name].fault {
			t.Errorf("all: %+v", p)
		}
	}
}

// A program that is killed from outside is noticed and started again, each time
// with a new pid, and is never RUNNING with the pid of a dead one for long.
func TestKilledFromOutside(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\nautorestart=true\n")
	for range 50 {
		pid := d.state("p", "RUNNING").PID
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		d.eventually("a new child", func() (bool, any) {
			info := d.info("p")
			return info.PID != pid && info.StateName == "RUNNING" && alive(info.PID), info
		})
	}
	if n := d.lines("log", "exited: p (terminated by SIGKILL; not expected)"); n != 50 {
		t.Errorf("%d exits in the log", n)
	}
}
