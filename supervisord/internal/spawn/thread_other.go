//go:build !linux

package spawn

import "errors"

const rlimitNproc = 7 // RLIMIT_NPROC of the BSDs and macOS

// thread is what the fork thread has for itself; here, nothing: the umask is
// the whole process's.
type thread struct{}

func (t *thread) getReady() {}
func (t *thread) setUp()    {}
func (t *thread) end()      {}

// setUmask returns false for a child with a umask of its own, which then goes
// the careful way.
func (t *thread) setUmask(mask int) bool { return mask < 0 }

// take returns descriptors for a child.
func (t *thread) take(from [3]int) (files []uintptr, err error) {
	return []uintptr{uintptr(from[0]), uintptr(from[1]), uintptr(from[2])}, nil
}

func (t *thread) giveBack([]uintptr) {}

func awayFromMainThread(f func()) { f() }

func becomeSubreaper() error {
	return errors.New("cannot become the reaper of orphaned descendants: this system has no such service")
}
