package spawn

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
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
	files   []uintptr // of the child, while it is made
}

// prepareAll takes requests for as long as it is the preparer in office.
func (s *Spawner) prepareAll(turn int) {
	current := func() bool { return s.watch.inOffice(turn) }
	for {
		r, ok := s.requests.take(current)
		if !ok {
			return
		}
		j := s.prepare(turn, r)
		if j == nil {
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

// prepare does everything that comes before the fork. If there is nothing to
// fork it says so to Children and returns nil.
func (s *Spawner) prepare(turn int, r core.SpawnRequest) *job {
	id := r.Streams.ID
	a := s.watch.begin(turn,
		func(next int) { go s.prepareAll(next) },
		func() { s.opts.Children.SpawnFailed(id, noAnswer(r.Streams.Config)) })
	defer s.watch.end(a)
	j, reason := s.inspect(r)
	if !a.claim() {
		return nil // somebody has given up waiting for us, and said so
	}
	if reason == "" {
		reason = s.openStreams(j, r.Streams)
	}
	if reason != "" {
		s.opts.Children.SpawnFailed(id, reason)
		return nil
	}
	return j
}

// inspect finds the command and the user. It is the part that a dead file
// server can hold up for ever.
func (s *Spawner) inspect(r core.SpawnRequest) (j *job, reason string) {
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
	return j, ""
}

func (s *Spawner) openStreams(j *job, spec core.StreamSpec) (reason string) {
	var err error
	if j.conn, err = s.opts.Opener.Open(spec); err != nil {
		s.logFigures(j.name, err)
		return openReason(j.name, err)
	}
	return ""
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

// noAnswer is why a process could not be started whose files did not answer.
func noAnswer(p *config.Process) string {
	where := pyrepr.Quote(p.Command)
	if p.Directory != "" {
		where += " or of directory " + pyrepr.Quote(p.Directory)
	}
	return "the file system of command " + where + " does not answer"
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
