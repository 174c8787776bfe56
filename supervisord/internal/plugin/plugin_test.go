package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
)

// logRecord is an activity log in memory.
type logRecord struct {
	mu    sync.Mutex
	lines []string
}

func (l *logRecord) Enabled(config.LogLevel) bool { return true }

func (l *logRecord) Log(_ config.LogLevel, msg string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, msg)
}

func (l *logRecord) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, line := range l.lines {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

type noLog struct{}

func (noLog) Path() string { return "" }
func (noLog) Clear() error { return nil }

func (noLog) Sync(context.Context) error { return nil }

// quick is a patience that suits tests.
var quick = timing{call: 10 * time.Second, least: time.Millisecond, most: 5 * time.Millisecond, settled: time.Hour, maxCalls: 4}

// host is a daemon with plug-ins.
type host struct {
	t        *testing.T
	registry *api.Registry
	log      *logRecord
	set      *Set
}

func newHost(t *testing.T, tm timing, launcher Launcher, sections ...config.RPCInterface) *host {
	t.Helper()
	h := &host{t: t, registry: api.NewRegistry(), log: &logRecord{}}
	for i := range sections {
		sections[i].Section = "rpcinterface:" + sections[i].Name
	}
	var err error
	h.set, err = install(Options{
		Sections: sections, Registry: h.registry, Log: h.log, Launcher: launcher, ServerURL: "unix:///s",
		Daemon: api.Options{Supervisor: apitest.New(), Log: noLog{}},
	}, tm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.set.Close)
	return h
}

// call makes a call and tells what came of it.
func (h *host) call(name string, args ...any) string {
	v, fault := h.registry.Call(context.Background(), name, args)
	if fault != nil {
		return fault.Error()
	}
	return fmt.Sprintf("%#v", v)
}

// ready waits until the methods of a plug-in are there.
func (h *host) ready(method string) {
	h.t.Helper()
	apitest.Eventually(h.t, method+" is there", func() bool { return h.registry.Lookup(method) != nil })
}

// server is a plug-in at a URL, which answers with functions.
type server struct {
	mu      sync.Mutex
	methods map[string]func(args []any) any // a *wire.Fault is a fault
	raw     func(w http.ResponseWriter, r *http.Request) bool
	srv     *http.Server
	path    string
}

func serve(t *testing.T, path string, methods map[string]func([]any) any) *server {
	t.Helper()
	s := &server{methods: methods, path: path}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s.srv = &http.Server{Handler: s}
	go s.srv.Serve(l)
	t.Cleanup(func() { s.srv.Close() })
	return s
}

func (s *server) section() config.RPCInterface {
	return config.RPCInterface{Name: "p", URL: "unix://" + s.path}
}

// become makes the server answer in a way of its own.
func (s *server) become(raw func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = raw
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	raw := s.raw
	s.mu.Unlock()
	if raw != nil && raw(w, r) {
		return
	}
	method, args, err := wire.DecodeCall(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	fn := s.methods[method]
	switch {
	case method == "system.listMethods" && fn == nil:
		var names []string
		for name := range s.methods {
			names = append(names, name)
		}
		w.Write(wire.AppendResponse(nil, names))
	case fn == nil:
		w.Write(wire.AppendFault(nil, wire.NewFault(wire.UnknownMethod, "")))
	default:
		w.Write(wire.AppendResponse(nil, fn(args)))
	}
}

func sockPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "plug")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

func adder(args []any) any {
	if len(args) != 2 {
		return wire.NewFault(wire.IncorrectParameters, "add takes two numbers")
	}
	return args[0].(int) + args[1].(int)
}

func init() {
	Register("test.counter:make", func(_ api.Options, options map[string]string) ([]api.Method, error) {
		if options["start"] == "" {
			return nil, errors.New("start= is missing")
		}
		return []api.Method{{Name: "next", Fn: func(context.Context, []any) (any, error) { return options["start"], nil }}}, nil
	})
}

func TestFactories(t *testing.T) {
	h := newHost(t, quick, nil, config.RPCInterface{Name: "supervisor", Factory: MainFactory})
	if got := h.call("supervisor.getAPIVersion"); got != `"3.0"` {
		t.Error(got)
	}
	h = newHost(t, quick, nil, config.RPCInterface{Name: "counter", Factory: "test.counter:make", Options: map[string]string{"start": "7"}})
	if got := h.call("counter.next"); got != `"7"` {
		t.Error(got)
	}
	if !Known("test.counter:make") || Known("nope:nope") {
		t.Error("Known")
	}
}

func TestSectionsThatCannotBeMade(t *testing.T) {
	for _, c := range []struct {
		section config.RPCInterface
		want    string
	}{
		{config.RPCInterface{Name: "x", Factory: "my.module:make_it"}, `there is no factory "my.module:make_it" in this program; there is supervisor.rpcinterface:make_main_rpcinterface, test.counter:make, and plug-ins`},
		{config.RPCInterface{Name: "x", Factory: "test.counter:make"}, "start= is missing"},
		{config.RPCInterface{Name: "system", Factory: MainFactory}, `cannot register the RPC namespace "system" twice`},
		{config.RPCInterface{Name: "a.b", Factory: MainFactory}, `cannot register the RPC namespace "a.b"`},
		{config.RPCInterface{Name: "x", URL: "unix://relative"}, "absolute path"},
		{config.RPCInterface{Name: "x", URL: "https://h/"}, "neither unix:///path nor http://host:port/path"},
		{config.RPCInterface{Name: "x", URL: "http://user:secret@:%zz"}, "neither unix"},
		{config.RPCInterface{Name: "x", Command: "/bin/x"}, "rpcinterface.command is not supported here"},
	} {
		c.section.Section = "rpcinterface:" + c.section.Name
		_, err := Install(Options{Sections: []config.RPCInterface{c.section}, Registry: api.NewRegistry(), Log: &logRecord{},
			Daemon: api.Options{Supervisor: apitest.New(), Log: noLog{}}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "cannot make the RPC interface of [rpcinterface:"+c.section.Name+"]: ") {
			t.Errorf("%+v: %v, want %q", c.section, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("a password is shown: %v", err)
		}
	}
}

func TestRemoteNamespace(t *testing.T) {
	s := serve(t, sockPath(t), map[string]func([]any) any{
		"add":          adder,
		"p.full":       func(args []any) any { return args },
		"bytes":        func(args []any) any { return []byte(args[0].(string) + "\x01\xff") },
		"fail":         func([]any) any { return &wire.Fault{Code: 777, Text: "own fault"} },
		"other.method": func([]any) any { return 1 }, "_hidden": func([]any) any { return 1 }, "p.a.b": func([]any) any { return 1 },
		"system.methodHelp": func(args []any) any { return "Help of " + args[0].(string) },
		"system.methodSignature": func(args []any) any {
			switch args[0] {
			case "add":
				return []string{"int", "int", "int"}
			case "p.full":
				return [][]string{{"array", "string"}, {"array"}}
			}
			return "signatures not supported"
		},
	})
	h := newHost(t, quick, nil, s.section())
	h.ready("p.add")
	want := []string{"p.add", "p.bytes", "p.fail", "p.full"}
	got := slices.DeleteFunc(h.registry.Names(), func(n string) bool { return strings.HasPrefix(n, "system.") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for call, want := range map[[2]string]string{
		{"system.methodHelp", "p.add"}:       `"Help of add"`,
		{"system.methodHelp", "p.full"}:      `"Help of p.full"`,
		{"system.methodSignature", "p.add"}:  `[]string{"int", "int", "int"}`,
		{"system.methodSignature", "p.full"}: `[]string{"array", "string"}`,
		{"system.methodSignature", "p.fail"}: "<Fault 4: 'SIGNATURE_UNSUPPORTED'>",
	} {
		if got := h.call(call[0], call[1]); got != want {
			t.Errorf("%v: %s, want %s", call, got, want)
		}
	}
	for _, c := range []struct {
		name string
		args []any
		want string
	}{
		{"p.add", []any{2, 3}, "5"},
		{"p.add", []any{2}, "<Fault 2: 'INCORRECT_PARAMETERS: add takes two numbers'>"},
		{"p.full", []any{"é<&>", true, []any{1.5}}, `[]interface {}{"é<&>", true, []interface {}{1.5}}`},
		{"p.bytes", []any{"x\x02"}, `[]byte{0x78, 0x2, 0x1, 0xff}`},
		{"p.fail", nil, "<Fault 777: 'own fault'>"},
		{"p.nope", nil, "<Fault 1: 'UNKNOWN_METHOD'>"},
		{"p.other.method", nil, "<Fault 1: 'UNKNOWN_METHOD'>"},
		{"other.method", nil, "<Fault 1: 'UNKNOWN_METHOD'>"},
	} {
		if got := h.call(c.name, c.args...); got != c.want {
			t.Errorf("%s%q: %s, want %s", c.name, c.args, got, c.want)
		}
	}
	if h.log.count("cannot be offered") != 1 || h.log.count("_hidden") != 1 {
		t.Error("nothing is said of the methods that are not offered:", h.log.lines)
	}
}

// Whatever a plug-in answers, its caller gets a fault and the daemon goes on.
func TestPluginThatLies(t *testing.T) {
	s := serve(t, sockPath(t), map[string]func([]any) any{"add": adder})
	tm := quick
	tm.call = 300 * time.Millisecond
	h := newHost(t, tm, nil, s.section())
	h.ready("p.add")
	stop := make(chan struct{})
	defer close(stop)
	for name, raw := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"junk":    func(w http.ResponseWriter, _ *http.Request) bool { io.WriteString(w, "<junk"); return true },
		"nothing": func(http.ResponseWriter, *http.Request) bool { return true },
		"status":  func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true },
		"redirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return true
		},
		"nested": func(w http.ResponseWriter, _ *http.Request) bool {
			io.WriteString(w, "<methodResponse><params><param>"+strings.Repeat("<value><array><data>", 300000))
			return true
		},
		"endless": func(w http.ResponseWriter, r *http.Request) bool {
			for _, err := io.WriteString(w, "<methodResponse>"); err == nil; {
				_, err = w.Write(make([]byte, 1<<20))
			}
			return true
		},
		"hanging": func(_ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-r.Context().Done():
			case <-stop:
			}
			return true
		},
		"breaking off": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
	} {
		s.become(raw)
		if got := h.call("p.add", 1, 2); !strings.HasPrefix(got, "<Fault 30: 'FAILED: the RPC plug-in 'p' has failed: ") {
			t.Errorf("%s: %.200s", name, got)
		}
	}
	s.become(nil)
	apitest.Eventually(t, "it answers again", func() bool { return h.call("p.add", 1, 2) == "3" })
}

// A plug-in that lies about itself offers nothing, and is asked again.
func TestPluginThatLiesAboutItself(t *testing.T) {
	var mu sync.Mutex
	var list any = 5
	set := func(v any) {
		mu.Lock()
		defer mu.Unlock()
		list = v
	}
	s := serve(t, sockPath(t), map[string]func([]any) any{
		"add": adder, "system.listMethods": func([]any) any {
			mu.Lock()
			defer mu.Unlock()
			return list
		}})
	h := newHost(t, quick, nil, s.section())
	apitest.Eventually(t, "the lie is noticed", func() bool { return h.log.count("its answer is not an array") == 1 })
	var names []any
	for i := range maxMethods + 50 {
		names = append(names, fmt.Sprint("m", i))
	}
	set(append(names, 7, nil, "", "m1", strings.Repeat("x", 1000), "a b", "é"))
	h.ready("p.m1")
	if n := len(h.registry.Names()); n > maxMethods+10 {
		t.Errorf("%d methods are offered", n)
	}
}

// Calls that are being carried out are bounded; the caller that goes away does
// not wait.
func TestPluginThatHangs(t *testing.T) {
	began, release := make(chan struct{}, 100), make(chan struct{})
	s := serve(t, sockPath(t), map[string]func([]any) any{"wait": func([]any) any {
		began <- struct{}{}
		<-release
		return true
	}})
	h := newHost(t, quick, nil, s.section())
	h.ready("p.wait")
	results := make(chan string, 100)
	for range quick.maxCalls {
		go func() { results <- h.call("p.wait") }()
	}
	for range quick.maxCalls {
		<-began
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, fault := h.registry.Call(ctx, "p.wait", nil); fault == nil || !strings.Contains(fault.Text, "busy") {
		t.Error(fault)
	}
	close(release)
	for range quick.maxCalls {
		if got := <-results; got != "true" {
			t.Error(got)
		}
	}
}

// A server that comes later, goes and comes back is found without being told.
func TestServerThatComesAndGoes(t *testing.T) {
	path := sockPath(t)
	h := newHost(t, quick, nil, config.RPCInterface{Name: "p", URL: "unix://" + path})
	apitest.Eventually(t, "its absence is told", func() bool { return h.log.count("is not available: system.listMethods: it cannot be reached") == 1 })
	if got := h.call("p.add", 1, 2); got != "<Fault 1: 'UNKNOWN_METHOD'>" {
		t.Error(got)
	}
	s := serve(t, path, map[string]func([]any) any{"add": adder})
	h.ready("p.add")
	s.srv.Close()
	apitest.Eventually(t, "a call finds it gone", func() bool { return strings.Contains(h.call("p.add", 1, 2), "it cannot be reached") })
	apitest.Eventually(t, "that is told", func() bool { return h.log.count("is not available") == 2 })
	serve(t, path, map[string]func([]any) any{"sub": adder})
	h.ready("p.sub")
	if h.registry.Lookup("p.add") != nil {
		t.Error("a method that is gone is still offered")
	}
}

// launcher runs programs for tests.
type launcher struct {
	mu      sync.Mutex
	started int
	envs    []config.EnvVar
	refuse  error
	last    *running
}

type running struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

func (l *launcher) Launch(p Program) (Running, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started++
	l.envs = p.Environ
	if l.refuse != nil {
		return nil, l.refuse
	}
	cmd := exec.Command("/bin/sh", "-c", p.Command)
	cmd.Stdin, cmd.Stderr = p.Socket, os.Stderr
	for _, e := range p.Environ {
		cmd.Env = append(cmd.Env, e.Key+"="+e.Value)
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &running{cmd, make(chan struct{})}
	l.last = r
	go func() {
		cmd.Wait()
		close(r.exited)
	}()
	return r, nil
}

// kill kills the program that was started last.
func (l *launcher) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last.Stop()
}

func (l *launcher) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.started
}

func (r *running) Exited() <-chan struct{} { return r.exited }

func (r *running) Stop() {
	r.cmd.Process.Kill()
	<-r.exited
}

func TestProgram(t *testing.T) {
	if _, err := os.Stat("/usr/bin/python3"); err != nil {
		t.Skip("Python is not installed")
	}
	script, err := filepath.Abs("../../../examples/rpcinterface/greeter.py")
	if err != nil {
		t.Fatal(err)
	}
	l := &launcher{}
	h := newHost(t, quick, l, config.RPCInterface{Name: "p", Command: "exec /usr/bin/python3 " + script, Options: map[string]string{"word": "Hello"}})
	h.ready("p.greet")
	if got := h.call("p.greet", "Jürgen"); got != `"Hello, Jürgen!"` {
		t.Error(got)
	}
	if got := h.call("system.methodHelp", "p.greet"); !strings.HasPrefix(got, `"Greet somebody.`) {
		t.Error(got)
	}
	if got := h.call("p.count"); got != "1" {
		t.Error(got)
	}
	// It dies, and is started again; calls wait for that.
	l.kill()
	apitest.Eventually(t, "a new one greets", func() bool {
		return h.call("p.greet", "you") == `"Hello, you!"` && h.call("p.count") == "1"
	})
	if h.log.count("has ended") != 1 || l.count() != 2 {
		t.Error(l.count(), h.log.lines)
	}
	dir := h.set.remotes[0].dir
	h.set.Close()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("the directory of the socket is left:", err)
	}
	if !slices.Contains(l.envs, config.EnvVar{Key: "SUPERVISOR_SERVER_URL", Value: "unix:///s"}) {
		t.Error(l.envs)
	}
}

// A program that ends at once is started again, and again, and does not keep
// anybody waiting for an answer that cannot come.
func TestProgramThatEnds(t *testing.T) {
	l := &launcher{}
	h := newHost(t, quick, l, config.RPCInterface{Name: "p", Command: "exit 3"})
	apitest.Eventually(t, "it is started again", func() bool { return l.count() >= 3 })
	h.set.Close()
	if h.log.count("has ended") < 2 {
		t.Error(h.log.lines)
	}
}

func TestProgramThatCannotBeStarted(t *testing.T) {
	l := &launcher{refuse: errors.New("can't find command '/nope'")}
	h := newHost(t, quick, l, config.RPCInterface{Name: "p", Command: "/nope"})
	apitest.Eventually(t, "it is tried again", func() bool { return l.count() >= 3 })
	if h.log.count("RPC plug-in 'p' cannot be started: can't find command '/nope'") < 2 {
		t.Error(h.log.lines)
	}
}
