package spawn

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

const rlimitNproc = unix.RLIMIT_NPROC

// thread is what the fork thread has for itself.
type thread struct {
	private bool // umask and directory belong to this thread alone
	daemon  int  // the daemon's umask
	umask   int  // the present one

	ready    bool  // it may get a table of descriptors of its own
	apart    bool  // it has one
	daemonFD int   // stands for the daemon, to take descriptors from
	keep     []int // descriptors that this thread needs, ascending
}

// setUp gives the calling thread descriptors of its own and makes the umask
// private to it, so that it can be changed for one child without being seen by
// anybody else. It unblocks all signals, because children inherit the mask. Some containers forbid
// unshare(2); there children with a umask of their own go the careful way.
func (t *thread) setUp() {
	unix.PthreadSigmask(unix.SIG_SETMASK, &unix.Sigset_t{}, nil)
	t.leaveDescriptors()
	if unix.Unshare(unix.CLONE_FS) != nil {
		return
	}
	t.private = true
	t.daemon = syscall.Umask(0)
	t.umask = t.daemon
	syscall.Umask(t.daemon)
}

// setUmask sets the umask for the next child, -1 for the daemon's. It returns
// false if that cannot be done here.
func (t *thread) setUmask(mask int) bool {
	if !t.private {
		return mask < 0
	}
	if mask < 0 {
		mask = t.daemon
	}
	if mask != t.umask {
		syscall.Umask(mask)
		t.umask = mask
	}
	return true
}

func becomeSubreaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("cannot become the reaper of orphaned descendants: %w", err)
	}
	return nil
}
