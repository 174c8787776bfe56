package httpd

import (
	"net"
	"net/http"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Listener is a listening socket and the section of the configuration that it
// was opened for.
type Listener struct {
	net.Listener
	Config config.Server
}

// Source is what the server shows besides the XML-RPC methods. *core.Loop has
// it.
type Source interface {
	Process(name string) (core.View, error)
	Subscribe(types []string, buffer int) (events <-chan core.Notice, lost func() uint64, cancel func())
}

// Follower tells when a log has changed.
type Follower interface {
	// Follow returns a channel that receives after the file at path was written
	// to, rotated or cleared. News that were not taken yet may be joined. The
	// function ends it.
	Follow(path string) (changed <-chan struct{}, cancel func())
}

// Options say what to serve.
type Options struct {
	Listeners []Listener
	Registry  *api.Registry
	Source    Source
	// MainLog returns the path of the activity log, or "".
	MainLog func() string
	// Follower tells of changes in logs. Without it they are looked at a few times
	// a second while a client follows one.
	Follower Follower
	// Web answers everything that is not the server's own; nil means 404.
	Web http.Handler
	// Admit is asked about requests after their credentials were checked; an error
	// is sent to the client with status 403. It is not asked about XML-RPC calls
	// that carry none of the header fields by which browsers are known. May be nil.
	Admit func(r *http.Request, server *config.Server) error
	Log   core.Logger
}

// Sizes in bytes.
const (
	// maxBody is the longest request body.
	maxBody = wire.MaxCallBytes
	// maxHeader is the longest request head.
	maxHeader = 64 << 10
)

// limits bound what clients can take of us. A connection may be idle for as long
// as its client wants: proxies of XML-RPC clients are kept for hours.
type limits struct {
	// conns is the number of connections of one server. When one more comes, the
	// one that has been idle for longest goes.
	conns int
	// head is how long a request head may take, and a new connection until its
	// first request has come.
	head time.Duration
	// body is how long a request body may take.
	body time.Duration
	// write is how long a client may keep us waiting with one piece of a response.
	write time.Duration
	// heartbeat is how long a stream of events is silent at most. The comment that
	// is sent then keeps proxies from closing it, and finds out whether the client
	// is still there.
	heartbeat time.Duration
	// poll is how often a followed log is looked at without a Follower; pollSlowly
	// with one, because something else than the daemon may write to it.
	poll, pollSlowly time.Duration
}

var defaultLimits = limits{
	conns: 512,
	head:  30 * time.Second, body: 60 * time.Second, write: 60 * time.Second,
	heartbeat: 30 * time.Second,
	poll:      200 * time.Millisecond, pollSlowly: 2 * time.Second,
}
