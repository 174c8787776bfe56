package httpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
)

// startCall is the body of a call that waits until one is running.
const startCall = "<methodCall><methodName>supervisor.startProcess</methodName><params><param><value>db:one</value></param></params></methodCall>"

// held is a daemon whose waiting operations wait until release is called.
func held() (fake *apitest.Supervisor, began <-chan struct{}, release func()) {
	fake = shop()
	hold, told := make(chan struct{}), make(chan struct{}, 16)
	fake.Hold, fake.Held = hold, told
	return fake, told, func() { close(hold) }
}

// watching is a method that waits for its caller to go away.
func watching(gone chan<- error) api.Method {
	return api.Method{Name: "call", Fn: func(ctx context.Context, _ []any) (any, error) {
		<-ctx.Done()
		gone <- ctx.Err()
		return nil, wire.NewFault(wire.Failed, "")
	}}
}

func TestClientThatGoesAway(t *testing.T) {
	for name, fields := range map[string]string{"own": "", "net/http": "Origin: http://localhost\r\n"} {
		t.Run(name, func(t *testing.T) {
			gone := make(chan error, 1)
			h := start(t, shop(), func(o *Options) {
				if err := o.Registry.Add("wait", watching(gone)); err != nil {
					t.Fatal(err)
				}
			})
			c := h.dial()
			io.WriteString(c, post("HTTP/1.1", fields, call("wait.call")))
			c.Close()
			if err := <-gone; err == nil {
				t.Error("the call was not told that its caller has gone")
			}
			apitest.Eventually(t, "the connection is closed", func() bool { return h.openConns() == 0 })
		})
	}
}

// The context of a call on which somebody waited must not disturb the calls that
// follow on the connection.
func TestCallsAfterWaiting(t *testing.T) {
	h := start(t, shop(), func(o *Options) {
		err := o.Registry.Add("wait", api.Method{Name: "call", Fn: func(ctx context.Context, _ []any) (any, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Millisecond):
				return true, nil
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
	})
	c := h.dial()
	br := bufio.NewReader(c)
	for range 20 {
		io.WriteString(c, post("HTTP/1.1", "", call("wait.call")))
		if _, body := response(t, br); !strings.Contains(body, "<boolean>1") {
			t.Fatal(body)
		}
		// While the call waits, the next request comes in.
		io.WriteString(c, post("HTTP/1.1", "", call("wait.call"))+post("HTTP/1.1", "", call("supervisor.getAPIVersion")))
		if _, body := response(t, br); !strings.Contains(body, "<boolean>1") {
			t.Fatal(body)
		}
		if _, body := response(t, br); !strings.Contains(body, version30) {
			t.Fatal(body)
		}
	}
}

// Calls that wait are answered when the server shuts down; idle connections and
// half a request do not delay it.
func TestShutdownAnswersCalls(t *testing.T) {
	for name, fields := range map[string]string{"own": "", "net/http": "Origin: http://localhost\r\n"} {
		t.Run(name, func(t *testing.T) {
			fake, began, release := held()
			h := start(t, fake, nil)
			silent, half, idle, other := h.dial(), h.dial(), h.dial(), h.dial()
			io.WriteString(half, "POST /RPC2 HTTP/1.1\r\nHost: x\r\nCont")
			io.WriteString(idle, post("HTTP/1.1", "", call("supervisor.getPID")))
			idleReader := bufio.NewReader(idle)
			response(t, idleReader)
			io.WriteString(other, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
			response(t, bufio.NewReader(other))

			waiting := h.dial()
			io.WriteString(waiting, post("HTTP/1.1", fields, startCall))
			<-began
			down := make(chan error, 1)
			go func() { down <- h.Shutdown(context.Background()) }()
			for _, c := range []net.Conn{silent, half, idle, other} {
				if b, err := io.ReadAll(c); err != nil || len(b) > 0 {
					t.Errorf("an idle connection was not closed: %q %v", b, err)
				}
			}
			if _, err := net.Dial("unix", h.unix); err == nil {
				t.Error("connections are still accepted")
			}
			select {
			case err := <-down:
				t.Fatalf("the server has gone before its calls were answered (%v)", err)
			default:
			}
			release()
			resp, body := response(t, bufio.NewReader(waiting))
			if !strings.Contains(body, "<boolean>1") || !resp.Close {
				t.Errorf("%v %s", resp, body)
			}
			if err := <-down; err != nil {
				t.Error(err)
			}
			if n := h.openConns(); n != 0 {
				t.Errorf("%d connections are open", n)
			}
		})
	}
}

// When the time for it is over, whatever is still open is closed, and the calls
// end.
func TestShutdownHasAnEnd(t *testing.T) {
	gone := make(chan error, 1)
	h := start(t, shop(), func(o *Options) {
		if err := o.Registry.Add("wait", watching(gone)); err != nil {
			t.Fatal(err)
		}
	})
	c := h.dial()
	io.WriteString(c, post("HTTP/1.1", "", call("wait.call")+" "))
	ctx, cancel := context.WithCancel(context.Background())
	down := make(chan error, 1)
	apitest.Eventually(t, "the call waits", func() bool { return strings.Contains(goroutines(), "callContext).watch") })
	go func() { down <- h.Shutdown(ctx) }()
	cancel()
	<-gone
	<-down
	if b, err := io.ReadAll(c); err == nil && len(b) > 0 {
		t.Logf("answered all the same: %q", b)
	}
}

// slowLimits are limits that a test can wait for. A client that is meant to be
// quick may miss them on a busy machine; it tries again.
func slowLimits() limits {
	l := defaultLimits
	l.head, l.body = 100*time.Millisecond, 100*time.Millisecond
	return l
}

// A connection may be idle for longer than a request may take.
func TestSlowClients(t *testing.T) {
	h := startLimited(t, shop(), slowLimits(), nil)
	var proxy net.Conn
	var br *bufio.Reader
	apitest.Eventually(t, "a client is quick enough", func() bool {
		proxy = h.dial()
		br = bufio.NewReader(proxy)
		io.WriteString(proxy, post("HTTP/1.1", "", call("supervisor.getPID")))
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return false
		}
		io.Copy(io.Discard, resp.Body)
		return true
	})
	request := post("HTTP/1.1", "", call("supervisor.getPID"))
	conns := map[string]net.Conn{}
	for name, part := range map[string]string{
		"nothing": "", "half a line": request[:10], "half a head": request[:50], "half a body": request[:len(request)-10],
		"half a page request": "GET / HT", "half a browser's body": "POST /RPC2 HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 10\r\n\r\n<",
		"half of a long body": post("HTTP/1.1", "", call("supervisor.getPID")+strings.Repeat(" ", 50000))[:30000],
	} {
		conns[name] = h.dial()
		io.WriteString(conns[name], part)
	}
	for name, c := range conns {
		b, err := io.ReadAll(c) // ends when the server closes the connection
		if err != nil || strings.Contains(string(b), " 200 ") {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
	// The proxy has been idle for longer than all of them.
	io.WriteString(proxy, post("HTTP/1.1", "", call("supervisor.getAPIVersion")))
	if _, body := response(t, br); !strings.Contains(body, version30) {
		t.Error(body)
	}
}

// The time for a body does not limit how long its request takes.
func TestSlowCallIsNotASlowClient(t *testing.T) {
	for name, fields := range map[string]string{"own": "", "net/http": "Origin: http://localhost\r\n"} {
		t.Run(name, func(t *testing.T) {
			fake, began, release := held()
			h := startLimited(t, fake, slowLimits(), nil)
			var answer *bufio.Reader
			var answered chan error
			for waiting := false; !waiting; {
				c := h.dial()
				io.WriteString(c, post("HTTP/1.0", fields, startCall))
				answer, answered = bufio.NewReader(c), make(chan error, 1)
				go func(r *bufio.Reader, done chan<- error) {
					_, err := r.Peek(1)
					done <- err
				}(answer, answered)
				select {
				case <-began:
					waiting = true
				case <-answered: // it was not quick enough
				}
			}
			for range 2 {
				io.ReadAll(h.dial()) // closed by the server when its time is over
			}
			release()
			if err := <-answered; err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(answer); !strings.Contains(string(b), "<boolean>1") {
				t.Errorf("%q %v", b, err)
			}
		})
	}
}

// A client that does not take its response is cut off.
func TestClientThatDoesNotRead(t *testing.T) {
	l := defaultLimits
	l.write = 50 * time.Millisecond
	called := make(chan struct{}, 2)
	withBig := func(o *Options) {
		big := strings.Repeat("x", 8<<20)
		err := o.Registry.Add("big", api.Method{Name: "call", Fn: func(context.Context, []any) (any, error) {
			called <- struct{}{}
			return big, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	h := startLimited(t, shop(), l, withBig)
	c := h.dial()
	io.WriteString(c, post("HTTP/1.1", "", call("big.call")))
	<-called
	apitest.Eventually(t, "the connection has gone", func() bool { return h.openConns() == 0 })
	got := start(t, shop(), withBig).exchange(post("HTTP/1.0", "", call("big.call")))
	if len(got) < 8<<20 || !strings.HasSuffix(got, "</methodResponse>\n") {
		t.Errorf("a client that reads got %d bytes", len(got))
	}
}

// When there are too many connections, those go that nobody needs.
func TestTooManyConnections(t *testing.T) {
	l := defaultLimits
	l.conns = 8
	fake, began, release := held()
	h := startLimited(t, fake, l, withPassword("joe", "secret"))
	fields := "Authorization: " + basic("joe:secret") + "\r\n"
	proxy := h.dial()
	br := bufio.NewReader(proxy)
	io.WriteString(proxy, post("HTTP/1.1", fields, call("supervisor.getPID")))
	response(t, br)
	waiting := h.dial()
	io.WriteString(waiting, post("HTTP/1.1", fields, startCall))
	<-began
	for range 50 {
		h.dial()
	}
	// All of the strangers have been accepted by the time the last is.
	last := h.dial()
	io.WriteString(last, post("HTTP/1.1", fields, call("supervisor.getPID")))
	response(t, bufio.NewReader(last))
	if n := h.openConns(); n > l.conns {
		t.Errorf("%d connections are open, more than %d", n, l.conns)
	}
	io.WriteString(proxy, post("HTTP/1.1", fields, call("supervisor.getAPIVersion")))
	if _, body := response(t, br); !strings.Contains(body, version30) {
		t.Error(body)
	}
	release()
	if _, body := response(t, bufio.NewReader(waiting)); !strings.Contains(body, "<boolean>1") {
		t.Error(body)
	}
}

// A client that is cut off or goes away leaves nothing behind.
func TestNothingIsLeft(t *testing.T) {
	h := start(t, shop(), nil)
	for i := range 200 {
		c := h.dial()
		switch i % 5 {
		case 0:
			io.WriteString(c, post("HTTP/1.1", "", call("supervisor.getPID")))
		case 1:
			io.WriteString(c, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
		case 2:
			io.WriteString(c, "POST /RPC2 HTTP/1.1\r\n")
		case 3:
			io.WriteString(c, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
		}
		c.Close()
	}
	apitest.Eventually(t, "all connections are closed", func() bool { return h.openConns() == 0 })
	apitest.Eventually(t, "all goroutines have ended", func() bool {
		s := goroutines()
		return !strings.Contains(s, "(*conn).serve") && !strings.Contains(s, "http.(*conn)")
	})
}

// Both ways of reading a request agree on what it means.
func FuzzHead(f *testing.F) {
	for _, fields := range []string{"", "Connection: close\r\n", "Connection: close, TE\r\n", "Content-Length: 5\r\n", "A:b\r\n c\r\n",
		"content-length : 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: a\r\nHost: b\r\n", "X\r\n", ": x\r\n", "A: \x00\r\n", "A: b\nC: d\r\n",
		"Content-Length: +5\r\n", "Connection: keep-alive\r\nConnection: close\r\n"} {
		for _, version := range []string{"HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/1.1 "} {
			f.Add([]byte(post(version, fields, "hello")))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n := headEnd(data)
		if n == 0 || !mayBeRPC(data) {
			return
		}
		h, ok := parseHead(data[:n])
		if !ok {
			return
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(data))))
		if err != nil {
			if strings.Contains(err.Error(), "Host") {
				return // we need none
			}
			t.Fatalf("net/http refuses %q: %v", data, err)
		}
		got := fmt.Sprint(h.contentLength, h.keepAlive, h.http10, string(h.authorization))
		want := fmt.Sprint(r.ContentLength, !r.Close, !r.ProtoAtLeast(1, 1), r.Header.Get("Authorization"))
		if got != want || r.Method != "POST" || !strings.HasPrefix(r.URL.Path, rpcPath) || len(r.TransferEncoding) > 0 {
			t.Fatalf("%q: %s, net/http says %s %s %s", data, got, r.Method, r.URL.Path, want)
		}
	})
}
