package httpd

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

func shop() *apitest.Supervisor {
	return apitest.New(
		apitest.Process("web", "web", life.Running),
		apitest.Process("db", "one", life.Stopped),
		apitest.Process("db", "two", life.Running),
	)
}

const version30 = "<value><string>3.0</string></value>"

// Every kind of request that reaches /RPC2, in the version of HTTP and with the
// connection handling of the reference. A second request on the connection
// shows whether it was kept.
func TestRPCRequests(t *testing.T) {
	h := start(t, shop(), nil)
	getVersion := call("supervisor.getAPIVersion")
	chunked := "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" +
		getVersion[:16] + "\r\n" + "400\r\n" + getVersion[16:] + strings.Repeat(" ", 0x400-len(getVersion)+16) + "\r\n0\r\n\r\n"
	for _, c := range []struct {
		name, request string
		status        int
		proto         string
		kept          bool
	}{
		{"1.1", post("HTTP/1.1", "", getVersion), 200, "HTTP/1.1", true},
		{"1.1 close", post("HTTP/1.1", "Connection: Close\r\n", getVersion), 200, "HTTP/1.1", false},
		{"1.1 keep-alive", post("HTTP/1.1", "Connection: keep-alive\r\n", getVersion), 200, "HTTP/1.1", true},
		{"1.0", post("HTTP/1.0", "", getVersion), 200, "HTTP/1.0", false},
		{"1.0 keep-alive", post("HTTP/1.0", "connection: Keep-Alive\r\n", getVersion), 200, "HTTP/1.0", true},
		{"longer path", strings.Replace(post("HTTP/1.1", "", getVersion), "/RPC2", "/RPC2/x", 1), 200, "HTTP/1.1", true},
		{"longer name", strings.Replace(post("HTTP/1.1", "", getVersion), "/RPC2", "/RPC22", 1), 200, "HTTP/1.1", true},
		{"query", strings.Replace(post("HTTP/1.1", "", getVersion), "/RPC2", "/RPC2?a=b", 1), 200, "HTTP/1.1", true},
		{"escaped", strings.Replace(post("HTTP/1.1", "", getVersion), "/RPC2", "/%52PC2", 1), 200, "HTTP/1.1", true},
		{"no host", strings.Replace(post("HTTP/1.1", "", getVersion), "Host: localhost\r\n", "", 1), 200, "HTTP/1.1", true},
		{"empty host", strings.Replace(post("HTTP/1.1", "", getVersion), "Host: localhost", "Host: ", 1), 200, "HTTP/1.1", true},
		{"empty line first", "\r\n" + post("HTTP/1.1", "", getVersion), 200, "HTTP/1.1", true},
		{"chunked", chunked, 200, "HTTP/1.1", true},
		{"expect", post("HTTP/1.1", "Expect: 100-continue\r\n", getVersion), 200, "HTTP/1.1", true},
		{"long head", post("HTTP/1.1", "X: "+strings.Repeat("x", 20000)+"\r\n", getVersion), 200, "HTTP/1.1", true},
		{"long body", post("HTTP/1.1", "", getVersion+strings.Repeat(" ", 100000)), 200, "HTTP/1.1", true},
		{"browser", post("HTTP/1.1", "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n", getVersion), 200, "HTTP/1.1", true},
		{"other site", post("HTTP/1.1", "Origin: http://evil.example\r\n", getVersion), 403, "HTTP/1.1", true},
		{"other site's frame", post("HTTP/1.1", "Sec-Fetch-Site: cross-site\r\n", getVersion), 403, "HTTP/1.1", true},

		{"not XML", post("HTTP/1.1", "", "hello"), 400, "HTTP/1.1", true},
		{"not a call", post("HTTP/1.1", "", "<a/>"), 400, "HTTP/1.1", true},
		{"bad number", post("HTTP/1.1", "", "<methodCall><methodName>x</methodName><params><param><value><int>x</int></value></param></params></methodCall>"), 400, "HTTP/1.1", true},
		{"empty body", post("HTTP/1.1", "", ""), 400, "HTTP/1.1", true},
		{"no length", "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n\r\n", 411, "HTTP/1.1", true},
		{"GET", "GET /RPC2 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "HTTP/1.1", true},
		{"PUT", strings.Replace(post("HTTP/1.1", "", getVersion), "POST", "PUT", 1), 400, "HTTP/1.1", true},
		{"too long", "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n", 413, "HTTP/1.1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := h.dial()
			io.WriteString(conn, c.request)
			br := bufio.NewReader(conn)
			if strings.Contains(c.request, "100-continue") {
				if resp, err := http.ReadResponse(br, nil); err != nil || resp.StatusCode != http.StatusContinue {
					t.Fatalf("interim response: %v %v", resp, err)
				}
			}
			resp, body := response(t, br)
			if resp.StatusCode != c.status || resp.Proto != c.proto {
				t.Fatalf("%s %s, want %s %d: %s", resp.Proto, resp.Status, c.proto, c.status, body)
			}
			if c.status == 200 {
				if resp.Header.Get("Content-Type") != "text/xml" || resp.ContentLength != int64(len(body)) || resp.Header.Get("Date") == "" {
					t.Errorf("head: %v", resp.Header)
				}
				if !strings.Contains(body, version30) {
					t.Errorf("body: %s", body)
				}
			}
			if c.proto == "HTTP/1.0" && c.kept && !strings.EqualFold(resp.Header.Get("Connection"), "keep-alive") {
				t.Errorf("the client is not told that the connection is kept: %v", resp.Header)
			}
			io.WriteString(conn, post("HTTP/1.1", "Connection: close\r\n", getVersion))
			rest, _ := io.ReadAll(br)
			if kept := strings.Contains(string(rest), version30); kept != c.kept {
				t.Errorf("connection kept: %v, want %v: %q", kept, c.kept, rest)
			}
		})
	}
}

func TestPipelinedCalls(t *testing.T) {
	h := start(t, shop(), nil)
	// The line end after the first body is what some clients send. The last
	// request is not a call: net/http takes over in mid-buffer.
	got := h.exchange(post("HTTP/1.1", "", call("supervisor.getAPIVersion")) + "\r\n" +
		post("HTTP/1.1", "", call("supervisor.getIdentification")) +
		post("HTTP/1.1", "", call("supervisor.nope")) +
		"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" +
		post("HTTP/1.1", "Connection: close\r\n", call("supervisor.getSupervisorVersion")))
	rest := got
	for _, want := range []string{"3.0", "<string>supervisor<", "UNKNOWN_METHOD", "404 Not Found", "4.2.5"} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("there is no %q in its place: %s", want, got)
		}
		rest = after
	}
}

// A request may come in any pieces.
func TestRequestInPieces(t *testing.T) {
	h := start(t, shop(), nil)
	request := post("HTTP/1.1", "", call("supervisor.getAPIVersion"))
	for cut := 1; cut < len(request); cut += 7 {
		c := h.dial()
		io.WriteString(c, request[:cut])
		io.WriteString(c, request[cut:])
		if _, body := response(t, bufio.NewReader(c)); !strings.Contains(body, version30) {
			t.Errorf("cut at %d: %s", cut, body)
		}
		c.Close()
	}
}

func panicking(context.Context, []any) (any, error) { panic("a method") }

// A call that breaks is contained, said in the log, and answered.
func TestPanickingMethod(t *testing.T) {
	h := start(t, shop(), func(o *Options) {
		err := o.Registry.Add("bad", api.Method{Name: "call", Fn: panicking})
		if err != nil {
			t.Fatal(err)
		}
		o.Web = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a page") })
	})
	if got := h.exchange(post("HTTP/1.0", "", call("bad.call"))); !strings.HasPrefix(got, "HTTP/1.0 500 ") {
		t.Error(got)
	}
	if resp, _ := h.get("/page"); resp.StatusCode != http.StatusInternalServerError {
		t.Error(resp.Status)
	}
	for _, want := range []string{"50 Handling XML-RPC request with data", "a method", "50 GET /page raised an unexpected exception: a page"} {
		if !strings.Contains(h.log.text(), want) {
			t.Errorf("the log lacks %q:\n%s", want, h.log.text())
		}
	}
	if got := h.exchange(post("HTTP/1.0", "", call("supervisor.getAPIVersion"))); !strings.Contains(got, version30) {
		t.Error(got)
	}
}

func TestFaultsAndShutdownState(t *testing.T) {
	fake := shop()
	h := start(t, fake, nil)
	fake.SetMood(core.MoodShutdown)
	got := h.exchange(post("HTTP/1.0", "", call("supervisor.getState")))
	if !strings.Contains(got, "<int>6</int>") || !strings.Contains(got, "SHUTDOWN_STATE") {
		t.Error(got)
	}
	if !strings.HasPrefix(got, "HTTP/1.0 200 OK\r\n") {
		t.Error("a fault is not an HTTP error: ", got)
	}
}

func TestLogLines(t *testing.T) {
	h := start(t, shop(), func(o *Options) { o.Log.(*logRecord).level = config.LevelTrace })
	h.exchange(post("HTTP/1.0", "", call("supervisor.getAPIVersion")))
	h.exchange(post("HTTP/1.0", "", call("supervisor.nope")))
	h.exchange(post("HTTP/1.0", "", "junk"))
	h.exchange(post("HTTP/1.0", "", "<methodCall></methodCall>"))
	h.exchange("GET /nothing HTTP/1.0\r\n\r\n")
	want := []string{
		"20 RPC interface 'supervisor' initialized",
		"50 Server 'unix_http_server' running without any HTTP authentication checking",
		"50 Server 'inet_http_server' running without any HTTP authentication checking",
		"5 XML-RPC method called: supervisor.getAPIVersion()",
		"5 XML-RPC method supervisor.getAPIVersion() returned successfully",
		"5 XML-RPC method supervisor.nope() returned fault: [1] UNKNOWN_METHOD",
		`40 XML-RPC request data 'junk' is invalid: unmarshallable`,
		`40 XML-RPC request data '<methodCall></methodCall>' is invalid: no method name`,
		`"POST /RPC2 HTTP/1.0" 200 `,
		`"GET /nothing HTTP/1.0" 404 `,
		"5 localhost:0 - - [",
	}
	for _, line := range want {
		apitest.Eventually(t, "the log has "+line, func() bool { return strings.Contains(h.log.text(), line) })
	}
}
