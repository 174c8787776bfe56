package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Daemon is what the page shows and controls. *core.Loop has it.
type Daemon interface {
	Mood() core.Mood
	Process(name string) (core.View, error)
	Processes() []core.View
	GroupProcesses(group string) ([]core.View, error)
	Start(ctx context.Context, name string, wait bool) error
	StartGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error)
	StartAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error)
	Stop(ctx context.Context, name string, wait bool) error
	StopGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error)
	StopAll(ctx context.Context, wait bool) ([]wire.ProcessStatus, error)
	ClearLogs(ctx context.Context, name string) error
	ClearAllLogs(ctx context.Context) ([]wire.ProcessStatus, error)
	Preview() (*config.Config, config.Changes, error)
	Reread(ctx context.Context) (added, changed, removed []string, err error)
	AddGroup(ctx context.Context, name string) error
	RemoveGroup(ctx context.Context, name string) error
	UpdateGroup(ctx context.Context, name string) (core.GroupUpdate, error)
	Subscribe(types []string, buffer int) (events <-chan core.Notice, lost func() uint64, cancel func())
}

// ActivityLog is the daemon's own log.
type ActivityLog interface {
	// Path returns where it is, or "" if it is not a file.
	Path() string
	// Clear begins it anew.
	Clear() error
	// Sync makes what was logged so far readable.
	Sync(ctx context.Context) error
}

// Follower tells when a log has changed.
type Follower interface {
	// Follow returns a channel that receives after the file at path was written
	// to, rotated or cleared. The function ends it.
	Follow(path string) (changed <-chan struct{}, cancel func())
}

// Options say what the page is about.
type Options struct {
	Daemon   Daemon
	Activity ActivityLog
	// ActivityBackups is the number of rotated activity logs that are kept.
	ActivityBackups int
	Follower        Follower
	Identifier      string
	ConfigFile      string
	PID             int
	Started         time.Time
}

// Site serves the page and the API.
type Site struct {
	options Options
	limits  limits
	mux     *http.ServeMux
	tokens  tokens
	monitor *monitor
	ops     *operations

	ctx    context.Context // of streams and operations
	cancel context.CancelFunc
	stream sync.WaitGroup
}

// limits are times that tests shorten.
type limits struct {
	// batch is the shortest time between two messages of a stream.
	batch time.Duration
	// look is the shortest time between two looks at the usage of processes.
	look time.Duration
	// beat is how long a stream is silent at most.
	beat time.Duration
	// write is how long a client may keep us waiting with one message.
	write time.Duration
	// poll is how often a followed log is looked at without having been told of a
	// change: something else may write to it.
	poll time.Duration
	// form is how long the answer to a form waits for the outcome.
	form time.Duration
}

var defaultLimits = limits{
	batch: 200 * time.Millisecond, look: 2 * time.Second, beat: 10 * time.Second, write: 30 * time.Second,
	poll: 2 * time.Second, form: 30 * time.Second,
}

// New returns the site. It costs next to nothing until somebody comes.
func New(o Options) *Site { return newSite(o, defaultLimits) }

func newSite(o Options, l limits) *Site {
	s := &Site{options: o, limits: l}
	rand.Read(s.tokens.key[:])
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.monitor = newMonitor(s)
	s.ops = newOperations(s.ctx, s.monitor.announce)
	s.mux = s.routes()
	return s
}

// Close ends the streams. What was begun goes on.
func (s *Site) Close() {
	s.cancel()
	s.stream.Wait()
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, f := range securityFields {
		h[f[0]] = []string{f[1]}
	}
	s.mux.ServeHTTP(w, r)
}

// securityFields are in every response. A form that is sent by the page must
// tell its origin, which browsers do not do without a referrer.
var securityFields = [][2]string{
	{"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"},
	{"X-Frame-Options", "DENY"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-store"},
}
