package httpd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// follower notifies by hand.
type follower struct {
	mu   sync.Mutex
	subs map[string][]chan struct{}
}

func (f *follower) Follow(path string) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := make(chan struct{}, 1)
	if f.subs == nil {
		f.subs = map[string][]chan struct{}{}
	}
	f.subs[path] = append(f.subs[path], ch)
	return ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, path)
	}
}

func (f *follower) notify(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ch := range f.subs[path] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (f *follower) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.subs)
}

// logged makes a server with one process whose logs exist.
func logged(t *testing.T, f Follower) (h *harness, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	v := apitest.Process("db", "one", life.Running)
	v.StdoutLog, v.StderrLog = filepath.Join(dir, "out"), filepath.Join(dir, "err")
	l := defaultLimits
	if f != nil {
		l.pollSlowly = time.Hour // only notifications count
	} else {
		l.poll = time.Millisecond
	}
	h = startLimited(t, apitest.New(v, apitest.Process("web", "web", life.Running)), l, func(o *Options) { o.Follower = f })
	return h, v.StdoutLog, v.StderrLog
}

// open opens a stream and returns its reader.
func (h *harness) open(path string) (*http.Response, *bufio.Reader, func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", "http://localhost"+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := h.client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { resp.Body.Close() })
	return resp, bufio.NewReader(resp.Body), cancel
}

// line reads the next line.
func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("%v after %q", err, s)
	}
	return strings.TrimSuffix(s, "\n")
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
}

func TestLogTailFollows(t *testing.T) {
	for name, f := range map[string]*follower{"told": {}, "polling": nil} {
		t.Run(name, func(t *testing.T) {
			var fo Follower
			notify := func(string) {}
			if f != nil {
				fo, notify = f, f.notify
			}
			h, out, _ := logged(t, fo)
			appendTo(t, out, strings.Repeat("x", 2000)+"\n"+strings.Repeat("y", 1022)+"\n")
			resp, r, cancel := h.open("/logtail/db:one")
			if ct := resp.Header.Get("Content-Type"); ct != "text/plain;charset=utf-8" {
				t.Error("content type", ct)
			}
			if resp.Header.Get("X-Accel-Buffering") != "no" || resp.Header.Get("Last-Modified") == "" {
				t.Error(resp.Header)
			}
			if got := line(t, r); got != "" {
				t.Errorf("the first of the last 1024 bytes is not the end of a line: %q", got)
			}
			if got := line(t, r); got != strings.Repeat("y", 1022) {
				t.Errorf("%q", got)
			}
			appendTo(t, out, "appended\n")
			notify(out)
			if got := line(t, r); got != "appended" {
				t.Errorf("%q", got)
			}
			// Rotation, with a last line that the reader has not seen.
			appendTo(t, out, "last\n")
			if err := os.Rename(out, out+".1"); err != nil {
				t.Fatal(err)
			}
			appendTo(t, out, "first\n")
			notify(out)
			if got := line(t, r) + line(t, r); got != "lastfirst" {
				t.Errorf("%q", got)
			}
			// A clear removes the file and makes it anew.
			if err := os.Remove(out); err != nil {
				t.Fatal(err)
			}
			notify(out)
			appendTo(t, out, "anew\n")
			notify(out)
			if got := line(t, r); got != "anew" {
				t.Errorf("%q", got)
			}
			if err := os.Truncate(out, 0); err != nil {
				t.Fatal(err)
			}
			notify(out)
			if got := line(t, r); got != "==> File truncated <==" {
				t.Errorf("%q", got)
			}
			appendTo(t, out, "after\n")
			notify(out)
			if got := line(t, r); got != "after" {
				t.Errorf("%q", got)
			}
			cancel()
			apitest.Eventually(t, "the stream has ended", func() bool { return h.openConns() == 0 })
			if f != nil && f.count() != 0 {
				t.Error("the log is still followed")
			}
		})
	}
}

func TestLogTailRoutes(t *testing.T) {
	h, out, errLog := logged(t, nil)
	appendTo(t, out, "to stdout\n")
	appendTo(t, errLog, "to stderr\n")
	appendTo(t, filepath.Join(h.dir, "main.log"), "to the main log\n")
	for path, want := range map[string]string{
		"/logtail/db:one": "to stdout", "/logtail/db:one/stdout": "to stdout", "/logtail/db:one/stderr": "to stderr",
		"/logtail/db%3Aone/stderr": "to stderr", "/mainlogtail": "to the main log",
	} {
		_, r, cancel := h.open(path)
		if got := line(t, r); got != want {
			t.Errorf("%s: %q", path, got)
		}
		cancel()
	}
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/logtail/nope", 404}, {"GET", "/logtail/db", 404}, {"GET", "/logtail/db:*", 404}, {"GET", "/logtail/db:one/stdin", 404},
		{"GET", "/logtail/db:one/stdout/x", 404}, {"GET", "/logtail/", 404}, {"GET", "/logtail", 404}, {"GET", "/logtailx", 404},
		{"GET", "/logtail/web", 404}, {"POST", "/logtail/db:one", 400}, {"HEAD", "/logtail/db:one", 400}, {"POST", "/mainlogtail", 400},
		{"GET", "/logtail/../main.log", 404}, {"GET", "/mainlogtail/x", 404},
	} {
		if resp, _ := h.do(c.method, c.path, nil, nil); resp.StatusCode != c.status {
			t.Errorf("%s %s: %s, want %d", c.method, c.path, resp.Status, c.status)
		}
	}
	if err := os.Remove(filepath.Join(h.dir, "main.log")); err != nil {
		t.Fatal(err)
	}
	if resp, _ := h.get("/mainlogtail"); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

// HTTP/1.0 knows no chunks: the stream is as it is, and ends with the
// connection.
func TestStreamInHTTP10(t *testing.T) {
	h, out, _ := logged(t, nil)
	appendTo(t, out, "one\n")
	c := h.dial()
	io.WriteString(c, "GET /logtail/db:one HTTP/1.0\r\n\r\n")
	r := bufio.NewReader(c)
	if got := line(t, r); got != "HTTP/1.0 200 OK\r" {
		t.Error(got)
	}
	for line(t, r) != "\r" {
	}
	if got := line(t, r); got != "one" {
		t.Error(got)
	}
	appendTo(t, out, "two\n")
	if got := line(t, r); got != "two" {
		t.Error(got)
	}
}

// A client that sent a byte too many is noticed when it goes, although nothing
// happens in the log (the reference's supervisorctl is such a client).
func TestStreamWhoseClientGoes(t *testing.T) {
	h, out, _ := logged(t, &follower{})
	appendTo(t, out, "one\n")
	c := h.dial()
	io.WriteString(c, "GET /logtail/db:one HTTP/1.1\r\nHost: \r\n\r\n\r\n")
	r := bufio.NewReader(c)
	for line(t, r) != "one" {
	}
	c.Close()
	apitest.Eventually(t, "the connection is closed", func() bool { return h.openConns() == 0 })
	apitest.Eventually(t, "the stream has ended", func() bool { return !strings.Contains(goroutines(), "tailFile") })
}

// A log that begins in the middle of a character is cut before the next one.
func TestTailBeginsWithACharacter(t *testing.T) {
	h, out, _ := logged(t, nil)
	appendTo(t, out, "é"+strings.Repeat("é", 511)+"z\n")
	_, r, _ := h.open("/logtail/db:one")
	if got := line(t, r); got != strings.Repeat("é", 511)+"z" {
		t.Errorf("%q", got[:10])
	}
}

// Streams end when the server does.
func TestShutdownEndsStreams(t *testing.T) {
	h, out, _ := logged(t, nil)
	appendTo(t, out, "one\n")
	_, r, _ := h.open("/logtail/db:one")
	_, events, _ := h.open("/events")
	line(t, r)
	line(t, events)
	if err := h.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	for _, s := range []*bufio.Reader{r, events} {
		if b, err := io.ReadAll(s); err != nil {
			t.Errorf("the stream was broken off: %v after %q", err, b)
		}
	}
}

func TestEvents(t *testing.T) {
	fake := shop()
	lost := uint64(0)
	fake.Lost = func() uint64 { return lost }
	h := start(t, fake, nil)
	resp, r, cancel := h.open("/events?types=process_state,TICK_60&types=TICK_5")
	if ct := resp.Header.Get("Content-Type"); ct != "text/event-stream; charset=utf-8" {
		t.Error(ct)
	}
	if got := line(t, r) + line(t, r); got != ": listening" {
		t.Error(got)
	}
	if got := fmt.Sprint(fake.Calls()); got != "[subscribe PROCESS_STATE TICK_60 TICK_5]" {
		t.Error(got)
	}
	lost = 3
	fake.Notices <- core.Notice{Serial: 7, Name: "TICK_5", Payload: []byte("when:5\n<\"é\xff>")}
	want := []string{
		"event: lost", `data: {"lost":3}`, "",
		"id: 7", "event: TICK_5",
	}
	for _, w := range want {
		if got := line(t, r); got != w {
			t.Errorf("%q, want %q", got, w)
		}
	}
	data, ok := strings.CutPrefix(line(t, r), "data: ")
	var n notice
	if err := json.Unmarshal([]byte(data), &n); err != nil || !ok || n != (notice{7, "TICK_5", "when:5\n<\"é\uFFFD>"}) {
		t.Errorf("%v %s %+v", err, data, n)
	}
	line(t, r)
	for i := range 500 {
		fake.Notices <- core.Notice{Serial: uint64(i), Name: "TICK_60"}
	}
	for i := range 500 {
		if got := line(t, r); got != fmt.Sprint("id: ", i) {
			t.Fatalf("%q at %d", got, i)
		}
		line(t, r)
		line(t, r)
		line(t, r)
	}
	cancel()
	apitest.Eventually(t, "the subscription ends", func() bool { return strings.Contains(fmt.Sprint(fake.Calls()), "unsubscribe") })
}

func TestEventsEndWithTheDaemon(t *testing.T) {
	fake := shop()
	h := start(t, fake, nil)
	_, r, _ := h.open("/events")
	line(t, r)
	close(fake.Notices)
	if _, err := io.ReadAll(r); err != nil {
		t.Error(err)
	}
}

func TestEventsHeartbeat(t *testing.T) {
	l := defaultLimits
	l.heartbeat = time.Millisecond
	h := startLimited(t, shop(), l, nil)
	_, r, _ := h.open("/events")
	for line(t, r) != ": nothing new" {
	}
}

func TestEventsRequests(t *testing.T) {
	h := start(t, shop(), nil)
	resp, body := h.get("/events?types=TICK_5,PROCESS_STAT")
	if resp.StatusCode != 400 || !strings.Contains(body, `There is no event type "PROCESS_STAT"`) || !strings.Contains(body, "PROCESS_STATE_RUNNING") {
		t.Error(resp.Status, body)
	}
	if resp, _ := h.do("POST", "/events", nil, nil); resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET" {
		t.Error(resp.Status, resp.Header)
	}
}
