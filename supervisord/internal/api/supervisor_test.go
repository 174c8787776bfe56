package api

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// shop returns a daemon with a few processes.
func shop() *apitest.Supervisor {
	return apitest.New(
		apitest.Process("web", "web", life.Running),
		apitest.Process("db", "one", life.Stopped),
		apitest.Process("db", "two", life.Running),
	)
}

// result describes what a call returned: its XML, or its fault.
func result(r *Registry, name string, args ...any) string {
	v, fault := r.Call(context.Background(), name, args)
	if fault != nil {
		return fault.Text
	}
	return plainXML(v)
}

// plainXML strips a response of what all responses have.
func plainXML(v any) string {
	s := string(wire.AppendResponse(nil, v))
	for _, tag := range []string{"<?xml version='1.0'?>", "<methodResponse>", "</methodResponse>", "<params>", "</params>",
		"<param>", "</param>", "<value>", "</value>", "<data>", "</data>", "<name>", "\n"} {
		s = strings.ReplaceAll(s, tag, "")
	}
	return strings.NewReplacer("</name>", ":", "<member>", "", "</member>", ";").Replace(s)
}

const (
	isTrue = "<boolean>1</boolean>"
	oneOK  = "<struct>name:<string>%</string>;group:<string>db</string>;status:<int>80</int>;description:<string>OK</string>;</struct>"
)

func okFor(names ...string) string {
	s := "<array>"
	for _, n := range names {
		s += strings.ReplaceAll(oneOK, "%", n)
	}
	return s + "</array>"
}

func TestMethods(t *testing.T) {
	for _, c := range []struct {
		name string
		args []any
		want string
	}{
		{"getAPIVersion", nil, "<string>3.0</string>"},
		{"getVersion", nil, "<string>3.0</string>"},
		{"getSupervisorVersion", nil, "<string>4.2.5</string>"},
		{"getIdentification", nil, "<string>supervisor</string>"},
		{"getState", nil, "<struct>statecode:<int>1</int>;statename:<string>RUNNING</string>;</struct>"},
		{"getState", []any{1}, "INCORRECT_PARAMETERS"},
		{"shutdown", nil, isTrue},
		{"restart", nil, isTrue},
		{"reloadConfig", nil, "<array><array><array><string>a</string></array><array></array>" +
			"<array><string>r</string><string>s</string></array></array></array>"},

		{"addProcessGroup", []any{"new"}, isTrue},
		{"addProcessGroup", []any{"web"}, "ALREADY_ADDED: web"},
		{"addProcessGroup", []any{"nope"}, "BAD_NAME: nope"},
		{"addProcessGroup", []any{5}, "BAD_NAME: 5"},
		{"addProcessGroup", []any{""}, "BAD_NAME: "},
		{"removeProcessGroup", []any{"web"}, "STILL_RUNNING: web"},
		{"removeProcessGroup", []any{true}, "BAD_NAME: True"},
		{"removeProcessGroup", []any{1.5}, "BAD_NAME: 1.5"},
		{"removeProcessGroup", []any{nil}, "BAD_NAME"},
		{"removeProcessGroup", []any{[]any{}}, "INCORRECT_PARAMETERS"},
		{"updateProcessGroup", []any{"web"}, "<struct>added:<array><string>x</string></array>;removed:<array></array>;" +
			"restarted:<array></array>;applied:<array><string>y</string><string>z</string></array>;</struct>"},
		{"updateProcessGroup", []any{"nope"}, "BAD_NAME: nope"},

		{"startProcess", []any{"db:one"}, isTrue},
		{"startProcess", []any{"db:one", false}, isTrue},
		{"startProcess", []any{"db:one", 0}, isTrue},
		{"startProcess", []any{"web"}, "ALREADY_STARTED: web"},
		{"startProcess", []any{"db"}, "BAD_NAME: db"},
		{"startProcess", []any{""}, "BAD_NAME: "},
		{"startProcess", []any{5}, "INCORRECT_PARAMETERS"},
		{"startProcess", []any{}, "INCORRECT_PARAMETERS"},
		{"startProcess", []any{"a", true, 3}, "INCORRECT_PARAMETERS"},
		{"startProcess", []any{"db:*"}, okFor("one")},
		{"startProcess", []any{"db:"}, okFor("one")},
		{"startProcess", []any{"nope:*"}, "BAD_NAME: nope:*"},
		{"startProcess", []any{":"}, "BAD_NAME: :"},
		{"startProcessGroup", []any{"db"}, okFor("one")},
		{"startProcessGroup", []any{"db:*"}, "BAD_NAME: db:*"},
		{"startProcessGroup", []any{7}, "BAD_NAME: 7"},
		{"startAllProcesses", nil, okFor("one")},
		{"startAllProcesses", []any{false}, okFor("one")},

		{"stopProcess", []any{"db:two"}, isTrue},
		{"stopProcess", []any{"db:one"}, "NOT_RUNNING: db:one"},
		{"stopProcess", []any{"db:*"}, okFor("two")},
		{"stopProcessGroup", []any{"db", ""}, okFor("two")},
		{"stopProcessGroup", []any{""}, "BAD_NAME: "},

		{"signalProcess", []any{"web", "HUP"}, isTrue},
		{"signalProcess", []any{"web", " sighup "}, isTrue},
		{"signalProcess", []any{"web", "1"}, isTrue},
		{"signalProcess", []any{"web", 1}, isTrue},
		{"signalProcess", []any{"web", 15.9}, isTrue},
		{"signalProcess", []any{"web", 64}, isTrue},
		{"signalProcess", []any{"web", "FOO"}, "BAD_SIGNAL: FOO"},
		{"signalProcess", []any{"web", 999}, "BAD_SIGNAL: 999"},
		{"signalProcess", []any{"web", -1}, "BAD_SIGNAL: -1"},
		{"signalProcess", []any{"web", []any{}}, "INCORRECT_PARAMETERS"},
		{"signalProcess", []any{"nope", "FOO"}, "BAD_NAME: nope"},
		{"signalProcess", []any{"db:one", "HUP"}, "NOT_RUNNING: db:one"},
		{"signalProcess", []any{"db:*", "HUP"}, okFor("two")},
		{"signalProcess", []any{"nope:*", "HUP"}, "BAD_NAME: nope:*"},
		{"signalProcessGroup", []any{"db", "HUP"}, okFor("two")},
		{"signalProcessGroup", []any{"db", "FOO"}, "<array><struct>name:<string>two</string>;group:<string>db</string>;" +
			"status:<int>11</int>;description:<string>BAD_SIGNAL: FOO</string>;</struct></array>"},
		{"signalProcessGroup", []any{"nope", "FOO"}, "BAD_NAME: nope"},

		{"getProcessInfo", []any{"nope"}, "BAD_NAME: nope"},
		{"getProcessInfo", []any{"db:*"}, "BAD_NAME: db:*"},
		{"getProcessInfo", []any{5}, "INCORRECT_PARAMETERS"},

		{"readProcessStdoutLog", []any{"web", 0, 0}, "NO_FILE"},
		{"readProcessLog", []any{"nope", 0, 0}, "BAD_NAME: nope"},
		{"readProcessStderrLog", []any{"web", 0}, "INCORRECT_PARAMETERS"},
		{"tailProcessStdoutLog", []any{"web", "x", 0}, "<array><string></string><int>0</int><boolean>0</boolean></array>"},
		{"tailProcessStderrLog", []any{"nope", 0, 0}, "BAD_NAME: nope"},
		{"clearProcessLogs", []any{"web"}, isTrue},
		{"clearProcessLog", []any{"db:*"}, "BAD_NAME: db:*"},

		{"sendProcessStdin", []any{"web", "hé"}, isTrue},
		{"sendProcessStdin", []any{"web", 5}, "INCORRECT_PARAMETERS: 5"},
		{"sendProcessStdin", []any{"nope", 5}, "INCORRECT_PARAMETERS: 5"},
		{"sendProcessStdin", []any{"nope", "x"}, "BAD_NAME: nope"},
		{"sendProcessStdin", []any{"db:one", "x"}, "NOT_RUNNING: db:one"},
		{"sendRemoteCommEvent", []any{"t", "d"}, isTrue},
		{"sendRemoteCommEvent", []any{1, 2.5}, isTrue},
		{"sendRemoteCommEvent", []any{map[string]any{}, ""}, "INCORRECT_PARAMETERS"},
	} {
		r, _ := newRegistry(t, shop())
		if got := result(r, "supervisor."+c.name, c.args...); got != c.want {
			t.Errorf("%s%q:\n got %s\nwant %s", c.name, c.args, got, c.want)
		}
	}
}

func TestWhatReachesTheDaemon(t *testing.T) {
	s := shop()
	r, _ := newRegistry(t, s)
	result(r, "supervisor.signalProcess", "web", "usr1")
	result(r, "supervisor.sendProcessStdin", "web", "a\nb")
	result(r, "supervisor.sendRemoteCommEvent", true, nil)
	result(r, "supervisor.clearAllProcessLogs")
	want := []string{"signal web SIGUSR1", "stdin web a\nb", "event True None", "clear web", "clear one", "clear two"}
	if diff := cmp.Diff(want, s.Calls()); diff != "" {
		t.Error(diff)
	}
}

func TestShutdownState(t *testing.T) {
	for _, mood := range []core.Mood{core.MoodRestarting, core.MoodShutdown} {
		s := shop()
		s.SetMood(mood)
		r, _ := newRegistry(t, s)
		for _, name := range r.Names() {
			m := r.Lookup(name)
			args := make([]any, m.required())
			for i := range args {
				args[i] = ""
			}
			want := "SHUTDOWN_STATE"
			if name == "supervisor.sendRemoteCommEvent" || strings.HasPrefix(name, "system.") ||
				name == "supervisor.shutdown" && mood == core.MoodRestarting { // it wins over the restart
				want = ""
			}
			if got := result(r, name, args...); (got == "SHUTDOWN_STATE") != (want != "") {
				t.Errorf("%s in %v: %q", name, mood, got)
			}
		}
	}
}

func TestFaultsOfTheDaemon(t *testing.T) {
	s := shop()
	s.RestartError = wire.NewFault(wire.CantReread, "File contains no section headers")
	s.RereadError = errors.New("lost")
	r, _ := newRegistry(t, s)
	if got := result(r, "supervisor.restart"); got != "CANT_REREAD: File contains no section headers" {
		t.Error(got)
	}
	if got := result(r, "supervisor.reloadConfig"); got != "FAILED: lost" {
		t.Error(got)
	}
	s.RereadError = core.ErrEnded
	if got := result(r, "supervisor.reloadConfig"); got != "SHUTDOWN_STATE" {
		t.Error(got)
	}
	if s.Mood() != core.MoodRunning {
		t.Error("a refused restart changed the state")
	}
}

func TestProcessInfo(t *testing.T) {
	v := apitest.Process("web", "api", life.Exited)
	v.Start, v.Stop, v.Now = 1700000000, 1700000060, 1<<40
	v.SpawnErr, v.ExitStatus, v.HasExit = "Exited too quickly", 3, true
	v.StdoutLog = "/tmp/out"
	r, _ := newRegistry(t, apitest.New(v))
	stop := time.Unix(v.Stop, 0).Format("Jan 02 03:04 PM")
	want := "<struct>name:<string>api</string>;group:<string>web</string>;start:<int>1700000000</int>;" +
		"stop:<int>1700000060</int>;now:<int>2147483647</int>;state:<int>100</int>;statename:<string>EXITED</string>;" +
		"spawnerr:<string>Exited too quickly</string>;exitstatus:<int>3</int>;logfile:<string>/tmp/out</string>;" +
		"stdout_logfile:<string>/tmp/out</string>;stderr_logfile:<string></string>;pid:<int>0</int>;" +
		"description:<string>" + stop + "</string>;</struct>"
	if got := result(r, "supervisor.getProcessInfo", "web:api"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := result(r, "supervisor.getAllProcessInfo"); got != "<array>"+want+"</array>" {
		t.Errorf("got %s", got)
	}
	table := wire.AppendResponse(nil, "web\tapi\t100\tEXITED\t"+stop+"\n")
	if got, _ := r.Call(context.Background(), "supervisor.getStatusTable", nil); string(wire.AppendResponse(nil, got)) != string(table) {
		t.Errorf("got %q\nwant %s", got, table)
	}
}

func TestActivityLogMethods(t *testing.T) {
	r, log := newRegistry(t, shop())
	if got := result(r, "supervisor.readLog", 0, 0); got != "NO_FILE" {
		t.Error(got)
	}
	log.path = filepath.Join(t.TempDir(), "log")
	if got := result(r, "supervisor.readLog", 0, 0); got != "NO_FILE: "+log.path {
		t.Error(got)
	}
	if got := result(r, "supervisor.clearLog"); got != "NO_FILE" || log.clear != 0 {
		t.Error(got)
	}
	if err := os.WriteFile(log.path, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		offset, length any
		want           string
	}{
		{0, 0, "<string>onetwo</string>"}, {-4, 0, "<string>two</string>"}, {"4", " 3 ", "<string>two</string>"},
		{4.9, true, "<string>t</string>"}, {-4, 1, "BAD_ARGUMENTS"}, {0, -1, "BAD_ARGUMENTS"},
		{"x", 0, "INCORRECT_PARAMETERS"}, {[]any{}, 0, "INCORRECT_PARAMETERS"}, {nil, 0, "INCORRECT_PARAMETERS"},
	} {
		if got := result(r, "supervisor.readMainLog", c.offset, c.length); got != c.want {
			t.Errorf("readLog(%v, %v): %q, want %q", c.offset, c.length, got, c.want)
		}
	}
	for _, c := range []struct {
		err  error
		want string
	}{{nil, isTrue}, {fs.ErrPermission, "FAILED"}, {fs.ErrNotExist, "NO_FILE"}} {
		log.err = c.err
		if got := result(r, "supervisor.clearLog"); got != c.want {
			t.Errorf("clearLog with %v: %q", c.err, got)
		}
	}
}

func TestAllConfigInfo(t *testing.T) {
	auto := config.Output{Kind: config.LogAuto}
	s := shop()
	s.SetConfig(&config.Config{Groups: []config.Group{
		{Name: "web", Priority: 3, Processes: []config.Process{{
			Name: "web", Command: "/bin/web", UID: -1, Directory: "/srv", Priority: 7, ExitCodes: []int{0, 2},
			RedirectStderr: true, StopSignal: 15, ServerURL: "http://x",
			Stdout: config.Output{Kind: config.LogFile, Path: "/tmp/l", MaxBytes: 5 << 30, Backups: 2, CaptureBytes: 9},
			Stderr: config.Output{Kind: config.LogFile, Path: "/tmp/e"},
		}}},
		{Name: "new", Priority: 4, Processes: []config.Process{
			{Name: "one", UID: 33, Stdout: auto, Stderr: config.Output{Kind: config.LogNone}}}},
	}})
	r, _ := newRegistry(t, s)
	v, fault := r.Call(context.Background(), "supervisor.getAllConfigInfo", nil)
	if fault != nil {
		t.Fatal(fault)
	}
	got := map[string]map[string]any{}
	for _, info := range v.([]wire.Struct) {
		m := map[string]any{}
		for _, member := range info {
			m[member.Name] = member.Value
		}
		got[m["name"].(string)] = m
	}
	want := map[string]any{"inuse": true, "group": "web", "group_prio": 3, "process_prio": 7, "uid": "none",
		"directory": "/srv", "command": "/bin/web", "stdout_logfile": "/tmp/l", "stderr_logfile": "none",
		"stdout_logfile_maxbytes": int64(5 << 30), "serverurl": "http://x", "stopsignal": 15}
	for name, value := range want {
		if got["web"][name] != value {
			t.Errorf("web: %s is %v, want %v", name, got["web"][name], value)
		}
	}
	want = map[string]any{"inuse": false, "uid": 33, "directory": "none", "stdout_logfile": "auto",
		"stderr_logfile": "none", "serverurl": "none"}
	for name, value := range want {
		if got["one"][name] != value {
			t.Errorf("one: %s is %v, want %v", name, got["one"][name], value)
		}
	}
}

func TestMulticall(t *testing.T) {
	s := shop()
	hold, held := make(chan struct{}), make(chan struct{}, 1)
	s.Hold, s.Held = hold, held
	r, _ := newRegistry(t, s)
	call := func(name any, params ...any) map[string]any {
		return map[string]any{"methodName": name, "params": params}
	}
	calls := []any{
		call("supervisor.getAPIVersion"),
		map[string]any{"methodName": "supervisor.getPID", "params": 5},
		map[string]any{"methodName": "supervisor.getIdentification"},
		call("supervisor.startProcess", "db:one", true), // waits
		call("supervisor.startProcess", "nope", false),
		call("system.multicall", []any{}),
		map[string]any{"params": []any{}},
		call(7),
		"not a struct",
		call("supervisor.nope"),
		call("supervisor.stopProcess", "web", false),
	}
	go func() {
		<-held
		close(hold)
	}()
	fault := func(code, text string) string {
		return "<struct>faultCode:<int>" + code + "</int>;faultString:<string>" + text + "</string>;</struct>"
	}
	want := "<array><string>3.0</string>" +
		fault("2", "INCORRECT_PARAMETERS") +
		"<string>supervisor</string>" + isTrue +
		fault("10", "BAD_NAME: nope") +
		fault("2", "INCORRECT_PARAMETERS: Recursive system.multicall forbidden") +
		fault("2", "INCORRECT_PARAMETERS: No methodName") +
		fault("2", "INCORRECT_PARAMETERS: No methodName") +
		fault("2", "INCORRECT_PARAMETERS: A call is a struct of methodName and params") +
		fault("1", "UNKNOWN_METHOD") + isTrue + "</array>"
	if got := result(r, "system.multicall", calls); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
	if got := result(r, "system.multicall", "x"); got != "INCORRECT_PARAMETERS" {
		t.Error(got)
	}
	if got := result(r, "system.multicall", []any{}); got != "<array></array>" {
		t.Error(got)
	}
}

func TestMulticallEndsWithItsCaller(t *testing.T) {
	s := shop()
	ctx, cancel := context.WithCancel(context.Background())
	hold, held := make(chan struct{}), make(chan struct{})
	s.Hold, s.Held = hold, held
	r, _ := newRegistry(t, s)
	go func() {
		<-held
		cancel()
	}()
	_, fault := r.Call(ctx, "system.multicall", []any{[]any{
		map[string]any{"methodName": "supervisor.startProcess", "params": []any{"db:one"}},
		map[string]any{"methodName": "supervisor.sendRemoteCommEvent", "params": []any{"a", "b"}},
	}})
	if fault == nil {
		t.Error("a call whose caller had gone succeeded")
	}
	if calls := s.Calls(); len(calls) != 0 {
		t.Errorf("after the caller had gone: %v", calls)
	}
}

// A short request must not be able to ask for more memory than there is.
func TestMulticallIsBounded(t *testing.T) {
	r, _ := newRegistry(t, shop())
	made := 0
	big := strings.Repeat("x", 1<<20)
	err := r.Add("test", Method{Name: "big", Returns: Result{Type: String}, Fn: func(context.Context, []any) (any, error) {
		made++
		return []any{big, map[string]any{"a": int64(1)}, &wire.ProcessInfo{Name: "p"}, []string{"s"}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	calls := make([]any, 100)
	for i := range calls {
		calls[i] = map[string]any{"methodName": "test.big"}
	}
	v, fault := r.Call(context.Background(), "system.multicall", []any{calls})
	results, _ := v.([]any)
	if fault != nil || len(results) != 100 {
		t.Fatalf("%d results, %v", len(results), fault)
	}
	if made != 64 {
		t.Errorf("%d calls were made, want 64", made)
	}
	if f, ok := results[99].(*wire.Fault); !ok || f.Code != wire.Failed {
		t.Errorf("the last result is %v", results[99])
	}
}
