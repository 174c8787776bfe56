package cases

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	conf := quiet("run") + quiet("off", "autostart=false") +
		quiet("m1", "priority=2") + quiet("m2", "priority=1") + "[group:g]\nprograms=m1,m2\n" +
		prog("bad", "/nonexistent/x", "autostart=false") +
		prog("out", "sh -c 'echo one; echo two; echo err >&2; sleep 1000'", "startsecs=0", "stdout_logfile={DIR}/out.log") +
		prog("long", "sh -c 'seq 1 1000; sleep 1000'", "startsecs=0", "stdout_logfile={DIR}/long.log") +
		prog("nolog", "sleep 1000", "startsecs=0", "stdout_logfile=NONE", "stderr_logfile=NONE") +
		quiet("a-name-that-is-longer-than-the-column-is", "autostart=false")
	up := func(t *T) {
		for _, n := range []string{"run", "g:m1", "g:m2", "out", "long", "nolog"} {
			t.Await(n, "RUNNING")
		}
		t.Until("output", func() bool { return strings.HasSuffix(t.Read("long.log"), "1000\n") })
	}
	return []*suite.Suite{
		{Name: "ctl-usage", Config: conf, Setup: up, Slow: 20, Cases: ctlUsage()},
		{Name: "ctl-commands", Config: conf, Setup: up, Slow: 30, Cases: ctlCommands()},
		{Name: "ctl-shell", Config: quiet("run") + quiet("off", "autostart=false"), Setup: func(t *T) { t.Await("run", "RUNNING") }, Slow: 20, Cases: ctlShell()},
		{Name: "ctl-servers", Slow: 10, Cases: ctlServers()},
	}
})

// ctlUsage are commands given wrongly: the first line and the exit status; the
// help that follows is in each one's own words.
func ctlUsage() []suite.Case {
	rows := []string{"start", "stop", "restart", "signal", "signal HUP", "signal NOSUCH run", "signal NOSUCH all", "signal NOSUCH g:*", "clear", "tail", "tail -f", "tail a b c d",
		"tail run nosuch", "tail -x run", "tail -f run nosuch", "maintail x", "maintail -x", "maintail a b", "status x y z", "pid x y", "reread x", "avail x", "version x",
		"shutdown x", "reload x", "fg", "fg a b", "open", "open x", "open ftp://x", "add", "remove", "update nosuch", "add nosuch", "remove nosuch", "remove run", "add run",
		"nosuch", "nosuch x", "Start run", "startx", "quit x", "exit x", "clear nosuch", "start nosuch", "stop nosuch", "restart nosuch", "tail nosuch", "tail -f nosuch", "signal HUP nosuch", "pid nosuch",
		"status nosuch", "status nosuch:*", "start nosuch:*", "stop nosuch:*", "signal HUP nosuch:*", "restart nosuch:*", "clear nosuch:*", "start g", "stop g", "status g", "fg nosuch", "fg g:*", "tail g:*", "pid g:*",
		"start g:nosuch", "stop g:nosuch", "status g:nosuch", "start run nosuch", "start nosuch run", "stop nosuch off", "tail nolog", "tail nolog stderr", "tail -f nolog", "!x", "? start"}
	reasons := map[string]string{
		"clear nosuch:*": "`clear nosuch:*` of the reference reports the name nosuch:None; ours the group's.",
		"pid g:*":        "`pid g:*` is a group for ours, no such process for the reference.",
	}
	var out []suite.Case
	for _, r := range rows {
		out = append(out, suite.Case{Name: strings.ReplaceAll(r, " ", "_"), Differs: reasons[r], Run: func(t *T) {
			res := t.CtlQuiet(strings.Fields(r)...)
			lines := strings.SplitAfter(res.Stdout, "\n")
			if strings.HasPrefix(strings.ToLower(res.Stdout), "error") && len(lines) > 2 && strings.HasPrefix(lines[1], strings.Fields(r)[0]) {
				res.Stdout = lines[0] + "(help)\n"
			}
			if r == "? start" {
				res.Stdout = fmt.Sprintf("help: %v\n", strings.Contains(res.Stdout, "start"))
			}
			if r == "pid g:*" {
				for _, n := range []string{"g:m1", "g:m2"} {
					res.Stdout = strings.ReplaceAll(res.Stdout, strconv.Itoa(t.PID(n)), "{PID}")
				}
			}
			t.Show("supervisorctl "+r, res)
		}})
	}
	for _, c := range strings.Fields("add avail clear exit fg maintail open pid quit reload remove reread restart shutdown signal start status stop tail update version help EOF nosuch") {
		out = append(out, suite.Case{Name: "help_" + c, Run: func(t *T) {
			r := t.CtlQuiet("help", c)
			first, _, _ := strings.Cut(r.Stdout, "\n")
			t.Printf("%s, begins with the command: %v, unknown: %v", r.Status, strings.HasPrefix(first, c), strings.HasPrefix(first, "***"))
		}})
	}
	return out
}

func ctlCommands() []suite.Case {
	ctl := func(name string, args ...string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) { t.Ctl(args...) }}
	}
	shown := func(t *T, line string) {
		r := t.CtlQuiet(strings.Fields(line)...)
		for _, n := range []string{"run", "g:m1", "g:m2"} {
			if pid := t.PID(n); pid > 0 {
				r.Stdout = strings.ReplaceAll(r.Stdout, strconv.Itoa(pid), "{PID of "+n+"}")
			}
		}
		r.Stdout = strings.ReplaceAll(r.Stdout, strconv.Itoa(t.D.PID), "{PID of supervisord}")
		t.Show("supervisorctl "+line, r)
	}
	pids := func(line string) suite.Case {
		return suite.Case{Name: strings.ReplaceAll(line, " ", "_"), Run: func(t *T) { shown(t, line) }}
	}
	return []suite.Case{
		ctl("status", "status"), ctl("status-some", "status", "run", "off"), ctl("status-group", "status", "g:*"), ctl("status-all", "status", "all"),
		ctl("status-member", "status", "g:m1"), ctl("status-mixed", "status", "run", "nosuch", "g:*"), ctl("status-running", "status", "run", "g:*"),
		ctl("status-twice", "status", "run", "run"), ctl("status-long", "status", "a-name-that-is-longer-than-the-column-is"),
		ctl("avail", "avail"), ctl("version", "version"), ctl("reread", "reread"), ctl("update", "update"), ctl("update-all", "update", "all"), ctl("update-run", "update", "run"),
		pids("pid"), pids("pid run"), pids("pid g:m1"), pids("pid off"), pids("pid run off"), pids("pid off run"),
		{Name: "pid_all", Run: func(t *T) {
			r := t.CtlQuiet("pid", "all")
			t.Printf("%s, %d lines", r.Status, strings.Count(r.Stdout, "\n"))
		}},
		ctl("tail", "tail", "out"), ctl("tail-stderr", "tail", "out", "stderr"), ctl("tail-stdout", "tail", "out", "stdout"), ctl("tail-bytes", "tail", "-5", "out"),
		ctl("tail-0", "tail", "-0", "out"), ctl("tail-upper", "tail", "out", "STDERR"), {Name: "tail-long", Run: func(t *T) {
			r := t.CtlQuiet("tail", "long")
			t.Printf("%s, %d bytes, begins %q, ends %q", r.Status, len(r.Stdout), r.Stdout[:8], r.Stdout[len(r.Stdout)-8:])
		}}, ctl("tail-long-bytes", "tail", "-20", "long"), ctl("tail-huge", "tail", "-1000000", "out"),
		{Name: "maintail", Run: func(t *T) {
			for _, a := range [][]string{{"maintail"}, {"maintail", "-50"}} {
				r := t.CtlQuiet(a...)
				t.Printf("%v: %s, the log's end: %v", a, r.Status, strings.HasSuffix(t.Log()+"\n", r.Stdout))
			}
		}},
		ctl("signal", "signal", "CONT", "run"), ctl("signal-several", "signal", "CONT", "run", "off", "g:*"), ctl("signal-all", "signal", "CONT", "all"), ctl("signal-number", "signal", "18", "run"), ctl("signal-lower", "signal", "cont", "run"),
		ctl("clear", "clear", "out"), ctl("clear-several", "clear", "run", "off", "nosuch"), better("`clear g:*` of the reference fails with the name g:None; ours clears the group.", ctl("clear-group", "clear", "g:*")), ctl("clear-member", "clear", "g:m1"),
		ctl("start-running", "start", "run"), ctl("start-group-running", "start", "g:*"), ctl("stop-off", "stop", "off"), ctl("start-bad", "start", "bad"),
		ctl("start-several", "start", "run", "off", "bad", "nosuch"), ctl("stop-several", "stop", "off", "bad", "nosuch"), ctl("start-off", "start", "off"), ctl("restart-one", "restart", "off"), ctl("stop-one", "stop", "off"),
		ctl("restart-group", "restart", "g:*"), ctl("stop-group", "stop", "g:*"), ctl("status-stopped-group", "status", "g:*"), ctl("start-group", "start", "g:*"), ctl("restart-member", "restart", "g:m1"),
		ctl("remove-off", "remove", "off"), ctl("status-after-remove", "status", "off"), ctl("avail-after-remove", "avail"), ctl("add-off", "add", "off"), ctl("remove-add-several", "remove", "off", "nosuch", "run"), ctl("add-several", "add", "off", "nosuch", "run"),
		{Name: "stop-all", Run: func(t *T) { sortedCtl(t, "stop", "all") }},
		{Name: "start-all", Run: func(t *T) { sortedCtl(t, "start", "all") }},
		{Name: "restart-all", Run: func(t *T) { sortedCtl(t, "restart", "all") }},
		{Name: "start-all-again", Run: func(t *T) { sortedCtl(t, "start", "all") }},
		{Name: "clear-all", Run: func(t *T) { sortedCtl(t, "clear", "all") }},
		{Name: "quoted-name", Run: func(t *T) { t.Ctl("status 'run'") }},
		{Name: "one-word", Run: func(t *T) { t.Ctl("status run off") }},
	}
}

// sortedCtl runs a command whose lines come in the order in which processes
// happened to change.
func sortedCtl(t *T, args ...string) {
	r := t.CtlQuiet(args...)
	lines := map[string]int{}
	for _, l := range strings.Split(strings.TrimSpace(r.Stdout), "\n") {
		lines[l]++
	}
	t.Printf("$ supervisorctl %s (sorted)", strings.Join(args, " "))
	for _, l := range sortedNames(lines) {
		t.Printf("  %s (%d)", l, lines[l])
	}
	t.Printf(" %s", r.Status)
}

// ctlShell are interactive sessions with lines from a pipe.
func ctlShell() []suite.Case {
	session := func(name string, lines ...string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			r := t.Exec(strings.Join(lines, "\n")+"\n", "supervisorctl", "-c", t.D.Conf)
			// The prompt is printed before each line is read.
			t.Show("supervisorctl < "+strings.Join(lines, "; "), r)
		}}
	}
	return []suite.Case{
		session("quit", "quit"), session("exit", "exit"), session("eof"), session("version", "version", "quit"), session("blank", "", "  ", "quit"),
		session("unknown", "nosuch", "quit"), session("fails", "start nosuch", "quit"), session("several", "status run", "stop off", "pid off", "quit"),
		session("open", "open unix:///nonexistent/s", "quit"), session("reload-refused", "reload", "n", "quit"), session("shutdown-refused", "shutdown", "n", "quit"),
		session("signal-group", "signal CONT run:*", "quit"), session("comment", "# x", "quit"),
		{Name: "interactive-flag", Run: func(t *T) {
			t.Show("supervisorctl -i version", t.Exec("quit\n", "supervisorctl", "-c", t.D.Conf, "-i", "version"))
		}},
		{Name: "server-down", Run: func(t *T) {
			t.Show("supervisorctl -s unix:///nonexistent/s", t.Exec("status\npid\nquit\n", "supervisorctl", "-c", t.D.Conf, "-s", "unix:///nonexistent/s"))
		}},
		{Name: "prompt", Run: func(t *T) {
			t.Write("c2", "[supervisorctl]\nserverurl=unix://{DIR}/s\nprompt=other\n")
			t.Show("supervisorctl with a prompt", t.Exec("version\nquit\n", "supervisorctl", "-c", t.Path("c2")))
		}},
		{Name: "history-file", Run: func(t *T) {
			t.Write("c2", "[supervisorctl]\nserverurl=unix://{DIR}/s\nhistory_file={DIR}/history\n")
			t.Show("supervisorctl with a history", t.Exec("version\nquit\n", "supervisorctl", "-c", t.Path("c2")))
		}},
	}
}

// ctlServers are about finding and being let in to the server.
func ctlServers() []suite.Case {
	withAuth := func(run func(t *T, url string)) func(t *T) {
		return func(t *T) {
			port := t.Port()
			t.Launch(fmt.Sprintf("[inet_http_server]\nport=127.0.0.1:%d\nusername=u\npassword=p:w d\n[supervisord]\nlogfile={DIR}/log\npidfile={DIR}/pid\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n", port))
			t.AwaitLog("started with pid", 1)
			run(t, fmt.Sprintf("http://127.0.0.1:%d", port))
		}
	}
	const twice = "After `Server requires authentication` the reference tries again and prints an exception, too."
	try := func(t *T, args ...string) {
		t.Hide(strconv.Itoa(t.D.PID), "{PID}")
		t.Show("supervisorctl "+strings.Join(args, " "), t.Exec("", "supervisorctl", args...))
	}
	return []suite.Case{
		{Name: "auth", Differs: twice, Run: withAuth(func(t *T, url string) {
			t.Write("e", "[supervisorctl]\n")
			e := t.Path("e")
			try(t, "-c", e, "-s", url, "version")
			try(t, "-c", e, "-s", url, "-u", "u", "-p", "p:w d", "version")
			try(t, "-c", e, "-s", url, "-u", "u", "-p", "wrong", "version")
			try(t, "-c", e, "-s", url, "-u", "wrong", "-p", "p:w d", "status")
			try(t, "-c", e, "-s", url, "--username=u", "--password=p:w d", "status")
		})},
		{Name: "auth-from-file", Differs: twice, Run: withAuth(func(t *T, url string) {
			t.Write("good", "[supervisorctl]\nserverurl="+url+"\nusername=u\npassword=p:w d\n")
			t.Write("bad", "[supervisorctl]\nserverurl="+url+"\nusername=u\npassword=x\n")
			try(t, "-c", t.Path("good"), "version")
			try(t, "-c", t.Path("bad"), "version")
			try(t, "-c", t.Path("bad"), "tail", "x")
			try(t, "-c", t.Path("bad"), "shutdown")
			try(t, "-c", t.Path("bad"), "-p", "p:w d", "version")
		})},
		{Name: "auth-interactive", Run: withAuth(func(t *T, url string) {
			t.Write("bad", "[supervisorctl]\nserverurl="+url+"\n")
			r := t.Exec("quit\n", "supervisorctl", "-c", t.Path("bad"))
			t.Printf("%s, asks: %v", r.Status, strings.Contains(r.Stdout, "Server requires authentication"))
		})},
		{Name: "sha-password", Differs: twice, Run: func(t *T) {
			// The digest is that of "secret".
			t.Write("c", harness.Header+"[unix_http_server]\nusername=u\npassword={SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4\n")
			t.LaunchArgs("-n", "-c", t.Path("c"))
			t.AwaitLog("started with pid", 1)
			try(t, "-c", t.Path("c"), "version")
			try(t, "-c", t.Path("c"), "-u", "u", "-p", "secret", "version")
			try(t, "-c", t.Path("c"), "-u", "u", "-p", "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", "version")
		}},
		{Name: "config-in-directory", Run: func(t *T) {
			t.Start("")
			t.Write("supervisord.conf", "[supervisorctl]\nserverurl=unix://{DIR}/s\n")
			try(t, "version")
		}},
		{Name: "serverurl-expansion", Run: func(t *T) {
			t.Start("")
			t.Write("e", "[supervisorctl]\nserverurl=unix://%(here)s/s\n")
			try(t, "-c", t.Path("e"), "version")
		}},
		{Name: "server-name", Run: func(t *T) {
			t.Start("")
			try(t, "-c", t.Path("c"), "--serverurl=unix://"+t.Path("s"), "pid")
			try(t, "-c", t.Path("c"), "--serverurl", "unix://"+t.Path("nosuch"), "pid")
		}},
		{Name: "no-rpcinterface", Run: func(t *T) {
			t.Launch("[unix_http_server]\nfile={DIR}/s\n[supervisord]\nlogfile={DIR}/log\npidfile={DIR}/pid\n[supervisorctl]\nserverurl=unix://{DIR}/s\n")
			t.AwaitLog("started with pid", 1)
			for _, c := range []string{"status", "version", "start x", "reread", "pid"} {
				try(t, append([]string{"-c", t.Path("c")}, strings.Fields(c)...)...)
			}
		}},
		{Name: "reload-and-shutdown", Run: func(t *T) {
			t.Start(quiet("p"))
			t.Await("p", "RUNNING")
			t.Ctl("reload")
			t.AwaitLog("supervisord started", 2)
			t.D.AwaitUp()
			t.Await("p", "RUNNING")
			t.Ctl("shutdown")
			t.Printf("%s", t.D.Ended())
			t.Ctl("status")
			t.Ctl("shutdown")
		}},
		{Name: "while-shutting-down", Run: func(t *T) {
			t.Start(prog("a", `sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=60", "stdout_logfile={DIR}/a.log"))
			t.Until("ready", func() bool { return t.Read("a.log") == "ready\n" })
			t.Call("shutdown")
			for _, c := range []string{"status", "start a", "reread", "avail", "shutdown", "reload", "update"} {
				t.Ctl(strings.Fields(c)...)
			}
		}},
		{Name: "shutdown-during-reload", Differs: "A shutdown during a reload is refused by the reference, with the words \"already shutting down\", and it comes back; ours takes it and ends.", Run: func(t *T) {
			t.Start(prog("a", `sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=4", "stdout_logfile={DIR}/a.log"))
			t.Until("ready", func() bool { return t.Read("a.log") == "ready\n" })
			t.Ctl("reload")
			t.Ctl("shutdown")
		}},
		{Name: "fg", Run: func(t *T) {
			t.Start(prog("echo", "cat", "startsecs=0"))
			t.Await("echo", "RUNNING")
			r := t.Exec("hello\n", "supervisorctl", "-c", t.Path("c"), "fg", "echo")
			t.Printf("%s, first line %q, last %q", r.Status, strings.SplitN(r.Stdout, "\n", 2)[0], lastLine(r.Stdout))
		}},
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
