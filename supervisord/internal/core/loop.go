package core

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// ErrEnded is returned by operations on a loop that has ended.
var ErrEnded = errors.New("supervisord has stopped")

// Options are what a Loop needs from the rest of the daemon.
type Options struct {
	Config *config.Config
	// Load reads the configuration file again, with the command line of the
	// start. Its error is a message for the user.
	Load    func() (*config.Config, error)
	Spawner Spawner
	Streams Streams
	Log     Logger
	// Resolve tells whether the command of a process can be started; its error is
	// a *wire.Fault (NO_FILE, NOT_EXECUTABLE). It may read directories and is
	// never called by the loop's own goroutine.
	Resolve func(*config.Process) error
	// AutoLog makes an AUTO log file and returns its path.
	AutoLog func(process string, ch Channel) (string, error)
	// Sockets returns the owner of a FastCGI socket.
	Sockets func(*config.FastCGISocket) Socket
	// ServerURL is the value of SUPERVISOR_SERVER_URL; "" for none.
	ServerURL string
}

// Socket is a listening socket that children share.
type Socket interface {
	// Acquire opens the socket if need be and returns its descriptor.
	Acquire() (fd int, err error)
	// Release undoes one Acquire; the last one closes the socket.
	Release()
}

// Loop owns the control state. Make it with New, then call Run.
type Loop struct {
	opts  Options
	in    *inbox
	mood  atomic.Int32
	turns atomic.Uint64 // how often the loop woke up; 0 more when idle
	ended chan struct{} // closed when Run has returned

	base time.Time  // zero of Instant
	turn sync.Mutex // held by who acts on st: the loop's goroutine, or a guest
	st   state
}

// New returns a loop that knows the groups of the configuration; nothing is
// started before Run. Its error tells which group cannot be made.
func New(opts Options) (*Loop, error) {
	l := &Loop{opts: opts, in: newInbox(), ended: make(chan struct{}), base: time.Now()}
	l.mood.Store(int32(MoodRunning))
	l.turn.Lock() // there are no guests before Run
	l.st.init(l)
	l.st.cfg = opts.Config
	for i := range opts.Config.Groups {
		g := &opts.Config.Groups[i]
		prepared, err := l.prepare(g)
		if err != nil {
			return nil, err
		}
		l.st.addGroup(prepared)
	}
	return l, nil
}

// Run starts the processes that autostart and serves until a shutdown or a
// restart has been asked for and every process is down. It returns the mood
// that ended it.
func (l *Loop) Run() Mood {
	defer l.finish()
	s := &l.st
	s.emitRunning()
	s.autostart()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		l.turns.Add(1)
		s.runQueued()
		s.runDue()
		if s.mayEnd() {
			s.bus.closePools()
			return l.Mood()
		}
		at := s.nextDeadline()
		s.armed = at
		l.turn.Unlock()
		l.sleep(timer, at)
		l.turn.Lock()
	}
}

// Turns returns how many times the loop has woken up since it was made.
func (l *Loop) Turns() uint64 { return l.turns.Load() }

// finish refuses further work and answers whoever still waits.
func (l *Loop) finish() {
	defer l.turn.Unlock()
	left := l.in.close()
	l.st.closeSubscribers()
	l.st.bus.eachThrottle((*throttle).releaseAll)
	close(l.ended)
	for _, fn := range left {
		fn()
	}
}

// now returns the present as an Instant. It is never 0.
func (l *Loop) now() life.Instant { return life.Instant(time.Since(l.base)) + 1 }

// do runs fn in the loop and waits for it. It fails only when the loop has
// ended.
func (l *Loop) do(fn func(*state)) error {
	if l.visit(fn) {
		return nil
	}
	done := make(chan struct{})
	if !l.in.put(func() { fn(&l.st); close(done) }) {
		return ErrEnded
	}
	<-done
	return nil
}

// call runs fn in the loop, where it may arrange for finish to be called later,
// and returns what finish was given. When ctx ends first, the operation goes on
// and only the waiting stops.
func call[T any](ctx context.Context, l *Loop, fn func(s *state, finish func(T, error))) (T, error) {
	type result struct {
		val T
		err error
	}
	var zero T
	ch := make(chan result, 1)
	finish := func(v T, err error) { ch <- result{v, err} }
	visit := func(s *state) { fn(s, finish) }
	if !l.visit(visit) && !l.in.put(func() { visit(&l.st) }) {
		return zero, ErrEnded
	}
	select {
	case r := <-ch: // the rule: nobody has to watch the caller meanwhile
		return r.val, r.err
	default:
	}
	select {
	case r := <-ch:
		return r.val, r.err
	case <-ctx.Done():
		return zero, ctx.Err()
	case <-l.ended:
		select {
		case r := <-ch:
			return r.val, r.err
		default:
			return zero, ErrEnded
		}
	}
}
