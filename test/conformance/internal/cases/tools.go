package cases

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{
		{Name: "tools", Slow: 10, Cases: toolCases()},
		{Name: "fcgi", Slow: 10, Cases: fcgiCases()},
		{Name: "debian", Slow: 15, Needs: suite.Root, Cases: debianCases()},
		{Name: "containers", Slow: 10, Cases: containerCases()},
	}
})

func toolCases() []suite.Case {
	return []suite.Case{
		{Name: "echo-conf", Run: func(t *T) {
			r := t.Exec("", "echo_supervisord_conf")
			t.Write("sample", r.Stdout)
			var sections []string
			for _, l := range strings.Split(r.Stdout, "\n") {
				if strings.HasPrefix(l, "[") {
					s, _, _ := strings.Cut(l, "]")
					sections = append(sections, s+"]")
				}
			}
			t.Printf("%s %s", r.Status, strings.Join(sections, " "))
		}},
		{Name: "echo-conf-is-accepted", Run: func(t *T) {
			r := t.Exec("", "echo_supervisord_conf")
			conf := strings.NewReplacer("/tmp/supervisor.sock", "{DIR}/s", "/tmp/supervisord.log", "{DIR}/log", "/tmp/supervisord.pid", "{DIR}/pid").Replace(r.Stdout)
			t.Launch(conf)
			t.D.AwaitUp()
			t.RPC("getAllProcessInfo")
			t.Ctl("status")
		}},
		{Name: "pidproxy-usage", Run: func(t *T) {
			r := t.Exec("", "pidproxy")
			t.Printf("fails: %v, says something: %v", r.Status != "exit status 0", r.Stdout+r.Stderr != "")
		}},
		pidproxySignal(),
		{Name: "pidproxy-exit-status", Differs: "The reference's pidproxy always ends with 0 and looks every five seconds; ours ends with the command's status, at once.", Run: func(t *T) {
			t.Show("pidproxy", t.Exec("", "pidproxy", t.Path("p"), "sh", "-c", "exit 3"))
		}},
		{Name: "pidproxy-missing-command", Differs: "The reference's pidproxy ends with 0 when its command is missing; ours with 127.", Run: func(t *T) {
			r := t.Exec("", "pidproxy", t.Path("p"), "/nonexistent/x")
			t.Printf("%s", r.Status)
		}},
	}
}

// pidproxySignal runs pidproxy over a program that puts its worker's pid into a
// file, and signals pidproxy.
func pidproxySignal() suite.Case {
	return suite.Case{Name: "pidproxy-forwards", Run: func(t *T) {
		t.Script("server", "#!/bin/sh\nsh -c 'trap \"echo hup >>{DIR}/got\" HUP; trap \"echo term >>{DIR}/got; exit\" TERM; echo $$ >{DIR}/p; while :; do sleep 0.05; done'\n")
		t.Start(prog("x", "{BIN}/pidproxy {DIR}/p {DIR}/server", "startsecs=0", "stopwaitsecs=8", "autorestart=false"))
		t.Await("x", "RUNNING")
		t.Until("the pid file", func() bool { return strings.HasSuffix(t.Read("p"), "\n") })
		t.Settle("x")
		// The proxy installs its handlers after its start.
		time.Sleep(300 * time.Millisecond)
		t.RPC("signalProcess", "x", "HUP")
		t.Until("hup", func() bool { return t.Read("got") == "hup\n" })
		t.RPC("stopProcess", "x", false)
		t.Until("term", func() bool { return t.Read("got") == "hup\nterm\n" })
		t.Printf("%q", t.Read("got"))
	}}
}

func fcgiCases() []suite.Case {
	fd0 := func(t *T, n string) string {
		s, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", t.PID(n)))
		kind, _, _ := strings.Cut(s, ":")
		return kind
	}
	inode := func(t *T, n string) string {
		s, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", t.PID(n)))
		return s
	}
	conf := section("fcgi-program:f", "command=sleep 1000", "socket=unix://{DIR}/f.sock", "startsecs=0", "numprocs=2", "process_name=%(process_num)d")
	up := func(t *T, conf string) {
		t.Start(conf)
		t.Await("f:0", "RUNNING")
		t.Await("f:1", "RUNNING")
	}
	return []suite.Case{
		{Name: "shared-socket", Run: func(t *T) {
			up(t, conf)
			t.Printf("%s %s, the same: %v", fd0(t, "f:0"), fd0(t, "f:1"), inode(t, "f:0") == inode(t, "f:1"))
			t.Printf("%s", t.Mode("f.sock"))
			t.ShowLog("socket|Socket")
		}},
		{Name: "mode", Run: func(t *T) {
			up(t, conf+"socket_mode=0666\n")
			t.Printf("%s", t.Mode("f.sock"))
		}},
		{Name: "kept-across-restart", Run: func(t *T) {
			up(t, conf)
			before := inode(t, "f:0")
			t.Call("stopProcess", "f:0")
			t.Call("startProcess", "f:0")
			t.Settle("f:0")
			t.Printf("the same socket: %v", inode(t, "f:0") == before)
		}},
		{Name: "closed-after-the-last", Run: func(t *T) {
			up(t, conf)
			t.Call("stopProcessGroup", "f")
			c, err := net.Dial("unix", t.Path("f.sock"))
			if err == nil {
				c.Close()
			}
			t.Printf("connects: %v", err == nil)
			t.Call("startProcessGroup", "f")
			c, err = net.Dial("unix", t.Path("f.sock"))
			if err == nil {
				c.Close()
			}
			t.Printf("connects again: %v", err == nil)
		}},
		{Name: "tcp", Run: func(t *T) {
			port := t.Port()
			up(t, strings.Replace(conf, "unix://{DIR}/f.sock", fmt.Sprintf("tcp://127.0.0.1:%d", port), 1))
			c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			t.Printf("connects: %v", err == nil)
			if err == nil {
				c.Close()
			}
			t.ShowLog("socket|Socket")
		}},
		{Name: "tcp-in-use", Differs: "An address that is in use ends the reference with a Python stack and status 1; ours with a sentence and 2.", Run: func(t *T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			t.Must(err)
			defer l.Close()
			t.Hide(strconv.Itoa(l.Addr().(*net.TCPAddr).Port), "{PORT}")
			t.Write("c", harness.Header+strings.Replace(conf, "unix://{DIR}/f.sock", "tcp://"+l.Addr().String(), 1))
			if outcome(t, "-n", "-c", t.Path("c")) == nil {
				t.Printf("%s", t.D.Ended())
			} else {
				t.Printf("runs")
			}
		}},
		{Name: "served", Run: func(t *T) {
			// The child accepts on its standard input and answers.
			t.Start(section("fcgi-program:f", "command={SELF} child-accept", "socket=unix://{DIR}/f.sock", "startsecs=0"))
			t.Await("f", "RUNNING")
			c, err := net.Dial("unix", t.Path("f.sock"))
			t.Must(err)
			defer c.Close()
			c.SetDeadline(time.Now().Add(harness.MaxWait))
			b, _ := io.ReadAll(c)
			t.Printf("%q", b)
		}},
		{Name: "update-mode", Differs: "A changed socket_mode is not noticed by the reference's reread; ours notices.", Run: func(t *T) {
			up(t, conf)
			t.Write("c", harness.Header+conf+"socket_mode=0600\n")
			t.RPC("reloadConfig")
		}},
		{Name: "in-a-group", Differs: "An fcgi-program inside a [group:x] becomes an ordinary program on a pipe in the reference; ours keeps its socket.", Run: func(t *T) {
			t.Start(section("fcgi-program:f", "command=sleep 1000", "socket=unix://{DIR}/f.sock", "startsecs=0") + quiet("p") + "[group:g]\nprograms=f,p\n")
			t.Await("g:f", "RUNNING")
			t.Printf("%s", fd0(t, "g:f"))
		}},
	}
}

// AcceptMain is the body of `SELF child-accept`: it accepts on descriptor 0 and
// greets.
func AcceptMain() error {
	l, err := net.FileListener(os.Stdin)
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		fmt.Fprintf(c, "hello from a child\n")
		c.Close()
	}
}

// debianConf is /etc/supervisor/supervisord.conf of Debian's package with its
// paths led elsewhere.
const debianConf = `; supervisor config file

[unix_http_server]
file={DIR}/s   ; (the path to the socket file)
chmod=0700                       ; sockef file mode (default 0700)

[supervisord]
logfile={DIR}/log ; (main log file;default $CWD/supervisord.log)
pidfile={DIR}/pid ; (supervisord pidfile;default supervisord.pid)
childlogdir={DIR}/child            ; ('AUTO' child log dir, default $TEMP)

; the below section must remain in the config file for RPC
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{DIR}/s ; use a unix:// URL  for a unix socket

[include]
files = {DIR}/conf.d/*.conf
`

func debianCases() []suite.Case {
	prepare := func(t *T) {
		t.Write("child/x", "")
		t.Write("conf.d/web.conf", "[program:web]\ncommand=sleep 1000\nautostart=true\nautorestart=true\nstderr_logfile={DIR}/web.err.log\nstdout_logfile={DIR}/web.out.log\n")
		t.Write("conf.d/worker.conf", "[program:worker]\ncommand=sleep 1000\nprocess_name=%(program_name)s_%(process_num)02d\nnumprocs=2\nuser=nobody\n")
		t.Write("c", debianConf)
	}
	// The commands are those of the package's service file and init script.
	ctl := func(t *T, args ...string) {
		r := t.Exec("", "supervisorctl", append([]string{"-c", t.Path("c")}, args...)...)
		t.Show("supervisorctl "+strings.Join(args, " "), r)
	}
	return []suite.Case{
		{Name: "service", Run: func(t *T) {
			prepare(t)
			t.LaunchArgs("-n", "-c", t.Path("c"))
			t.D.AwaitUp()
			for _, n := range []string{"web", "worker:worker_00", "worker:worker_01"} {
				t.Await(n, "RUNNING")
			}
			ctl(t, "status")
			ctl(t, "avail")
			ctl(t, "reload")
			t.AwaitLog("supervisord started", 2)
			t.D.AwaitUp()
			t.Await("web", "RUNNING")
			t.Write("conf.d/new.conf", "[program:new]\ncommand=sleep 1000\nstartsecs=0\n")
			ctl(t, "reread")
			ctl(t, "update")
			ctl(t, "shutdown")
			t.Printf("%s", t.D.Ended())
		}},
		{Name: "init-script", Run: func(t *T) {
			prepare(t)
			r := t.Exec("", "supervisord", "-c", t.Path("c"))
			t.Show("supervisord -c c", r)
			t.D = t.Attach()
			t.D.AwaitUp()
			pid, _ := strconv.Atoi(strings.TrimSpace(t.Read("pid")))
			t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
			// The init script looks for the daemon's name in its command line.
			t.Printf("named supervisord: %v", strings.Contains(strings.Join(harness.Child{PID: pid}.Cmdline(), " "), "supervisord"))
			t.Await("web", "RUNNING")
			t.Settle("web")
			t.Must(syscall.Kill(pid, syscall.SIGTERM))
			t.Until("it to end", func() bool { return !harness.Alive(pid) })
			t.Printf("pid file: %s", t.Read("pid"))
		}},
		{Name: "logrotate", Run: func(t *T) {
			prepare(t)
			t.LaunchArgs("-n", "-c", t.Path("c"))
			t.D.AwaitUp()
			t.Await("web", "RUNNING")
			// What logrotate does: move, then signal by the pid file.
			t.Must(os.Rename(t.Path("log"), t.Path("log.1")))
			t.Must(os.Rename(t.Path("web.out.log"), t.Path("web.out.log.1")))
			t.D.Signal(syscall.SIGUSR2)
			t.Until("new files", func() bool { return t.Mode("log") != "(no such file)" && t.Mode("web.out.log") != "(no such file)" })
			t.Printf("log %s, web %s", t.Mode("log"), t.Mode("web.out.log"))
			say(t, "old log", t.Read("log.1"), "SIGUSR2")
		}},
		{Name: "logrotate-copytruncate", Run: func(t *T) {
			t.Start(prog("p", "cat", "startsecs=0", "stdout_logfile={DIR}/o"))
			t.Await("p", "RUNNING")
			t.Call("sendProcessStdin", "p", "before\n")
			t.Until("before", func() bool { return t.Read("o") == "before\n" })
			t.Must(os.Truncate(t.Path("o"), 0))
			t.Call("sendProcessStdin", "p", "after\n")
			t.Until("after", func() bool { return strings.HasSuffix(t.Read("o"), "after\n") })
			t.Printf("%q", t.Read("o"))
		}},
	}
}

// containerCases are configurations as they are found in container images.
func containerCases() []suite.Case {
	launch := func(t *T, conf string) {
		t.Write("c", conf)
		t.LaunchArgs("-c", t.Path("c"))
	}
	return []suite.Case{
		{Name: "nodaemon-no-http", Needs: suite.Root, Run: func(t *T) {
			launch(t, "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={DIR}/pid\n"+
				prog("web", "sh -c 'echo serving; sleep 0.2; echo oops >&2; exec sleep 1000'", "stdout_logfile=/dev/fd/1", "stdout_logfile_maxbytes=0", "stderr_logfile=/dev/fd/2", "stderr_logfile_maxbytes=0"))
			t.Until("output", func() bool { return strings.Contains(t.D.Out.String(), "RUNNING") })
			t.Printf("%s", t.D.Out)
			t.D.Signal(syscall.SIGTERM)
			t.Printf("%s", t.D.Ended())
		}},
		{Name: "logfile-dev-stdout", Needs: suite.Root, Run: func(t *T) {
			launch(t, "[supervisord]\nnodaemon=true\nlogfile=/dev/stdout\nlogfile_maxbytes=0\nsilent=true\npidfile={DIR}/pid\n"+
				prog("web", "sh -c 'echo serving; exec sleep 1000'", "stdout_logfile=/dev/stdout", "stdout_logfile_maxbytes=0", "redirect_stderr=true"))
			t.Until("output", func() bool { return strings.Contains(t.D.Out.String(), "RUNNING") })
			t.Printf("%s", t.D.Out)
			t.D.Signal(syscall.SIGTERM)
			t.Printf("%s", t.D.Ended())
		}},
		{Name: "proc-self-fd", Run: func(t *T) {
			launch(t, "[supervisord]\nnodaemon=true\nsilent=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={DIR}/pid\n"+
				prog("web", "echo serving", "startsecs=0", "autorestart=false", "stdout_logfile=/proc/self/fd/1", "stdout_logfile_maxbytes=0"))
			t.Until("output", func() bool { return strings.Contains(t.D.Out.String(), "serving") })
			t.Printf("%q", t.D.Out.String())
		}},
		{Name: "pid-1", Needs: suite.Root, Differs: "Orphans that are reaped are mentioned at level info by the reference, at debug by ours.", Run: func(t *T) {
			t.Write("c", "[supervisord]\nnodaemon=true\nuser=root\nlogfile={DIR}/log\npidfile={DIR}/pid\n"+
				prog("orphans", "sh -c '(sleep 0.2; exit 3) & exit 0'", "startsecs=0", "autorestart=false")+quiet("web"))
			t.Wrap = []string{"unshare", "--pid", "--fork", "--mount-proc"}
			t.LaunchArgs("-c", t.Path("c"))
			t.AwaitLog("exited: orphans", 1)
			t.AwaitLog("success: web", 1)
			time.Sleep(1500 * time.Millisecond) // the orphan lives shorter
			t.ShowLog("orphans|reaped|started with")
		}},
	}
}
