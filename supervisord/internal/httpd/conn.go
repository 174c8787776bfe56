package httpd

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a client's connection. It begins in serve, which reads XML-RPC calls;
// net/http may take it over and then reads and writes it through the methods of
// net.Conn. Close may be called at any time by anybody.
type conn struct {
	net.Conn
	site *site
	br   *bufio.Reader // nil when net/http has the connection and read what was buffered

	// idleSince is the moment (Unix nanoseconds) at which the connection began to
	// wait for a request, 0 while it answers one.
	idleSince atomic.Int64
	// trusted is set when the client has shown its credentials.
	trusted atomic.Bool
	closed  sync.Once
}

// readerSize is also the longest request head that serve reads itself.
const readerSize = 4096

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readerSize) }}

func newConn(c net.Conn, s *site) *conn {
	br := readers.Get().(*bufio.Reader)
	br.Reset(c)
	cn := &conn{Conn: c, site: s, br: br}
	cn.idle()
	return cn
}

func (c *conn) idle() { c.idleSince.Store(time.Now().UnixNano()) }
func (c *conn) busy() { c.idleSince.Store(0) }

// serve answers calls until the connection ends or is handed to net/http.
func (c *conn) serve() {
	if c.calls() {
		c.SetReadDeadline(time.Time{})
		if c.site.handOver(c) {
			return
		}
	}
	c.Close()
	c.recycle()
}

// recycle gives up the buffer, which nobody may be using any more.
func (c *conn) recycle() {
	c.br.Reset(nil)
	readers.Put(c.br)
	c.br = nil
}

// calls reads and answers XML-RPC calls. It returns true when something else
// has come, of which nothing has been consumed.
func (c *conn) calls() (other bool) {
	c.SetReadDeadline(time.Now().Add(c.site.limits.head))
	for first := true; ; first = false {
		if !first {
			c.idle()
		}
		if c.site.closing.Load() {
			return false
		}
		if _, err := c.br.Peek(1); err != nil {
			return false
		}
		c.skipEmptyLine()
		timed := first
		h, verdict := c.head(&timed)
		if verdict != plainCall {
			return verdict == otherRequest
		}
		body, big, err := c.body(&h, &timed)
		if err != nil {
			return false
		}
		if timed {
			c.SetReadDeadline(time.Time{})
		}
		c.busy()
		ok := c.respond(&h, body)
		if big != nil {
			putBuffer(big, body)
		}
		if !ok {
			return false
		}
	}
}

// skipEmptyLine discards the line end that some clients send after a body, or to
// begin with.
func (c *conn) skipEmptyLine() {
	b, _ := c.br.Peek(min(2, c.br.Buffered()))
	if string(b) == "\r\n" {
		c.br.Discard(2)
	}
}

// verdict is what the beginning of a request turned out to be.
type verdict int

const (
	plainCall    verdict = iota
	otherRequest         // for net/http
	brokenOff            // the client has gone or was too slow
)

// head reads the head of a request without consuming it. timed tells, and is
// told, whether a deadline is set.
func (c *conn) head(timed *bool) (head, verdict) {
	for {
		b, _ := c.br.Peek(c.br.Buffered())
		if !mayBeRPC(b) {
			return head{}, otherRequest
		}
		if n := headEnd(b); n > 0 {
			h, ok := parseHead(b[:n])
			if !ok || !c.site.auth.allows(h.authorization) {
				return h, otherRequest
			}
			c.trusted.Store(true)
			return h, plainCall
		}
		if len(b) == c.br.Size() {
			return head{}, otherRequest
		}
		c.limit(timed, c.site.limits.head)
		if _, err := c.br.Peek(len(b) + 1); err != nil {
			return head{}, brokenOff
		}
	}
}

// limit sets a deadline for reading unless there is one.
func (c *conn) limit(timed *bool, d time.Duration) {
	if !*timed {
		*timed = true
		c.SetReadDeadline(time.Now().Add(d))
		if c.site.closing.Load() {
			c.SetReadDeadline(longAgo)
		}
	}
}

// body reads the body of a request and consumes the request. A body that fits is
// a part of the reader's buffer, good until the next read; otherwise it is in a
// buffer to be given back. The slices in h are not good any more, except for
// the request line if the access log needs it.
func (c *conn) body(h *head, timed *bool) (body []byte, big *[]byte, err error) {
	if c.site.tracing() {
		h.line = append([]byte(nil), h.line...)
	}
	n := h.length + h.contentLength
	if n <= c.br.Size() {
		if c.br.Buffered() < n {
			c.limit(timed, c.site.limits.body)
		}
		b, err := c.br.Peek(n)
		if err != nil {
			return nil, nil, err
		}
		c.br.Discard(n)
		return b[h.length:], nil, nil
	}
	*timed = false // a long body has its own time
	c.limit(timed, c.site.limits.body)
	c.br.Discard(h.length)
	big = buffers.Get().(*[]byte)
	body, err = readExactly(c.br, (*big)[:0], h.contentLength)
	if err != nil {
		putBuffer(big, body)
		return nil, nil, err
	}
	return body, big, nil
}

// readExactly reads n bytes. The buffer grows with what has come, so that a
// client must send what it makes us hold.
func readExactly(br *bufio.Reader, b []byte, n int) ([]byte, error) {
	for len(b) < n {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		got, err := br.Read(b[len(b):min(cap(b), n)])
		b = b[:len(b)+got]
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// headRoom is the space left in front of a response for its head.
const headRoom = 256

// respond carries out a call and writes the response. It reports whether the
// connection goes on.
func (c *conn) respond(h *head, body []byte) bool {
	out := buffers.Get().(*[]byte)
	response := append((*out)[:0], make([]byte, headRoom)...)
	call := newCallContext(c)
	status, response := c.site.rpc.answer(call, body, response)
	call.finish()
	contentType := "text/xml"
	if status != http.StatusOK {
		contentType = "text/plain; charset=utf-8"
		response = append(append(response, rpcTrouble[status]...), '\n')
	}
	keep := h.keepAlive && !c.site.closing.Load()
	var room [headRoom]byte
	top := appendHead(room[:0], h.http10, status, contentType, len(response)-headRoom, keep)
	start := headRoom - len(top)
	copy(response[start:], top)
	err := c.send(response[start:])
	if c.site.tracing() {
		c.site.access(c.RemoteAddr(), string(h.line), status, len(response)-start)
	}
	putBuffer(out, response)
	return err == nil && keep
}

// appendHead writes the head of a response, which is shorter than headRoom.
func appendHead(b []byte, http10 bool, status int, contentType string, length int, keep bool) []byte {
	version := "HTTP/1.1 "
	if http10 {
		version = "HTTP/1.0 "
	}
	b = append(b, version...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\nDate: "...)
	b = append(b, date()...)
	b = append(b, "\r\nContent-Type: "...)
	b = append(b, contentType...)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(length), 10)
	switch {
	case !keep:
		b = append(b, "\r\nConnection: close"...)
	case http10:
		b = append(b, "\r\nConnection: Keep-Alive"...)
	}
	return append(b, "\r\n\r\n"...)
}

// smallResponse is what the buffers of a socket take at once when they are
// empty; only a longer response can make us wait for the client.
const smallResponse = 32 << 10

// send writes a response.
func (c *conn) send(b []byte) error {
	if len(b) <= smallResponse {
		_, err := c.Conn.Write(b)
		return err
	}
	for len(b) > 0 {
		piece := b[:min(len(b), 1<<20)]
		c.SetWriteDeadline(time.Now().Add(c.site.limits.write))
		if _, err := c.Conn.Write(piece); err != nil {
			return err
		}
		b = b[len(piece):]
	}
	return c.SetWriteDeadline(time.Time{})
}

// Read lets net/http read what was buffered before it took over.
func (c *conn) Read(p []byte) (int, error) {
	if c.br != nil {
		if c.br.Buffered() > 0 {
			return c.br.Read(p)
		}
		c.recycle()
	}
	return c.Conn.Read(p)
}

// Close closes the connection, once.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.closed.Do(func() {
		err = c.Conn.Close()
		c.site.forget(c)
	})
	return err
}
