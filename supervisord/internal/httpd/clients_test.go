package httpd

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// pythonCalls makes a series of calls and prints what came back. Its arguments
// are a server's URL, a user name and a password.
const pythonCalls = `
import json, sys
from xmlrpc.client import ServerProxy, Fault, ProtocolError, Binary, MultiCall
url, user, password = sys.argv[1:]
if url.startswith("unix:"):
    from supervisor.xmlrpc import SupervisorTransport
    p = ServerProxy("http://127.0.0.1", SupervisorTransport(user, password, url))
else:
    p = ServerProxy("http://%s:%s@%s" % (user, password, url))
out = []
def call(f, *args):
    try:
        out.append(f(*args))
    except Fault as e:
        out.append([e.faultCode, e.faultString])
    except ProtocolError as e:
        out.append("HTTP %d" % e.errcode)
s = p.supervisor
for i in range(3):
    call(s.getAPIVersion)
call(s.getState)
call(s.getProcessInfo, "web")
call(s.startProcess, "db:one")
call(s.startProcess, "db:one", False)
call(s.stopProcessGroup, "db")
call(s.signalProcess, "web", "USR1")
call(s.signalProcess, "web", 10)
call(s.sendProcessStdin, "web", "grüße & <tags>\n")
call(s.sendProcessStdin, "web", Binary(b"bytes"))
call(s.sendRemoteCommEvent, "type", "data")
call(s.nope)
call(s.getState, 1)
call(p.system.multicall, [{"methodName": "supervisor.getAPIVersion", "params": []}, {"methodName": "supervisor.getProcessInfo", "params": ["x"]}])
call(lambda: len(s.getAllProcessInfo()))
call(lambda: "startProcess" in p.system.methodHelp("supervisor.startProcess") or True)
call(p.system.methodSignature, "supervisor.startProcess")
json.dump(out, sys.stdout)
`

func TestPythonClients(t *testing.T) {
	apitest.NeedReference(t)
	state := map[string]any{"statecode": 1.0, "statename": "RUNNING"}
	info := map[string]any{"name": "web", "group": "web", "start": 1700000000.0, "stop": 0.0, "now": 1700000100.0,
		"state": 20.0, "statename": "RUNNING", "spawnerr": "", "exitstatus": 0.0, "logfile": "", "stdout_logfile": "",
		"stderr_logfile": "", "pid": 4711.0, "description": "pid 4711, uptime 0:01:40"}
	ok := func(name string) any {
		return map[string]any{"name": name, "group": "db", "status": 80.0, "description": "OK"}
	}
	fault := func(code float64, text string) any { return []any{code, text} }
	want := []any{"3.0", "3.0", "3.0", state, info, true, fault(60, "ALREADY_STARTED: db:one"), []any{ok("one"), ok("two")},
		true, true, true, true, true, fault(1, "UNKNOWN_METHOD"), fault(2, "INCORRECT_PARAMETERS"),
		[]any{"3.0", map[string]any{"faultCode": 10.0, "faultString": "BAD_NAME: x"}}, 3.0, true,
		[]any{"boolean", "string", "boolean"}}
	for _, network := range []string{"unix", "tcp"} {
		t.Run(network, func(t *testing.T) {
			h := start(t, shop(), withPassword("joe", "secret"))
			url := h.tcp
			if network == "unix" {
				url = "unix://" + h.unix
			}
			var got []any
			if err := json.Unmarshal(apitest.Python(t, pythonCalls, nil, url, "joe", "secret"), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			calls := []string{"signal web SIGUSR1", "signal web SIGUSR1", "stdin web grüße & <tags>\n", "stdin web bytes", "event type data"}
			if diff := cmp.Diff(calls, h.fake.Calls()); diff != "" {
				t.Errorf("what reached the daemon (-want +got)\n%s", diff)
			}
			var refused []any
			if err := json.Unmarshal(apitest.Python(t, pythonCalls, nil, url, "joe", "wrong"), &refused); err != nil {
				t.Fatal(err)
			}
			for _, r := range refused {
				if r != "HTTP 401" {
					t.Errorf("with a wrong password: %v", r)
				}
			}
		})
	}
}

func (h *harness) ctlConfig() string {
	h.t.Helper()
	path := filepath.Join(h.dir, "ctl.conf")
	if err := os.WriteFile(path, []byte("[supervisorctl]\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

func TestReferenceSupervisorctl(t *testing.T) {
	apitest.NeedReference(t)
	dir := t.TempDir()
	one := apitest.Process("db", "one", life.Stopped)
	one.StdoutLog = filepath.Join(dir, "out")
	appendTo(t, one.StdoutLog, "first line\nsecond line\n")
	fake := apitest.New(apitest.Process("web", "web", life.Running), one)
	fake.SetConfig(&config.Config{Groups: []config.Group{{Name: "web", Processes: []config.Process{{Name: "web", Autostart: true}}}}})
	h := start(t, fake, withPassword("joe", "secret"))
	appendTo(t, filepath.Join(h.dir, "main.log"), "main\n")
	session := []struct{ command, want string }{
		{"status", "db:one                           STOPPED   Not started\nweb                              RUNNING   pid 4711, uptime 0:01:40\n"},
		{"start db:one", "db:one: started\n"},
		{"start db:one", "db:one: ERROR (already started)\n"},
		{"start nope", "nope: ERROR (no such process)\n"},
		{"stop web", "web: stopped\n"},
		{"restart db:*", "db:one: stopped\ndb:one: started\n"},
		{"stop all", "db:one: stopped\n"},
		{"signal HUP web", "web: ERROR (not running)\n"},
		{"pid", strconv.Itoa(os.Getpid()) + "\n"},
		{"version", "4.2.5\n"},
		{"tail db:one", "first line\nsecond line\n\n"},
		{"tail -12 db:one stdout", "second line\n\n"},
		{"clear db:one", "db:one: cleared\n"},
		{"avail", "web                              in use    auto      0:0\n"},
		{"reread", "a: available\nr: disappeared\ns: disappeared\n"},
		{"add new", "new: added process group\n"},
		{"remove web", "web: removed process group\n"},
	}
	var input, want strings.Builder
	for _, c := range session {
		input.WriteString(c.command + "\n")
		want.WriteString("supervisor> " + c.want)
	}
	cmd := exec.Command("/usr/bin/supervisorctl", "-c", h.ctlConfig(), "-s", "unix://"+h.unix, "-u", "joe", "-p", "secret", "-i")
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// The session begins with the status, and ends with a prompt.
	_, got, _ := strings.Cut(string(out), session[0].want)
	if diff := cmp.Diff(want.String(), strings.TrimSuffix(strings.TrimSpace(got), "supervisor>")); diff != "" {
		t.Errorf("the session (-want +got)\n%s", diff)
	}
}

// The reference's tail -f reads our stream.
func TestReferenceTailF(t *testing.T) {
	apitest.NeedReference(t)
	f := &follower{}
	h, out, _ := logged(t, f)
	appendTo(t, out, "before\n")
	cmd := exec.Command("/usr/bin/supervisorctl", "-c", h.ctlConfig(), "-s", "unix://"+h.unix, "tail", "-f", "db:one")
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(pipe)
	for line(t, r) != "before" {
	}
	appendTo(t, out, "while\n")
	f.notify(out)
	for line(t, r) != "while" {
	}
	cmd.Process.Kill()
	cmd.Wait()
	apitest.Eventually(t, "the stream has ended", func() bool { return h.openConns() == 0 && f.count() == 0 })
}
