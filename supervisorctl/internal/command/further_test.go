package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

func sample() []wire.ProcessInfo {
	return []wire.ProcessInfo{
		proc("db", "db", stateRunning, "RUNNING"),
		proc("web", "web_0", stateRunning, "RUNNING"),
		proc("web", "web_1", stateStopped, "STOPPED"),
		proc("work", "web_2", stateFatal, "FATAL"),
	}
}

func TestPatterns(t *testing.T) {
	for _, tc := range []struct {
		line, calls string
	}{
		{"start web*", "startProcess web:web_0 true|startProcess web:web_1 true|startProcess work:web_2 true"},
		{"start d?", "startProcess db true"},
		{"start w*:web_[01]", "startProcess web:web_0 true|startProcess web:web_1 true"},
		{"start w*:*", "startProcess web:web_0 true|startProcess web:web_1 true|startProcess work:web_2 true"},
		{"start web:*", "startProcessGroup web true"},
		{"start nope*", "startProcess nope* true"},
		{"stop *:web_2 db", "stopProcess work:web_2 true|stopProcess db true"},
		{"signal HUP web*", "signalProcess web:web_0 HUP|signalProcess web:web_1 HUP|signalProcess work:web_2 HUP"},
		{"clear web:*", "clearProcessLogs web:web_0|clearProcessLogs web:web_1"},
		{"clear web:web_?", "clearProcessLogs web:web_0|clearProcessLogs web:web_1"},
		{"pid web:*", "getProcessInfo web:web_0|getProcessInfo web:web_1"},
	} {
		f := fake.Start(t, sample()...)
		do(t, f, Settings{}, tc.line)
		if got := strings.Join(f.Called(), "|"); got != tc.calls {
			t.Errorf("%s: calls %s, want %s", tc.line, got, tc.calls)
		}
	}
	f := fake.Start(t, sample()...)
	got := do(t, f, Settings{}, "status web:web_* x*")
	want := run{"x*: ERROR (no such process)\n" +
		"web:web_0                        RUNNING   about web_0\nweb:web_1                        STOPPED   about web_1\n", "", ExitStatusStopped}
	if got != want {
		t.Errorf("%+v", got)
	}
}

// Every command writes one JSON document with the members that all have, and
// those of the schema.
func TestJSON(t *testing.T) {
	status := []wire.ProcessStatus{{Name: "web_0", Group: "web", Status: wire.Success, Description: "OK"}, {Name: "web_1", Group: "web", Status: wire.SpawnError, Description: "SPAWN_ERROR: web_1"}}
	setup := func(f *fake.Daemon) {
		f.Answer["startProcessGroup"] = func([]any) any { return status }
		f.Answer["startProcess"] = func([]any) any { return wire.NewFault(wire.AlreadyStarted, "db") }
		f.Answer["readProcessStderrLog"] = func([]any) any { return "1\n2\n3\n4\n5\nlast words\n" }
		f.Answer["getAllConfigInfo"] = func([]any) any {
			return []any{map[string]any{"group": "web", "name": "web_1", "inuse": true, "autostart": false, "group_prio": 1, "process_prio": 2, "command": "x", "exitcodes": []any{0, 3}}}
		}
		f.Answer["getAllProcessDetails"] = func([]any) any {
			return []any{map[string]any{"group": "web", "name": "web_1", "restarts": 4, "tries": 0, "exited": true, "exitstatus": 3, "expected": true, "cause": "exit status 3", "listener": "READY"}}
		}
		f.Answer["reloadConfig"] = func([]any) any { return []any{[]any{[]any{"b"}, []any{"a"}, []any{"c"}}} }
		f.Answer["getPID"] = func([]any) any { return 7 }
		f.Answer["getSupervisorVersion"] = func([]any) any { return "4.2.5" }
		f.Answer["readLog"] = func([]any) any { return "a log\n" }
		f.Answer["readProcessStdoutLog"] = func([]any) any { return wire.NewFault(wire.NoFile, "x") }
		f.Answer["removeProcessGroup"] = func([]any) any { return wire.NewFault(wire.StillRunning, "web") }
		f.Procs[2].Stop, f.Procs[2].Start, f.Procs[2].ExitStatus, f.Procs[2].SpawnErr = 990, 980, 3, "Exited too quickly"
	}
	for _, tc := range []struct{ line, want string }{
		{"status web:web_1", `{"command":"status","exit_status":3,"errors":[],"processes":[{"name":"web:web_1","group":"web","process":"web_1","state":"STOPPED","state_code":0,"pid":null,"uptime_seconds":null,"started_at":980,"stopped_at":990,"exit_status":3,"expected":true,"spawn_error":"Exited too quickly","restarts":4,"listener":"READY","stdout_logfile":null,"stderr_logfile":null,"description":"about web_1"}]}`},
		{"status db nope", `{"command":"status","exit_status":4,"errors":["nope: ERROR (no such process)"],"processes":[{"name":"db","group":"db","process":"db","state":"RUNNING","state_code":20,"pid":42,"uptime_seconds":60,"started_at":940,"stopped_at":null,"exit_status":null,"expected":null,"spawn_error":null,"restarts":null,"listener":null,"stdout_logfile":null,"stderr_logfile":null,"description":"about db"}]}`},
		{"start web:* db", `{"command":"start","exit_status":7,"errors":["web:web_1: ERROR (spawn error)","db: ERROR (already started)"],"results":[{"action":"start","name":"web:web_0","group":"web","process":"web_0","ok":true,"outcome":"started","fault":null,"detail":null},{"action":"start","name":"web:web_1","group":"web","process":"web_1","ok":false,"outcome":"spawn error","fault":{"code":50,"name":"SPAWN_ERROR","text":"SPAWN_ERROR: web_1"},"detail":"Exited too quickly; exit status 3\nthe end of its stderr:\n2\n3\n4\n5\nlast words"},{"action":"start","name":"db","group":"db","process":"db","ok":false,"outcome":"already started","fault":{"code":60,"name":"ALREADY_STARTED","text":"ALREADY_STARTED: db"},"detail":null}]}`},
		{"restart db", `{"command":"restart","exit_status":0,"errors":["db: ERROR (already started)"],"results":[{"action":"stop","name":"db","group":"db","process":"db","ok":true,"outcome":"stopped","fault":null,"detail":null},{"action":"start","name":"db","group":"db","process":"db","ok":false,"outcome":"already started","fault":{"code":60,"name":"ALREADY_STARTED","text":"ALREADY_STARTED: db"},"detail":null}]}`},
		{"start", `{"command":"start","exit_status":2,"errors":["Error: start requires a process name"]}`},
		{"pid", `{"command":"pid","exit_status":0,"errors":[],"pids":[{"name":"supervisord","pid":7}]}`},
		{"pid db web:web_1 nope", `{"command":"pid","exit_status":1,"errors":["No such process nope"],"pids":[{"name":"db","pid":42},{"name":"web:web_1","pid":0}]}`},
		{"version", `{"command":"version","exit_status":0,"errors":[],"version":"4.2.5"}`},
		{"avail", `{"command":"avail","exit_status":0,"errors":[],"processes":[{"name":"web:web_1","group":"web","process":"web_1","in_use":true,"autostart":false,"group_priority":1,"process_priority":2,"command":"x"}]}`},
		{"reread", `{"command":"reread","exit_status":0,"errors":[],"changes":[{"group":"a","change":"changed"},{"group":"b","change":"available"},{"group":"c","change":"disappeared"}]}`},
		{"add b", `{"command":"add","exit_status":0,"errors":[],"results":[{"action":"add","name":"b","group":"b","process":null,"ok":true,"outcome":"added process group","fault":null,"detail":null}]}`},
		{"remove web", `{"command":"remove","exit_status":1,"errors":["ERROR: process/group still running: web"],"results":[{"action":"remove","name":"web","group":"web","process":null,"ok":false,"outcome":"still running","fault":{"code":91,"name":"STILL_RUNNING","text":"STILL_RUNNING: web"},"detail":null}]}`},
		{"maintail", `{"command":"maintail","exit_status":0,"errors":[],"name":"supervisord","log":"a log\n"}`},
		{"tail db", `{"command":"tail","exit_status":1,"errors":["db: ERROR (no log file)"]}`},
		{"shutdown", `{"command":"shutdown","exit_status":0,"errors":[],"shutdown":true}`},
		{"reload", `{"command":"reload","exit_status":0,"errors":[],"restarted":true}`},
		{"nope", `{"command":"nope","exit_status":1,"errors":["*** Unknown syntax: nope"]}`},
		{"fg db", `{"command":"fg","exit_status":2,"errors":["Error: fg has no JSON output"]}`},
		{"wait db", `{"command":"wait","exit_status":0,"errors":[],"state":"RUNNING","processes":[{"name":"db","group":"db","process":"db","state":"RUNNING","state_code":20,"pid":42,"uptime_seconds":60,"started_at":940,"stopped_at":null,"exit_status":null,"expected":null,"spawn_error":null,"restarts":null,"listener":null,"stdout_logfile":null,"stderr_logfile":null,"description":"about db"}]}`},
		{"wait web:web_1 --for STOPPED", `{"command":"wait","exit_status":0,"errors":[],"state":"STOPPED","processes":[{"name":"web:web_1","group":"web","process":"web_1","state":"STOPPED","state_code":0,"pid":null,"uptime_seconds":null,"started_at":980,"stopped_at":990,"exit_status":3,"expected":true,"spawn_error":"Exited too quickly","restarts":4,"listener":"READY","stdout_logfile":null,"stderr_logfile":null,"description":"about web_1"}]}`},
		{"wait web:web_1 --timeout 0.3", `{"command":"wait","exit_status":99,"errors":["web:web_1: ERROR (still STOPPED)"],"state":"RUNNING","processes":[{"name":"web:web_1","group":"web","process":"web_1","state":"STOPPED","state_code":0,"pid":null,"uptime_seconds":null,"started_at":980,"stopped_at":990,"exit_status":3,"expected":true,"spawn_error":"Exited too quickly","restarts":4,"listener":"READY","stdout_logfile":null,"stderr_logfile":null,"description":"about web_1"}]}`},
	} {
		f := fake.Start(t, sample()...)
		setup(f)
		got := do(t, f, Settings{Format: JSON}, tc.line)
		if d := cmp.Diff(tc.want+"\n", got.out); d != "" {
			t.Errorf("%s: %s", tc.line, d)
		}
		var doc map[string]any
		if err := json.Unmarshal([]byte(got.out), &doc); err != nil {
			t.Errorf("%s: %v", tc.line, err)
		} else if doc["exit_status"] != float64(got.exit) || got.err != "" {
			t.Errorf("%s: exit status %d, stderr %q", tc.line, got.exit, got.err)
		}
		// --output behind the command means the same.
		f = fake.Start(t, sample()...)
		setup(f)
		if after := do(t, f, Settings{}, tc.line+" --output=json"); after.out != got.out && tc.line != "nope" {
			t.Errorf("%s --output=json: %s", tc.line, after.out)
		}
	}
}

func TestBadOutputFormat(t *testing.T) {
	f := fake.Start(t)
	got := do(t, f, Settings{}, "status --output yaml")
	if want := (run{"Error: invalid value for --output 'yaml': text and json are allowed\n", "", ExitUsage}); got != want {
		t.Errorf("%+v", got)
	}
}

func TestWait(t *testing.T) {
	for _, tc := range []struct {
		name, line string
		onInfo     func(f *fake.Daemon, n int)
		out        string
		exit       int
	}{
		{"there already", "wait db web:web_0", nil, "db: RUNNING\nweb:web_0: RUNNING\n", 0},
		{"another state", "wait web:web_1 --for stopped", nil, "web:web_1: STOPPED\n", 0},
		{"arrives", "wait web:* --for=RUNNING --timeout=60", func(f *fake.Daemon, n int) {
			if n == 3 {
				f.Set("web_1", stateRunning, "RUNNING")
			}
		}, "web:web_0: RUNNING\nweb:web_1: RUNNING\n", 0},
		{"fails", "wait work:web_2", nil, "work:web_2: ERROR (FATAL: about web_2)\n", ExitFailure},
		{"goes", "wait web:web_1", func(f *fake.Daemon, n int) {
			if n == 2 {
				f.Procs = f.Procs[:2]
			}
		}, "web:web_1: ERROR (no such process)\n", ExitFailure},
		{"too late", "wait web:web_1 db --timeout 0.01", nil, "db: RUNNING\nweb:web_1: ERROR (still STOPPED)\n", ExitTimedOut},
		{"unknown", "wait nope", nil, "nope: ERROR (no such process)\n", ExitFailure},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := fake.Start(t, sample()...)
			if tc.onInfo != nil {
				f.OnInfo = func(n int) { tc.onInfo(f, n) }
			}
			if got, want := do(t, f, Settings{}, tc.line), (run{tc.out, "", tc.exit}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
	for line, why := range map[string]string{
		"wait": "wait requires a process name", "wait db --for HAPPY": "there is no state 'HAPPY'", "wait db --for": "--for requires a value",
		"wait db --timeout soon": "invalid value for --timeout 'soon'", "wait db --timeout=-1": "invalid value for --timeout '-1'",
		"wait db --timeout nan": "invalid value for --timeout 'nan'",
	} {
		f := fake.Start(t)
		if got := do(t, f, Settings{}, line); got.exit != ExitUsage || !strings.HasPrefix(got.out, "Error: "+why) {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// A server that tells of events is not asked in between.
func TestWaitForEvents(t *testing.T) {
	f := fake.Start(t, sample()...)
	asked := make(chan int, 100)
	f.OnInfo = func(n int) {
		if n == 2 {
			f.Set("web_1", stateRunning, "RUNNING")
		}
		asked <- n
	}
	f.Stream = func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-asked
		fmt.Fprint(w, "data: {\"serial\":1,\"name\":\"PROCESS_STATE_RUNNING\",\"payload\":\"\"}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	if got := do(t, f, Settings{}, "wait web:web_1"); got.out != "web:web_1: RUNNING\n" || got.exit != 0 {
		t.Errorf("%+v", got)
	}
}

func TestEvents(t *testing.T) {
	f := fake.Start(t)
	var query string
	f.Stream = func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		fmt.Fprint(w, "data: {\"serial\":7,\"name\":\"TICK_5\",\"payload\":\"when:5\"}\n\ndata: {\"serial\":8,\"name\":\"PROCESS_LOG\",\"payload\":\"a\\nb\"}\n\n")
	}
	if got, want := do(t, f, Settings{}, "events"), (run{"7 TICK_5 when:5\n8 PROCESS_LOG a\\nb\n", "", 0}); got != want || query != "" {
		t.Errorf("%+v, query %s", got, query)
	}
	got := do(t, f, Settings{}, "events --types tick,process_log --types=PROCESS_STATE --output json")
	want := run{`{"serial":7,"name":"TICK_5","payload":"when:5"}` + "\n" + `{"serial":8,"name":"PROCESS_LOG","payload":"a\nb"}` + "\n", "", 0}
	if got != want || query != "types=TICK%2CPROCESS_LOG%2CPROCESS_STATE" {
		t.Errorf("%+v, query %s", got, query)
	}
	if got := do(t, f, Settings{}, "events now"); got.exit != ExitUsage {
		t.Errorf("%+v", got)
	}
	f.Stream = func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "There is no event type", http.StatusBadRequest)
	}
	if got := do(t, f, Settings{}, "events --types tick,bogus"); got.exit != ExitUsage || got.out != "Error: this server does not know all of these event types: TICK, BOGUS\n" {
		t.Errorf("%+v", got)
	}
	f.Stream = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "data: {\"serial\":7,\"name\":\"TICK_5\",\"payload\":\"when:5\"}\n\n")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	if got := do(t, f, Settings{}, "events"); got.exit != ExitFailure || !strings.HasPrefix(got.out, "7 TICK_5 when:5\nerror: ") || !strings.HasSuffix(got.out, " broke off in the midst of its events\n") {
		t.Errorf("%+v", got)
	}
	f.Stream = nil
	if got := do(t, f, Settings{}, "events"); got.exit != ExitFailure || got.out != "error: this server does not offer its events to supervisorctl\n" {
		t.Errorf("%+v", got)
	}
}

// Events that were lost are told of on stderr, and in their place in JSON.
func TestEventsLost(t *testing.T) {
	f := fake.Start(t)
	f.Stream = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "event: lost\ndata: {\"lost\":3}\n\nid: 7\nevent: TICK_5\ndata: {\"serial\":7,\"name\":\"TICK_5\",\"payload\":\"when:5\"}\n\n"+
			"event: lost\ndata: {\"lost\":1}\n\n")
	}
	const told = "supervisorctl: 3 events were lost because they were not read in time\n" +
		"supervisorctl: 1 event was lost because it was not read in time\n"
	if got, want := do(t, f, Settings{}, "events"), (run{"7 TICK_5 when:5\n", told, 0}); got != want {
		t.Errorf("%+v", got)
	}
	want := run{"{\"lost\":3}\n{\"serial\":7,\"name\":\"TICK_5\",\"payload\":\"when:5\"}\n{\"lost\":1}\n", told, 0}
	if got := do(t, f, Settings{}, "events --output json"); got != want {
		t.Errorf("%+v", got)
	}
}

func TestUpdateInPlace(t *testing.T) {
	prepare := func(t *testing.T) *fake.Daemon {
		f := fake.Start(t, sample()...)
		f.Answer["reloadConfig"] = func([]any) any { return []any{[]any{[]any{}, []any{"web", "db"}, []any{}}} }
		f.Answer["stopProcessGroup"] = func([]any) any { return []any{} }
		f.Answer["system.listMethods"] = func([]any) any { return []string{updateMethod} }
		f.Answer["updateProcessGroup"] = func(params []any) any {
			if params[0] == "db" {
				return wire.NewFault(wire.Failed, "a pool")
			}
			return map[string]any{"added": []any{}, "removed": []any{"web_9"}, "restarted": []any{"web_1"}, "applied": []any{"web_0"}}
		}
		return f
	}
	const text = "web: stopped\nweb: updated process group\ndb: stopped\ndb: updated process group\n"
	f := prepare(t)
	if got, want := do(t, f, Settings{}, "update"), (run{text, "", 0}); got != want {
		t.Errorf("%+v", got)
	}
	want := "reloadConfig|system.listMethods|updateProcessGroup web|updateProcessGroup db|stopProcessGroup db true|removeProcessGroup db|addProcessGroup db"
	if got := strings.Join(f.Called(), "|"); got != want {
		t.Errorf("calls %s", got)
	}
	f = prepare(t)
	if got, want := do(t, f, Settings{}, "update --group web"), (run{"web: stopped\nweb: updated process group\n", "", 0}); got != want {
		t.Errorf("%+v", got)
	}
	if got := strings.Join(f.Called(), "|"); got != "reloadConfig|stopProcessGroup web true|removeProcessGroup web|addProcessGroup web" {
		t.Errorf("calls %s", got)
	}
	f = prepare(t)
	f.Answer["updateProcessGroup"] = func([]any) any {
		return map[string]any{"added": []any{"web_2"}, "removed": []any{}, "restarted": []any{}, "applied": []any{"web_0"}}
	}
	if got, want := do(t, f, Settings{}, "update web"), (run{"web: updated process group\n", "", 0}); got != want {
		t.Errorf("nothing was stopped: %+v", got)
	}
	f = prepare(t)
	got := do(t, f, Settings{Format: JSON}, "update web")
	var doc struct{ Results []ResultDoc }
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, r := range doc.Results {
		told = append(told, r.Name+" "+r.Outcome)
	}
	if d := cmp.Diff([]string{"web:web_9 removed", "web:web_1 restarted", "web:web_0 applied", "web updated process group"}, told); d != "" {
		t.Error(d)
	}
}

func TestCredentialsAreAskedFor(t *testing.T) {
	f := fake.Start(t, sample()...)
	wanted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "me" || p != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		f.ServeHTTP(w, r)
	})
	guarded := fake.Serve(t, wanted)
	var out bytes.Buffer
	term := &typed{lines: []string{"me", "wrong", "me", "secret"}}
	c := New(&Settings{ServerURL: guarded, Interactive: true}, Streams{Out: &out, Err: &out, Term: term})
	c.Run(t.Context(), "pid db")
	if want := "Server requires authentication\n\nServer requires authentication\n\n42\n"; out.String() != want || c.Exit != 0 {
		t.Errorf("%q, exit status %d", out.String(), c.Exit)
	}
	if d := cmp.Diff([]string{"Username:", "Password:", "Username:", "Password:"}, term.asked); d != "" {
		t.Error(d)
	}
	out.Reset()
	c = New(&Settings{ServerURL: guarded, Interactive: true}, Streams{Out: &out, Err: &out, Term: noInput{}})
	c.Run(t.Context(), "pid db")
	if want := "Server requires authentication\nerror: cannot ask for a user name: the input has ended\n"; out.String() != want || c.Exit != ExitFailure {
		t.Errorf("%q, exit status %d", out.String(), c.Exit)
	}
}

func TestConfirmation(t *testing.T) {
	for answer, want := range map[string]string{"y": "shutdown", "Yes": "shutdown", "n": "", "": "", "no": ""} {
		f := fake.Start(t)
		var out bytes.Buffer
		c := New(&Settings{ServerURL: f.URL, Interactive: true}, Streams{Out: &out, Err: &out, Term: &typed{lines: []string{answer}}})
		c.Run(t.Context(), "shutdown")
		if got := strings.Join(f.Called(), "|"); got != want {
			t.Errorf("%q: %s", answer, got)
		}
	}
}

func TestColours(t *testing.T) {
	f := fake.Start(t, sample()...)
	var out bytes.Buffer
	c := New(&Settings{ServerURL: f.URL}, Streams{Out: &out, Err: &out, Term: noInput{}, OutTerminal: true})
	c.Run(t.Context(), "status db web:*")
	want := "db                               \x1b[32mRUNNING\x1b[0m   about db\n" +
		"web:web_0                        \x1b[32mRUNNING\x1b[0m   about web_0\n" +
		"web:web_1                        \x1b[2mSTOPPED\x1b[0m   about web_1\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

// At a terminal a failed start is explained on stderr; stdout stays the
// reference's.
func TestFailedStartIsExplained(t *testing.T) {
	f := fake.Start(t, sample()...)
	f.Procs[3].SpawnErr, f.Procs[3].Start, f.Procs[3].Stop, f.Procs[3].ExitStatus = "Exited too quickly (process log may have details)", 5, 6, 1
	f.Answer["startProcess"] = func([]any) any { return wire.NewFault(wire.SpawnError, "web_2") }
	f.Answer["getAllProcessDetails"] = func([]any) any {
		return []any{map[string]any{"group": "work", "name": "web_2", "cause": "exit status 1"}}
	}
	f.Answer["readProcessStderrLog"] = func([]any) any { return "no such table\n" }
	var out, errs bytes.Buffer
	c := New(&Settings{ServerURL: f.URL}, Streams{Out: &out, Err: &errs, Term: noInput{}, ErrTerminal: true})
	c.Run(t.Context(), "start work:web_2")
	want := "  Exited too quickly (process log may have details); exit status 1\n  the end of its stderr:\n  no such table\n"
	if out.String() != "work:web_2: ERROR (spawn error)\n" || errs.String() != want || c.Exit != ExitNotRunning {
		t.Errorf("stdout %q, stderr %q, exit status %d", out.String(), errs.String(), c.Exit)
	}
}

func TestPlugins(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$@\" $SUPERVISOR_SERVER_URL $SUPERVISOR_USERNAME $SUPERVISOR_PASSWORD $SUPERVISOR_PLUGIN_COLOR\nexit 9\n"
	for _, name := range []string{"supervisorctl-hello", "supervisorctl-two-words", "elsewhere"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	s := Settings{Username: "me", Password: "secret", Environ: os.Environ(), Plugins: []config.CtlPlugin{
		{Name: "own", Command: dir + "/elsewhere 'a b' -x", Options: map[string]string{"color": "red"}},
		{Name: "old", Factory: "some.module:factory"},
	}}
	f := fake.Start(t)
	for line, want := range map[string]run{
		"hello web:* x": {"web:* x " + f.URL + " me secret\n", "", 9},
		"two-words":     {f.URL + " me secret\n", "", 9},
		"own c":         {"a b -x c " + f.URL + " me secret red\n", "", 9},
		"old":           {"error: [ctlplugin:old] names a Python factory (some.module:factory), which only the Python Supervisor can load; command= names a program instead\n", "", 1},
		"../x":          {"*** Unknown syntax: ../x\n", "", 1},
	} {
		got := do(t, f, s, line)
		got.out = strings.TrimLeft(got.out, " ")
		if got != want {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
	got := do(t, f, s, "help", "help own", "help two-words", "help old")
	for _, want := range []string{"plug-in commands (type help <topic>):\n", "hello  old  own  two-words\n", "own\tA plug-in: runs " + dir + "/elsewhere a b -x\n",
		"two-words\tA plug-in: runs " + dir + "/supervisorctl-two-words\n", "old\tA plug-in that cannot run: "} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
}

// The words of a plug-in reach it as they were given: by the shell that started
// us, or in quotes in our own.
func TestPluginWords(t *testing.T) {
	s := Settings{Environ: os.Environ(), Plugins: []config.CtlPlugin{
		{Name: "words", Command: `sh -c 'printf "<%s>" "$@"' words`},
	}}
	f := fake.Start(t)
	for line, want := range map[string]run{
		`words`:                    {"<>", "", 0},
		`words  'a  b' c\ d "" it`: {"<a  b><c d><><it>", "", 0},
		`words it's`:               {"error: the arguments of words cannot be split into words: No closing quotation\n", "", ExitUsage},
	} {
		if got := do(t, f, s, line); got != want {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
	}
	s.ServerURL = f.URL
	for want, words := range map[string][]string{
		"<a  b><it's><><\\><\n>":           {"words", "a  b", "it's", "", `\`, "\n"},
		"<a b>":                            {"words 'a b'"},
		"<--output><json>":                 {"words", "--output", "json"},
		"*** Unknown syntax: no 'words'\n": {"no", "'words'"},
	} {
		var out strings.Builder
		c := New(&s, Streams{Out: &out, Err: &out})
		c.RunWords(t.Context(), words)
		if out.String() != want {
			t.Errorf("%q: %q, want %q", words, out.String(), want)
		}
	}
}

func TestPluginKilled(t *testing.T) {
	s := Settings{Plugins: []config.CtlPlugin{
		{Name: "dies", Command: "sh -c 'kill -9 $$'"},
		{Name: "gone", Command: "/no/such/file"},
		{Name: "dir", Command: "/"},
		{Name: "odd", Command: "'unfinished"},
	}}
	f := fake.Start(t)
	for name, want := range map[string]int{"dies": 137, "gone": ExitFailure, "dir": ExitNotExecutable, "odd": ExitFailure} {
		if got := do(t, f, s, name); got.exit != want {
			t.Errorf("%s: %+v, want exit status %d", name, got, want)
		}
	}
}

// full is an output to which nothing can be written.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// Half an answer is not taken for a whole one.
func TestFullOutput(t *testing.T) {
	f := fake.Start(t, sample()...)
	for _, line := range []string{"status db", "status db --output json", "pid db db"} {
		var errs bytes.Buffer
		c := New(&Settings{ServerURL: f.URL}, Streams{Out: full{}, Err: &errs, Term: noInput{}})
		c.Run(t.Context(), line)
		if want := "cannot write to standard output: no space left on device\n"; c.Exit != ExitFailure || errs.String() != want {
			t.Errorf("%s: exit status %d, stderr %q", line, c.Exit, errs.String())
		}
	}
}

func TestCandidates(t *testing.T) {
	f := fake.Start(t, sample()...)
	f.Answer["getAllConfigInfo"] = func([]any) any {
		return []any{map[string]any{"group": "new", "name": "n", "inuse": false}, map[string]any{"group": "web", "name": "web_1", "inuse": true}}
	}
	t.Setenv("PATH", "")
	for line, want := range map[string]string{
		"sta.":           "start status",
		"help re.":       "reload remove reread restart",
		"start .":        "db web:* web:web_0 web:web_1 work:* work:web_2",
		"start d.":       "db",
		"start db:.":     "db:* db:db",
		"stop db web:w.": "web:web_0 web:web_1",
		"signal H.":      "HUP",
		"signal HUP wo.": "work:* work:web_2",
		"update w.":      "web work",
		"add .":          "new",
		"version .":      "",
		"nope .":         "",
	} {
		got := do(t, f, Settings{}, completeCommand+" "+line)
		if got := strings.Join(strings.Fields(got.out), " "); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
