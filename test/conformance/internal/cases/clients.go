package cases

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	conf := quiet("run") + quiet("off", "autostart=false") + prog("out", "sh -c 'echo hello; exec sleep 1000'", "startsecs=0", "stdout_logfile={DIR}/out.log") +
		quiet("m1") + quiet("m2") + "[group:g]\nprograms=m1,m2\n" + prog("bad", "/nonexistent/x", "autostart=false")
	up := func(t *T) {
		for _, n := range []string{"run", "out", "g:m1", "g:m2"} {
			t.Await(n, "RUNNING")
		}
		t.Until("output", func() bool { return t.Read("out.log") == "hello\n" })
	}
	return []*suite.Suite{
		{Name: "client-python", Needs: suite.Python, Config: conf, Setup: up, Slow: 10, Cases: pythonCases()},
		{Name: "client-reference-ctl", Needs: suite.Reference, Config: conf, Setup: up, Slow: 20, Cases: crossCases("the reference's supervisorctl", func(t *T) string { return t.Ref })},
		// Here the daemon is the reference's whatever is tested, and the client is
		// the one under test.
		{Name: "client-to-reference-daemon", Needs: suite.Reference, Slow: 20, Cases: toReference(conf, up)},
	}
})

const pythonTransport = `
import http.client, socket, sys, xmlrpc.client
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(sys.argv[1])
class Transport(xmlrpc.client.Transport):
    def make_connection(self, host):
        return Connection('localhost')
s = xmlrpc.client.ServerProxy('http://localhost', transport=Transport())
def show(f, *a):
    try:
        v = f(*a)
    except xmlrpc.client.Fault as e:
        v = 'fault %d %s' % (e.faultCode, e.faultString)
    if isinstance(v, dict):
        for k in ('pid', 'start', 'stop', 'now'):
            if v.get(k): v[k] = k.upper()
        v = dict(sorted(v.items()))
    print(v)
`

func pythonCases() []suite.Case {
	script := func(name, body string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			p := t.Write(name+".py", pythonTransport+body)
			r := t.Exec("", harness.PythonPath(), p, t.Path("s"))
			if r.Stderr != "" {
				r.Stderr = lastLine(r.Stderr) + "\n" // the rest is a Python stack
			}
			t.Show(name, r)
		}}
	}
	return []suite.Case{
		script("introspection", "print(len(s.system.listMethods()) > 30)\nshow(s.system.methodSignature, 'supervisor.getState')\n"),
		script("state", "show(s.supervisor.getState)\nshow(s.supervisor.getVersion)\nshow(s.supervisor.getSupervisorVersion)\n"),
		script("info", "show(s.supervisor.getProcessInfo, 'run')\nshow(s.supervisor.getProcessInfo, 'nosuch')\n"),
		script("all-info", "print([(i['group'], i['name'], i['statename'], type(i['pid']).__name__, type(i['start']).__name__) for i in s.supervisor.getAllProcessInfo()])\n"),
		script("start-stop", "show(s.supervisor.startProcess, 'off')\nshow(s.supervisor.startProcess, 'off', False)\nshow(s.supervisor.stopProcess, 'off')\nshow(s.supervisor.stopProcess, 'off')\n"),
		script("groups", "print(sorted(map(str, s.supervisor.stopProcessGroup('g'))))\nprint(sorted(map(str, s.supervisor.startProcessGroup('g', True))))\n"),
		script("logs", "show(s.supervisor.readProcessStdoutLog, 'out', 0, 0)\nshow(s.supervisor.tailProcessStdoutLog, 'out', 0, 100)\nshow(s.supervisor.readProcessLog, 'out', -3, 2)\n"),
		script("multicall", "m = xmlrpc.client.MultiCall(s)\nm.supervisor.getVersion()\nm.supervisor.getIdentification()\nm.supervisor.getState()\nprint(list(m()))\n"),
		script("multicall-fault", "m = xmlrpc.client.MultiCall(s)\nm.supervisor.getVersion()\nm.supervisor.getProcessInfo('nosuch')\nit = m()\nprint(it[0])\ntry:\n    it[1]\nexcept xmlrpc.client.Fault as e:\n    print(e)\n"),
		script("none-and-dates", "import datetime\ns2 = xmlrpc.client.ServerProxy('http://localhost', transport=Transport(), allow_none=True, use_builtin_types=True)\nshow(s2.supervisor.startProcess, 'run', None)\nshow(s2.supervisor.addProcessGroup, 'x')\n"),
		script("unicode", "show(s.supervisor.sendProcessStdin, 'run', 'grün €')\nshow(s.supervisor.sendRemoteCommEvent, 'grün', '€')\nshow(s.supervisor.getProcessInfo, 'grün')\n"),
		script("binary", "show(s.supervisor.sendProcessStdin, 'run', xmlrpc.client.Binary(b'x'))\n"),
		script("keep-alive", "for i in range(50): s.supervisor.getState()\nprint('ok')\n"),
		script("threads", "import threading\nout = []\ndef work():\n    p = xmlrpc.client.ServerProxy('http://localhost', transport=Transport())\n    for i in range(20): out.append(p.supervisor.getVersion())\nts = [threading.Thread(target=work) for i in range(8)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nprint(len(out), set(out))\n"),
		script("config-info", "print([(c['name'], sorted(c)) for c in s.supervisor.getAllConfigInfo()][:1])\nprint([(c['name'], type(c['exitcodes']).__name__, type(c['startsecs']).__name__, type(c['autostart']).__name__) for c in s.supervisor.getAllConfigInfo()])\n"),
		script("reload-config", "show(s.supervisor.reloadConfig)\n"),
		{Name: "tcp", Run: func(t *T) {
			port := t.Port()
			t2, err := harness.New(t.Bin, t.Ref, t.Self)
			t.Must(err)
			defer t2.Close()
			t2.Start(fmt.Sprintf("[inet_http_server]\nport=127.0.0.1:%d\nusername=u\npassword=p\n", port) + quiet("p"))
			p := t.Write("tcp.py", fmt.Sprintf("import xmlrpc.client\ns = xmlrpc.client.ServerProxy('http://u:p@127.0.0.1:%d/RPC2')\nprint(s.supervisor.getVersion(), s.supervisor.getState())\ntry:\n    xmlrpc.client.ServerProxy('http://127.0.0.1:%d/RPC2').supervisor.getVersion()\nexcept xmlrpc.client.ProtocolError as e:\n    print(e.errcode, e.errmsg)\n", port, port))
			t.Show("tcp", t.Exec("", harness.PythonPath(), p))
		}},
	}
}

// ctlLines are commands tried with mixed clients and daemons.
var ctlLines = []string{"status", "status run off", "pid off", "avail", "version", "start off", "stop off", "restart off", "stop off", "start bad", "start nosuch", "stop g:*", "start g:*",
	"signal CONT run", "tail out", "tail -3 out", "tail out stderr", "clear out", "reread", "update", "remove off", "add off", "remove run", "nosuch", "fg off", "stop all", "start all", "status"}

func crossCases(who string, bin func(t *T) string) []suite.Case {
	var out []suite.Case
	for i, l := range ctlLines {
		out = append(out, suite.Case{Name: fmt.Sprintf("%02d-%s", i, strings.ReplaceAll(l, " ", "_")), Run: func(t *T) {
			r := t.Exec("", bin(t)+"/supervisorctl", append([]string{"-c", t.D.Conf}, strings.Fields(l)...)...)
			if strings.HasSuffix(l, " all") || strings.HasSuffix(l, ":*") {
				r.Stdout = sortLines(r.Stdout)
			}
			t.Show("supervisorctl "+l, r)
		}})
	}
	return out
}

func sortLines(s string) string {
	lines := map[string]bool{}
	for _, l := range strings.Split(strings.TrimSpace(s), "\n") {
		lines[l] = true
	}
	return strings.Join(sortedNames(lines), "\n") + "\n"
}

// toReference runs all lines in one case, because the daemon is not the one
// under test and must be started by the case itself.
func toReference(conf string, up func(t *T)) []suite.Case {
	return []suite.Case{{Name: "commands", Run: func(t *T) {
		bin := t.Bin
		t.Bin = t.Ref
		t.Start(conf)
		up(t)
		t.Bin = bin
		for _, l := range ctlLines {
			if strings.HasPrefix(l, "stop") {
				for n := range childPIDs(t) {
					t.Settle(n)
				}
			}
			r := t.Exec("", "supervisorctl", append([]string{"-c", t.D.Conf}, strings.Fields(l)...)...)
			if strings.HasSuffix(l, " all") || strings.HasSuffix(l, ":*") {
				r.Stdout = sortLines(r.Stdout)
			}
			t.Show("supervisorctl "+l, r)
		}
	}}, {Name: "shell", Run: func(t *T) {
		bin := t.Bin
		t.Bin = t.Ref
		t.Start(conf)
		up(t)
		t.Bin = bin
		t.Shell("status run", "start off", "tail out", "stop off", "quit")
	}}}
}
