package spawn

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// job is a child ready to be forked.
type job struct {
	id      core.ProcID
	name    string
	file    string
	argv    []string
	env     []string
	dir     string
	umask   int // -1: the daemon's
	cred    *syscall.Credential
	refusal string // why the child cannot become its user; "" if it can
	conn    Conn
}

// stuckAfter is how long the preparation of one child may take before another
// goroutine goes on with the rest of the queue.
const stuckAfter = 2 * time.Second

// watchdog notices a preparer that hangs, say in a directory of a file server
// that is gone, and has another take its place.
type watchdog struct {
	mu      sync.Mutex
	turn    int // number of the preparer in office
	timer   *time.Timer
	stopped bool
}

func (w *watchdog) inOffice(turn int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.turn == turn && !w.stopped
}

// busy starts the clock for preparer turn; idle stops it. A clock that runs
// out calls replace.
func (w *watchdog) busy(turn int, replace func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.turn == turn && !w.stopped {
		w.timer = time.AfterFunc(stuckAfter, replace)
	}
}

func (w *watchdog) idle(turn int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.turn == turn && w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}

// next puts a new preparer into office, if turn is still the one that was.
func (w *watchdog) next(turn int) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.turn != turn {
		return 0, false
	}
	w.turn++
	return w.turn, true
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (s *Spawner) startPreparer() {
	if turn, ok := s.watch.next(0); ok {
		go s.prepareAll(turn)
	}
}

// prepareAll takes requests for as long as it is the preparer in office.
func (s *Spawner) prepareAll(turn int) {
	current := func() bool { return s.watch.inOffice(turn) }
	replace := func() {
		if next, ok := s.watch.next(turn); ok {
			go s.prepareAll(next)
		}
	}
	for {
		r, ok := s.requests.take(current)
		if !ok {
			return
		}
		s.watch.busy(turn, replace)
		j, reason := s.prepare(r)
		s.watch.idle(turn)
		if reason != "" {
			s.opts.Children.SpawnFailed(r.Streams.ID, reason)
			continue
		}
		select {
		case s.ready <- j:
		case <-s.quit:
			j.conn.Abort()
			return
		}
	}
}

// prepare does everything that comes before the fork. reason is "" or why
// there is nothing to fork.
func (s *Spawner) prepare(r core.SpawnRequest) (j *job, reason string) {
	p := r.Streams.Config
	file, argv, st, err := resolve(p)
	if err != nil {
		return nil, err.Error()
	}
	j = &job{
		id: r.Streams.ID, name: p.Name, file: file, argv: argv,
		env: s.env.of(p, r.ServerURL), dir: p.Directory, umask: p.Umask,
	}
	if j.cred, j.refusal = s.credential(p); j.refusal != "" {
		j.refusal = fmt.Sprintf("couldn't setuid to %d: %s", p.UID, j.refusal)
	}
	touch(file, st, j.dir)
	if j.conn, err = s.opts.Opener.Open(r.Streams); err != nil {
		s.logFigures(j.name, err)
		return nil, openReason(j.name, err)
	}
	return j, ""
}

// touch makes a file system that does not answer hang this goroutine rather
// than the fork: a child stuck between fork and exec would hold up its parent.
func touch(file string, st *syscall.Stat_t, dir string) {
	if dir != "" {
		stat(dir)
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return // opening a FIFO would wait for ever
	}
	fd, err := syscall.Open(file, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return // it may be executable and not readable
	}
	var first [1]byte
	syscall.Read(fd, first[:])
	syscall.Close(fd)
}

func openReason(name string, err error) string {
	if errors.Is(err, syscall.EMFILE) {
		return "too many open files to spawn '" + name + "'"
	}
	return "unknown error making dispatchers for '" + name + "': " + errnoName(err)
}

func forkReason(name string, err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return "too many open files to spawn '" + name + "'"
	case errors.Is(err, syscall.EAGAIN):
		return "Too many processes in process table to spawn '" + name + "'"
	}
	return "unknown error during fork for '" + name + "': " + errnoName(err)
}

// errnoName returns the symbol of the error number in err, e.g. "EACCES", or
// the whole text if there is none.
func errnoName(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if name := unix.ErrnoName(errno); name != "" {
			return name
		}
	}
	return err.Error()
}
