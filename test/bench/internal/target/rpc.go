package target

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RPC is an XML-RPC client on one persistent connection. It costs as little as
// a client can: the request is bytes made once, of the answer only the length
// is looked at. Its methods may be used by one goroutine at a time.
type RPC struct {
	path string
	mu   sync.Mutex
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

// NewRPC returns a client of the server on a UNIX socket. It connects when it
// is used.
func NewRPC(path string) *RPC { return &RPC{path: path} }

// Close closes the connection.
func (c *RPC) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// Request renders a call as the bytes of an HTTP request. Parameters are
// strings, ints and bools.
func Request(method string, params ...any) []byte {
	var b strings.Builder
	b.WriteString("<?xml version='1.0'?><methodCall><methodName>" + method + "</methodName><params>")
	for _, p := range params {
		b.WriteString("<param><value>")
		switch p := p.(type) {
		case string:
			b.WriteString("<string>")
			xml.EscapeText(&b, []byte(p))
			b.WriteString("</string>")
		case int:
			fmt.Fprintf(&b, "<int>%d</int>", p)
		case bool:
			n := 0
			if p {
				n = 1
			}
			fmt.Fprintf(&b, "<boolean>%d</boolean>", n)
		}
		b.WriteString("</value></param>")
	}
	b.WriteString("</params></methodCall>")
	return fmt.Appendf(nil, "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", b.Len(), b.String())
}

// Call calls a method and returns the body of the answer.
func (c *RPC) Call(method string, params ...any) ([]byte, error) {
	return c.Do(Request(method, params...))
}

// Do sends a request and returns the body of the answer, which is valid until
// the next call. A fault is an error.
func (c *RPC) Do(request []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		conn, err := net.Dial("unix", c.path)
		if err != nil {
			return nil, err
		}
		c.conn, c.r = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	body, err := c.roundTrip(request)
	if err != nil {
		c.conn.Close()
		c.conn = nil
		return nil, err
	}
	if bytes.Contains(body, []byte("<fault>")) {
		return body, fmt.Errorf("fault: %s", faultText(body))
	}
	return body, nil
}

func (c *RPC) roundTrip(request []byte) ([]byte, error) {
	c.conn.SetDeadline(time.Now().Add(Limit))
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	status, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(status, []byte(" 200 ")) {
		return nil, fmt.Errorf("HTTP %s", strings.TrimSpace(string(status)))
	}
	length, chunked := -1, false
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(line) <= 2 {
			break
		}
		k, v, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(k, []byte("Content-Length")):
			length, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
		case bytes.EqualFold(k, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if chunked {
		return c.chunks()
	}
	if length < 0 {
		return nil, fmt.Errorf("an answer without a length")
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.r, c.body)
	return c.body, err
}

func (c *RPC) chunks() ([]byte, error) {
	var all []byte
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			return nil, err
		}
		buf := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, buf); err != nil {
			return nil, err
		}
		if n == 0 {
			return all, nil
		}
		all = append(all, buf[:n]...)
	}
}

func faultText(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte("<name>faultString</name>"))
	_, rest, _ = bytes.Cut(rest, []byte("<string>"))
	text, _, _ := bytes.Cut(rest, []byte("</string>"))
	return string(text)
}
