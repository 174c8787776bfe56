package cases

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{
		{Name: "cli-refusals", Slow: 20, Cases: cliRefusals()},
		{Name: "cli-flags", Slow: 20, Needs: suite.Root, Cases: cliFlags()},
		{Name: "cli-daemon", Slow: 20, Needs: suite.Root, Cases: cliDaemon()},
		{Name: "cli-ctl", Slow: 20, Cases: ctlRefusals()},
	}
})

// cliRefusals are command lines that supervisord does not accept. The
// configuration is good.
func cliRefusals() []suite.Case {
	rows := []struct{ name, args string }{
		{"unknown-short", "-x"}, {"unknown-long", "--nosuch"}, {"unknown-long-value", "--nosuch=1"},
		{"argument", "-c {DIR}/c extra"}, {"two-arguments", "-c {DIR}/c extra more"},
		{"c-without-value", "-c"}, {"configuration-without-value", "--configuration"},
		{"no-such-file", "-c {DIR}/nosuch"}, {"directory-as-file", "-c {DIR}"}, {"empty-file", "-c {DIR}/empty"},
		{"loglevel", "-c {DIR}/c -e bogus"}, {"loglevel-long", "-c {DIR}/c --loglevel=bogus"}, {"loglevel-empty", "-c {DIR}/c --loglevel="},
		{"umask", "-c {DIR}/c -m 9"}, {"umask-word", "-c {DIR}/c --umask=abc"},
		{"maxbytes", "-c {DIR}/c -y x"}, {"maxbytes-unit", "-c {DIR}/c -y 1TB"}, {"backups", "-c {DIR}/c -z x"},
		{"minfds", "-c {DIR}/c -a x"}, {"minprocs", "-c {DIR}/c --minprocs=x"},
		{"directory", "-c {DIR}/c -d {DIR}/nosuch"}, {"logfile", "-c {DIR}/c -l {DIR}/nosuch/x"},
		{"pidfile", "-c {DIR}/c -j {DIR}/nosuch/x"}, {"childlogdir", "-c {DIR}/c -q {DIR}/nosuch"},
		{"user", "-c {DIR}/c -u nosuchuser"}, {"user-number", "-c {DIR}/c -u 987654"},
		{"profile", "-c {DIR}/c --profile_options=bogus"}, {"n-value", "--nodaemon=1"}, {"v-value", "--version=1"},
		{"n-twice", "-n -n"}, {"logfile-twice", "-c {DIR}/c -l {DIR}/a -l {DIR}/b"}, {"c-twice", "-c {DIR}/c -c {DIR}/c"},
		{"ambiguous", "-c {DIR}/c --log=x"}, {"bare-dash", "-c {DIR}/c -"}, {"dash-dash", "-c {DIR}/c -- x"},
		{"minfds-missing", "-a"}, {"loglevel-missing", "--loglevel"},
	}
	var out []suite.Case
	for _, r := range rows {
		c := suite.Case{Name: r.name, Run: func(t *T) {
			t.Write("c", harness.Header)
			t.Write("empty", "")
			t.Show("supervisord "+r.args, t.Exec("", "supervisord", strings.Fields(t.Expand(r.args))...))
		}}
		if inOurWords[r.name] {
			c.Differs = wordsDiffer
		}
		out = append(out, c)
	}
	for _, flag := range []string{"-v", "--version", "--vers", "-nv"} {
		out = append(out, suite.Case{Name: "says-version" + flag, Run: func(t *T) {
			t.Show("supervisord "+flag, t.Exec("", "supervisord", flag))
		}})
	}
	for _, flag := range []string{"-h", "--help", "-?", "--he", "-nh"} {
		out = append(out, suite.Case{Name: "helps" + flag, Run: func(t *T) {
			r := t.Exec("", "supervisord", flag)
			t.Printf("%s, stdout has text: %v, stderr: %q", r.Status, len(r.Stdout) > 200, r.Stderr)
		}})
	}
	return out
}

// runs starts a daemon with further flags, written as one string, after
// `-c CONF`; -n is given unless the flags say otherwise.
func runs(t *T, flags, conf string) *harness.Daemon {
	t.Write("c", harness.Header+conf)
	d := outcome(t, append([]string{"-n", "-c", t.Path("c")}, strings.Fields(t.Expand(flags))...)...)
	if d == nil {
		ended(t)
		t.Fatalf("it should run")
	}
	return d
}

const (
	limitDiffers = "When a limit cannot be raised, the reference's message names the wanted limit twice; ours names the one there is."
	wordsDiffer  = "Messages about mistakes in a configuration or about a user that does not exist are in our own words: the file and line, what is wrong, what is allowed."
)

// inOurWords are the cases whose message is our own.
var inOurWords = map[string]bool{"directory-as-file": true, "empty-file": true, "no-such-file": true, "user": true, "user-number": true, "no-section": true}

func cliFlags() []suite.Case {
	flag := func(name, flags string, look func(t *T)) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			t.Write("other/x", "")
			runs(t, flags, quiet("p"))
			t.Await("p", "RUNNING")
			look(t)
		}}
	}
	showAuto := func(t *T) { t.Printf("%v", t.Info("p")["stdout_logfile"]) }
	limit := func(name string) func(t *T) {
		return func(t *T) {
			own := harness.Child{PID: os.Getppid()}.Limit(name)
			t.Printf("daemon %s unchanged: %v", name, harness.Child{PID: t.D.PID}.Limit(name) == own)
			t.Printf("child  %s unchanged: %v", name, harness.Child{PID: t.PID("p")}.Limit(name) == own)
		}
	}
	return []suite.Case{
		flag("identifier", "-i other", func(t *T) { t.RPC("getIdentification"); showAuto(t) }),
		flag("identifier-long", "--identifier=other", func(t *T) { t.RPC("getIdentification") }),
		flag("identifier-prefix", "--ident other", func(t *T) { t.RPC("getIdentification") }),
		flag("logfile", "-l {DIR}/other/log", func(t *T) { say(t, "log", t.Read("other/log"), "spawned"); t.Printf("log: %s", t.Read("log")) }),
		flag("logfile-long", "--logfile {DIR}/other/log", func(t *T) { say(t, "log", t.Read("other/log"), "spawned") }),
		flag("pidfile", "-j {DIR}/other/pid", func(t *T) {
			t.Printf("right: %v, usual one: %s", strings.TrimSpace(t.Read("other/pid")) == strconv.Itoa(t.D.PID), t.Read("pid"))
		}),
		flag("childlogdir", "-q {DIR}/other", showAuto),
		flag("loglevel-debug", "-e debug", func(t *T) { t.RPC("stopProcess", "p"); t.ShowLog(" DEBG killing") }),
		flag("loglevel-warn", "-e warn", func(t *T) { t.Printf("info lines: %v", len(harness.Lines(t.Log(), " INFO ")) > 0) }),
		flag("loglevel-upper", "-e WARN", func(t *T) { t.Printf("info lines: %v", len(harness.Lines(t.Log(), " INFO ")) > 0) }),
		flag("loglevel-critical", "-e critical", func(t *T) { t.Printf("info lines: %v", len(harness.Lines(t.Log(), " INFO ")) > 0) }),
		flag("loglevel-trace", "-e trace", func(t *T) { t.Printf("trace lines: %v", len(harness.Lines(t.Log(), " TRAC ")) > 0) }),
		flag("loglevel-blather", "-e blather", func(t *T) { t.Printf("info lines: %v", len(harness.Lines(t.Log(), " INFO ")) > 0) }),
		flag("silent", "-s", func(t *T) { t.Printf("stdout: %q", t.D.Out.String()) }),
		flag("not-silent", "", func(t *T) { say(t, "stdout", t.D.Out.String(), "spawned") }),
		flag("minfds", "-a 2000", limit("Max open files")),
		flag("minfds-default", "", limit("Max open files")),
		flag("minprocs", "--minprocs=300", limit("Max processes")),
		flag("umask", "-m 077", func(t *T) {
			t.Printf("daemon %s child %s", harness.Child{PID: t.D.PID}.Status("Umask"), harness.Child{PID: t.PID("p")}.Status("Umask"))
		}),
		flag("directory", "-d {DIR}/other", func(t *T) {
			t.Printf("daemon %s child %s", harness.Child{PID: t.D.PID}.Dir(), harness.Child{PID: t.PID("p")}.Dir())
		}),
		flag("rotation", "-y 300 -z 2", func(t *T) {
			for range 20 {
				t.Call("startProcess", "nosuch")
				t.Call("clearAllProcessLogs")
			}
			t.D.Signal(syscall.SIGUSR2)
			t.D.Signal(syscall.SIGUSR2)
			t.Until("the log to rotate", func() bool { return t.Read("log.1") != "(no such file)" })
			t.Printf("log.3: %s", t.Read("log.3"))
		}),
		flag("cluster", "-sk", func(t *T) { t.Printf("stdout: %q", t.D.Out.String()) }),
		{Name: "minfds-raised", Run: func(t *T) {
			t.Wrap = []string{"sh", "-c", `ulimit -Sn 300; ulimit -Hn 900; exec "$@"`, "sh"}
			runs(t, "-a 500", quiet("p"))
			t.Await("p", "RUNNING")
			t.Printf("daemon %s", harness.Child{PID: t.D.PID}.Limit("Max open files"))
			t.Printf("child %s", harness.Child{PID: t.PID("p")}.Limit("Max open files"))
			t.ShowLog("RLIMIT|rlimit")
		}},
		{Name: "minfds-from-file", Run: func(t *T) {
			t.Wrap = []string{"sh", "-c", `ulimit -Sn 300; ulimit -Hn 900; exec "$@"`, "sh"}
			runs(t, "", "[supervisord]\nminfds=600\n"+quiet("p"))
			t.Await("p", "RUNNING")
			t.Printf("daemon %s", harness.Child{PID: t.D.PID}.Limit("Max open files"))
			t.Printf("child %s", harness.Child{PID: t.PID("p")}.Limit("Max open files"))
		}},
		{Name: "minfds-impossible", Differs: limitDiffers, Run: func(t *T) {
			t.Must(os.Chmod(t.Dir, 0o777))
			t.Write("c", harness.Header)
			t.Wrap = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", `ulimit -n 300; exec "$@"`, "sh"}
			if outcome(t, "-n", "-c", t.Path("c"), "-a", "500") == nil {
				ended(t)
			}
		}},
		{Name: "minprocs-impossible", Differs: limitDiffers, Run: func(t *T) {
			t.Must(os.Chmod(t.Dir, 0o777))
			t.Write("c", harness.Header)
			t.Wrap = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", `ulimit -p 50000; exec "$@"`, "sh"}
			if outcome(t, "-n", "-c", t.Path("c"), "--minprocs", "60000") == nil {
				ended(t)
			}
		}},
		{Name: "user-without-root", Run: func(t *T) {
			t.Must(os.Chmod(t.Dir, 0o777))
			t.Write("c", harness.Header)
			t.Wrap = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}
			if outcome(t, "-n", "-c", t.Path("c"), "-u", "daemon") == nil {
				ended(t)
			}
		}},
		{Name: "program-user-without-root", Run: func(t *T) {
			t.Must(os.Chmod(t.Dir, 0o777))
			t.Write("c", harness.Header+quiet("p", "user=daemon", "startretries=0", "autorestart=false", "stderr_logfile={DIR}/err"))
			t.Wrap = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}
			if outcome(t, "-n", "-c", t.Path("c")) == nil {
				ended(t)
				return
			}
			t.Await("p", "FATAL|BACKOFF|EXITED")
			t.Until("the message", func() bool { return t.Read("err") != "" && t.Read("err") != "(no such file)" })
			t.Printf("%s", strings.SplitAfterN(t.Read("err"), "\n", 3)[:2])
		}},
		{Name: "user", Run: func(t *T) {
			t.Must(os.Chmod(t.Dir, 0o777))
			runs(t, "-u nobody", quiet("p"))
			t.Await("p", "RUNNING")
			d, c := harness.Child{PID: t.D.PID}, harness.Child{PID: t.PID("p")}
			t.Printf("daemon uid %s gid %s groups %q", d.Status("Uid"), d.Status("Gid"), d.Status("Groups"))
			t.Printf("child uid %s gid %s groups %q", c.Status("Uid"), c.Status("Gid"), c.Status("Groups"))
			t.ShowLog("uid|user|root")
		}},
		{Name: "nocleanup", Run: func(t *T) {
			t.Write("p-stdout---conf-abcdefgh.log", "x")
			runs(t, "-k", quiet("p", "autostart=false"))
			t.Printf("old log: %s", t.Read("p-stdout---conf-abcdefgh.log"))
		}},
		{Name: "cleanup", Run: func(t *T) {
			t.Write("p-stdout---conf-abcdefgh.log", "x")
			t.Write("p-stdout---conf-abcdefgh.log.1", "x")
			t.Write("q-stderr---conf-abcdefgh.log.10", "x")
			t.Write("p-stdout---other-abcdefgh.log", "x")
			t.Write("p-stdout---conf-abcdefg.log", "x")
			runs(t, "", quiet("p", "autostart=false"))
			for _, n := range []string{"p-stdout---conf-abcdefgh.log", "p-stdout---conf-abcdefgh.log.1", "q-stderr---conf-abcdefgh.log.10", "p-stdout---other-abcdefgh.log", "p-stdout---conf-abcdefg.log"} {
				t.Printf("%s: %s", strings.ReplaceAll(n, "abcdefgh", "8"), t.Read(n))
			}
		}},
		{Name: "strip-ansi", Run: func(t *T) {
			runs(t, "-t", prog("p", `printf '\033[1mbold\033[0m plain'`, "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/p.log"))
			t.Await("p", "EXITED")
			t.Printf("%q", t.Read("p.log"))
		}},
		{Name: "no-strip-ansi", Run: func(t *T) {
			runs(t, "", prog("p", `printf '\033[1mbold\033[0m plain'`, "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/p.log"))
			t.Await("p", "EXITED")
			t.Printf("%q", t.Read("p.log"))
		}},
		{Name: "config-in-directory", Run: func(t *T) {
			t.Write("supervisord.conf", harness.Header)
			if outcome(t, "-n") == nil {
				ended(t)
			} else {
				t.ShowLog("CRIT|WARN")
			}
		}},
		{Name: "config-in-etc", Run: func(t *T) {
			t.Write("etc/supervisord.conf", harness.Header)
			if outcome(t, "-n") == nil {
				ended(t)
			} else {
				t.ShowLog("CRIT|WARN")
			}
		}},
		{Name: "relative-config", Run: func(t *T) {
			t.Write("sub/c", harness.Header+prog("p", "sleep 1000", "startsecs=0", "environment=HERE=\"%(here)s\""))
			if outcome(t, "-n", "-c", "sub/c") == nil {
				ended(t)
				return
			}
			t.Await("p", "RUNNING")
			say(t, "env", strings.Join(harness.Child{PID: t.PID("p")}.Environ(), "\n"), "HERE=")
		}},
		{Name: "start-log", Run: func(t *T) {
			runs(t, "", quiet("p"))
			t.Await("p", "RUNNING")
			t.ShowLog(".")
		}},
		{Name: "start-log-user-root", Run: func(t *T) {
			runs(t, "", "[supervisord]\nuser=root\n"+quiet("p"))
			t.Await("p", "RUNNING")
			t.ShowLog("CRIT|WARN|uid")
		}},
		{Name: "second-instance", Run: func(t *T) {
			runs(t, "", quiet("p"))
			first := t.D
			r := t.Exec("", "supervisord", "-n", "-c", t.Path("c"))
			r.Stdout = "" // the log on its way there
			t.Show("supervisord -n -c c", r)
			t.D = first
			t.Printf("pid file is still the first one's: %v", strings.TrimSpace(t.Read("pid")) == strconv.Itoa(first.PID))
			t.RPC("getState")
		}},
	}
}

// cliDaemon are the cases in which supervisord goes to the background.
func cliDaemon() []suite.Case {
	daemonise := func(t *T, conf, flags string) harness.Child {
		t.Write("c", harness.Header+conf)
		r := t.Exec("", "supervisord", append([]string{"-c", t.Path("c")}, strings.Fields(t.Expand(flags))...)...)
		t.Show("supervisord -c c "+flags, r)
		t.D = t.Attach()
		pid, _ := strconv.Atoi(strings.TrimSpace(t.Read("pid")))
		t.Cleanup(func() {
			if pid > 1 {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		})
		return harness.Child{PID: pid}
	}
	await := func(t *T) harness.Child {
		pid := 0
		t.Until("the daemon", func() bool {
			v, err := t.D.Try("supervisor.getPID")
			pid, _ = v.(int)
			return err == nil
		})
		return harness.Child{PID: pid}
	}
	return []suite.Case{
		{Name: "background", Run: func(t *T) {
			daemonise(t, quiet("p"), "")
			c := await(t)
			t.Printf("session leader %v, umask %s, fds %v", c.Session() == c.PID, c.Status("Umask"), c.FDs()[:3])
			t.Printf("cwd %s", c.Dir())
			t.Printf("pidfile right: %v", strings.TrimSpace(t.Read("pid")) == strconv.Itoa(c.PID))
			t.Await("p", "RUNNING")
			t.ShowLog(".")
			p := harness.Child{PID: t.PID("p")}
			t.Printf("child umask %s cwd %s session is the daemon's %v", p.Status("Umask"), p.Dir(), p.Session() == c.PID)
		}},
		{Name: "directory-umask", Run: func(t *T) {
			t.Write("other/x", "")
			daemonise(t, "[supervisord]\numask=027\ndirectory={DIR}/other\n"+quiet("p"), "")
			c := await(t)
			t.Printf("umask %s cwd %s", c.Status("Umask"), c.Dir())
			t.Await("p", "RUNNING")
			p := harness.Child{PID: t.PID("p")}
			t.Printf("child umask %s cwd %s", p.Status("Umask"), p.Dir())
			t.ShowLog("directory")
		}},
		{Name: "flags-win", Run: func(t *T) {
			t.Write("other/x", "")
			daemonise(t, "[supervisord]\numask=027\ndirectory=/\n", "-m 002 -d {DIR}/other")
			c := await(t)
			t.Printf("umask %s cwd %s", c.Status("Umask"), c.Dir())
		}},
		{Name: "nodaemon-in-file", Run: func(t *T) {
			t.Write("c", harness.Header+"[supervisord]\nnodaemon=true\n")
			outcome(t, "-c", t.Path("c"))
			pid, _ := t.Call("getPID").(int)
			t.Printf("stays in the foreground: %v", pid == t.D.PID)
		}},
		{Name: "socket-in-use", Run: func(t *T) {
			daemonise(t, "", "")
			await(t)
			t.Show("supervisord -c c", t.Exec("", "supervisord", "-c", t.Path("c")))
			t.RPC("getState")
		}},
		{Name: "bad-config", Run: func(t *T) {
			t.Write("c", harness.Header+"[program:x]\n")
			t.Printf("%s", t.Exec("", "supervisord", "-c", t.Path("c")).Status)
		}},
		{Name: "shutdown-removes", Run: func(t *T) {
			daemonise(t, quiet("p"), "")
			c := await(t)
			t.RPC("shutdown")
			t.Until("the daemon to end", func() bool { return !harness.Alive(c.PID) })
			t.Printf("pid file: %s", t.Read("pid"))
			t.Printf("socket: %s", t.Read("s"))
		}},
		{Name: "pidfile-unwritable", Run: func(t *T) {
			t.Write("pid/x", "")
			daemonise(t, "", "")
			await(t)
			t.ShowLog("CRIT could not")
		}},
	}
}

// ctlRefusals are command lines of supervisorctl that need no daemon.
func ctlRefusals() []suite.Case {
	rows := []struct{ name, args string }{
		{"unknown-short", "-x"}, {"unknown-long", "--nosuch"}, {"c-without-value", "-c"},
		{"no-such-file", "-c {DIR}/nosuch status"}, {"bad-url", "-c {DIR}/c -s foo status"},
		{"bad-scheme", "-c {DIR}/c -s ftp://localhost status"}, {"empty-url", "-c {DIR}/c --serverurl= status"},
		{"no-section", "-c {DIR}/empty status"},
		{"version-flag", "-v"}, {"username-missing", "-u"},
	}
	var out []suite.Case
	for _, r := range rows {
		c := suite.Case{Name: r.name, Run: func(t *T) {
			t.Write("c", harness.Header)
			t.Write("empty", "")
			t.Show("supervisorctl "+r.args, t.Exec("", "supervisorctl", strings.Fields(t.Expand(r.args))...))
		}}
		if inOurWords[r.name] {
			c.Differs = wordsDiffer
		}
		out = append(out, c)
	}
	commands := []string{"status", "start x", "stop x", "restart x", "pid", "pid x", "pid all", "tail x", "tail -f x", "maintail", "maintail -f",
		"clear x", "clear all", "signal HUP x", "reread", "update", "add x", "remove x", "avail", "reload", "shutdown", "version", "fg x", "help",
		"nosuch", "open http://localhost:1", "start all", "stop all", "quit", "exit"}
	for _, c := range commands {
		out = append(out, suite.Case{Name: "nosocket-" + strings.ReplaceAll(c, " ", "-"), Run: func(t *T) {
			t.Write("c", harness.Header)
			r := t.Exec("", "supervisorctl", append([]string{"-c", t.Path("c")}, strings.Fields(c)...)...)
			if c == "help" {
				r.Stdout = helpCommands(r.Stdout)
			}
			t.Show("supervisorctl "+c, r)
		}})
		if strings.Contains(c, "open") || c == "help" || c == "quit" || c == "exit" || c == "nosuch" {
			continue
		}
		out = append(out, suite.Case{Name: "refused-" + strings.ReplaceAll(c, " ", "-"), Run: func(t *T) {
			t.Write("c", harness.Header)
			url := fmt.Sprintf("http://127.0.0.1:%d", t.Port())
			r := t.Exec("", "supervisorctl", append([]string{"-c", t.Path("c"), "-s", url}, strings.Fields(c)...)...)
			t.Show("supervisorctl -s URL "+c, r)
		}})
	}
	for _, flag := range []string{"-h", "--help", "-?"} {
		out = append(out, suite.Case{Name: "helps" + flag, Run: func(t *T) {
			r := t.Exec("", "supervisorctl", flag)
			t.Printf("%s, stdout has text: %v, stderr: %q", r.Status, len(r.Stdout) > 200, r.Stderr)
		}})
	}
	return out
}

// helpCommands returns the sorted words of the table that help prints.
func helpCommands(s string) string {
	words := map[string]bool{}
	for _, w := range strings.Fields(s) {
		words[w] = true
	}
	var out []string
	for _, c := range []string{"add", "avail", "clear", "exit", "fg", "maintail", "open", "pid", "quit", "reload", "remove", "reread", "restart",
		"shutdown", "signal", "start", "status", "stop", "tail", "update", "version"} {
		if words[c] {
			out = append(out, c)
		}
	}
	return strings.Join(out, " ") + "\n"
}
