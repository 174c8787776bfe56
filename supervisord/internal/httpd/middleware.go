package httpd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// handler is everything that a site serves by way of net/http.
func (s *site) handler() http.Handler { return s.contained(s.authorized(http.HandlerFunc(s.route))) }

// route finds who answers a request.
func (s *site) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, rpcPath):
		s.rpc.ServeHTTP(w, r)
	case path == "/events":
		s.events(w, r)
	case path == "/logtail" || strings.HasPrefix(path, "/logtail/"):
		s.logTail(w, r)
	case path == "/mainlogtail":
		s.mainLogTail(w, r)
	case s.options.Web != nil:
		s.options.Web.ServeHTTP(w, r)
	default:
		refuse(w, http.StatusNotFound, "There is nothing here.")
	}
}

// authorized lets requests pass that have the right credentials and are to be
// admitted.
func (s *site) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.auth.allows([]byte(r.Header.Get("Authorization"))) {
			w.Header().Set("Connection", "close")
			w.Header().Set("WWW-Authenticate", challenge)
			refuse(w, http.StatusUnauthorized, "A user name and a password are needed.")
			return
		}
		if c, ok := r.Context().Value(connKey{}).(*conn); ok {
			c.trusted.Store(true)
		}
		if s.options.Admit != nil {
			if err := s.options.Admit(r, &s.config); err != nil {
				refuse(w, http.StatusForbidden, err.Error())
				return
			}
		}
		if r.Body != http.NoBody {
			r.Body = newTimedBody(w, r.Body, s.limits.body)
		}
		next.ServeHTTP(w, r)
	})
}

// contained keeps a handler that panics from doing harm, and logs requests.
func (s *site) contained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.tracing() {
			counter := &countingWriter{ResponseWriter: w, status: http.StatusOK}
			w = counter
			defer func() {
				s.access(peer(r), r.Method+" "+r.RequestURI+" "+r.Proto, counter.status, counter.size)
			}()
		}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			s.log.Log(config.LevelCritical, fmt.Sprintf("%s %s raised an unexpected exception: %v\n%s", r.Method, r.URL.Path, p, debug.Stack()))
			refuse(w, http.StatusInternalServerError, "The request has failed; supervisord's log tells more.")
		}()
		next.ServeHTTP(w, r)
	})
}

// peer returns the address of the client.
func peer(r *http.Request) net.Addr {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		return c.RemoteAddr()
	}
	return nil
}

// countingWriter notes what was sent, for the log.
type countingWriter struct {
	http.ResponseWriter
	status, size int
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.size += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// timedBody is a request body that must come within a time. The time does not
// run on once the body has been read: a handler may take as long as it needs.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	running bool
}

func newTimedBody(w http.ResponseWriter, body io.ReadCloser, d time.Duration) *timedBody {
	b := &timedBody{ReadCloser: body, control: http.NewResponseController(w), running: true}
	if err := b.control.SetReadDeadline(time.Now().Add(d)); err != nil {
		b.running = false
	}
	return b
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		b.stop()
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

func (b *timedBody) stop() {
	if b.running {
		b.running = false
		b.control.SetReadDeadline(time.Time{})
	}
}
