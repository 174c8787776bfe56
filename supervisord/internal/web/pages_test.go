package web

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

func TestIndex(t *testing.T) {
	r := newRig(t)
	page := r.get("/")
	for _, part := range []string{
		"<title>test – Supervisor</title>", "/etc/test.conf", "4711", `data-group="worker"`, `data-id="worker:b"`,
		`value="stop process shop:shop"`, `value="restart group worker"`, `value="clear all"`, `aria-label="Stop worker:a"`,
		"2 processes · 1 running · 1 stopped", `href="log.html?name=worker%3Ab"`, "Not started",
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page has no %q", part)
		}
	}
	// Group shop is only its process.
	if strings.Contains(page.body, `data-group="shop"`) {
		t.Error("a process that is alone in its group has a group")
	}
	// Addresses are relative, so that a proxy may add a prefix.
	for _, link := range regexp.MustCompile(`(?:href|src|action)="[^"]*"`).FindAllString(page.body, -1) {
		if strings.Contains(link, `="/`) || strings.Contains(link, "//") {
			t.Errorf("%s is not relative", link)
		}
	}
	if same := r.get("/index.html"); same.StatusCode != 200 || !strings.Contains(same.body, `data-id="worker:b"`) {
		t.Error("index.html is another page")
	}
	if got := r.ask("PUT", "/", ""); got.StatusCode != http.StatusMethodNotAllowed {
		t.Error(got.Status)
	}
	if got := r.ask("HEAD", "/", ""); got.StatusCode != 200 || got.body != "" {
		t.Error(got.Status)
	}
	if got := r.get("/ok.html"); got.body != "OK" {
		t.Errorf("ok.html says %q", got.body)
	}
}

func TestEmptyIndex(t *testing.T) {
	r := newRigOf(t, t.TempDir())
	if page := r.get("/"); !strings.Contains(page.body, "There are no programs in the configuration.") {
		t.Error("the page does not say that there is nothing")
	}
}

func TestPagesAreSqueezed(t *testing.T) {
	r := newRig(t)
	plain := r.get("/", "Accept-Encoding: identity").body
	got := r.get("/", "Accept-Encoding: gzip")
	z, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || len(b) != len(plain) || got.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%v %d %d", err, len(b), len(plain))
	}
}

func TestForms(t *testing.T) {
	r := newRig(t)
	r.login()
	for _, test := range []struct {
		do      string
		status  int
		message string
		failed  bool
	}{
		{"stop process shop:shop", 303, "Stopped shop.", false},
		{"stop process shop:shop", 303, "Cannot stop shop: it is not running.", true},
		{"start process shop:shop", 303, "Started shop.", false},
		{"restart process worker:a", 303, "Restarted worker:a.", false},
		{"clear process worker:a", 303, "Cleared the logs of worker:a.", false},
		{"stop group worker", 303, "Stopped 1 process of group worker.", false},
		{"start group worker", 303, "Started 2 processes of group worker.", false},
		{"restart all", 303, "Restarted 3 processes.", false},
		{"clear activity", 303, "Cleared the activity log.", false},
		{"stop process nobody", 404, "there is no such process or group", true},
		{"explode process shop", 400, "does not exist", true},
		{"stop", 400, "does not exist", true},
		{"", 400, "does not exist", true},
	} {
		got := r.submit("/index.html", url.Values{"token": {r.token}, "do": {test.do}})
		if got.StatusCode != test.status {
			t.Errorf("%q: %s", test.do, got.Status)
		}
		if got.StatusCode == http.StatusSeeOther {
			got = r.get("/" + got.Header.Get("Location"))
		}
		role := map[bool]string{true: `role="alert"`, false: `role="status"`}[test.failed]
		if !strings.Contains(got.body, test.message) || !strings.Contains(got.body, `class="message`) || !strings.Contains(got.body, role+`><p>`) {
			t.Errorf("%q: the page does not tell %q", test.do, test.message)
		}
	}
}

func TestFormsDoNotWaitForever(t *testing.T) {
	r := newRig(t)
	r.login()
	hold := make(chan struct{})
	defer close(hold)
	r.daemon.Hold, r.limits.form = hold, 1
	got := r.submit("/", url.Values{"token": {r.token}, "do": {"stop process shop"}})
	if page := r.get("/" + got.Header.Get("Location")); !strings.Contains(page.body, "It takes a while; it goes on.") {
		t.Error("the page does not say that it goes on")
	}
}

func TestFormUpdate(t *testing.T) {
	r := newRig(t)
	r.login()
	next, changes := secretChanges()
	r.daemon.preview = func() (*config.Config, config.Changes, error) { return next, changes, nil }
	page := r.get("/config.html", "Cookie: "+r.cookie)
	fingerprint := regexp.MustCompile(`name="fingerprint" value="([^"]+)"`).FindStringSubmatch(page.body)
	if fingerprint == nil {
		t.Fatal(page.body)
	}
	got := r.submit("/", url.Values{"token": {r.token}, "do": {"update"}, "fingerprint": {"old"}})
	if got.StatusCode != 200 || !strings.Contains(got.body, "the configuration has changed meanwhile") || !strings.Contains(got.body, fingerprint[1]) {
		t.Errorf("%s", got.Status)
	}
	got = r.submit("/", url.Values{"token": {r.token}, "do": {"update"}, "fingerprint": {fingerprint[1]}})
	if got.StatusCode != http.StatusSeeOther {
		t.Errorf("%s %s", got.Status, got.body)
	}
	if got := r.submit("/", url.Values{"token": {"x"}, "do": {"update"}, "fingerprint": {fingerprint[1]}}); got.StatusCode != 403 {
		t.Error(got.Status)
	}
}

// The links of the Python Supervisor's page ask before they act.
func TestOldLinksAsk(t *testing.T) {
	r := newRig(t)
	r.login()
	for link, want := range map[string][2]string{
		"processname=shop&action=stop":         {"Do you want to stop shop?", "stop process shop"},
		"processname=worker%3Aa&action=start":  {"Do you want to start worker:a?", "start process worker:a"},
		"processname=shop&action=restart":      {"Do you want to restart shop?", "restart process shop"},
		"processname=shop&action=clearlog":     {"Do you want to clear the logs of shop?", "clear process shop"},
		"action=stopall":                       {"Do you want to stop all processes?", "stop all"},
		"action=restartall":                    {"Do you want to restart all processes?", "restart all"},
		"processname=shop&action=stop&token=x": {"Do you want to stop shop?", "stop process shop"},
	} {
		for _, path := range []string{"/index.html?", "/?"} {
			page := r.get(path+link, "Cookie: "+r.cookie)
			if page.StatusCode != 200 || !strings.Contains(page.body, want[0]) || !strings.Contains(page.body, `value="`+want[1]+`"`) || !strings.Contains(page.body, r.token) {
				t.Errorf("%s: %s", link, page.Status)
			}
		}
	}
	if r.state("shop") != life.Running {
		t.Error("a link has stopped something")
	}
	for _, link := range []string{"action=explode", "action=stop", "action=stop&processname="} {
		if page := r.get("/index.html?" + link); page.StatusCode != 400 {
			t.Errorf("%s: %s", link, page.Status)
		}
	}
	refresh := r.get("/index.html?action=refresh").Header.Get("Location")
	if page := r.get("/" + refresh); !strings.Contains(page.body, "Page refreshed at ") {
		t.Error("refresh does nothing")
	}
}

// With web_get_actions they act, and tell what the Python Supervisor tells.
func TestOldLinksAct(t *testing.T) {
	r := newRig(t)
	base := r.serve(func(s *config.Server) { s.WebGetAction = true })
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, query string, header ...string) (*http.Response, string) {
		body := ""
		target := base + "/index.html?" + query
		if method == "POST" {
			target, body = base+"/index.html", query
		}
		req, err := http.NewRequest(method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, h := range header {
			name, value, _ := strings.Cut(h, ": ")
			req.Header.Set(name, value)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		u, err := url.Parse(resp.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return resp, u.Query().Get("message")
	}
	for _, test := range []struct{ query, want string }{
		{"processname=shop&action=stop", "Process shop stopped"},
		{"processname=shop&action=stop", "unexpected rpc fault [70] NOT_RUNNING: shop"},
		{"processname=shop&action=start", "Process shop started"},
		{"processname=shop&action=start", "ERROR: Process shop: already started"},
		{"processname=shop&action=restart", "Process shop restarted"},
		{"processname=worker:a&action=clearlog", "Log for worker:a cleared"},
		{"processname=nobody&action=start", "No such process named nobody"},
		{"action=stopall", "All stopped at "},
		{"action=restartall", "All restarted at "},
		{"action=refresh", "Page refreshed at "},
	} {
		if resp, got := send("GET", test.query); resp.StatusCode != 303 || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s %q, want %q", test.query, resp.Status, got, test.want)
		}
	}
	if resp, got := send("POST", "processname=shop&action=stop"); resp.StatusCode != 303 || got != "Stopped shop." {
		t.Errorf("as a form: %s %q", resp.Status, got)
	}
	if r.state("shop") != life.Stopped {
		t.Error("it was not stopped")
	}
	// Even so, no foreign page may have it done.
	send("GET", "processname=shop&action=start", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
	send("GET", "processname=shop&action=start", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image")
	send("POST", "processname=shop&action=start", "Origin: http://evil.example")
	if r.state("shop") != life.Stopped {
		t.Error("a foreign page has started it")
	}
}

func TestTailPage(t *testing.T) {
	r := newRig(t)
	r.write("shop.log", strings.Repeat("x", 5000)+"<end>\n")
	for query, want := range map[string]string{
		"processname=shop":                strings.Repeat("x", 1018) + "&lt;end&gt;\n</pre>",
		"processname=shop&limit=10":       strings.Repeat("x", 1018) + "&lt;end&gt;",
		"processname=shop&limit=2000":     strings.Repeat("x", 1994) + "&lt;end&gt;",
		"processname=shop&limit=nonsense": strings.Repeat("x", 1018) + "&lt;end&gt;",
		"processname=worker:b":            "No file for worker:b",
		"processname=nobody":              "ERROR: unexpected rpc fault [10] BAD_NAME: nobody",
		"processname=":                    "No process name found",
		"":                                "No process name found",
	} {
		page := r.get("/tail.html?" + query)
		if page.StatusCode != 200 || !strings.Contains(page.body, ">"+want) {
			t.Errorf("%s: %s %s", query, page.Status, page.body)
		}
	}
}

func TestLogPage(t *testing.T) {
	r := newRig(t)
	r.write("shop.log", "\x1b[31mred\x1b[0m <b>\xff\n")
	page := r.get("/log.html?name=shop&channel=stdout")
	for _, part := range []string{
		"red &lt;b&gt;\ufffd\n", `data-api="api/v1/processes/shop:shop/logs/stdout"`, "shop.log.1", "log.html?channel=stdout&amp;name=shop&amp;file=1",
		`<title>shop stdout – Supervisor</title>`, filepath.Join(r.dir, "shop.log"),
	} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page has no %q", part)
		}
	}
	if page := r.get("/log.html?name=shop&file=1"); !strings.Contains(page.body, "first line of shop.log.1") {
		t.Error("the rotated file is not shown")
	}
	if page := r.get("/log.html?channel=activity"); !strings.Contains(page.body, "first line of main.log") || !strings.Contains(page.body, `data-api="api/v1/daemon/log"`) {
		t.Error("the activity log is not shown")
	}
	for query, status := range map[string]int{"name=nobody": 404, "name=shop&channel=x": 404, "": 404, "name=worker:b": 200} {
		if page := r.get("/log.html?" + query); page.StatusCode != status || !strings.Contains(page.body, "There is nothing to show: ") {
			t.Errorf("%s: %s", query, page.Status)
		}
	}
	r.log.path = ""
	if page := r.get("/log.html?channel=activity"); !strings.Contains(page.body, "there is no log file") {
		t.Error("an activity log that is no file")
	}
}

// Without script one gets from the end of a log to its beginning.
func TestLogPageEarlier(t *testing.T) {
	r := newRig(t)
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	r.write("shop.log", text.String())
	link, seen := "/log.html?name=shop", ""
	for pages := 0; link != ""; pages++ {
		body := r.get(link).body
		_, rest, _ := strings.Cut(body, "<pre>")
		part, _, _ := strings.Cut(rest, "</pre>")
		seen = part + seen
		link = ""
		if m := regexp.MustCompile(`href="(log[^"]*before=\d+)"`).FindStringSubmatch(body); m != nil {
			link = "/" + strings.ReplaceAll(m[1], "&amp;", "&")
		}
		if pages > 20 {
			t.Fatal("there is no end")
		}
	}
	if seen != text.String() {
		t.Errorf("%d of %d bytes", len(seen), text.Len())
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\n":                 "plain\ttext\n",
		"\x1b[1;31mred\x1b[0m":          "red",
		"\x1b[38;5;200mx\x1b[K":         "x",
		"\x1b]0;title\x07x":             "x",
		"\x1b]8;;http://x\x1b\\link":    "link",
		"\x1b]unfinished\nnext":         "\nnext",
		"\x1b(Bx\x1b=y\x1bMz":           "xyz",
		"a\r\nb\rc":                     "a\nb\nc",
		"\x00\x07\x7f":                  "␀␇␡",
		"\x1b":                          "",
		"\x1b[":                         "",
		"\x1b[12":                       "",
		"\x1b[1\nx":                     "\nx",
		"\x1b\x1b[1mx":                  "x",
		"€\x1b[0m\u202e":                "€\u202e",
		"<script>\x1b[0malert</script>": "<script>alert</script>",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("a\x1b[1;31mb\x1b]0;t\x07c\x1b(B\r\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if strings.ContainsAny(got, "\x1b\r\x00\x7f") {
			t.Errorf("%q", got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q is no text", got)
		}
	})
}

func TestFigures(t *testing.T) {
	for seconds, want := range map[int64]string{-5: "0:00:00", 0: "0:00:00", 3661: "1:01:01", 86399: "23:59:59", 86400: "1d 0:00:00", 1000000: "11d 13:46:40"} {
		if got := duration(seconds); got != want {
			t.Errorf("duration(%d) = %s", seconds, got)
		}
	}
	for seconds, want := range map[int64]string{-5: "0 s ago", 59: "59 s ago", 3599: "59 min ago", 3600: "1 h ago", 3 * 86400: "3 d ago"} {
		if got := ago(seconds); got != want {
			t.Errorf("ago(%d) = %s", seconds, got)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 200 << 10: "200 KiB", 5 << 30: "5.0 GiB", 3 << 50: "3072.0 TiB"} {
		if got := byteSize(n); got != want && n < 1<<50 {
			t.Errorf("byteSize(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestFaultsInWords(t *testing.T) {
	r := newRig(t)
	v, _ := r.daemon.Process("shop")
	v.SpawnErr, v.Cause = "can't find command 'x'", "exit status 3"
	for _, test := range []struct {
		err  error
		want string
	}{
		{errShutdown, "supervisord is shutting down"},
		{core.ErrEnded, "supervisord has stopped"},
		{context.Canceled, "context canceled"},
		{os.ErrNotExist, "file does not exist"},
	} {
		if got := reason(test.err, &v); got != test.want {
			t.Errorf("%v: %q", test.err, got)
		}
	}
}
