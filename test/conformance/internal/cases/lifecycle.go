package cases

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{lifeSuite("life-exits", lifeExits()), lifeSuite("life-stops", lifeStops()), lifeSuite("life-spawns", lifeSpawns()),
		{Name: "life-order", Slow: 20, Cases: lifeOrder()}}
})

// lifeCase is a program and what is done with it; the program's log lines and
// final info are the observation.
type lifeCase struct {
	name  string
	conf  func(name string) string
	drive func(t *T, n string)
}

// endless are the cases that end wherever they happen to be: log and info
// depend on chance.
var endless = map[string]bool{"autorestart-true": true}

// showProcessLog writes the log lines about a process down, but for those whose
// number or presence depends on the reference's one-second turns.
func showProcessLog(t *T, name string) {
	t.Printf("log:")
	last := map[string]bool{}
	for _, l := range harness.Lines(t.SettledLog(), fmt.Sprintf(`['\s]%s[\s',;:]`, name)) {
		// The reference repeats itself each turn where stopwaitsecs is 0.
		kill := strings.Contains(l, "SIGKILL")
		if n := harness.Normalise(l); kill && last[n] {
			continue
		} else if kill {
			last[n] = true
		}
		if !chance.MatchString(l) {
			t.Printf("  %s", l)
		}
	}
}

var chance = regexp.MustCompile(`fd \d+ closed|waiting for .* to stop|std(out|err) output:`)

func lifeSuite(name string, rows []lifeCase) *suite.Suite {
	s := &suite.Suite{Name: name, Slow: 40, Config: "[supervisord]\nloglevel=debug\n",
		Before: func(t *T) {
			t.Write("directory/x", "")
			t.Write("notexec", "#!/bin/sh\n")
			t.Script("badinterp", "#!/nonexistent/interp\n")
			t.Script("noshebang", "echo hello\n")
			t.Script("empty", "")
		}}
	for _, r := range rows {
		s.Config += r.conf(r.name)
		s.Cases = append(s.Cases, suite.Case{Name: r.name, Run: func(t *T) {
			r.drive(t, r.name)
			if !endless[r.name] {
				showProcessLog(t, r.name)
				t.ShowInfo(r.name, "statename", "exitstatus", "spawnerr", "pid", "description")
			}
		}})
	}
	return s
}

// sh renders a shell program that is started by hand.
func sh(script string, lines ...string) func(string) string {
	return func(n string) string {
		return prog(n, fmt.Sprintf("sh -c '%s'", script), append([]string{"autostart=false"}, lines...)...)
	}
}

func command(cmd string, lines ...string) func(string) string {
	return func(n string) string { return prog(n, cmd, append([]string{"autostart=false"}, lines...)...) }
}

// startThen starts a program without waiting and waits for its final states.
func startThen(states string) func(t *T, n string) {
	return func(t *T, n string) {
		// A child that is quick may have ended before the answer.
		t.Call("startProcess", n, false)
		t.Await(n, states)
	}
}

func lifeExits() []lifeCase {
	var rows []lifeCase
	for _, code := range []int{0, 1, 2, 127, 255} {
		for _, ar := range []string{"false", "unexpected"} {
			if ar == "unexpected" && code != 0 {
				continue
			}
			rows = append(rows, lifeCase{fmt.Sprintf("exit%d-%s", code, ar), sh(fmt.Sprintf("sleep 0.2; exit %d", code), "startsecs=0", "autorestart="+ar), startThen("EXITED")})
		}
	}
	for _, sig := range []string{"TERM", "KILL", "SEGV", "HUP"} {
		rows = append(rows, lifeCase{"dies-of-" + sig, sh("sleep 0.2; kill -"+sig+" $$", "startsecs=0", "autorestart=false"), startThen("EXITED")})
	}
	restarted := func(t *T, n string) {
		t.RPC("startProcess", n, false)
		t.AwaitLog(`spawned: '`+n+`'`, 3)
		t.Call("stopProcess", n)
		t.Await(n, "STOPPED|EXITED|FATAL")
		t.Printf("restarts itself")
	}
	rows = append(rows,
		lifeCase{"exit-expected-list", sh("sleep 0.2; exit 7", "startsecs=0", "exitcodes=3,7"), startThen("EXITED")},
		lifeCase{"exit-late", sh("sleep 1.5; exit 0", "startsecs=1", "autorestart=false"), startThen("EXITED")},
		lifeCase{"exit-late-unexpected", sh("sleep 1.5; exit 4", "startsecs=1", "autorestart=false"), startThen("EXITED")},
		lifeCase{"quick-once", sh("exit 3", "startsecs=1", "startretries=0"), startThen("FATAL")},
		lifeCase{"quick-expected", sh("exit 0", "startsecs=1", "startretries=0"), startThen("FATAL")},
		lifeCase{"quick-retries", sh("exit 3", "startsecs=1", "startretries=1"), startThen("FATAL")},
		lifeCase{"quick-signal", sh("kill -9 $$", "startsecs=1", "startretries=0"), startThen("FATAL")},
		lifeCase{"quick-negative-retries", sh("exit 3", "startsecs=1", "startretries=-1"), startThen("FATAL")},
		lifeCase{"killed-outside", command("sleep 1000", "startsecs=0", "autorestart=false"), func(t *T, n string) {
			t.RPC("startProcess", n)
			syscall.Kill(t.PID(n), syscall.SIGKILL)
			t.Await(n, "EXITED")
		}},
		lifeCase{"killed-outside-restarts", command("sleep 1000", "startsecs=0"), func(t *T, n string) {
			t.RPC("startProcess", n)
			pid := t.PID(n)
			syscall.Kill(pid, syscall.SIGKILL)
			t.Until("a new child", func() bool { p := t.PID(n); return p != 0 && p != pid })
			t.AwaitLog(`success: `+n+` `, 2)
		}},
		lifeCase{"grandchild-holds-pipe", sh("sleep 1000 & sleep 0.2; exit 3", "startsecs=0", "autorestart=false"), startThen("EXITED")},
		lifeCase{"start-again", sh("sleep 0.2; exit 0", "startsecs=0", "autorestart=false"), func(t *T, n string) {
			startThen("EXITED")(t, n)
			t.Call("startProcess", n, false)
			t.AwaitLog(`exited: `+n+` `, 2)
		}},
		lifeCase{"start-after-fatal", sh("exit 1", "startsecs=1", "startretries=0"), func(t *T, n string) {
			startThen("FATAL")(t, n)
			t.Call("startProcess", n, false)
			t.AwaitLog(`gave up: `+n+` `, 2)
		}},
		lifeCase{"autorestart-true", sh("sleep 0.3; exit 0", "startsecs=0", "autorestart=true"), restarted},
	)
	return rows
}

func lifeStops() []lifeCase {
	trap := `trap "" TERM; echo ready; while :; do sleep 1; done`
	startReady := func(t *T, n string) {
		t.RPC("startProcess", n)
		t.Until("ready", func() bool { return t.Read(n+".log") == "ready\n" })
	}
	logged := func(script string, lines ...string) func(string) string {
		return func(n string) string {
			return sh(script, append([]string{"startsecs=0", "stdout_logfile={DIR}/" + n + ".log"}, lines...)...)(n)
		}
	}
	stop := func(t *T, n string) { t.Settle(n); t.RPC("stopProcess", n) }
	var rows []lifeCase
	for _, sig := range []string{"TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2"} {
		rows = append(rows, lifeCase{"by-" + sig, command("sleep 1000", "startsecs=0", "stopsignal="+sig), func(t *T, n string) {
			t.RPC("startProcess", n)
			stop(t, n)
		}})
	}
	return append(rows,
		lifeCase{"refuses", logged(trap, "stopwaitsecs=1"), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"refuses-group", logged(trap, "stopwaitsecs=1", "stopasgroup=true"), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"refuses-killasgroup", logged(trap, "stopwaitsecs=1", "killasgroup=true"), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"wait-zero", logged(trap, "stopwaitsecs=0"), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"exits-itself", logged(`trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done`), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"exits-zero", logged(`trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done`), func(t *T, n string) { startReady(t, n); stop(t, n) }},
		lifeCase{"while-starting", command("sleep 1000", "startsecs=60"), func(t *T, n string) {
			t.RPC("startProcess", n, false)
			stop(t, n)
		}},
		lifeCase{"in-backoff", command("{DIR}/nosuch", "startretries=50"), func(t *T, n string) {
			t.RPC("startProcess", n, false)
			t.ShowInfo(n, "statename")
		}},
		lifeCase{"in-backoff-log", command("sleep 1000", "startretries=50", "stdout_logfile={DIR}/directory"), func(t *T, n string) {
			t.RPC("startProcess", n, false)
			stop(t, n)
		}},
		lifeCase{"signalled", logged(`trap "echo got" USR1; echo ready; while :; do sleep 0.1; done`), func(t *T, n string) {
			startReady(t, n)
			t.RPC("signalProcess", n, "USR1")
			t.Until("the signal", func() bool { return t.Read(n+".log") == "ready\ngot\n" })
			t.RPC("signalProcess", n, 10)
			t.Until("the signal", func() bool { return t.Read(n+".log") == "ready\ngot\ngot\n" })
		}},
		lifeCase{"signal-ends-it", command("sleep 1000", "startsecs=0", "autorestart=false"), func(t *T, n string) {
			t.RPC("startProcess", n)
			t.Settle(n)
			t.RPC("signalProcess", n, "TERM")
			t.Await(n, "EXITED")
		}},
		lifeCase{"stop-then-start", command("sleep 1000", "startsecs=0"), func(t *T, n string) {
			t.RPC("startProcess", n)
			stop(t, n)
			t.RPC("startProcess", n)
		}},
		lifeCase{"group-is-stopped", logged(`sh -c "trap \"echo child\" TERM; while :; do sleep 0.1; done" & trap "echo leader; exit" TERM; sleep 0.5; echo ready; while :; do sleep 0.1; done`, "stopasgroup=true", "stopwaitsecs=5"), func(t *T, n string) {
			startReady(t, n)
			stop(t, n)
			t.Until("both", func() bool { return len(t.Read(n+".log")) >= len("ready\nleader\nchild\n") })
		}},
	)
}

func lifeSpawns() []lifeCase {
	fatal := startThen("FATAL")
	// A file that is not there is found before a start by hand; only a start by
	// the daemon itself gives up.
	auto := func(cmd string, lines ...string) func(string) string {
		return func(n string) string { return prog(n, cmd, lines...) }
	}
	gaveUp := func(t *T, n string) {
		t.Await(n, "FATAL")
		t.RPC("startProcess", n, false)
	}
	once := []string{"startretries=0", "startsecs=1"}
	errLog := func(cmd string, lines ...string) func(string) string {
		return func(n string) string {
			return command(cmd, append(append([]string{"stderr_logfile={DIR}/" + n + ".err", "stdout_logfile={DIR}/" + n + ".log"}, once...), lines...)...)(n)
		}
	}
	withErr := func(t *T, n string) {
		fatal(t, n)
		t.Printf("stdout %q stderr %q", t.Read(n+".log"), t.Read(n+".err"))
	}
	return []lifeCase{
		{"nosuch-path", auto("{DIR}/nosuch", once...), gaveUp},
		{"nosuch-name", auto("nosuchprogram", once...), gaveUp},
		{"not-executable", auto("{DIR}/notexec", once...), gaveUp},
		{"is-directory", auto("{DIR}/directory", once...), gaveUp},
		{"empty-command", auto("''", once...), gaveUp},
		{"bad-quotes", auto("echo \"a", once...), gaveUp},
		{"bad-interpreter", errLog("{DIR}/badinterp"), withErr},
		{"no-shebang", errLog("{DIR}/noshebang"), withErr},
		{"empty-file", errLog("{DIR}/empty"), withErr},
		{"bad-directory", errLog("sleep 1000", "directory=/nonexistent"), withErr},
		{"directory-is-file", errLog("sleep 1000", "directory={DIR}/notexec"), withErr},
		{"log-is-directory", command("sleep 1000", "startretries=0", "stdout_logfile={DIR}/directory"), fatal},
		{"stderr-log-is-directory", command("sleep 1000", "startretries=0", "stderr_logfile={DIR}/directory"), fatal},
		{"nosuch-retries", command("{DIR}/nosuch", "startretries=1"), func(t *T, n string) {
			t.RPC("startProcess", n, false)
			t.ShowInfo(n, "statename")
		}},
		{"start-wait-ok", command("sleep 1000", "startsecs=1"), func(t *T, n string) { t.RPC("startProcess", n) }},
		{"start-wait-exits", command("sh -c 'sleep 0.5; exit 2'", "startsecs=2", "startretries=0"), func(t *T, n string) {
			t.RPC("startProcess", n)
			t.Await(n, "FATAL")
		}},
		{"start-wait-zero", command("sleep 1000", "startsecs=0"), func(t *T, n string) { t.RPC("startProcess", n) }},
		{"too-long-command", auto("/bin/"+longWord(4000), once...), gaveUp},
	}
}

func longWord(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

// lifeOrder are cases about several processes and about the daemon's own end.
func lifeOrder() []suite.Case {
	spawns := func(t *T) { t.ShowLog("spawned|stopped") }
	three := quiet("a", "priority=3") + quiet("b", "priority=1") + quiet("c", "priority=2")
	return []suite.Case{
		{Name: "start-by-priority", Run: func(t *T) {
			t.Start(three)
			t.AwaitLog("spawned", 3)
			spawns(t)
		}},
		{Name: "start-same-priority", Run: func(t *T) {
			t.Start(quiet("zz") + quiet("aa") + quiet("mm"))
			t.AwaitLog("spawned", 3)
			spawns(t)
		}},
		{Name: "start-group-order", Differs: "When it starts, the reference takes the programs of a [group:x] in the order in which they are listed; ours by priority, as documented.", Run: func(t *T) {
			t.Start(quiet("a", "priority=3") + quiet("b", "priority=1") + quiet("c", "priority=2") + "[group:g]\nprograms=a,b\npriority=1\n")
			t.AwaitLog("spawned", 3)
			spawns(t)
		}},
		{Name: "empty-directory", Differs: "An empty `directory =` is none; the reference cannot start the program.", Run: func(t *T) {
			t.Start(prog("p", "sleep 1000", "directory=", "startretries=0"))
			t.AwaitLog("entered RUNNING|entered FATAL", 1)
			t.ShowInfo("p", "statename")
		}},
		{Name: "shutdown-order", Run: func(t *T) {
			t.Start(three)
			for _, n := range []string{"a", "b", "c"} {
				t.Await(n, "RUNNING")
			}
			t.RPC("shutdown")
			t.Printf("%s", t.D.Ended())
			t.ShowLog("stopped|waiting|shut|SIG")
		}},
		{Name: "shutdown-all-states", Run: func(t *T) {
			t.Write("directory/x", "")
			conf := ""
			for _, s := range states {
				if s.name != "stopping" {
					conf += s.conf(s.name)
				}
			}
			t.Start(conf)
			for _, s := range states {
				if s.name != "stopping" {
					t.Await(s.name, s.state)
				}
			}
			t.RPC("shutdown")
			t.Printf("%s", t.D.Ended())
			// All have the same priority and are stopped at once: sorted.
			stopped := map[string]bool{}
			for _, l := range harness.Lines(t.SettledLog(), "stopped:") {
				stopped[harness.Normalise(l)] = true
			}
			t.Printf("%s", strings.Join(sortedNames(stopped), "\n"))
		}},
		{Name: "stop-all-order", Differs: "stopAllProcesses of the reference stops in the order of priorities; ours in the reverse order, as a shutdown does.", Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=debug\n" + three)
			for _, n := range []string{"a", "b", "c"} {
				t.Await(n, "RUNNING")
			}
			t.Call("stopAllProcesses")
			t.ShowLog("DEBG killing")
		}},
		{Name: "sigterm", Run: func(t *T) { endBySignal(t, syscall.SIGTERM) }},
		{Name: "sigint", Run: func(t *T) { endBySignal(t, syscall.SIGINT) }},
		{Name: "sigquit", Run: func(t *T) { endBySignal(t, syscall.SIGQUIT) }},
		{Name: "sighup", Run: func(t *T) {
			t.Start(quiet("a"))
			t.Await("a", "RUNNING")
			pid := t.D.PID
			t.D.Signal(syscall.SIGHUP)
			t.AwaitLog("supervisord started", 2)
			t.D.AwaitUp()
			t.AwaitLog("spawned", 2)
			t.ShowLog("received|stopped|spawned|started with|waiting")
			t.Printf("same process: %v", t.Call("getPID") == pid)
		}},
		{Name: "sigusr2", Run: func(t *T) {
			t.Start(quiet("a"))
			t.Await("a", "RUNNING")
			t.D.Signal(syscall.SIGUSR2)
			t.AwaitLog("reopen", 1)
			t.ShowLog("SIGUSR2|reopen")
		}},
		{Name: "reload-rpc", Run: func(t *T) {
			t.Start(quiet("a"))
			t.Await("a", "RUNNING")
			t.Write("c", harnessHeader+quiet("a")+quiet("b"))
			t.RPC("restart")
			t.AwaitLog("supervisord started", 2)
			t.D.AwaitUp()
			t.Await("b", "RUNNING")
			t.ShowLog("spawned|stopped|RPC interface|started with")
		}},
		{Name: "shutdown-while-refusing", Run: func(t *T) {
			t.Start(prog("a", `sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=3", "stdout_logfile={DIR}/a.log"))
			t.Until("ready", func() bool { return t.Read("a.log") == "ready\n" })
			t.RPC("shutdown")
			t.RPC("getState")
			t.RPC("getAllProcessInfo")
			t.RPC("startProcess", "a")
			t.RPC("shutdown")
			t.RPC("restart")
			t.RPC("sendRemoteCommEvent", "a", "b")
			names, _ := t.Call("system.listMethods").(array)
			t.Printf("system.listMethods answers: %v", len(names) > 30)
			t.Printf("%s", t.D.Ended())
			t.ShowLogOnce("waiting|killing|stopped")
		}},
		{Name: "hup-while-shutting-down", Run: func(t *T) {
			t.Start(prog("a", `sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=3", "stdout_logfile={DIR}/a.log"))
			t.Until("ready", func() bool { return t.Read("a.log") == "ready\n" })
			t.D.Signal(syscall.SIGTERM)
			t.AwaitLog("SIGTERM", 1)
			t.D.Signal(syscall.SIGHUP)
			t.Printf("%s", t.D.Ended())
			t.ShowLogOnce("received|ignored|waiting|killing|stopped")
		}},
		{Name: "bad-config-on-hup", Differs: "A reload with a bad configuration stops everything and ends the reference; ours says what is wrong and keeps running what runs.", Run: func(t *T) {
			t.Start(quiet("a"))
			t.Await("a", "RUNNING")
			t.Write("c", harnessHeader+"[program:a]\n")
			t.D.Signal(syscall.SIGHUP)
			t.AwaitLog("SIGHUP", 1)
			if t.Within(2e9, t.D.Over) {
				t.Printf("%s", t.D.Ended())
				return
			}
			t.ShowInfo("a", "statename")
		}},
		{Name: "orphan-reaped", Run: func(t *T) {
			t.Start(prog("a", "sh -c '(sleep 0.2; exit 3) & exit 0'", "startsecs=0", "autorestart=false"))
			t.Await("a", "EXITED")
			t.ShowLog("exited|reaped")
		}},
	}
}

func endBySignal(t *T, sig syscall.Signal) {
	t.Start(quiet("a") + quiet("b", "priority=1"))
	t.Await("a", "RUNNING")
	t.Await("b", "RUNNING")
	t.D.Signal(sig)
	t.Printf("%s", t.D.Ended())
	t.ShowLog("received|waiting|stopped")
	t.Printf("pid file: %s socket: %s", t.Read("pid"), t.Read("s"))
}
