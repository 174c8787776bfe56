package spawn

import (
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Every fork copies the table of descriptors, and every exec walks through it and
// closes what is not for the child: with ten thousand programs that are twenty
// thousand pipes, and most of the time that a start takes. So the fork thread has
// a table of its own, which holds next to nothing, and takes from the one of the
// daemon what it needs for one child.

// onMainThread reports whether the calling goroutine runs on the first thread of
// the process. Its table is the one that the system shows as that of the process,
// and from which the fork thread takes.
func onMainThread() bool { return unix.Gettid() == os.Getpid() }

// getReady makes what leaveDescriptors needs, as long as there are descriptors to
// make it of. Where the system does not let us take descriptors, nothing is made.
func (t *thread) getReady() {
	const none = 1 << 30 // more than there ever are
	if onMainThread() || unix.CloseRange(none, none, 0) != nil {
		return
	}
	self, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return
	}
	probe, err := unix.PidfdGetfd(self, self, 0)
	if err != nil {
		unix.Close(self)
		return
	}
	unix.Close(probe)
	// The runtime makes the descriptors of its poller when it needs them first, and
	// a thread that wakes the poller has to have them.
	time.NewTimer(time.Hour).Stop()
	if t.keep, err = pollers(); err != nil {
		unix.Close(self)
		return
	}
	t.daemonFD, t.ready = self, true
	t.keep = append(t.keep, self)
	slices.Sort(t.keep)
}

// pollers lists the descriptors of the runtime's poller and of those of the pump,
// which the fork thread wakes up.
func pollers() (fds []int, err error) {
	const dir = "/proc/self/fd/"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if what, err := os.Readlink(dir + e.Name()); err == nil && strings.HasPrefix(what, "anon_inode:[event") {
			fds = append(fds, fd)
		}
	}
	return fds, nil
}

// leaveDescriptors gives the calling thread a table of its own, without the files
// that are open at this moment: they would never be closed here. Where the system
// does not let us, the table of the daemon stays in use. It takes no descriptor.
func (t *thread) leaveDescriptors() {
	if !t.ready || unix.Unshare(unix.CLONE_FILES) != nil {
		return
	}
	t.apart = true
	next := 3
	for _, fd := range t.keep {
		if fd > next {
			unix.CloseRange(uint(next), uint(fd-1), 0)
		}
		next = max(next, fd+1)
	}
	unix.CloseRange(uint(next), math.MaxUint32, 0)
}

// end closes what getReady has made in the table of the daemon. It is called when
// the fork thread has ended, by another one.
func (t *thread) end() {
	if t.ready {
		unix.Close(t.daemonFD)
	}
}

// take returns descriptors for a child: those of the daemon, or copies of them in
// the table of this thread.
func (t *thread) take(from [3]int) (files []uintptr, err error) {
	files = make([]uintptr, 0, len(from))
	if !t.apart {
		for _, fd := range from {
			files = append(files, uintptr(fd))
		}
		return files, nil
	}
	for i, fd := range from {
		if i == 2 && fd == from[1] { // stderr goes where stdout goes
			files = append(files, files[1])
			break
		}
		got, err := unix.PidfdGetfd(t.daemonFD, fd, 0)
		if err != nil {
			t.giveBack(files)
			return nil, err
		}
		files = append(files, uintptr(got))
	}
	return files, nil
}

// giveBack closes what take has copied.
func (t *thread) giveBack(files []uintptr) {
	if !t.apart {
		return
	}
	for i, fd := range files {
		if i != 2 || fd != files[1] {
			unix.Close(int(fd))
		}
	}
}

// awayFromMainThread runs f, which locks its goroutine to its thread, in a
// goroutine that is not on the first thread of the process.
func awayFromMainThread(f func()) {
	runtime.LockOSThread()
	if !onMainThread() {
		f()
		return
	}
	locked, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // on another thread: the first one is ours
		close(locked)
		f()
	}()
	<-locked
	runtime.UnlockOSThread()
	<-done
}
