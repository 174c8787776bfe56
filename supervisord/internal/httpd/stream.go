package httpd

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// stream is a response without an end. It has taken its connection from
// net/http, which does not notice that a client has gone once that client has
// sent a byte too many (as supervisorctl does after its requests).
type stream struct {
	ctx     context.Context // ends when the client goes away or the server stops
	cancel  context.CancelFunc
	conn    net.Conn
	chunked bool
	timeout time.Duration // for one write
	buf     []byte
}

var errStopping = errors.New("supervisord is closing its servers")

// openStream sends the head of a response and takes the connection. The stream
// has to be closed.
func (s *Server) openStream(w http.ResponseWriter, r *http.Request) (*stream, error) {
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return nil, errStopping
	}
	s.streams.Add(1)
	s.mu.Unlock()
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.streams.Done()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	st := &stream{conn: conn, chunked: r.ProtoAtLeast(1, 1), timeout: s.limits.write}
	st.ctx, st.cancel = context.WithCancel(s.ctx)
	go func() {
		// What a client sends now means nothing.
		io.Copy(io.Discard, rw)
		st.cancel()
	}()
	if err := st.head(w.Header()); err != nil {
		s.closeStream(st)
		return nil, err
	}
	return st, nil
}

// closeStream ends a response and the connection.
func (s *Server) closeStream(st *stream) {
	if st.chunked {
		st.send([]byte("0\r\n\r\n"))
	}
	st.conn.Close()
	st.cancel()
	s.streams.Done()
}

func (s *stream) head(h http.Header) error {
	version := "HTTP/1.0"
	h.Set("Date", date())
	h.Set("Connection", "close")
	if s.chunked {
		version = "HTTP/1.1"
		h.Set("Transfer-Encoding", "chunked")
	}
	b := &buffer{b: []byte(version + " 200 OK\r\n")}
	h.Write(b)
	return s.send(append(b.b, "\r\n"...))
}

type buffer struct{ b []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}

// Write sends data at once.
func (s *stream) Write(data []byte) (int, error) {
	if len(data) == 0 {
		return 0, nil
	}
	if !s.chunked {
		return len(data), s.send(data)
	}
	s.buf = strconv.AppendInt(s.buf[:0], int64(len(data)), 16)
	s.buf = append(s.buf, "\r\n"...)
	s.buf = append(s.buf, data...)
	s.buf = append(s.buf, "\r\n"...)
	return len(data), s.send(s.buf)
}

// send writes to the connection, for which the client must not keep us waiting
// too long.
func (s *stream) send(b []byte) error {
	s.conn.SetWriteDeadline(time.Now().Add(s.timeout))
	defer s.conn.SetWriteDeadline(time.Time{})
	_, err := s.conn.Write(b)
	return err
}
