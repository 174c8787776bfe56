package httpd

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func basic(userAndPassword string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userAndPassword))
}

func TestCredentials(t *testing.T) {
	const digest = "60b487453bd24c85b4b202f1025639d405022223" // of "s3cret:wörd"
	for _, c := range []struct {
		password, field string
		ok              bool
	}{
		{"s3cret:wörd", basic("joe:s3cret:wörd"), true},
		{"s3cret:wörd", strings.Replace(basic("joe:s3cret:wörd"), "Basic ", "bAsIc   ", 1), true},
		{"s3cret:wörd", basic("joe:s3cret:word"), false},
		{"s3cret:wörd", basic("joe:s3cret"), false},
		{"s3cret:wörd", basic("joe:s3cret:wörd "), false},
		{"s3cret:wörd", basic("Joe:s3cret:wörd"), false},
		{"s3cret:wörd", basic(":s3cret:wörd"), false},
		{"s3cret:wörd", basic("joe"), false},
		{"s3cret:wörd", basic(""), false},
		{"s3cret:wörd", "", false},
		{"s3cret:wörd", "Basic", false},
		{"s3cret:wörd", "Basic !!!", false},
		{"s3cret:wörd", "Digest " + basic("joe:s3cret:wörd"), false},
		{"s3cret:wörd", strings.TrimPrefix(basic("joe:s3cret:wörd"), "Basic "), false},
		{"", basic("joe:"), true},
		{"", basic("joe"), false},
		{"{SHA}" + digest, basic("joe:s3cret:wörd"), true},
		{"{SHA}" + strings.ToUpper(digest), basic("joe:s3cret:wörd"), true},
		{"{SHA}" + digest, basic("joe:s3cret:word"), false},
		{"{SHA}" + digest, basic("joe:" + digest), false},
		{"{SHA}" + digest, basic("joe:{SHA}" + digest), false},
		{"{SHA}", basic("joe:"), false},
		{"{SHA}zz", basic("joe:zz"), false},
	} {
		a := newAuth(&config.Server{HasAuth: true, Username: "joe", Password: c.password})
		if got := a.allows([]byte(c.field)); got != c.ok {
			t.Errorf("password %q, %q: %v, want %v", c.password, c.field, got, c.ok)
		}
	}
	if !newAuth(&config.Server{}).allows(nil) {
		t.Error("credentials are asked for although none are configured")
	}
}

// Nothing at all can be had without credentials. Every route is in the list; a
// route that is missing is one that the mounted handler would answer, and that
// is behind the same check.
func TestEveryRouteNeedsCredentials(t *testing.T) {
	served := make(chan string, 100)
	h := start(t, shop(), func(o *Options) {
		withPassword("joe", "secret")(o)
		o.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			served <- r.URL.Path
			io.WriteString(w, "page")
		})
	})
	paths := []string{"/RPC2", "/RPC2/x", "/RPC22", "/%52PC2", "/logtail/web", "/logtail/web/stderr", "/logtail", "/logtailx",
		"/mainlogtail", "/mainlogtail/", "/events", "/events?types=TICK", "/", "/index.html", "/api/v1/processes", "//RPC2", "/../RPC2", "*"}
	methods := []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"}
	for _, path := range paths {
		for _, method := range methods {
			for _, field := range []string{"", "Authorization: " + basic("joe:wrong") + "\r\n", "Authorization: Basic !\r\n",
				"Authorization: " + basic("joe") + "\r\n", "Authorization: Bearer secret\r\n"} {
				body := call("supervisor.getPID")
				request := strings.Replace(post("HTTP/1.1", field, body), "POST /RPC2", method+" "+path, 1)
				got := h.exchange(request)
				if !strings.HasPrefix(got, "HTTP/1.1 401 Unauthorized\r\n") || !strings.Contains(got, "Www-Authenticate: Basic realm=\"default\"\r\n") {
					t.Errorf("%s %s %s:\n%s", method, path, field, got)
				}
			}
		}
	}
	if len(served) > 0 {
		t.Errorf("the mounted handler was reached: %s", <-served)
	}
	authorized := "Authorization: " + basic("joe:secret") + "\r\nConnection: close\r\n"
	got := h.exchange(post("HTTP/1.1", authorized, call("supervisor.getAPIVersion")))
	if !strings.Contains(got, version30) {
		t.Errorf("with credentials: %s", got)
	}
	if got := h.exchange("GET / HTTP/1.1\r\nHost: x\r\n" + authorized + "\r\n"); !strings.Contains(got, "page") {
		t.Errorf("with credentials: %s", got)
	}
}

// Each server has its own credentials.
func TestCredentialsOfEachServer(t *testing.T) {
	h := start(t, shop(), func(o *Options) {
		o.Listeners[1].Config.HasAuth = true
		o.Listeners[1].Config.Username = "joe"
		o.Listeners[1].Config.Password = "secret"
	})
	if got := h.exchange(post("HTTP/1.0", "", call("supervisor.getAPIVersion"))); !strings.Contains(got, version30) {
		t.Error(got)
	}
	resp, err := http.Post("http://"+h.tcp+"/RPC2", "text/xml", strings.NewReader(call("supervisor.getAPIVersion")))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized || !resp.Close {
		t.Errorf("%s, close %v", resp.Status, resp.Close)
	}
}

func TestAdmit(t *testing.T) {
	h := start(t, shop(), func(o *Options) {
		o.Admit = func(r *http.Request, s *config.Server) error {
			if r.Host != "localhost" {
				return errors.New("not " + r.Host + " at " + s.Section)
			}
			return nil
		}
		o.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, ServerOf(r).Section) })
	})
	if resp, body := h.get("/"); resp.StatusCode != 200 || body != "unix_http_server" {
		t.Error(resp.Status, body)
	}
	for _, request := range []string{
		"GET / HTTP/1.0\r\nHost: evil\r\n\r\n",
		strings.Replace(post("HTTP/1.0", "Origin: http://evil\r\n", call("supervisor.getPID")), "localhost", "evil", 1),
	} {
		if got := h.exchange(request); !strings.HasPrefix(got, "HTTP/1.0 403 ") || !strings.Contains(got, "not evil at unix_http_server") {
			t.Error(got)
		}
	}
	// What no browser sends is not asked about.
	got := h.exchange(strings.Replace(post("HTTP/1.0", "", call("supervisor.getAPIVersion")), "localhost", "any.name", 1))
	if !strings.Contains(got, version30) {
		t.Error(got)
	}
}
