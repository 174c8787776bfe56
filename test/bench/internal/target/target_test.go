package target

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

func TestLogReaderCountsWhatIsAdded(t *testing.T) {
	path := t.TempDir() + "/log"
	r := logReader{path: path}
	if n := r.count("spawned"); n != 0 {
		t.Errorf("%d in no file", n)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprint(f, "spawned a\nother\nspawned b\nspaw")
	if n := r.count("spawned"); n != 2 {
		t.Errorf("%d instead of 2", n)
	}
	fmt.Fprint(f, "ned c\n")
	if n := r.count("spawned"); n != 3 {
		t.Errorf("%d instead of 3: a line in two pieces", n)
	}
	if n := r.count("other"); n != 1 {
		t.Errorf("%d instead of 1: a text asked for late", n)
	}
}

func TestRPCKeepsItsConnection(t *testing.T) {
	path := t.TempDir() + "/s"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	server := &http.Server{
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				connections.Add(1)
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			switch {
			case strings.Contains(string(body), "<methodName>fault</methodName>"):
				io.WriteString(w, "<fault><name>faultString</name><value><string>BAD_NAME: x</string></value></fault>")
			case strings.Contains(string(body), "<methodName>chunked</methodName>"):
				w.(http.Flusher).Flush()
				io.WriteString(w, "piece")
			case strings.Contains(string(body), "<methodName>broken</methodName>"):
				w.WriteHeader(500)
			default:
				io.WriteString(w, "echo "+string(body))
			}
		}),
	}
	go server.Serve(l)
	defer server.Close()

	c := NewRPC(path)
	defer c.Close()
	for range 3 {
		body, err := c.Call("m", "a<b", 7, true, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"a&lt;b", "<int>7</int>", "<boolean>1</boolean>", "<boolean>0</boolean>"} {
			if !strings.Contains(string(body), want) {
				t.Errorf("no %s in %s", want, body)
			}
		}
	}
	if _, err := c.Call("fault"); err == nil || err.Error() != "fault: BAD_NAME: x" {
		t.Errorf("a fault gave %v", err)
	}
	if body, err := c.Call("chunked"); err != nil || string(body) != "piece" {
		t.Errorf("chunks gave %q, %v", body, err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	if _, err := c.Call("broken"); err == nil {
		t.Error("HTTP 500 is no error")
	}
	if _, err := c.Call("m"); err != nil {
		t.Errorf("after an error it does not connect again: %v", err)
	}
}

func TestStartTellsWhatFailed(t *testing.T) {
	if _, err := Start(&Contender{Name: "x", Command: []string{"/nonexistent/x", "{conf}"}}, ""); err == nil {
		t.Error("a missing program was started")
	}
	d, err := Start(&Contender{Name: "x", Command: []string{"/bin/sh", "-c", "test -s {conf} || exit 1; echo no good >&2; exit 3"}}, "[program:p]\n")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	if err := d.Up(); err == nil || !strings.Contains(err.Error(), "no good") {
		t.Errorf("a daemon that ends gave %v", err)
	}
}
