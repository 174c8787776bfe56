package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	config := "[supervisord]\nloglevel=debug\n" +
		quiet("run") + quiet("off", "autostart=false") +
		quiet("a", "autostart=false") + quiet("b", "autostart=false", "priority=1") + "[group:g]\nprograms=a,b\n" +
		prog("nolog", "sleep 1000", "startsecs=0", "stdout_logfile=NONE", "stderr_logfile=NONE") +
		prog("ten", "printf 0123456789", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/ten.log") +
		prog("cat", "cat", "startsecs=0", "stdout_logfile={DIR}/cat.log") +
		prog("closed", "sh -c 'exec 0<&-; sleep 1000'", "startsecs=0") +
		prog("umlaut-ü", "sleep 1000", "startsecs=0", "autostart=false")
	return []*suite.Suite{
		{Name: "rpc-methods", Config: config, Slow: 10, Cases: append(rpcSimple(), rpcNames()...)},
		{Name: "rpc-arity", Config: config, Slow: 10, Cases: rpcArity()},
		{Name: "rpc-types", Config: config, Setup: func(t *T) { t.Await("ten", "EXITED"); t.Await("cat", "RUNNING") }, Slow: 10, Cases: rpcTypes()},
		{Name: "rpc-multicall", Config: config, Slow: 10, Cases: rpcMulticall()},
		{Name: "rpc-stdin", Config: config, Setup: func(t *T) { t.Await("cat", "RUNNING") }, Slow: 10, Cases: rpcStdin()},
		{Name: "rpc-all", Slow: 10, Cases: rpcAll()},
	}
})

// methods are all methods of the API and how many parameters each takes.
var methods = []struct {
	name     string
	min, max int
}{
	{"supervisor.getAPIVersion", 0, 0}, {"supervisor.getVersion", 0, 0}, {"supervisor.getSupervisorVersion", 0, 0},
	{"supervisor.getIdentification", 0, 0}, {"supervisor.getState", 0, 0}, {"supervisor.getPID", 0, 0},
	{"supervisor.readLog", 2, 2}, {"supervisor.readMainLog", 2, 2}, {"supervisor.clearLog", 0, 0},
	{"supervisor.shutdown", 0, 0}, {"supervisor.restart", 0, 0}, {"supervisor.reloadConfig", 0, 0},
	{"supervisor.addProcessGroup", 1, 1}, {"supervisor.removeProcessGroup", 1, 1},
	{"supervisor.startProcess", 1, 2}, {"supervisor.startProcessGroup", 1, 2}, {"supervisor.startAllProcesses", 0, 1},
	{"supervisor.stopProcess", 1, 2}, {"supervisor.stopProcessGroup", 1, 2}, {"supervisor.stopAllProcesses", 0, 1},
	{"supervisor.signalProcess", 2, 2}, {"supervisor.signalProcessGroup", 2, 2}, {"supervisor.signalAllProcesses", 1, 1},
	{"supervisor.getAllConfigInfo", 0, 0}, {"supervisor.getProcessInfo", 1, 1}, {"supervisor.getAllProcessInfo", 0, 0},
	{"supervisor.readProcessStdoutLog", 3, 3}, {"supervisor.readProcessLog", 3, 3}, {"supervisor.readProcessStderrLog", 3, 3},
	{"supervisor.tailProcessStdoutLog", 3, 3}, {"supervisor.tailProcessLog", 3, 3}, {"supervisor.tailProcessStderrLog", 3, 3},
	{"supervisor.clearProcessLogs", 1, 1}, {"supervisor.clearProcessLog", 1, 1}, {"supervisor.clearAllProcessLogs", 0, 0},
	{"supervisor.sendProcessStdin", 2, 2}, {"supervisor.sendRemoteCommEvent", 2, 2},
	{"system.listMethods", 0, 0}, {"system.methodHelp", 1, 1}, {"system.methodSignature", 1, 1}, {"system.multicall", 1, 1},
}

func rpcSimple() []suite.Case {
	one := func(name, method string, params ...any) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) { t.RPC(method, params...) }}
	}
	cases := []suite.Case{
		one("api-version", "getAPIVersion"), one("version", "getVersion"), one("supervisor-version", "getSupervisorVersion"),
		one("identification", "getIdentification"), one("state", "getState"),
		{Name: "pid", Run: func(t *T) { t.Printf("%v", t.Call("getPID") == t.D.PID) }},
		one("unknown-method", "supervisor.nosuch"), one("unknown-namespace", "nosuch.getState"),
		one("no-namespace", ".getState"), one("private-method", "supervisor._update"), one("attribute", "supervisor.supervisord"),
		one("deep-name", "supervisor.getState.x"), one("only-namespace", "supervisor."), one("dunder", "supervisor.__init__"),
		one("case", "supervisor.getstate"), one("system-case", "System.listMethods"),
		{Name: "list-methods", Run: func(t *T) {
			got, _ := t.Call("system.listMethods").(array)
			have := map[any]bool{}
			for _, n := range got {
				have[n] = true
			}
			for _, m := range methods {
				t.Printf("%s %v", m.name, have[m.name])
			}
			sorted := slices.IsSortedFunc(got, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			t.Printf("sorted %v", sorted)
		}},
		one("help-unknown", "system.methodHelp", "nosuch"), one("signature-unknown", "system.methodSignature", "nosuch"),
		one("help-int", "system.methodHelp", 1), one("signature-bool", "system.methodSignature", true),
		one("signal-unknown", "signalProcess", "run", "NOSUCH"), one("signal-zero", "signalProcess", "run", 0),
		one("signal-zero-text", "signalProcess", "run", "0"), one("signal-negative", "signalProcess", "run", "-1"),
		one("signal-99", "signalProcess", "run", 99), one("signal-text-number", "signalProcess", "run", "18"),
		one("signal-lower", "signalProcess", "run", "cont"), one("signal-sig", "signalProcess", "run", "SIGCONT"),
		one("signal-empty", "signalProcess", "run", ""), one("signal-group-unknown", "signalProcessGroup", "nosuch", "CONT"),
		one("signal-group-bad", "signalProcessGroup", "run", "NOSUCH"), one("signal-all-bad", "signalAllProcesses", "NOSUCH"),
		one("reread", "reloadConfig"),
		one("add-unknown", "addProcessGroup", "nosuch"), one("remove-unknown", "removeProcessGroup", "nosuch"),
		one("add-active", "addProcessGroup", "run"), one("remove-running", "removeProcessGroup", "run"),
		one("stdin-unknown", "sendProcessStdin", "nosuch", "x"), one("event", "sendRemoteCommEvent", "type", "data"),
		one("event-unicode", "sendRemoteCommEvent", "tüp", "dätä"),
		one("group-info", "getProcessInfo", "g:*"), one("member-info", "startProcess", "g:a"),
		one("start-unicode", "startProcess", "umlaut-ü"),
	}
	for _, m := range methods {
		cases = append(cases, one("signature-"+m.name, "system.methodSignature", m.name))
		cases = append(cases, suite.Case{Name: "help-" + m.name, Run: func(t *T) {
			s, _ := t.Call("system.methodHelp", m.name).(string)
			t.Printf("has a help text: %v, parameters %d, result %v", len(strings.TrimSpace(s)) > 10, strings.Count(s, "@param"), strings.Contains(s, "@return"))
		}})
	}
	return cases
}

// rpcNames tries names that are not there, for every method that takes one.
func rpcNames() []suite.Case {
	after := map[string][]any{
		"startProcess": nil, "stopProcess": nil, "getProcessInfo": nil, "clearProcessLogs": nil, "startProcessGroup": nil, "stopProcessGroup": nil,
		"signalProcess": {"CONT"}, "sendProcessStdin": {""}, "readProcessStdoutLog": {0, 0}, "readProcessStderrLog": {0, 0},
		"tailProcessStdoutLog": {0, 10}, "tailProcessStderrLog": {0, 10}, "removeProcessGroup": nil, "addProcessGroup": nil,
	}
	names := []string{"nosuch", "", "nosuch:x", "run:nosuch", "nosuch:*", "run:*", "run:run", "run:", ":run", "*", "g", "g:a:b", "umlaut-ü", "x y", "run\n", "<&>\"'"}
	var out []suite.Case
	for _, m := range sortedNames(after) {
		out = append(out, suite.Case{Name: "names-" + m, Run: func(t *T) {
			for _, n := range names {
				if m == "startProcess" || m == "stopProcess" || m == "clearProcessLogs" || m == "stopProcessGroup" || m == "startProcessGroup" {
					if n == "run:" || n == "run:*" || n == "run:run" {
						continue // these name a real process, whose state the other cases need
					}
				}
				t.RPC(m, append([]any{n}, after[m]...)...)
			}
		}})
	}
	return out
}

// rpcArity calls every method with too few and too many parameters.
func rpcArity() []suite.Case {
	var out []suite.Case
	for _, m := range methods {
		out = append(out, suite.Case{Name: m.name, Run: func(t *T) {
			for _, n := range []int{m.min - 1, m.max + 1, m.max + 5} {
				if n < 0 {
					continue
				}
				params := make([]any, n)
				for i := range params {
					params[i] = "x"
				}
				t.RPC(m.name, params...)
			}
		}})
	}
	return out
}

// ownTypes are the cases with a parameter that ours understands otherwise.
var ownTypes = map[string]bool{"data-array": true, "data-struct": true, "data-bigint": true, "data-i8": true, "group-array": true, "group-struct": true, "group-bigint": true, "name-i8": true, "signal-bigint": true}

// rpcTypes gives parameters of other types than expected.
func rpcTypes() []suite.Case {
	values := []struct {
		name  string
		value any
	}{
		{"int", 7}, {"zero", 0}, {"true", true}, {"double", 1.5}, {"array", array{"run"}}, {"struct", strct{"a": "b"}}, {"base64", []byte("run")},
		{"nil", raw("<value><nil/></value>")}, {"untyped", raw("<value>run</value>")}, {"empty", raw("<value></value>")},
		{"i4", raw("<value><i4>7</i4></value>")}, {"i8", raw("<value><i8>7000000000</i8></value>")}, {"bigint", raw("<value><int>99999999999999999999</int></value>")},
		{"date", raw("<value><dateTime.iso8601>20260101T00:00:00</dateTime.iso8601></value>")}, {"badint", raw("<value><int>x</int></value>")},
		{"spaceint", raw("<value><int> 7 </int></value>")}, {"plusint", raw("<value><int>+7</int></value>")}, {"bool2", raw("<value><boolean>2</boolean></value>")},
		{"booltrue", raw("<value><boolean>true</boolean></value>")}, {"unknown-type", raw("<value><foo>1</foo></value>")}, {"cdata", raw("<value><string><![CDATA[run]]></string></value>")},
		{"entity", raw("<value><string>r&#117;n</string></value>")}, {"nested", raw("<value><string>r<b>u</b>n</string></value>")},
	}
	var out []suite.Case
	for _, v := range values {
		add := func(kind, crashes string, run func(t *T)) {
			c := suite.Case{Name: kind + "-" + v.name, Run: run}
			if slices.Contains(strings.Fields(crashes), v.name) {
				c.Differs = "A parameter of a type it does not expect crashes the reference (HTTP 500); ours answers with a fault."
			}
			out = append(out, c)
		}
		own := ""
		switch v.name {
		case "i8", "bigint":
			own = "Numbers of more than 32 bits are taken for text by the reference; ours are numbers, up to 64 bits."
		case "array", "struct":
			own = "Where a text is expected, an array or struct is refused; the reference uses Python's notation of it."
		}
		begin := len(out)
		add("name", "int zero true double array struct nil i4 bigint date spaceint plusint bool2 booltrue", func(t *T) { t.RPC("getProcessInfo", v.value) })
		add("group", "", func(t *T) { t.RPC("addProcessGroup", v.value) })
		add("number", "base64 bigint cdata empty entity nested untyped", func(t *T) {
			t.RPC("readProcessStdoutLog", "ten", v.value, 0)
			t.RPC("readProcessStdoutLog", "ten", 0, v.value)
		})
		add("flag", "", func(t *T) {
			t.RPC("startProcess", "off", v.value)
			t.Await("off", "RUNNING|STOPPED")
			t.RPC("stopProcess", "off", v.value)
			t.Await("off", "STOPPED")
		})
		if !slices.Contains(strings.Fields("int i4 plusint spaceint true double"), v.name) { // these would be real signals
			add("signal", "array struct date nil", func(t *T) { t.RPC("signalProcess", "run", v.value) })
		}
		add("data", "", func(t *T) {
			t.RPC("sendRemoteCommEvent", "x", v.value)
			t.RPC("sendProcessStdin", "cat", v.value)
		})
		for i := range out[begin:] {
			kind, _, _ := strings.Cut(out[begin+i].Name, "-")
			if c := &out[begin+i]; c.Differs == "" && ownTypes[kind+"-"+v.name] {
				c.Differs = own
			}
		}
	}
	return out
}

func call(method string, params ...any) strct {
	return strct{"methodName": method, "params": array(params)}
}

func rpcMulticall() []suite.Case {
	multi := func(name string, calls ...any) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) { t.RPC("system.multicall", array(calls)) }}
	}
	return []suite.Case{
		multi("empty"),
		multi("two", call("supervisor.getVersion"), call("supervisor.getIdentification")),
		multi("fault-inside", call("supervisor.getProcessInfo", "nosuch"), call("supervisor.getVersion")),
		multi("unknown-method", call("supervisor.nosuch"), call("supervisor.getVersion")),
		multi("without-params", strct{"methodName": "supervisor.getVersion"}),
		multi("without-name", strct{"params": array{}}),
		multi("empty-name", strct{"methodName": "", "params": array{}}),
		multi("recursive", call("system.multicall", array{})),
		multi("system", call("system.methodSignature", "supervisor.getPID")),
		crash(multi("not-a-struct", "x")),
		crash(multi("an-int", 1)),
		multi("params-text", strct{"methodName": "supervisor.getVersion", "params": "x"}),
		multi("wrong-arity", call("supervisor.getVersion", 1)),
		multi("extra-members", strct{"methodName": "supervisor.getVersion", "params": array{}, "x": 1}),
		multi("deferred", call("supervisor.startProcess", "off"), call("supervisor.getVersion"), call("supervisor.startProcess", "off")),
		{Name: "deferred-stop", Run: func(t *T) {
			t.Await("off", "RUNNING")
			t.RPC("system.multicall", array{call("supervisor.stopProcess", "off"), call("supervisor.stopProcess", "nosuch"), call("supervisor.getVersion")})
		}},
		multi("deferred-group", call("supervisor.startProcessGroup", "g"), call("supervisor.startProcessGroup", "g")),
		multi("start-fault", call("supervisor.startProcess", "run"), call("supervisor.stopProcess", "off")),
		crash(suite.Case{Name: "argument-text", Run: func(t *T) { t.RPC("system.multicall", "x") }}),
		{Name: "argument-struct", Run: func(t *T) { t.RPC("system.multicall", strct{"a": 1}) }},
		{Name: "many", Run: func(t *T) {
			var calls array
			for range 200 {
				calls = append(calls, call("supervisor.getVersion"))
			}
			got, _ := t.Call("system.multicall", calls).(array)
			t.Printf("%d results, last %s", len(got), harness.Show(got[len(got)-1]))
		}},
	}
}

// crash marks a case in which the reference gives HTTP 500.
func crash(c suite.Case) suite.Case {
	c.Differs = "A parameter of a type it does not expect crashes the reference (HTTP 500); ours answers with a fault."
	return c
}

func rpcStdin() []suite.Case {
	echo := func(name string, data any, want string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			before := len(t.Read("cat.log"))
			if t.Read("cat.log") == "(no such file)" {
				before = 0
			}
			t.RPC("sendProcessStdin", "cat", data)
			if want != "" {
				t.Until("the echo", func() bool { return len(t.Read("cat.log")) >= before+len(want) })
				t.Printf("%q", t.Read("cat.log")[before:])
			}
		}}
	}
	return []suite.Case{
		echo("line", "hello\n", "hello\n"), echo("no-newline", "abc", "abc"), echo("unicode", "ü€😀\n", "ü€😀\n"), echo("empty", "", ""),
		echo("markup", "<a>&\"'\n", "<a>&\"'\n"), echo("crlf", raw("<value><string>a&#13;&#10;b\n</string></value>"), "a\r\nb\n"),
		echo("base64", []byte("x\x00y\n"), ""),
		{Name: "large", Run: func(t *T) {
			text := strings.Repeat("0123456789abcdef", 20000)
			before := len(t.Read("cat.log"))
			v := t.Call("sendProcessStdin", "cat", text)
			t.Printf("%s", harness.Show(v))
			t.Until("the echo", func() bool { return len(t.Read("cat.log")) >= before+len(text) })
			t.Printf("%v", t.Read("cat.log")[before:] == text)
		}},
		{Name: "not-reading", Differs: "Data for a program that does not read its input gives HTTP 500 in the reference once the pipe is full; ours queues it.", Run: func(t *T) {
			for range 3 {
				t.Printf("%s", harness.Show(t.Call("sendProcessStdin", "run", strings.Repeat("x", 100000))))
			}
			t.RPC("stopProcess", "run")
			t.RPC("startProcess", "run")
		}},
		{Name: "closed-stdin", Run: func(t *T) {
			t.Await("closed", "RUNNING")
			t.Until("stdin to close", func() bool {
				fds := harness.Child{PID: t.PID("closed")}.FDs()
				return len(fds) > 0 && !strings.HasPrefix(fds[0], "0 ")
			})
			t.RPC("sendProcessStdin", "closed", "x\n")
			t.RPC("sendProcessStdin", "closed", "y\n")
		}},
		{Name: "group", Run: func(t *T) { t.RPC("sendProcessStdin", "g:*", "x") }},
		{Name: "int", Run: func(t *T) { t.RPC("sendProcessStdin", "cat", 1) }},
	}
}

// rpcAll are the methods that treat all processes.
func rpcAll() []suite.Case {
	conf := quiet("b") + quiet("a", "priority=1") + quiet("off", "autostart=false") + prog("bad", "/nonexistent/x", "autostart=false") +
		prog("quick", "sh -c 'exit 1'", "autostart=false", "startretries=0", "startsecs=1") +
		quiet("m1", "priority=3") + quiet("m2", "priority=2") + "[group:g]\nprograms=m1,m2\npriority=5\n"
	up := func(t *T) {
		t.Start(conf)
		for _, n := range []string{"a", "b", "g:m1", "g:m2"} {
			t.Await(n, "RUNNING")
		}
	}
	sorted := func(t *T, v any) {
		got, ok := v.(array)
		if !ok {
			t.Printf("%s", harness.Show(v))
		}
		lines := map[string]bool{}
		for _, e := range got {
			lines[harness.Show(e)] = true
		}
		for _, l := range sortedNames(lines) {
			t.Printf("  %s", l)
		}
	}
	return []suite.Case{
		{Name: "start", Run: func(t *T) { up(t); sorted(t, t.Call("startAllProcesses")) }},
		{Name: "start-nowait", Run: func(t *T) { up(t); t.RPC("startAllProcesses", false) }},
		{Name: "stop", Run: func(t *T) { up(t); sorted(t, t.Call("stopAllProcesses")); t.RPC("stopAllProcesses") }},
		{Name: "stop-nowait", Run: func(t *T) { up(t); t.RPC("stopAllProcesses", false) }},
		{Name: "stop-group", Run: func(t *T) { up(t); sorted(t, t.Call("stopProcessGroup", "g")) }},
		{Name: "start-group", Run: func(t *T) {
			up(t)
			t.Call("stopProcessGroup", "g")
			sorted(t, t.Call("startProcessGroup", "g"))
			t.RPC("startProcessGroup", "g")
		}},
		{Name: "start-star", Run: func(t *T) { up(t); t.Call("stopProcess", "g:*"); sorted(t, t.Call("startProcess", "g:*")) }},
		{Name: "signal", Run: func(t *T) { up(t); t.RPC("signalAllProcesses", "CONT") }},
		{Name: "signal-star", Run: func(t *T) { up(t); t.RPC("signalProcess", "g:*", "CONT") }},
		{Name: "clear-logs", Run: func(t *T) { up(t); t.RPC("clearAllProcessLogs") }},
		{Name: "all-info", Run: func(t *T) {
			up(t)
			all, _ := t.Call("getAllProcessInfo").(array)
			for _, e := range all {
				t.Printf("%s", harness.Show(e))
			}
		}},
		{Name: "all-config", Run: func(t *T) {
			up(t)
			all, _ := t.Call("getAllConfigInfo").(array)
			for _, e := range all {
				t.Printf("%s", harness.Show(e))
			}
		}},
		{Name: "one-of-group-then-status", Run: func(t *T) {
			up(t)
			t.RPC("stopProcess", "g:m1")
			t.ShowInfo("g:m1", "statename")
			t.ShowInfo("g:m2", "statename")
		}},
		{Name: "deferred-survives-removal", Run: func(t *T) {
			t.Start(prog("slow", "sleep 1000", "startsecs=2", "autostart=false"))
			done := make(chan any, 1)
			go func() {
				v, err := t.D.Try("supervisor.startProcess", "slow")
				if err != nil {
					v = fmt.Sprint(err)
				}
				done <- v
			}()
			t.Await("slow", "STARTING")
			t.RPC("stopProcess", "slow")
			t.Printf("the start says %s", harness.Show(<-done))
		}},
		{Name: "deferred-unicode", Differs: "The reference counts characters instead of bytes in the length of a deferred answer, which cuts it where a name is not ASCII; ours is whole.", Run: func(t *T) {
			t.Start(quiet("uni-ü€"))
			t.Await("uni-ü€", "RUNNING")
			t.RPC("stopAllProcesses")
		}},
		{Name: "stop-waits-for-kill", Run: func(t *T) {
			t.Start(prog("stubborn", `sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=1", "stdout_logfile={DIR}/o"))
			t.Until("ready", func() bool { return t.Read("o") == "ready\n" })
			t.RPC("stopProcess", "stubborn", false)
			t.ShowInfo("stubborn", "statename")
			t.RPC("stopProcess", "stubborn")
			t.RPC("startProcess", "stubborn", false)
			t.Await("stubborn", "STOPPED|RUNNING")
			t.ShowInfo("stubborn", "statename")
		}},
	}
}
