package cases

import (
	"fmt"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{{Name: "update", Slow: 60, Cases: append(updateCases(), changedOptions()...)}}
})

// change starts a daemon with one configuration, replaces it by another and
// runs the commands. Which pids stayed is part of the observation.
func change(before, after string, commands ...string) func(t *T) {
	return func(t *T) {
		t.Start(before)
		awaitAutostarts(t)
		pids := childPIDs(t)
		t.Write("c", harness.Header+after)
		for _, c := range commands {
			sortedLines := t.CtlQuiet(strings.Fields(c)...)
			t.Show("supervisorctl "+c, sortedLines)
		}
		awaitAutostarts(t)
		now := childPIDs(t)
		for _, n := range sortedNames(now) {
			switch old, had := pids[n]; {
			case !had:
				t.Printf("%s is new, %s", n, t.State(n))
			case old == now[n]:
				t.Printf("%s untouched, %s", n, t.State(n))
			default:
				t.Printf("%s has another child, %s", n, t.State(n))
			}
		}
		for _, n := range sortedNames(pids) {
			if _, ok := now[n]; !ok {
				t.Printf("%s gone, its child alive: %v", n, pids[n] > 0 && harness.Alive(pids[n]))
			}
		}
	}
}

// awaitAutostarts waits until no process is starting or about to.
func awaitAutostarts(t *T) {
	t.Until("all processes to be up", func() bool {
		auto := map[string]bool{}
		configs, _ := t.Call("getAllConfigInfo").(array)
		for _, e := range configs {
			if s, ok := e.(strct); ok {
				auto[fmt.Sprintf("%v:%v", s["group"], s["name"])] = s["autostart"] == true
			}
		}
		infos, _ := t.Call("getAllProcessInfo").(array)
		for _, e := range infos {
			s, _ := e.(strct)
			up := s["statename"] == "RUNNING" || s["statename"] == "EXITED" || s["statename"] == "FATAL"
			if auto[fmt.Sprintf("%v:%v", s["group"], s["name"])] && !up {
				return false
			}
		}
		return true
	})
	for n := range childPIDs(t) {
		t.Settle(n)
	}
}

func childPIDs(t *T) map[string]int {
	out := map[string]int{}
	infos, _ := t.Call("getAllProcessInfo").(array)
	for _, e := range infos {
		s, _ := e.(strct)
		pid, _ := s["pid"].(int)
		out[fmt.Sprintf("%v:%v", s["group"], s["name"])] = pid
	}
	return out
}

const liveDiffers = "An option that a running child need not know of (priority, stopwaitsecs, autostart, buffer_size, events ...) is applied by an update without a restart, and supervisorctl does not say \"stopped\" then."

const memberDiffers = "The reference restarts a whole group although one member changed; ours restarts only that member, and supervisorctl says \"stopped\" only where one was stopped."

func updateCases() []suite.Case {
	ab := quiet("a") + quiet("b")
	group := quiet("m1") + quiet("m2") + "[group:g]\nprograms=m1,m2\n"
	return []suite.Case{
		{Name: "nothing", Run: change(ab, ab, "reread", "update")},
		{Name: "added", Run: change(ab, ab+quiet("c"), "reread", "avail", "update")},
		{Name: "removed", Run: change(ab, quiet("a"), "reread", "avail", "update")},
		{Name: "changed", Run: change(ab, quiet("a")+prog("b", "sleep 1001", "startsecs=0"), "reread", "update")},
		{Name: "changed-priority", Differs: liveDiffers, Run: change(ab, quiet("a")+quiet("b", "priority=5"), "reread", "update")},
		{Name: "all-three", Run: change(ab, prog("b", "sleep 1001", "startsecs=0")+quiet("c"), "reread", "update")},
		{Name: "reread-twice", Run: change(ab, ab+quiet("c"), "reread", "reread")},
		{Name: "update-one", Run: change(ab, prog("a", "sleep 1001", "startsecs=0")+prog("b", "sleep 1001", "startsecs=0")+quiet("c"), "update a")},
		{Name: "update-new-one", Run: change(ab, ab+quiet("c")+quiet("d"), "update c")},
		{Name: "update-removed-one", Run: change(ab+quiet("c"), quiet("a"), "update b")},
		{Name: "update-unknown", Run: change(ab, ab, "update nosuch")},
		{Name: "add", Run: change(ab, ab+quiet("c"), "reread", "add c", "add c", "status c")},
		{Name: "add-before-reread", Run: change(ab, ab+quiet("c"), "add c")},
		{Name: "remove-running", Run: change(ab, ab, "remove a", "stop a", "remove a", "status a", "avail", "add a")},
		{Name: "remove-gone", Run: change(ab, quiet("a"), "reread", "stop b", "remove b", "add b")},
		{Name: "start-of-removed", Run: change(ab, quiet("a"), "reread", "status b", "restart b")},
		{Name: "member-changed", Differs: memberDiffers, Run: change(group, strings.Replace(group, "[program:m2]\n", "[program:m2]\nredirect_stderr=true\n", 1), "reread", "update")},
		{Name: "member-added", Differs: memberDiffers, Run: change(group, group+quiet("m3")+"[group:g]\nprograms=m1,m2,m3\n", "reread", "update")},
		{Name: "member-removed", Differs: memberDiffers, Run: change(group, quiet("m1")+"[group:g]\nprograms=m1\n", "reread", "update")},
		{Name: "group-priority", Differs: liveDiffers, Run: change(group, group+"priority=5\n", "reread", "update")},
		{Name: "group-dissolved", Run: change(group, quiet("m1")+quiet("m2"), "reread", "update")},
		{Name: "group-formed", Run: change(quiet("m1")+quiet("m2"), group, "reread", "update")},
		{Name: "group-renamed", Run: change(group, strings.Replace(group, "[group:g]", "[group:h]", 1), "reread", "update")},
		{Name: "numprocs-up", Differs: memberDiffers, Run: change(
			section("program:p", "command=sleep 1000", "startsecs=0", "numprocs=2", "process_name=%(process_num)d"),
			section("program:p", "command=sleep 1000", "startsecs=0", "numprocs=3", "process_name=%(process_num)d"), "reread", "update")},
		{Name: "listener-changed", Differs: liveDiffers, Run: change("[eventlistener:l]\ncommand=sleep 1000\nevents=TICK_5\nstartsecs=0\n", "[eventlistener:l]\ncommand=sleep 1000\nevents=TICK_60\nstartsecs=0\n", "reread", "update")},
		{Name: "listener-buffer", Differs: liveDiffers, Run: change("[eventlistener:l]\ncommand=sleep 1000\nevents=TICK_5\nstartsecs=0\n", "[eventlistener:l]\ncommand=sleep 1000\nevents=TICK_5\nbuffer_size=99\nstartsecs=0\n", "reread", "update")},
		{Name: "program-to-listener", Run: change(quiet("l"), "[eventlistener:l]\ncommand=sleep 1000\nevents=TICK_5\nstartsecs=0\n", "reread", "update")},
		{Name: "supervisord-section", Run: change(ab, "[supervisord]\nidentifier=other\nloglevel=debug\n"+ab, "reread", "update")},
		{Name: "supervisord-environment", Run: change(ab, "[supervisord]\nenvironment=X=\"1\"\n"+ab, "reread", "update")},
		{Name: "comment-only", Run: change(ab, "; nothing\n"+ab, "reread", "update")},
		{Name: "reordered", Run: change(ab, quiet("b")+quiet("a"), "reread", "update")},
		{Name: "autostart-changed", Differs: liveDiffers, Run: change(ab, quiet("a", "autostart=false")+quiet("b"), "reread", "update")},
		{Name: "stopped-then-changed", Run: func(t *T) {
			t.Start(quiet("a") + quiet("b"))
			awaitAutostarts(t)
			t.Call("stopProcess", "a")
			t.Write("c", harness.Header+prog("a", "sleep 1001", "startsecs=0")+quiet("b"))
			t.Ctl("update")
			t.Await("b", "RUNNING")
			t.Within(2*time.Second, func() bool { return t.State("a") == "RUNNING" })
			t.ShowInfo("a", "statename")
		}},
		{Name: "bad-config", Differs: "The reference names no file and line; ours says where the mistake is.", Run: change(ab, "[program:a]\n", "reread", "update", "status a")},
		{Name: "bad-config-then-good", Run: func(t *T) {
			t.Start(ab)
			awaitAutostarts(t)
			t.Write("c", harness.Header+"[program:a]\n")
			t.Printf("%s", t.CtlQuiet("reread").Status)
			t.Write("c", harness.Header+ab+quiet("c"))
			t.Ctl("update")
		}},
		{Name: "file-gone", Run: func(t *T) {
			t.Start(ab)
			t.Write("c2", "[supervisorctl]\nserverurl=unix://{DIR}/s\n")
			t.Must(t.Remove("c"))
			for _, c := range []string{"reread", "update"} {
				r := t.Exec("", "supervisorctl", "-c", t.Path("c2"), c)
				t.Printf("%s: %s", c, r.Status)
			}
			v, _ := t.Call("reloadConfig").(harness.Fault)
			t.Printf("fault %d, names the file: %v", v.Code, strings.Contains(v.Text, t.Path("c")))
		}},
		{Name: "include-added", Run: func(t *T) {
			t.Start(ab + "[include]\nfiles=d/*.conf\n")
			awaitAutostarts(t)
			t.Write("d/x.conf", quiet("x"))
			t.Ctl("update")
			t.Must(t.Remove("d/x.conf"))
			t.Ctl("update")
		}},
		{Name: "rpc-reread", Run: func(t *T) {
			t.Start(ab)
			awaitAutostarts(t)
			t.Write("c", harness.Header+quiet("b", "priority=1")+quiet("c")+quiet("d"))
			t.RPC("reloadConfig")
			t.RPC("reloadConfig")
			t.RPC("addProcessGroup", "c")
			t.RPC("removeProcessGroup", "a")
			t.RPC("stopProcess", "a")
			t.RPC("removeProcessGroup", "a")
			t.RPC("addProcessGroup", "a")
			t.RPC("addProcessGroup", "b")
			t.RPC("reloadConfig")
			for _, n := range []string{"b", "c", "d"} {
				t.Printf("%s in use: %v", n, t.Config(n, n)["inuse"])
			}
		}},
		{Name: "rpc-reread-bad", Run: func(t *T) {
			t.Start(ab)
			t.Write("c", harness.Header+"[program:a]\n")
			v, _ := t.Call("reloadConfig").(harness.Fault)
			t.Printf("fault %d, begins %q", v.Code, strings.SplitN(v.Text, ":", 2)[0])
			t.RPC("getState")
		}},
		{Name: "events-of-update", Differs: "A group of which only a process changed stays; the reference removes and adds it, with the events of that.", Run: func(t *T) {
			listener := "[eventlistener:l]\ncommand={SELF} child-listener {DIR}/ev\nevents=PROCESS_GROUP\nstartsecs=0\n"
			t.Start(listener + ab)
			awaitAutostarts(t)
			t.Write("c", harness.Header+listener+prog("b", "sleep 1001", "startsecs=0")+quiet("c"))
			t.Ctl("update")
			var names []string
			for _, e := range t.AwaitEvents("ev", 4, func(e harness.Event) bool { return !strings.Contains(e.Payload, "groupname:l") }) {
				names = append(names, e.Name()+" "+strings.TrimSpace(e.Payload))
			}
			t.Printf("%s", strings.Join(names, "\n"))
		}},
	}
}

// changedOptions changes one option each and looks whether it counts as a
// change.
func changedOptions() []suite.Case {
	changes := []struct{ name, before, after string }{
		{"command", "command=sleep 1000", "command=sleep 1001"}, {"priority", "", "priority=5"}, {"autorestart", "", "autorestart=true"}, {"startsecs", "startsecs=0", "startsecs=1"},
		{"startretries", "", "startretries=9"}, {"exitcodes", "", "exitcodes=0,9"}, {"stopsignal", "", "stopsignal=INT"}, {"stopwaitsecs", "", "stopwaitsecs=3"},
		{"user", "", "user=root"}, {"redirect_stderr", "", "redirect_stderr=true"}, {"stdout_logfile", "", "stdout_logfile={DIR}/x"}, {"stdout_logfile_none", "", "stdout_logfile=NONE"},
		{"stdout_logfile_maxbytes", "", "stdout_logfile_maxbytes=1MB"}, {"stdout_logfile_backups", "", "stdout_logfile_backups=1"}, {"stdout_capture_maxbytes", "", "stdout_capture_maxbytes=1MB"},
		{"stdout_events_enabled", "", "stdout_events_enabled=true"}, {"stderr_logfile", "", "stderr_logfile={DIR}/x"}, {"environment", "", "environment=A=\"1\""}, {"environment-order", "environment=A=\"1\",B=\"2\"", "environment=B=\"2\",A=\"1\""},
		{"directory", "", "directory=/tmp"}, {"umask", "", "umask=022"}, {"serverurl", "", "serverurl=http://x"}, {"stopasgroup", "", "stopasgroup=true"}, {"killasgroup", "", "killasgroup=true"},
		{"stdout_syslog", "", "stdout_syslog=true"}, {"same-value", "priority=999", ""}, {"same-boolean", "autorestart=true", "autorestart=yes"}, {"same-size", "stdout_logfile_maxbytes=1MB", "stdout_logfile_maxbytes=1024KB"},
		{"unknown-key", "", "nosuchkey=1"}, {"spaces", "priority=5", "priority =  5 "},
	}
	s := []suite.Case{}
	for _, c := range changes {
		conf := func(line string) string {
			if strings.HasPrefix(line, "command=") {
				return section("program:p", line, "autostart=false")
			}
			return section("program:p", "command=sleep 1000", line, "autostart=false")
		}
		s = append(s, suite.Case{Name: "option-" + c.name, Run: func(t *T) {
			t.Start(conf(c.before))
			t.Write("c", harness.Header+conf(c.after))
			t.RPC("reloadConfig")
		}})
	}
	return s
}
