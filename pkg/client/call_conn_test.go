package client

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// rawServer answers each request with what reply writes, and closes the connection
// when reply says so.
func rawServer(t *testing.T, reply func(n int, r *http.Request, w net.Conn) (keep bool)) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.sock")
	l := listenUnix(t, path)
	t.Cleanup(func() { _ = l.Close() })
	requests := make(chan int, 1) // holds the number of requests so far
	requests <- 0
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				br := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(br)
					if err != nil {
						return
					}
					n := <-requests
					requests <- n + 1
					if !reply(n, r, conn) {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
				}
			}()
		}
	}()
	return newClient(t, Options{URL: "unix://" + path, Username: "u", Password: "p"})
}

var three = string(wire.AppendResponse(nil, "3.0"))

// Answers in every form that HTTP has for them, one after the other.
func TestAnswers(t *testing.T) {
	plain := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(three), three)
	chunked := fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", three[:5], len(three)-5, three[5:])
	answers := []string{
		"HTTP/1.1 200 OK\r\n" + plain,
		"HTTP/1.1 200 OK\r\n" + chunked,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + plain,
		"HTTP/1.0 200 OK\r\n\r\n" + three,
		"HTTP/1.1 200 OK\r\nConnection: close\r\n" + plain,
		"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + plain,
		"HTTP/1.1 200 OK\r\n" + plain, // and then closes the connection without a word
		"HTTP/1.1 200 OK\r\n" + plain,
	}
	c := rawServer(t, func(n int, r *http.Request, w net.Conn) bool {
		user, password, _ := r.BasicAuth()
		if r.Method != "POST" || r.URL.Path != "/RPC2" || r.Host != "localhost" || user != "u" || password != "p" ||
			r.Header.Get("Content-Type") != "text/xml" || r.UserAgent() != "supervisor-go" || r.ContentLength <= 0 {
			t.Errorf("request %d: %v", n, r)
		}
		_, _ = io.WriteString(w, answers[n])
		return n != 3 && n != 6
	})
	for i, a := range answers {
		if v, err := c.Version(t.Context()); v != "3.0" || err != nil {
			t.Errorf("%.60q was read as %q, %v", a, v, err)
		}
		if i == 6 {
			// The connection is at its end only when the server's close has come.
			conn := c.spare.conns[0]
			_, _ = conn.br.Peek(1)
		}
	}
}

// Answers that are none.
func TestBadAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		"":                    "it closed the connection without an answer",
		"HTTP/1.1 200 OK\r\n": "it closed the connection without an answer",
		"nonsense\r\n\r\n":    "malformed HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc":               "it closed the connection without an answer",
		"HTTP/1.1 404 Nothing Here\r\nContent-Length: 0\r\n\r\n":         "it answered 404 Nothing Here for /RPC2",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxHead):        "it closed the connection without an answer",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n":    "invalid byte in chunk length",
		strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", maxHead/25) + "": "it closed the connection without an answer",
	} {
		c := rawServer(t, func(_ int, _ *http.Request, w net.Conn) bool { _, _ = io.WriteString(w, answer); return false })
		if _, err := c.Version(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q in it", answer, err, want)
		}
	}
}

// A server may refuse a request before it has read all of it.
func TestRefusedEarly(t *testing.T) {
	c := rawServer(t, func(_ int, _ *http.Request, w net.Conn) bool {
		_, _ = io.WriteString(w, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
		return false
	})
	err := c.SendProcessStdin(t.Context(), "a", bytes.Repeat([]byte("x"), 8<<20))
	if h := new(HTTPError); !errors.As(err, &h) || !h.Unauthorized() {
		t.Errorf("got %v", err)
	}
}

// A call that is cancelled ends at once, and its connection is not used again.
func TestCancelledCall(t *testing.T) {
	asked := make(chan bool, 1)
	c := rawServer(t, func(n int, _ *http.Request, w net.Conn) bool {
		if n == 0 {
			asked <- true
			return true
		}
		_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(three), three)
		return true
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if _, err := c.Version(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if v, err := c.Version(t.Context()); v != "3.0" || err != nil {
		t.Errorf("got %q, %v after a cancelled call", v, err)
	}
}
