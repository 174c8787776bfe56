package httpd

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// Server serves HTTP on a set of listening sockets.
type Server struct {
	options Options
	log     core.Logger
	limits  limits
	rpc     *rpc
	sites   []*site

	ctx      context.Context // of the streams
	cancel   context.CancelFunc
	stopping <-chan struct{} // ctx.Done

	mu      sync.Mutex
	stopped bool           // no stream may begin
	streams sync.WaitGroup // connections that were taken from net/http
}

// New returns a server that does not serve yet.
func New(o Options) *Server { return newServer(o, defaultLimits) }

func newServer(o Options, l limits) *Server {
	s := &Server{options: o, limits: l, log: o.Log, rpc: &rpc{registry: o.Registry, log: o.Log}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.stopping = s.ctx.Done()
	for _, l := range o.Listeners {
		s.sites = append(s.sites, newSite(s, l))
	}
	return s
}

// Start begins to serve and says so in the log. It does not wait for anything.
func (s *Server) Start() {
	for _, st := range s.sites {
		for _, ns := range s.options.Registry.Namespaces() {
			// A plug-in that has not described itself yet tells of it when it has.
			if ns != "system" && s.options.Registry.Size(ns) > 0 {
				s.log.Log(config.LevelInfo, "RPC interface "+pyrepr.Quote(ns)+" initialized")
			}
		}
		if !st.auth.needed {
			s.log.Log(config.LevelCritical, "Server "+pyrepr.Quote(st.config.Section)+" running without any HTTP authentication checking")
		}
		if st.auth.broken {
			s.log.Log(config.LevelCritical, "Server "+pyrepr.Quote(st.config.Section)+" lets nobody in: its password is {SHA} and something else than 40 hexadecimal digits")
		}
		st.start()
	}
}

// Shutdown stops accepting connections and ends the streams. Calls that are
// being carried out are answered before their connections are closed; when ctx
// ends before that, they are closed as well.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.cancel()
	errs := make([]error, len(s.sites))
	var wg sync.WaitGroup
	for i, st := range s.sites {
		wg.Go(func() { errs[i] = st.shutdown(ctx) })
	}
	wg.Wait()
	s.streams.Wait()
	return errors.Join(errs...)
}

// Close ends everything at once.
func (s *Server) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// tracing reports whether requests are to be logged.
func (s *Server) tracing() bool { return s.log.Enabled(config.LevelTrace) }

// access logs one request: the client, the request line, the status and the
// number of bytes sent.
func (s *Server) access(client net.Addr, line string, status, size int) {
	host := "localhost:0"
	if a, ok := client.(*net.TCPAddr); ok {
		host = a.IP.String() + ":" + strconv.Itoa(a.Port)
	}
	s.log.Log(config.LevelTrace, host+" - - ["+time.Now().Format("02/Jan/2006:15:04:05 -0700")+"] "+
		"\""+line+"\" "+strconv.Itoa(status)+" "+strconv.Itoa(size))
}

// errorLog is where net/http complains.
func (s *Server) errorLog() *log.Logger { return log.New(complaints{s.log}, "", 0) }

type complaints struct{ log core.Logger }

func (c complaints) Write(p []byte) (int, error) {
	c.log.Log(config.LevelDebug, string(bytes.TrimRight(p, "\n")))
	return len(p), nil
}

// connKey is the key under which a request's context has its *conn.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// ServerOf returns the section of the configuration of the server that a request
// came in by, or nil if it came by another way.
func ServerOf(r *http.Request) *config.Server {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		return &c.site.config
	}
	return nil
}
