package harness

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Response is a raw HTTP response.
type Response struct {
	StatusLine string
	Header     []string
	Body       string
	Closed     bool // the server closed the connection by itself
	Err        string
}

// Raw writes bytes to the daemon's socket and reads the response until the
// server closes the connection, the body is complete, or a second passes
// without a byte (a response that never comes is an observation too).
func (t *T) Raw(network, addr, request string) Response {
	c, err := net.DialTimeout(network, addr, 5*time.Second)
	if err != nil {
		return Response{Err: "cannot connect"}
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		return Response{Err: "cannot write"}
	}
	return readResponse(c, 3*time.Second)
}

func readResponse(c net.Conn, idle time.Duration) Response {
	var data []byte
	buf := make([]byte, 64<<10)
	for {
		c.SetReadDeadline(time.Now().Add(idle))
		n, err := c.Read(buf)
		data = append(data, buf[:n]...)
		r := splitResponse(string(data))
		if err == io.EOF {
			r.Closed = true
			return r
		}
		if err != nil {
			if len(data) == 0 {
				r.Err = "no answer"
			}
			return r
		}
		if r.complete() {
			// What comes after a complete response: the end, or nothing for now.
			c.SetReadDeadline(time.Now().Add(150 * time.Millisecond))
			n, err := c.Read(buf)
			r = splitResponse(string(append(data, buf[:n]...)))
			r.Closed = err == io.EOF
			return r
		}
	}
}

func splitResponse(s string) Response {
	if interim, rest, ok := strings.Cut(s, "\r\n\r\n"); ok && strings.HasPrefix(interim, "HTTP/1.1 100 ") {
		return splitResponse(rest)
	}
	head, body, ok := strings.Cut(s, "\r\n\r\n")
	if !ok {
		return Response{Body: s}
	}
	lines := strings.Split(head, "\r\n")
	return Response{StatusLine: lines[0], Header: lines[1:], Body: body}
}

// Get returns a header's value.
func (r Response) Get(name string) string {
	for _, h := range r.Header {
		k, v, _ := strings.Cut(h, ":")
		if strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (r Response) complete() bool {
	if r.StatusLine == "" {
		return false
	}
	var n int
	if _, err := fmt.Sscan(r.Get("Content-Length"), &n); err == nil {
		return len(r.Body) >= n
	}
	return strings.HasSuffix(r.Body, "0\r\n\r\n")
}

// ShowHTTP writes a response down: status, the headers a client acts on, and
// the body where it is asked for.
func (t *T) ShowHTTP(title string, r Response, body bool) {
	t.Printf("%s", title)
	if r.Err != "" {
		t.Printf("  %s", r.Err)
		return
	}
	t.Printf("  %s", r.StatusLine)
	ok := strings.Contains(r.StatusLine, " 200 ")
	for _, name := range []string{"Content-Type", "WWW-Authenticate", "Location", "Transfer-Encoding", "Allow"} {
		// An error's page is for people; its type says nothing to a program.
		if v := r.Get(name); v != "" && (ok || name != "Content-Type") {
			t.Printf("  %s: %s", name, v)
		}
	}
	if body {
		t.out.WriteString(Indent(r.Body))
	}
	// After an error a server may close a connection whose rest it did not read.
	if ok {
		t.Printf("  connection %s", map[bool]string{true: "closed", false: "open"}[r.Closed])
	}
}
