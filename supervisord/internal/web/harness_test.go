package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/follow"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

var _ Daemon = (*core.Loop)(nil)

// fakeDaemon is a daemon made of plain data.
type fakeDaemon struct {
	*apitest.Supervisor
	preview func() (*config.Config, config.Changes, error)
}

func (d *fakeDaemon) Preview() (*config.Config, config.Changes, error) { return d.preview() }

// fakeLog is an activity log.
type fakeLog struct {
	path    string
	mu      sync.Mutex
	cleared int
}

func (l *fakeLog) Path() string { return l.path }

func (l *fakeLog) Clear() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cleared++
	return nil
}

func (l *fakeLog) Sync(context.Context) error { return nil }

// fakeFollower tells every follower of every change.
type fakeFollower struct{ follow.Set }

func (f *fakeFollower) Follow(string) (<-chan struct{}, func()) { return f.Subscribe() }

// rig is a site over a fake daemon, served by plain HTTP.
type rig struct {
	*Site
	t        testing.TB
	daemon   *fakeDaemon
	log      *fakeLog
	follower *fakeFollower
	dir      string
	server   *httptest.Server
	token    string
	cookie   string
}

var lastID atomic.Uint64

// view makes a process with logs in a directory.
func view(dir, group, name string, state life.State) core.View {
	v := apitest.Process(group, name, state)
	v.ID = core.ProcID(lastID.Add(1))
	v.StdoutLog = filepath.Join(dir, name+".log")
	v.StderrLog = filepath.Join(dir, name+".err")
	v.Config.Stdout.Backups = 2
	return v
}

func newRig(t testing.TB) *rig {
	t.Helper()
	dir := t.TempDir()
	return newRigOf(t, dir,
		view(dir, "shop", "shop", life.Running), view(dir, "worker", "a", life.Running), view(dir, "worker", "b", life.Stopped))
}

func newRigOf(t testing.TB, dir string, views ...core.View) *rig {
	t.Helper()
	fake := apitest.New(views...)
	r := &rig{t: t, dir: dir, follower: &fakeFollower{}, log: &fakeLog{path: filepath.Join(dir, "main.log")}}
	r.daemon = &fakeDaemon{fake, func() (*config.Config, config.Changes, error) { return &config.Config{}, config.Changes{}, nil }}
	limits := defaultLimits
	limits.batch, limits.look, limits.beat, limits.poll = time.Millisecond, 5*time.Millisecond, 20*time.Millisecond, 5*time.Millisecond
	r.Site = newSite(Options{
		Daemon: r.daemon, Activity: r.log, ActivityBackups: 1, Follower: r.follower,
		Identifier: "test", ConfigFile: "/etc/test.conf", PID: 4711, Started: time.Unix(1700000000, 0),
	}, limits)
	r.server = httptest.NewServer(r.Site)
	t.Cleanup(func() {
		r.Close()
		r.server.Close()
	})
	for _, name := range []string{"main.log", "shop.log", "shop.log.1", "shop.err", "a.log", "a.err"} {
		r.write(name, "first line of "+name+"\nsecond line\n")
	}
	return r
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// answer is a response with its body.
type answer struct {
	*http.Response
	body string
}

// ask makes a request. Header fields are given as "Name: value".
func (r *rig) ask(method, path, body string, header ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, field := range header {
		name, value, _ := strings.Cut(field, ": ")
		req.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{resp, string(b)}
}

func (r *rig) get(path string, header ...string) answer {
	r.t.Helper()
	return r.ask(http.MethodGet, path, "", header...)
}

// post makes a request of the API that does something, as a program does.
func (r *rig) post(path, body string, header ...string) answer {
	r.t.Helper()
	return r.ask(http.MethodPost, path, body, append([]string{"Content-Type: application/json"}, header...)...)
}

// login opens the page and keeps cookie and token.
func (r *rig) login() {
	r.t.Helper()
	page := r.get("/")
	r.cookie, _, _ = strings.Cut(page.Header.Get("Set-Cookie"), ";")
	_, rest, _ := strings.Cut(page.body, `data-token="`)
	r.token, _, _ = strings.Cut(rest, `"`)
	if r.cookie == "" || r.token == "" {
		r.t.Fatal("the page gives no cookie or no token")
	}
}

// submit sends a form of the page.
func (r *rig) submit(path string, fields url.Values, header ...string) answer {
	r.t.Helper()
	return r.ask(http.MethodPost, path, fields.Encode(),
		append([]string{"Content-Type: application/x-www-form-urlencoded", "Cookie: " + r.cookie}, header...)...)
}

// decode reads a JSON body.
func decode[T any](a answer, t testing.TB) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// state returns what state a process is in.
func (r *rig) state(name string) life.State {
	r.t.Helper()
	v, err := r.daemon.Process(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return v.State
}

// events is a stream that is being read.
type events struct {
	t      testing.TB
	br     *bufio.Reader
	cancel context.CancelFunc
}

// event is one of a stream.
type event struct{ id, name, data string }

func (r *rig) follow(path string) *events {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	r.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server.URL+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
		r.t.Fatalf("%s: %s %s", path, resp.Status, got)
	}
	return &events{r.t, bufio.NewReader(resp.Body), cancel}
}

// next returns the next event of one of the given names; others are skipped.
func (e *events) next(names ...string) event {
	e.t.Helper()
	for {
		ev, err := e.read()
		if err != nil {
			e.t.Fatalf("waiting for %v: %v", names, err)
		}
		for _, name := range names {
			if ev.name == name {
				return ev
			}
		}
	}
}

func (e *events) read() (ev event, err error) {
	for {
		line, err := e.br.ReadString('\n')
		if err != nil {
			return ev, err
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			ev.id = value
		case "event":
			ev.name = value
		case "data":
			ev.data = value
		case "":
			if ev.name != "" {
				return ev, nil
			}
		}
	}
}

func (e *events) as(v any, ev event) {
	e.t.Helper()
	if err := json.Unmarshal([]byte(ev.data), v); err != nil {
		e.t.Fatal(err)
	}
}

// until waits for a condition.
func until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for " + what)
		}
		time.Sleep(time.Millisecond) // between two looks
	}
}

func names(list []Process) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprint(p.ID, " ", p.State))
	}
	return strings.Join(out, ", ")
}
