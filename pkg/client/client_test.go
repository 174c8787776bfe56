package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// daemon answers XML-RPC calls the way a supervisord does, with what reply
// says.
type daemon struct {
	reply   func(method string, params []any) any
	method  string
	params  []any
	header  http.Header
	handler http.HandlerFunc // replaces the RPC handler
	conns   atomic.Int32
}

func (d *daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.header = r.Header
	if d.handler != nil {
		d.handler(w, r)
		return
	}
	if r.URL.Path != "/RPC2" || r.Method != http.MethodPost || r.ContentLength < 0 {
		http.Error(w, "?", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		d.method, d.params, err = wire.DecodeCall(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write(wire.AppendResponse(nil, d.reply(d.method, d.params)))
}

func (d *daemon) serve(t *testing.T, l net.Listener) *httptest.Server {
	t.Helper()
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: d, ConnState: func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			d.conns.Add(1)
		}
	}}}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func listenUnix(t *testing.T, path string) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// connect starts d on a UNIX socket and returns a client for it.
func connect(t *testing.T, d *daemon) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.sock")
	d.serve(t, listenUnix(t, path))
	return newClient(t, Options{URL: "unix://" + path})
}

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var (
	statusList = []wire.ProcessStatus{{Name: "a", Group: "g", Status: wire.Success, Description: "OK"}, {Name: "b", Group: "g", Status: wire.SpawnError, Description: "SPAWN_ERROR"}}
	info       = wire.ProcessInfo{Name: "a", Group: "g", Start: 5, Stop: 6, Now: 7, State: 20, StateName: "RUNNING", SpawnErr: "", ExitStatus: -1, LogFile: "/l", StdoutLogFile: "/l", StderrLogFile: "", PID: 42, Description: "pid 42, uptime 0:00:02"}
)

// Every method sends what the API asks for and reads what it promises.
func TestMethods(t *testing.T) {
	ctx := t.Context()
	type result struct {
		v   any
		err error
	}
	ret := func(v any, err error) result { return result{v, err} }
	only := func(err error) result { return result{nil, err} }
	for _, tc := range []struct {
		call   func(c *Client) result
		method string
		params []any
		reply  any
		want   any
	}{
		{func(c *Client) result { return ret(c.APIVersion(ctx)) }, "supervisor.getAPIVersion", nil, "3.0", "3.0"},
		{func(c *Client) result { return ret(c.Version(ctx)) }, "supervisor.getVersion", nil, "3.0", "3.0"},
		{func(c *Client) result { return ret(c.SupervisorVersion(ctx)) }, "supervisor.getSupervisorVersion", nil, "4.2.5", "4.2.5"},
		{func(c *Client) result { return ret(c.Identification(ctx)) }, "supervisor.getIdentification", nil, "", ""},
		{func(c *Client) result { return ret(c.State(ctx)) }, "supervisor.getState", nil, map[string]any{"statecode": -1, "statename": "SHUTDOWN"}, State{-1, "SHUTDOWN"}},
		{func(c *Client) result { return ret(c.PID(ctx)) }, "supervisor.getPID", nil, 7, 7},
		{func(c *Client) result { return ret(c.ReadLog(ctx, -5, 0)) }, "supervisor.readLog", []any{-5, 0}, "é<\n", "é<\n"},
		{func(c *Client) result { return only(c.ClearLog(ctx)) }, "supervisor.clearLog", nil, true, nil},
		{func(c *Client) result { return only(c.Shutdown(ctx)) }, "supervisor.shutdown", nil, true, nil},
		{func(c *Client) result { return only(c.Restart(ctx)) }, "supervisor.restart", nil, true, nil},
		{func(c *Client) result { return ret(c.ReloadConfig(ctx)) }, "supervisor.reloadConfig", nil, []any{[]any{[]any{"a", "b"}, []any{}, []any{"c"}}}, Changes{Added: []string{"a", "b"}, Removed: []string{"c"}}},
		{func(c *Client) result { return only(c.AddProcessGroup(ctx, "g")) }, "supervisor.addProcessGroup", []any{"g"}, true, nil},
		{func(c *Client) result { return only(c.RemoveProcessGroup(ctx, "g")) }, "supervisor.removeProcessGroup", []any{"g"}, true, nil},
		{func(c *Client) result { return ret(c.UpdateProcessGroup(ctx, "g")) }, "supervisor.updateProcessGroup", []any{"g"}, map[string]any{"added": []any{"x"}, "removed": []any{}, "restarted": []any{"y"}, "applied": []any{}}, GroupUpdate{Added: []string{"x"}, Restarted: []string{"y"}}},
		{func(c *Client) result { return ret(c.AllConfigInfo(ctx)) }, "supervisor.getAllConfigInfo", nil, []any{map[string]any{"name": "a", "group": "g", "inuse": true, "autostart": false, "group_prio": 999, "process_prio": 1, "exitcodes": []any{0, 2}, "command": "x", "uid": "none"}}, []ConfigInfo{{Name: "a", Group: "g", InUse: true, Command: "x", GroupPrio: 999, ProcessPrio: 1, ExitCodes: []int{0, 2}}}},
		{func(c *Client) result { return ret(c.ProcessInfo(ctx, "g:a")) }, "supervisor.getProcessInfo", []any{"g:a"}, info, info},
		{func(c *Client) result { return ret(c.AllProcessInfo(ctx)) }, "supervisor.getAllProcessInfo", nil, []wire.ProcessInfo{info, info}, []wire.ProcessInfo{info, info}},
		{func(c *Client) result { return only(c.SendRemoteCommEvent(ctx, "t", "d")) }, "supervisor.sendRemoteCommEvent", []any{"t", "d"}, true, nil},
		{func(c *Client) result { return only(c.StartProcess(ctx, "<&>", true)) }, "supervisor.startProcess", []any{"<&>", true}, true, nil},
		{func(c *Client) result { return ret(c.StartProcessGroup(ctx, "g", false)) }, "supervisor.startProcessGroup", []any{"g", false}, statusList, statusList},
		{func(c *Client) result { return ret(c.StartAllProcesses(ctx, true)) }, "supervisor.startAllProcesses", []any{true}, statusList, statusList},
		{func(c *Client) result { return only(c.StopProcess(ctx, "a", false)) }, "supervisor.stopProcess", []any{"a", false}, true, nil},
		{func(c *Client) result { return ret(c.StopProcessGroup(ctx, "g", true)) }, "supervisor.stopProcessGroup", []any{"g", true}, statusList, statusList},
		{func(c *Client) result { return ret(c.StopAllProcesses(ctx, true)) }, "supervisor.stopAllProcesses", []any{true}, []any{}, []wire.ProcessStatus(nil)},
		{func(c *Client) result { return only(c.SignalProcess(ctx, "a", "HUP")) }, "supervisor.signalProcess", []any{"a", "HUP"}, true, nil},
		{func(c *Client) result { return ret(c.SignalProcessGroup(ctx, "g", "1")) }, "supervisor.signalProcessGroup", []any{"g", "1"}, statusList, statusList},
		{func(c *Client) result { return ret(c.SignalAllProcesses(ctx, "HUP")) }, "supervisor.signalAllProcesses", []any{"HUP"}, statusList, statusList},
		{func(c *Client) result { return only(c.ClearProcessLogs(ctx, "a")) }, "supervisor.clearProcessLogs", []any{"a"}, true, nil},
		{func(c *Client) result { return ret(c.ClearAllProcessLogs(ctx)) }, "supervisor.clearAllProcessLogs", nil, statusList, statusList},
		{func(c *Client) result { return only(c.SendProcessStdin(ctx, "a", []byte("x\n"))) }, "supervisor.sendProcessStdin", []any{"a", "x\n"}, true, nil},
		{func(c *Client) result { return only(c.SendProcessStdin(ctx, "a", []byte("\x00\xff\r"))) }, "supervisor.sendProcessStdin", []any{"a", "\x00\xff\r"}, true, nil},
		{func(c *Client) result { return ret(c.ReadProcessLog(ctx, "a", Stdout, 0, 9)) }, "supervisor.readProcessStdoutLog", []any{"a", 0, 9}, "x", "x"},
		{func(c *Client) result { return ret(c.ReadProcessLog(ctx, "a", Stderr, 0, 9)) }, "supervisor.readProcessStderrLog", []any{"a", 0, 9}, "", ""},
		{func(c *Client) result { return ret(c.TailProcessLog(ctx, "a", Stdout, 1, 9)) }, "supervisor.tailProcessStdoutLog", []any{"a", 1, 9}, []any{"x", 1 << 40, true}, Tail{"x", 1 << 40, true}},
		{func(c *Client) result { return ret(c.TailProcessLog(ctx, "a", Stderr, 1, 9)) }, "supervisor.tailProcessStderrLog", []any{"a", 1, 9}, []any{"", 0, false}, Tail{}},
		{func(c *Client) result { return ret(c.ListMethods(ctx)) }, "system.listMethods", nil, []string{"a"}, []string{"a"}},
		{func(c *Client) result { return ret(c.MethodHelp(ctx, "m")) }, "system.methodHelp", []any{"m"}, "h", "h"},
		{func(c *Client) result { return ret(c.MethodSignature(ctx, "m")) }, "system.methodSignature", []any{"m"}, []string{"int"}, []string{"int"}},
		{func(c *Client) result {
			return ret(c.Multicall(ctx, []CallSpec{{Method: "m"}, {Method: "n", Params: []any{1}}}))
		}, "system.multicall", []any{[]any{map[string]any{"methodName": "m", "params": []any{}}, map[string]any{"methodName": "n", "params": []any{1}}}},
			[]any{"x", &wire.Fault{Code: 10, Text: "BAD_NAME"}}, []Result{{Value: "x"}, {Fault: &wire.Fault{Code: 10, Text: "BAD_NAME"}}}},
	} {
		t.Run(tc.method, func(t *testing.T) {
			d := &daemon{reply: func(string, []any) any { return tc.reply }}
			got := tc.call(connect(t, d))
			if got.err != nil {
				t.Fatal(got.err)
			}
			if tc.params == nil {
				tc.params = []any{}
			}
			if diff := cmp.Diff(tc.params, d.params); diff != "" || d.method != tc.method {
				t.Errorf("called %s, want %s; parameters: %s", d.method, tc.method, diff)
			}
			if diff := cmp.Diff(tc.want, got.v); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFault(t *testing.T) {
	c := connect(t, &daemon{reply: func(string, []any) any { return wire.NewFault(wire.BadName, "<a> & \x1b") }})
	err := c.StartProcess(t.Context(), "a", true)
	var f *wire.Fault
	if !errors.As(err, &f) || f.Code != wire.BadName || f.Text != `BAD_NAME: <a> & \x1b` {
		t.Errorf("%v", err)
	}
}

// One connection serves many calls, and a daemon that came back on the same
// socket is found again.
func TestConnectionIsKept(t *testing.T) {
	d := &daemon{reply: func(string, []any) any { return 1 }}
	path := filepath.Join(t.TempDir(), "s.sock")
	s := d.serve(t, listenUnix(t, path))
	c := newClient(t, Options{URL: "unix://" + path})
	for range 5 {
		if _, err := c.PID(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := d.conns.Load(); n != 1 {
		t.Errorf("5 calls took %d connections", n)
	}
	s.Close()
	d.serve(t, listenUnix(t, path))
	if _, err := c.PID(t.Context()); err != nil {
		t.Errorf("after a restart of the daemon: %v", err)
	}
}

func TestCredentials(t *testing.T) {
	d := &daemon{reply: func(string, []any) any { return 1 }}
	d.handler = func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); !ok || u != "me" || p != "se:cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(wire.AppendResponse(nil, 1))
	}
	s := d.serve(t, must(net.Listen("tcp", "127.0.0.1:0")))
	host := s.Listener.Addr().String()
	for _, tc := range []struct {
		o  Options
		ok bool
	}{
		{Options{URL: "http://" + host, Username: "me", Password: "se:cret"}, true},
		{Options{URL: "http://" + host + "/any/path?x", Username: "me", Password: "se:cret"}, true},
		{Options{URL: "http://me:se%3acret@" + host}, true},
		{Options{URL: "http://" + host}, false},
		{Options{URL: "http://" + host, Username: "me"}, false},
		{Options{URL: "http://me:se%3acret@" + host, Username: "you", Password: "x"}, false},
	} {
		_, err := newClient(t, tc.o).PID(t.Context())
		var h *HTTPError
		if tc.ok != (err == nil) || err != nil && (!errors.As(err, &h) || !h.Unauthorized() || h.Reason != "Unauthorized") {
			t.Errorf("%+v: %v", tc.o, err)
		}
		if err != nil && strings.Contains(err.Error(), "cret") {
			t.Errorf("a password is shown: %v", err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestNoConnection(t *testing.T) {
	dir := t.TempDir()
	_, err := newClient(t, Options{URL: "unix://" + dir + "/none"}).PID(t.Context())
	var c *ConnError
	if !errors.As(err, &c) || !c.NoSocket() || c.Refused() || c.Denied() || c.Errno() != syscall.ENOENT {
		t.Errorf("absent socket: %v", err)
	}
	if want := "cannot talk to unix://" + dir + "/none: no such file or directory"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}

	l := listenUnix(t, dir+"/stale").(*net.UnixListener)
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	_, err = newClient(t, Options{URL: "unix://" + dir + "/stale"}).PID(t.Context())
	if !errors.As(err, &c) || !c.Refused() || c.NoSocket() {
		t.Errorf("stale socket: %v", err)
	}

	port := must(net.Listen("tcp", "127.0.0.1:0"))
	_ = port.Close()
	_, err = newClient(t, Options{URL: "http://" + port.Addr().String()}).PID(t.Context())
	if !errors.As(err, &c) || !c.Refused() {
		t.Errorf("closed port: %v", err)
	}
	if denied := (&ConnError{Err: &net.OpError{Err: syscall.EACCES}}); !denied.Denied() || denied.NoSocket() {
		t.Error("EACCES is not taken for missing rights")
	}
}

func TestBadURLs(t *testing.T) {
	for _, url := range []string{"", "ftp://x", "localhost:9001", "http://", "http://[::1", "https://x"} {
		c, err := New(Options{URL: url})
		if err == nil {
			t.Errorf("%q is accepted: %v", url, c.base)
		} else if !strings.HasPrefix(err.Error(), "cannot use ") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestStrangeAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"not XML":       {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, "it is not an XML-RPC response"},
		"nothing":       {func(w http.ResponseWriter, _ *http.Request) {}, "it is not an XML-RPC response"},
		"another type":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(wire.AppendResponse(nil, "x")) }, "type mismatch"},
		"status 500":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "500 Internal Server Error"},
		"a redirection": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, "302 Found"},
		"a hang-up": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		}, "it closed the connection without an answer"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "<?xml")
		}, "it closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := connect(t, &daemon{handler: tc.handler}).PID(t.Context())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v does not say %q", err, tc.want)
			}
		})
	}
}

// The reference sends control characters of logs as they are.
func TestControlCharacters(t *testing.T) {
	c := connect(t, &daemon{handler: func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<methodResponse><params><param><value><string>\x1b[1mé\xff\r\n</string></value></param></params></methodResponse>")
	}})
	got, err := c.ReadLog(t.Context(), 0, 0)
	if want := "\\x1b[1mé\\xff\n"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestCancel(t *testing.T) {
	called := make(chan struct{})
	c := connect(t, &daemon{handler: func(_ http.ResponseWriter, r *http.Request) {
		close(called)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-called; cancel() }()
	if _, err := c.PID(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestStreams(t *testing.T) {
	d := &daemon{}
	var path string
	d.handler = func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		if strings.Contains(path, "nope") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, "one\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	c := connect(t, d)
	for want, open := range map[string]func() (io.ReadCloser, error){
		"/logtail/g:a b/stderr": func() (io.ReadCloser, error) { return c.FollowLog(t.Context(), "g:a b", Stderr) },
		"/mainlogtail":          func() (io.ReadCloser, error) { return c.FollowMainLog(t.Context()) },
	} {
		r, err := open()
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4)
		if _, err := io.ReadFull(r, buf); err != nil || string(buf) != "one\n" || path != want {
			t.Errorf("%s: %q, %v", path, buf, err)
		}
		_ = r.Close()
	}
	_, err := c.FollowLog(t.Context(), "nope", Stdout)
	var h *HTTPError
	if !errors.As(err, &h) || h.Status != 404 {
		t.Errorf("%v", err)
	}
}

func TestEvents(t *testing.T) {
	var query string
	c := connect(t, &daemon{handler: func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		fmt.Fprint(w, ": hello\n\nid: 7\nevent: TICK_5\ndata: {\"serial\":7,\"name\":\"TICK_5\",\"payload\":\"when:5\"}\n\nid: 8\r\ndata:{\"serial\":8,\r\ndata: \"name\":\"B\"}\r\n\r\ndata: oops\n\n")
	}})
	s, err := c.Events(t.Context(), []string{"TICK", "PROCESS_STATE"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, want := range []Event{{7, "TICK_5", "when:5"}, {8, "B", ""}} {
		if got, err := s.Next(); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	var r *ResponseError
	if _, err := s.Next(); !errors.As(err, &r) {
		t.Errorf("%v", err)
	}
	if _, err := s.Next(); err != io.EOF {
		t.Errorf("%v", err)
	}
	if query != "types=TICK%2CPROCESS_STATE" {
		t.Errorf("query %q", query)
	}
}

// Events that were lost are told of, and what is not an event is passed over.
func TestEventsLost(t *testing.T) {
	c := connect(t, &daemon{handler: func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "id: 1\nevent: A\ndata: {\"serial\":1,\"name\":\"A\",\"payload\":\"\"}\n\n"+
			"event: lost\ndata: {\"lost\":3}\n\n"+
			"event: ping\ndata: {}\n\nevent: lost\n\n"+
			"data: {\"serial\":5,\"name\":\"B\",\"payload\":\"\"}\n\nevent: lost\ndata: 3\n\n")
	}})
	s, err := c.Events(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := s.Next(); err != nil || got.Name != "A" {
		t.Errorf("%+v, %v", got, err)
	}
	var lost *Lost
	if _, err := s.Next(); !errors.As(err, &lost) || lost.Count != 3 || err.Error() != "3 events were lost because they were not read in time" {
		t.Errorf("%v", err)
	}
	if got, err := s.Next(); err != nil || got.Name != "B" {
		t.Errorf("%+v, %v", got, err)
	}
	var r *ResponseError
	if _, err := s.Next(); !errors.As(err, &r) {
		t.Errorf("%v", err)
	}
}

func FuzzScrub(f *testing.F) {
	for _, s := range []string{"", "abc", "\x00a\x1f", "é\xc3", "\xff\xff\ufffe", "\r\n\t"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out := scrub(data)
		if i := firstBad(out); i < len(out) {
			t.Errorf("%q still has %q", out, out[i:])
		}
		if firstBad(data) == len(data) && string(out) != string(data) {
			t.Errorf("clean data was changed: %q", out)
		}
	})
}

func TestRedact(t *testing.T) {
	for raw, want := range map[string]string{
		"http://me:secret@host:9001": "http://me:xxxxx@host:9001",
		"http://me:a@b/c@host:x":     "http://me:xxxxx@host:x",
		"http://me@host":             "http://me@host",
		"http://host:9001/":          "http://host:9001/",
		"unix:///run/s.sock":         "unix:///run/s.sock",
		"ftp://me:secret@host":       "ftp://me:xxxxx@host",
		"nonsense":                   "nonsense",
	} {
		if got := Redact(raw); got != want {
			t.Errorf("Redact(%q) = %q, want %q", raw, got, want)
		}
		_, err := New(Options{URL: raw})
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}
