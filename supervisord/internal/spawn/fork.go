package spawn

import (
	"errors"
	"runtime"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// forkThread forks, signals and reaps until Close. select is fair, so a long
// queue of one kind does not hold up the others.
func (s *Spawner) forkThread() {
	// Never unlocked: the thread has things of its own and ends with us.
	runtime.LockOSThread()
	s.thread.getReady()
	s.reap()
	for {
		select {
		case <-s.quit:
			return
		case <-s.sigchld:
			s.reap()
		case <-s.signals.kick:
			s.sendSignals()
		case j := <-s.ready:
			s.fork(j)
		}
	}
}

// fork makes the child of j, or a child that says why it cannot be made.
func (s *Spawner) fork(j *job) {
	// Not at start: the daemon may change its directory and umask until it asks
	// for its first child.
	s.setUp.Do(s.thread.setUp)
	var pid int
	var err error
	if j.files, err = s.thread.take(j.conn.Child()); err == nil {
		if pid, err = s.forkQuickly(j); err != nil {
			pid, err = s.forkCarefully(j, err)
		}
		s.thread.giveBack(j.files)
	}
	if err != nil {
		s.giveUp(j, err)
		return
	}
	s.alive[pid] = j.id
	s.opts.Children.Spawned(j.id, pid)
	j.conn.Commit(pid)
}

// errCareful is why a child must be made the careful way.
var errCareful = errors.New("cannot be made in one step")

// forkQuickly is fork and exec in one go, which is all that is needed unless
// something goes wrong.
func (s *Spawner) forkQuickly(j *job) (int, error) {
	if j.refusal != "" || !s.thread.setUmask(j.umask) {
		return 0, errCareful
	}
	return syscall.ForkExec(j.file, j.argv, &syscall.ProcAttr{
		Dir: j.dir, Env: j.env, Files: j.files,
		Sys: &syscall.SysProcAttr{Setpgid: true, Credential: j.cred},
	})
}

// giveUp reports that no child at all could be made.
func (s *Spawner) giveUp(j *job, err error) {
	reason := forkReason(j.name, err)
	if unsaid := (*unsaidError)(nil); errors.As(err, &unsaid) {
		reason = unsaid.why
	}
	s.logFigures(j.name, err)
	j.conn.Abort()
	s.opts.Children.SpawnFailed(j.id, reason)
}

// sendSignals sends what is queued, to children that have not been reaped.
func (s *Spawner) sendSignals() {
	for _, r := range s.signals.takeAll() {
		err := error(syscall.ESRCH)
		if id, ok := s.alive[r.pid]; ok && id == r.id {
			err = kill(r.pid, r.sig, r.group)
		}
		if r.done != nil {
			r.done(err)
		}
	}
}

// kill signals a child or its process group. A child that has moved to another
// group, and left none behind, is signalled itself: it could never be stopped
// otherwise.
func kill(pid int, sig syscall.Signal, group bool) error {
	if group {
		if err := syscall.Kill(-pid, sig); err != syscall.ESRCH {
			return err
		}
	}
	return syscall.Kill(pid, sig)
}

// reap collects every child that has ended.
func (s *Spawner) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			if err != syscall.ECHILD {
				s.log(config.LevelCritical, "waitpid error "+pyrepr.Quote(errnoName(err))+
					"; a process may not be cleaned up properly")
			}
			return
		case pid <= 0:
			return
		default:
			s.reaped(pid, status)
		}
	}
}

func (s *Spawner) reaped(pid int, status syscall.WaitStatus) {
	id, ours := s.alive[pid]
	if !ours {
		s.opts.Children.ReapedStranger(pid, status)
		return
	}
	delete(s.alive, pid)
	s.opts.Children.Exited(id, pid, status)
}
