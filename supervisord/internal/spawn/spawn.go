// Package spawn makes, signals and reaps the children of the daemon.
//
// One goroutine, locked to a thread of its own, forks, sends signals and
// reaps. Because one owner does all three, a signal can never reach a pid that
// was reaped and given to somebody else, and no exit can be told before its
// child is known. A second goroutine prepares what a fork needs: it looks the
// command up and has the pipes and logs opened, which may touch slow disks.
//
// The package reaps every child of the operating-system process, also those
// that others made: nothing else in the daemon may wait for children.
package spawn

import (
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/account"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Opener makes the standard streams of a child. Open may be called by more
// than one goroutine.
type Opener interface {
	// Open makes pipes and opens logs. Its error holds a syscall.Errno. Data
	// written to the child's standard input between Open and Commit is kept.
	Open(core.StreamSpec) (Conn, error)
}

// Conn is the streams of one child, on their way into it. It is called by a
// thread with a table of descriptors of its own: it has to leave it to others to
// close what is the daemon's.
type Conn interface {
	// Child returns the descriptors to become 0, 1 and 2 of the child. They stay
	// open until Commit or Abort, and block.
	Child() [3]int
	// Commit tells that the child exists: its ends are closed here, and reading
	// begins.
	Commit(pid int)
	// Abort tells that there will be no child: both ends are closed.
	Abort()
	// WriteStderr writes to the stderr log as if the child had written it. It is
	// used when not even a child could be made that says so itself.
	WriteStderr(msg []byte)
}

// Options are what a Spawner needs.
type Options struct {
	Children core.Children
	Opener   Opener
	// Account looks a user up by uid. nil means the accounts of the system.
	Account func(uid int) (account.Account, error)
	// Log gets what does not belong to one process, and the figures behind a
	// failed spawn. It may be nil.
	Log core.Logger
	// Environ is the environment that children inherit; nil means os.Environ().
	Environ []string
	// Subreaper makes this process the parent of the orphans among its
	// descendants (Linux only).
	Subreaper bool
}

// Spawner implements core.Spawner.
type Spawner struct {
	opts Options
	env  environment

	requests requestQueue
	watch    watchdog
	ready    chan *job // prepared, in order

	signals signalQueue
	sigchld chan os.Signal

	quit  chan struct{}
	once  sync.Once
	ended sync.Once
	done  sync.WaitGroup

	// The fork thread's alone.
	setUp  sync.Once
	thread thread
	alive  map[int]core.ProcID // children not yet reaped, by pid
}

var _ core.Spawner = (*Spawner)(nil)

// readyJobs bounds the children whose pipes are open but who are not yet
// forked, and with them the descriptors that wait.
const readyJobs = 8

// Start returns a running Spawner. Children get the directory and the umask
// that this process has when the first of them is made. Its error tells which service the system
// refused.
func Start(o Options) (*Spawner, error) {
	s, err := newSpawner(o)
	if err != nil {
		return nil, err
	}
	s.run()
	return s, nil
}

func newSpawner(o Options) (*Spawner, error) {
	if o.Children == nil || o.Opener == nil {
		return nil, errors.New("cannot make a spawner without Children and Opener")
	}
	if o.Account == nil {
		o.Account = account.NewBook().ByID
	}
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Subreaper {
		if err := becomeSubreaper(); err != nil {
			return nil, err
		}
	}
	s := &Spawner{
		opts:    o,
		env:     newEnvironment(o.Environ),
		watch:   watchdog{stuckAfter: stuckAfter, hopelessAfter: hopelessAfter},
		ready:   make(chan *job, readyJobs),
		sigchld: make(chan os.Signal, 1),
		quit:    make(chan struct{}),
		alive:   make(map[int]core.ProcID),
	}
	s.requests.init()
	s.signals.init()
	return s, nil
}

func (s *Spawner) run() {
	stopIgnoring()
	signal.Notify(s.sigchld, syscall.SIGCHLD)
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		awayFromMainThread(s.forkThread)
	}()
	if turn, ok := s.watch.next(0); ok {
		go s.prepareAll(turn)
	}
}

// Spawn implements core.Spawner.
func (s *Spawner) Spawn(r core.SpawnRequest) { s.requests.put(r) }

// Signal implements core.Spawner.
func (s *Spawner) Signal(id core.ProcID, pid int, sig syscall.Signal, group bool, done func(error)) {
	s.signals.put(signalRequest{id: id, pid: pid, sig: sig, group: group, done: done})
}

// Close ends the Spawner and waits for its fork thread. Children live on, and
// are neither signalled nor reaped any more; spawns that have not begun are
// forgotten.
func (s *Spawner) Close() {
	s.once.Do(func() {
		signal.Stop(s.sigchld)
		close(s.quit)
		s.watch.stop()
		s.requests.close()
	})
	s.done.Wait()
	s.ended.Do(s.thread.end)
	for {
		select {
		case j := <-s.ready:
			j.conn.Abort()
		default:
			return
		}
	}
}

func (s *Spawner) log(level config.LogLevel, msg string) {
	if s.opts.Log != nil {
		s.opts.Log.Log(level, msg)
	}
}
