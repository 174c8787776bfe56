package httpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

var _ Source = (*core.Loop)(nil)

// logRecord is an activity log in memory.
type logRecord struct {
	level config.LogLevel
	mu    sync.Mutex
	lines []string
}

func (l *logRecord) Enabled(level config.LogLevel) bool { return level >= l.level }

func (l *logRecord) Log(level config.LogLevel, msg string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if level >= l.level {
		l.lines = append(l.lines, fmt.Sprint(int(level), " ", msg))
	}
}

func (l *logRecord) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

type noLog struct{}

func (noLog) Path() string { return "" }
func (noLog) Clear() error { return nil }

func (noLog) Sync(context.Context) error { return nil }

// harness is a server over a daemon made of plain data, on a UNIX socket and a
// TCP port, both with the same credentials.
type harness struct {
	*Server
	t    testing.TB
	fake *apitest.Supervisor
	log  *logRecord
	dir  string
	unix string // path of the socket
	tcp  string // address
}

// start starts a server; change may alter what it is made of.
func start(t testing.TB, fake *apitest.Supervisor, change func(*Options)) *harness {
	t.Helper()
	return startLimited(t, fake, defaultLimits, change)
}

func startLimited(t testing.TB, fake *apitest.Supervisor, l limits, change func(*Options)) *harness {
	t.Helper()
	dir, err := os.MkdirTemp("", "httpd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &harness{t: t, fake: fake, dir: dir, log: &logRecord{level: config.LevelDebug}}
	registry := api.NewRegistry()
	methods := api.SupervisorMethods(api.Options{Supervisor: fake, Log: noLog{}, Identifier: "supervisor", PID: os.Getpid()})
	if err := registry.Add("supervisor", methods...); err != nil {
		t.Fatal(err)
	}
	o := Options{Registry: registry, Source: fake, MainLog: func() string { return filepath.Join(dir, "main.log") }, Log: h.log}
	o.Listeners = []Listener{
		{listen(t, "unix", filepath.Join(dir, "sock")), config.Server{Kind: config.UnixServer, Section: "unix_http_server"}},
		{listen(t, "tcp", "127.0.0.1:0"), config.Server{Kind: config.InetServer, Section: "inet_http_server"}},
	}
	if change != nil {
		change(&o)
	}
	h.unix = o.Listeners[0].Addr().String()
	h.tcp = o.Listeners[1].Addr().String()
	h.Server = newServer(o, l)
	h.Server.Start()
	t.Cleanup(func() { h.Server.Close() })
	return h
}

func listen(t testing.TB, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// withPassword gives every server credentials.
func withPassword(user, password string) func(*Options) {
	return func(o *Options) {
		for i := range o.Listeners {
			c := &o.Listeners[i].Config
			c.HasAuth, c.Username, c.Password = true, user, password
		}
	}
}

// dial connects to the UNIX socket. Reads and writes fail rather than hang.
func (h *harness) dial() net.Conn {
	h.t.Helper()
	c, err := net.Dial("unix", h.unix)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

// exchange sends bytes on a connection of their own and returns everything that
// comes back until it is closed.
func (h *harness) exchange(request string) string {
	h.t.Helper()
	c := h.dial()
	io.WriteString(c, request)
	b, err := io.ReadAll(c)
	if err != nil {
		h.t.Fatalf("%q: %v after %q", request, err, b)
	}
	return string(b)
}

// client is an HTTP client for the UNIX socket.
func (h *harness) client() *http.Client {
	return &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", h.unix)
		}},
	}
}

// get requests a path.
func (h *harness) get(path string) (*http.Response, string) {
	h.t.Helper()
	return h.do(http.MethodGet, path, nil, nil)
}

func (h *harness) do(method, path string, header map[string]string, body io.Reader) (*http.Response, string) {
	h.t.Helper()
	r, err := http.NewRequest(method, "http://localhost"+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Close = true
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := h.client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp, string(b)
}

// call is the body of a call without parameters.
func call(method string) string {
	return "<?xml version='1.0'?><methodCall><methodName>" + method + "</methodName></methodCall>"
}

// post is a request in raw form; the fields end in CRLF each.
func post(version, fields, body string) string {
	return fmt.Sprintf("POST /RPC2 %s\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s", version, fields, len(body), body)
}

// response reads one response.
func response(t testing.TB, br *bufio.Reader) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// openConns returns how many connections the server has open.
func (h *harness) openConns() int {
	n := 0
	for _, s := range h.sites {
		n += len(s.open())
	}
	return n
}

// goroutines returns the stacks of all goroutines.
func goroutines() string {
	buf := make([]byte, 4<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
