package web

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/httpd"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

type quiet struct{}

func (quiet) Enabled(config.LogLevel) bool { return false }
func (quiet) Log(config.LogLevel, string)  {}

// serve puts the site behind the daemon's real server and returns its address.
func (r *rig) serve(change func(*config.Server)) string {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	server := config.Server{Kind: config.InetServer, Section: "inet_http_server", Host: "127.0.0.1"}
	if change != nil {
		change(&server)
	}
	registry := api.NewRegistry()
	if err := registry.Add("supervisor", api.SupervisorMethods(api.Options{Supervisor: r.daemon, Log: r.log})...); err != nil {
		r.t.Fatal(err)
	}
	s := httpd.New(httpd.Options{
		Listeners: []httpd.Listener{{Listener: l, Config: server}}, Registry: registry, Source: r.daemon,
		MainLog: r.log.Path, Follower: r.follower, Web: r.Site, Admit: r.Admit, Log: quiet{},
	})
	s.Start()
	r.t.Cleanup(func() {
		r.Close()
		s.Close()
	})
	return "http://" + l.Addr().String()
}

func withPassword(s *config.Server) { s.HasAuth, s.Username, s.Password = true, "user", "pass" }

// allRoutes are all method and path pairs there are, with values filled in.
func (r *rig) allRoutes() (list [][2]string) {
	for pattern := range r.pages() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{$}", "", "{version}", loadAssets().version, "{file...}", "style.css").Replace(path)
		list = append(list, [2]string{method, path})
	}
	a := r.api()
	for i := range a.Operations {
		op := &a.Operations[i]
		list = append(list, [2]string{op.Method, a.Base + samples[0].names.Replace(op.Path)})
	}
	for _, path := range []string{"/RPC2", "/RPC2/x", "/events", "/logtail/shop", "/logtail/shop/stderr", "/mainlogtail", "/nowhere", "//", "/api", "/.."} {
		list = append(list, [2]string{"GET", path}, [2]string{"POST", path}, [2]string{"HEAD", path}, [2]string{"OPTIONS", path})
	}
	return list
}

// Without the right credentials there is nothing but 401, whatever is asked for.
func TestEveryRouteNeedsCredentials(t *testing.T) {
	r := newRig(t)
	base := r.serve(withPassword)
	before := names(decode[ProcessList](r.get("/api/v1/processes"), t).Processes)
	r.daemon.Calls()
	routes := r.allRoutes()
	if len(routes) < 50 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, route := range routes {
		for _, credentials := range []string{"", "user:wrong", "wrong:pass", "user", ":"} {
			req, err := http.NewRequest(route[0], base+route[1], strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Close = true
			if user, password, ok := strings.Cut(credentials, ":"); ok {
				req.SetBasicAuth(user, password)
			} else if credentials != "" {
				req.Header.Set("Authorization", "Basic dXNlcg==")
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusUnauthorized || strings.Contains(string(body), "shop") || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s with %q: %s %s", route[0], route[1], credentials, resp.Status, body)
			}
		}
	}
	if after := names(decode[ProcessList](r.get("/api/v1/processes"), t).Processes); after != before {
		t.Errorf("something was done: %s", after)
	}
	if calls := r.daemon.Calls(); len(calls) > 0 {
		t.Errorf("something was done: %v", calls)
	}
	req, _ := http.NewRequest("GET", base+"/", nil)
	req.SetBasicAuth("user", "pass")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("with the right credentials: %v %v", resp, err)
	}
	resp.Body.Close()
}

// Reading changes nothing, and every answer tells browsers to be careful.
func TestGetChangesNothing(t *testing.T) {
	r := newRig(t)
	r.login()
	before := names(decode[ProcessList](r.get("/api/v1/processes"), t).Processes)
	r.daemon.Calls()
	for _, route := range r.allRoutes() {
		path := route[1]
		if strings.HasSuffix(path, "/follow") || path == "/api/v1/events" || path == "/events" {
			continue
		}
		got := r.get(path+"?action=stop&processname=shop&do=stop+process+shop&token="+r.token, "Cookie: "+r.cookie)
		for _, field := range securityFields[:5] {
			if got.Header.Get(field[0]) != field[1] {
				t.Errorf("%s: %s is %q", path, field[0], got.Header.Get(field[0]))
			}
		}
		if cache := got.Header.Get("Cache-Control"); cache != "no-store" && !strings.HasPrefix(path, "/s/") {
			t.Errorf("%s: Cache-Control is %q", path, cache)
		}
	}
	if after := names(decode[ProcessList](r.get("/api/v1/processes"), t).Processes); after != before {
		t.Errorf("something was done: %s", after)
	}
	if calls := r.daemon.Calls(); len(calls) > 0 {
		t.Errorf("something was done: %v", calls)
	}
}

// altered returns token with another first character.
func altered(token string) string {
	if token[0] == 'x' {
		return "y" + token[1:]
	}
	return "x" + token[1:]
}

func TestFormsNeedATokenOfTheirCookie(t *testing.T) {
	r := newRig(t)
	r.login()
	other := newRig(t)
	other.login()
	for name, test := range map[string]struct {
		token, cookie string
		ok            bool
	}{
		"right":          {r.token, r.cookie, true},
		"none":           {"", r.cookie, false},
		"wrong":          {altered(r.token), r.cookie, false},
		"no cookie":      {r.token, "", false},
		"other cookie":   {r.token, other.cookie, false},
		"other daemon's": {other.token, other.cookie, false},
		"empty cookie":   {r.tokens.make(""), "supervisor=", false},
		"short cookie":   {r.tokens.make("abc"), "supervisor=abc", false},
	} {
		r.daemon.Start(t.Context(), "shop", true)
		form := url.Values{"token": {test.token}, "do": {"stop process shop"}}
		got := r.ask("POST", "/index.html", form.Encode(), "Content-Type: application/x-www-form-urlencoded", "Cookie: "+test.cookie)
		if stopped := r.state("shop") == life.Stopped; stopped != test.ok || (got.StatusCode == http.StatusSeeOther) != test.ok {
			t.Errorf("%s: %s, stopped %v", name, got.Status, stopped)
		}
		if !test.ok && (got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "Nothing was done")) {
			t.Errorf("%s: %s", name, got.Status)
		}
	}
}

func TestAPINeedsATokenFromBrowsers(t *testing.T) {
	r := newRig(t)
	r.login()
	cookie, token, json := "Cookie: "+r.cookie, tokenHeader+": "+r.token, "Content-Type: application/json"
	for _, test := range []struct {
		header []string
		want   int
	}{
		{[]string{json}, 200},
		{[]string{json, "Accept-Language: de", cookie, token}, 200},
		{[]string{cookie, token}, 200},
		{[]string{}, 415},
		{[]string{"Content-Type: text/plain"}, 415},
		{[]string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{[]string{json, "Accept-Language: de"}, 403},
		{[]string{json, "User-Agent: Mozilla/5.0"}, 403},
		{[]string{json, "Origin: http://127.0.0.1"}, 403},
		{[]string{json, cookie}, 403},
		{[]string{json, token}, 403},
		{[]string{json, cookie, tokenHeader + ": nonsense"}, 403},
	} {
		if got := r.ask("POST", "/api/v1/processes/shop/clear", "{}", test.header...); got.StatusCode != test.want {
			t.Errorf("%v: %s %s", test.header, got.Status, got.body)
		}
	}
	if s := decode[Session](r.get("/api/v1/session", cookie), t); s.Token != r.token {
		t.Error("the session has another token than the page")
	}
	if page := r.get("/", cookie); page.Header.Get("Set-Cookie") != "" {
		t.Error("the cookie is replaced")
	}
	if set := r.get("/").Header.Get("Set-Cookie"); !strings.Contains(set, "SameSite=Strict") || !strings.Contains(set, "HttpOnly") || strings.Contains(set, "Path") {
		t.Errorf("the cookie is %s", set)
	}
}

func TestAdmit(t *testing.T) {
	loopback := config.Server{Kind: config.InetServer, Section: "inet_http_server", Host: "127.0.0.1", WebHosts: []string{"sup.example.org", "*.corp.example.org"}}
	open := config.Server{Kind: config.InetServer, Section: "inet_http_server"}
	named := config.Server{Kind: config.InetServer, Section: "inet_http_server", Host: "box.example.net"}
	password := open
	password.HasAuth = true
	socket := config.Server{Kind: config.UnixServer, Section: "unix_http_server"}
	hostname, _ := os.Hostname()
	const browser = "Accept-Language: de"
	s := New(Options{})
	for _, test := range []struct {
		server *config.Server
		method string
		host   string
		path   string
		header []string
		ok     bool
	}{
		// The host.
		{&loopback, "GET", "127.0.0.1:9001", "/", nil, true},
		{&loopback, "GET", "localhost:9001", "/", nil, true},
		{&loopback, "GET", "LocalHost.", "/", nil, true},
		{&loopback, "GET", "sup.localhost", "/", nil, true},
		{&loopback, "GET", "[::1]:9001", "/", nil, true},
		{&loopback, "GET", "192.0.2.7", "/", nil, true},
		{&loopback, "GET", hostname, "/", nil, true},
		{&loopback, "GET", "", "/", nil, true},
		{&loopback, "GET", "evil.example", "/", nil, false},
		{&loopback, "GET", "evil.example:9001", "/api/v1/processes", nil, false},
		{&loopback, "GET", "127.0.0.1.evil.example", "/", nil, false},
		{&loopback, "GET", "localhost.evil.example", "/", nil, false},
		{&loopback, "GET", "box", "/", nil, hostname == "box"},
		{&loopback, "GET", "box.local", "/", nil, false},
		{&loopback, "GET", "sup.example.org:443", "/", nil, true},
		{&loopback, "GET", "a.corp.example.org", "/", nil, true},
		{&loopback, "GET", "corp.example.org", "/", nil, false},
		{&loopback, "GET", "evilcorp.example.org", "/", nil, false},
		{&open, "GET", "box:9001", "/", nil, true},
		{&open, "GET", "box.local:9001", "/", nil, true},
		{&open, "GET", "evil.example", "/", nil, false},
		{&named, "GET", "box.example.net:9001", "/", nil, true},
		{&named, "GET", "evil.example", "/", nil, false},
		// It does not matter with a password, nor on a socket.
		{&password, "GET", "evil.example", "/", nil, true},
		{&socket, "GET", "evil.example", "/", nil, true},
		// Old clients may use any name, unless they look like a browser.
		{&loopback, "POST", "evil.example", "/RPC2", nil, true},
		{&loopback, "POST", "evil.example", "/RPC2", []string{"Origin: http://evil.example"}, false},
		{&loopback, "POST", "evil.example", "/RPC2", []string{browser}, false},
		{&loopback, "GET", "evil.example", "/logtail/shop", nil, true},
		{&loopback, "GET", "evil.example", "/logtail/shop", []string{browser}, false},
		{&loopback, "GET", "evil.example", "/mainlogtail", []string{"User-Agent: Mozilla/5.0"}, false},
		{&loopback, "GET", "evil.example", "/events", []string{"Referer: http://evil.example/"}, false},
		{&loopback, "GET", "evil.example", "/logtailx", nil, false},
		// The origin.
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: http://127.0.0.1:9001"}, true},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: http://127.0.0.1:8000"}, false},
		{&password, "POST", "127.0.0.1:9001", "/", []string{"Origin: http://evil.example"}, false},
		{&socket, "POST", "x", "/", []string{"Origin: http://evil.example"}, false},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: null"}, false},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: :"}, false},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: https://sup.example.com", "X-Forwarded-Host: sup.example.com"}, true},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Origin: https://sup.example.com", "Sec-Fetch-Site: same-origin"}, true},
		{&loopback, "POST", "127.0.0.1:9001", "/", []string{"Origin: https://sup.example.org"}, true},
		{&open, "GET", "127.0.0.1:9001", "/", []string{"Origin: http://evil.example"}, false},
		{&open, "GET", "127.0.0.1:9001", "/", []string{"Sec-Fetch-Site: none"}, true},
		{&open, "GET", "127.0.0.1:9001", "/", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, true},
		{&open, "POST", "127.0.0.1:9001", "/", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, false},
		{&open, "GET", "127.0.0.1:9001", "/", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, false},
		{&open, "GET", "127.0.0.1:9001", "/api/v1/processes", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"}, false},
		{&open, "GET", "127.0.0.1:9001", "/", []string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"}, false},
	} {
		r, err := http.NewRequest(test.method, "http://x"+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = test.host
		for _, field := range test.header {
			name, value, _ := strings.Cut(field, ": ")
			r.Header.Set(name, value)
		}
		if err := s.Admit(r, test.server); (err == nil) != test.ok {
			t.Errorf("%s %s of %q at %q %v: %v", test.method, test.path, test.host, test.server.Host, test.header, err)
		}
	}
	if err := s.Admit(&http.Request{}, nil); err != nil {
		t.Error(err)
	}
}

// A page that gives its own name our address gets nothing.
func TestRebinding(t *testing.T) {
	r := newRig(t)
	base := r.serve(nil)
	for _, path := range []string{"/", "/index.html", "/api/v1/processes", "/api/v1/events", "/log.html?name=shop"} {
		req, _ := http.NewRequest("GET", base+path, nil)
		req.Host = "evil.example"
		req.Close = true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden || !strings.Contains(string(body), "web_hosts in [inet_http_server]") {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
}

var markup = []string{`<script>alert(1)<script>`, `"onmouseover="alert(2)`, `';alert(3)//`, `<img src=x onerror=alert(4)>`, `</template><script>alert(5)`, "\u202egnp.exe", `{{.Token}}`, `&lt;b&gt;`}

// Names and logs are text, whatever they look like.
func TestNamesAreEscaped(t *testing.T) {
	dir := t.TempDir()
	var views []core.View
	for i, name := range markup {
		v := view(dir, "g"+name, name, life.Fatal)
		v.SpawnErr, v.Cause, v.Listener = name, name, name
		v.StdoutLog = fmt.Sprint(dir, "/log", i)
		views = append(views, v)
	}
	r := newRigOf(t, dir, views...)
	for i := range markup {
		r.write(fmt.Sprint("log", i), strings.Join(markup, "\n"))
	}
	pages := []string{"/", "/config.html"}
	for _, name := range markup {
		q := url.QueryEscape("g" + name + ":" + name)
		pages = append(pages, "/log.html?name="+q, "/tail.html?processname="+q, "/index.html?action=stop&processname="+q,
			"/index.html?action="+url.QueryEscape(name), "/log.html?name=x&channel="+url.QueryEscape(name), "/index.html?message="+url.QueryEscape(name))
	}
	known := regexp.MustCompile(`^<(script type="module" src="s/|/script>|img src="s/)`)
	for _, page := range pages {
		body := r.get(page).body
		for _, tag := range regexp.MustCompile(`<(?i:/?script|img)[^>]*>?`).FindAllString(body, -1) {
			if !known.MatchString(tag) {
				t.Errorf("%s has %s", page, tag)
			}
		}
		unquoted := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(body, `""`)
		if found := regexp.MustCompile(`<[^<>]*[\s"](?i:on[a-z]+)=[^<>]*>?`).FindString(unquoted); found != "" {
			t.Errorf("%s has a handler of events: %s", page, found)
		}
	}
	// What the page's script gets is the same in JSON.
	for i, p := range decode[ProcessList](r.get("/api/v1/processes"), t).Processes {
		if !strings.Contains(strings.Join(markup, "\n"), p.Name) {
			t.Errorf("%d: %q", i, p.Name)
		}
	}
	for _, path := range []string{"/api/v1/processes", "/api/v1/processes/" + url.PathEscape("g"+markup[0]+":"+markup[0])} {
		got := r.get(path)
		if got.StatusCode != 200 || got.Header.Get("Content-Type") != "application/json" || strings.Contains(got.body, "<script") {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
}

// No environment, command or password is ever shown.
func TestNoSecrets(t *testing.T) {
	dir := t.TempDir()
	v := view(dir, "shop", "shop", life.Running)
	v.Config.Environment = []config.EnvVar{{Key: "CANARY", Value: "canary1"}}
	v.Config.Command = "run --password canary2"
	r := newRigOf(t, dir, v)
	cfg := &config.Config{Servers: []config.Server{{Password: "canary3", Username: "canary4"}}}
	r.daemon.SetConfig(cfg)
	r.daemon.preview = func() (*config.Config, config.Changes, error) {
		next, changes := secretChanges()
		return next, changes, nil
	}
	e := r.follow("/api/v1/events")
	if ev := e.next("snapshot"); strings.Contains(strings.ToLower(ev.data), "canary") {
		t.Errorf("the stream tells %s", ev.data)
	}
	e.cancel()
	for _, route := range r.allRoutes() {
		if strings.HasSuffix(route[1], "/follow") || strings.HasSuffix(route[1], "/events") {
			continue
		}
		if got := r.ask(route[0], route[1], "{}", "Content-Type: application/json"); strings.Contains(strings.ToLower(got.body), "canary") {
			t.Errorf("%s %s tells a secret: %s", route[0], route[1], got.body)
		}
	}
}

// The policy forbids what is inline; nothing may need it. Scripts make elements,
// never markup.
func TestNothingIsInline(t *testing.T) {
	bad := map[string]*regexp.Regexp{
		".qtpl": regexp.MustCompile(`(?im)\sstyle=|\son[a-z]+=|<style|javascript:|<script>|https?://`),
		".js":   regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://`),
		".css":  regexp.MustCompile(`@import|https?://|data:`),
	}
	seen := map[string]int{}
	fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, _ := os.ReadFile(path)
		for ext, pattern := range bad {
			if strings.HasSuffix(path, ext) {
				seen[ext]++
				if found := pattern.Find(b); found != nil {
					t.Errorf("%s has %q", path, found)
				}
			}
		}
		return nil
	})
	if len(seen) != len(bad) {
		t.Errorf("looked only at %v", seen)
	}
}

// qtc escapes for text and for quoted attributes and knows no other context. So
// values stand only there, an address comes from a function that makes one, and
// nothing goes around the escaping.
func TestTemplatesEscape(t *testing.T) {
	paths, err := filepath.Glob("*.qtpl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no templates: %v", err)
	}
	tag := regexp.MustCompile(`\{%(=?[a-z]*=?) `)
	known := map[string]bool{
		"s": true, "d": true, "dl": true, // values
		"=": true, // a part that is a template itself
		"":  true, // statements
	}
	bare := regexp.MustCompile(`[=<]\{%|\s(on\w+|style|srcdoc)=|<(script|style)[^>]*>[^<]`)
	address := regexp.MustCompile(`\s(?:href|src|action|formaction)="[^"{]*\{%s ([^(%]*)`)
	makers := map[string]bool{"logLink": true, "tailLink": true, "h.asset": true, "p.partLink": true, "p.selfLink": true, "p.downloadLink": true}
	addresses := 0
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range tag.FindAllSubmatch(b, -1) {
			if !known[string(m[1])] {
				t.Errorf("%s has {%%%s, which is not escaped or not known to be", path, m[1])
			}
		}
		if found := bare.Find(b); found != nil {
			t.Errorf("%s has a value at %q, where it would have to be quoted", path, found)
		}
		for _, m := range address.FindAllSubmatch(b, -1) {
			addresses++
			if !makers[string(m[1])] {
				t.Errorf("%s has an address that %q makes", path, m[1])
			}
		}
	}
	if addresses == 0 {
		t.Error("there are no addresses in the templates")
	}
}

// What qtc makes of the templates is what is kept beside them.
func TestTemplatesAreCompiled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "web") // it names the package
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob("*.qtpl")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, path), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "run", "github.com/valyala/quicktemplate/qtc", "-skipLineComments", "-dir", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	made, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	kept, _ := filepath.Glob("*.qtpl.go")
	if len(made) == 0 || len(made) != len(kept) {
		t.Errorf("qtc makes %d files, %d are kept", len(made), len(kept))
	}
	for _, path := range made {
		want, _ := os.ReadFile(path)
		if got, _ := os.ReadFile(filepath.Base(path)); !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run make generate", filepath.Base(path))
		}
	}
}

func TestMessagesAreOurs(t *testing.T) {
	r := newRig(t)
	r.login()
	got := r.submit("/", url.Values{"token": {r.token}, "do": {"stop process shop"}})
	location := got.Header.Get("Location")
	if !strings.HasPrefix(location, "index.html?") {
		t.Fatalf("sent to %q, which is not relative", location)
	}
	if page := r.get("/" + location); !strings.Contains(page.body, "Stopped shop.") {
		t.Error("the page does not tell the outcome")
	}
	if page := r.get("/" + strings.Replace(location, "Stopped", "Please+call", 1)); strings.Contains(page.body, "call") {
		t.Error("the page tells what anybody puts into its address")
	}
}

func TestLongMessages(t *testing.T) {
	r := newRig(t)
	w := recorder{header: http.Header{}}
	r.back(&w, strings.Repeat("€", 1000), true)
	if location := w.header.Get("Location"); len(location) > 3*maxMessage+500 {
		t.Errorf("%d bytes", len(location))
	} else if page := r.get("/" + location); !strings.Contains(page.body, "€ ...") || !strings.Contains(page.body, `role="alert"`) {
		t.Error("the message is not told")
	}
}

type recorder struct{ header http.Header }

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (w *recorder) WriteHeader(int)             {}

// The whole page of a usual daemon weighs less than 100 KB, even unsqueezed.
func TestWeight(t *testing.T) {
	dir := t.TempDir()
	var views []core.View
	for i := range 10 {
		views = append(views, view(dir, "worker", fmt.Sprint("worker_", i), life.Running))
	}
	r := newRigOf(t, dir, views...)
	// What a page or a file in it refers to.
	refers := regexp.MustCompile(`(?:(?:href|src)="s/\w+/|from "\./|url\()([\w.]+)`)
	for _, page := range []string{"/", "/log.html?name=worker:worker_0"} {
		seen := map[string]bool{}
		var weigh func(body string) int
		weigh = func(body string) int {
			size := len(body)
			for _, m := range refers.FindAllStringSubmatch(body, -1) {
				if file := m[1]; !seen[file] {
					seen[file] = true
					got := r.get("/s/" + loadAssets().version + "/" + file)
					if got.StatusCode != 200 {
						t.Errorf("%s refers to %s, which is not there", page, file)
					}
					size += weigh(got.body)
				}
			}
			return size
		}
		size := weigh(r.get(page).body)
		t.Logf("%s: %d bytes in %d files", page, size, len(seen)+1)
		if size > 100_000 || len(seen) < 12 {
			t.Errorf("%s weighs %d bytes with all of its %d files", page, size, len(seen)+1)
		}
	}
}

func TestAssets(t *testing.T) {
	r := newRig(t)
	path := "/s/" + loadAssets().version + "/style.css"
	plain := r.get(path, "Accept-Encoding: identity")
	if plain.StatusCode != 200 || plain.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s %v", plain.Status, plain.Header)
	}
	squeezed := r.get(path, "Accept-Encoding: br, gzip;q=0.5")
	if squeezed.Header.Get("Content-Encoding") != "gzip" || len(squeezed.body) > len(plain.body)/2 {
		t.Errorf("%v, %d bytes", squeezed.Header, len(squeezed.body))
	}
	for _, a := range []answer{plain, squeezed} {
		encoding := "Accept-Encoding: " + orElse(a.Header.Get("Content-Encoding"), "identity")
		if again := r.get(path, "If-None-Match: "+a.Header.Get("ETag"), encoding); again.StatusCode != 304 || again.body != "" {
			t.Errorf("%s", again.Status)
		}
	}
	if got := r.get(path, "Accept-Encoding: gzip;q=0"); got.Header.Get("Content-Encoding") != "" {
		t.Error("squeezed although that is not wanted")
	}
	for _, path := range []string{"/s/old/style.css", "/s/" + loadAssets().version + "/nothing", "/s/" + loadAssets().version + "/"} {
		if got := r.get(path); got.StatusCode != 404 {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	if got := r.get("/favicon.ico").Header.Get("Location"); strings.HasPrefix(got, "/") {
		t.Error(got)
	}
}
