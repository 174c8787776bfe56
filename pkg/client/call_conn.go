package client

import (
	"bufio"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Calls do not go by http.Transport: it has a connection read and written by
// goroutines of their own, and to bring all that up takes longer than a call does.
// What a call needs is one connection, one write and one answer, which
// http.ReadResponse reads.

// callConn is a connection for calls. One call at a time uses it.
type callConn struct {
	net.Conn
	head  io.LimitedReader // bounds the head of an answer
	br    *bufio.Reader
	since time.Time // when it was laid aside
}

// maxHead bounds the head of an answer, in bytes.
const maxHead = 1 << 20

// spare holds connections that are open and not in use.
type spare struct {
	mu    sync.Mutex
	conns []*callConn
}

// maxSpare is how many connections are kept for later.
const maxSpare = 2

// take returns a spare connection that the server has not closed, or nil.
func (s *spare) take() *callConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := len(s.conns); n > 0; n = len(s.conns) {
		c := s.conns[n-1]
		s.conns = s.conns[:n-1]
		if time.Since(c.since) < idleTimeout && c.quiet() {
			return c
		}
		_ = c.Close()
	}
	return nil
}

// put lays a connection aside for the next call.
func (s *spare) put(c *callConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) == maxSpare {
		_ = c.Close()
		return
	}
	c.since = time.Now()
	s.conns = append(s.conns, c)
}

func (s *spare) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.conns = nil
}

// quiet reports whether the connection is open, with nothing to be read.
func (c *callConn) quiet() bool {
	sc, ok := c.Conn.(syscall.Conn)
	if !ok || c.br.Buffered() > 0 {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	var peekErr error
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, peekErr = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	return err == nil && (peekErr == syscall.EAGAIN || peekErr == syscall.EWOULDBLOCK)
}

func (c *Client) connect(ctx context.Context) (*callConn, error) {
	if conn := c.spare.take(); conn != nil {
		return conn, nil
	}
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	cc := &callConn{Conn: conn}
	cc.head.R = conn
	cc.br = bufio.NewReader(&cc.head)
	return cc, nil
}

// exchange sends a request and reads the answer with its body.
func (c *Client) exchange(ctx context.Context, request []byte) (status int, reason string, body []byte, err error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return 0, "", nil, err
	}
	stop := func() bool { return true }
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	}
	resp, body, err := conn.exchange(request)
	if untouched := stop(); err != nil || resp.Close || !untouched {
		_ = conn.Close()
	} else {
		c.spare.put(conn)
	}
	if err != nil {
		return 0, "", nil, err
	}
	return resp.StatusCode, resp.Status, body, nil
}

func (c *callConn) exchange(request []byte) (*http.Response, []byte, error) {
	// A server that does not want the request may answer and close before it has
	// read all of it.
	_, writeErr := c.Write(request)
	c.head.N = maxHead
	resp, err := http.ReadResponse(c.br, nil)
	for err == nil && resp.StatusCode/100 == 1 {
		resp, err = http.ReadResponse(c.br, nil)
	}
	if err != nil {
		if writeErr != nil {
			err = writeErr
		}
		return nil, nil, err
	}
	resp.Close = resp.Close || writeErr != nil
	c.head.N = math.MaxInt64
	body, err := readBody(resp)
	return resp, body, err
}

// readBody reads the body of an answer. The length that the server tells is
// believed as far as it costs little.
func readBody(resp *http.Response) ([]byte, error) {
	const most = 2 << 20
	body := make([]byte, 0, min(max(resp.ContentLength, 511), most)+1)
	for {
		n, err := resp.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// callHead is the head of the request for a call, up to the value of
// Content-Length.
func (c *Client) callHead() []byte {
	h := make([]byte, 0, 1024)
	h = append(h, "POST /RPC2 HTTP/1.1\r\nHost: "...)
	h = append(h, c.base.Host...)
	h = append(h, "\r\nUser-Agent: "...)
	h = append(h, c.userAgent...)
	if c.auth != "" {
		h = append(h, "\r\nAuthorization: "...)
		h = append(h, c.auth...)
	}
	return append(h, "\r\nContent-Type: text/xml\r\nAccept: text/xml\r\nContent-Length: "...)
}

// post makes a call, whose XML is body, and returns the XML of the answer.
func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	request := strconv.AppendInt(c.callHead(), int64(len(body)), 10)
	request = append(append(request, "\r\n\r\n"...), body...)
	status, reason, answer, err := c.exchange(ctx, request)
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return nil, ctxErr
		}
		return nil, &ConnError{URL: c.shown, Err: err}
	}
	if status != http.StatusOK {
		return nil, c.httpError(status, reason, "/RPC2")
	}
	return answer, nil
}
