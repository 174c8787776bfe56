package httpd

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// site is one listening socket with everything that is served there.
type site struct {
	*Server
	listener net.Listener
	config   config.Server
	auth     *auth
	http     *http.Server
	handed   *handedOver // connections on their way to http

	closing atomic.Bool
	readers sync.WaitGroup // goroutines in conn.serve and accept

	mu    sync.Mutex
	conns map[*conn]struct{}
}

func newSite(s *Server, l Listener) *site {
	st := &site{
		Server: s, listener: l.Listener, config: l.Config, auth: newAuth(&l.Config),
		handed: newHandedOver(l.Addr()), conns: map[*conn]struct{}{},
	}
	st.http = &http.Server{
		Handler:           st.handler(),
		ReadHeaderTimeout: s.limits.head,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          s.errorLog(),
		ConnState:         connState,
		ConnContext:       withConn,
		// It would answer "OPTIONS *" without asking for credentials.
		DisableGeneralOptionsHandler: true,
	}
	return st
}

// start begins to serve.
func (s *site) start() {
	s.readers.Add(1)
	go s.accept()
	go s.http.Serve(s.handed)
}

// connState keeps account of when a connection in the hands of net/http is
// idle.
func connState(c net.Conn, state http.ConnState) {
	cn, ok := c.(*conn)
	switch {
	case !ok:
	case state == http.StateIdle:
		cn.idle()
	case state == http.StateActive:
		cn.busy()
	}
}

// accept takes connections until the listener is closed. A lack of descriptors
// passes.
func (s *site) accept() {
	defer s.readers.Done()
	const least, most = 5 * time.Millisecond, time.Second
	pause := least
	for {
		c, err := s.listener.Accept()
		switch {
		case err == nil:
			pause = least
			s.admit(c)
		case s.closing.Load() || errors.Is(err, net.ErrClosed):
			return
		default:
			if pause == least {
				s.log.Log(config.LevelError, "cannot accept a connection at "+s.listener.Addr().String()+": "+err.Error())
			}
			select {
			case <-time.After(pause):
			case <-s.stopping:
			}
			pause = min(2*pause, most)
		}
	}
}

// admit begins to serve a connection, for which another one may have to go.
func (s *site) admit(c net.Conn) {
	cn := newConn(c, s)
	victim, ok := s.register(cn)
	if victim != nil {
		victim.Close()
	}
	if !ok {
		c.Close()
		return
	}
	go func() {
		defer s.readers.Done()
		cn.serve()
	}()
}

// register notes a new connection. It names the one that has to go for it, and
// refuses it if all are busy or the server closes.
func (s *site) register(c *conn) (victim *conn, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return nil, false
	}
	if len(s.conns) >= s.limits.conns {
		if victim = s.idlest(); victim == nil {
			return nil, false
		}
	}
	s.conns[c] = struct{}{}
	s.readers.Add(1)
	return victim, true
}

// idlest returns the connection that can be spared most: one whose client has
// not shown its credentials, or else the one that has been idle for longest. It
// is nil if all are busy.
func (s *site) idlest() (victim *conn) {
	var best int64
	for c := range s.conns {
		since := c.idleSince.Load()
		if since == 0 {
			continue
		}
		if !c.trusted.Load() {
			since -= int64(100 * 365 * 24 * time.Hour)
		}
		if victim == nil || since < best {
			victim, best = c, since
		}
	}
	return victim
}

func (s *site) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// handOver gives a connection to net/http. It fails when the server closes.
func (s *site) handOver(c *conn) bool {
	return !s.closing.Load() && s.handed.give(c)
}

// shutdown ends the site: idle connections are closed at once, calls that are
// being carried out are answered first, for as long as ctx lasts.
func (s *site) shutdown(ctx context.Context) error {
	s.closing.Store(true)
	s.http.SetKeepAlivesEnabled(false)
	err := s.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	for _, c := range s.open() {
		// Wakes readers up; they see that we are closing. What net/http has is its
		// own affair.
		if c.idleSince.Load() != 0 {
			c.SetReadDeadline(longAgo)
		}
	}
	done := make(chan struct{})
	go func() {
		s.readers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	s.handed.Close()
	if e := s.http.Shutdown(ctx); e != nil && err == nil {
		err = e
	}
	s.closeAll()
	<-done
	return err
}

// closeAll closes whatever is still open.
func (s *site) closeAll() {
	s.http.Close()
	for _, c := range s.open() {
		c.Close()
	}
}

func (s *site) open() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c)
	}
	return list
}

// handedOver is the listener from which net/http gets its connections.
type handedOver struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newHandedOver(addr net.Addr) *handedOver {
	return &handedOver{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (h *handedOver) give(c net.Conn) bool {
	select {
	case h.conns <- c:
		return true
	case <-h.closed:
		return false
	}
}

// Accept implements net.Listener.
func (h *handedOver) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, os.ErrClosed
	}
}

// Addr implements net.Listener.
func (h *handedOver) Addr() net.Addr { return h.addr }

// Close implements net.Listener.
func (h *handedOver) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}
