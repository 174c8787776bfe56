package spawn

import (
	"os"
	"runtime"
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

// leaveDescriptors gives the calling thread a table of its own. Where the system
// does not let us, the one of the daemon stays in use.
func (t *thread) leaveDescriptors() {
	if onMainThread() || !mayTake() {
		return
	}
	// The runtime makes the descriptors of its poller when it needs them first, and
	// a thread that wakes the poller has to have them.
	time.NewTimer(time.Hour).Stop()
	if unix.Unshare(unix.CLONE_FILES) != nil {
		return
	}
	t.apart = true
	t.closeOthers()
	t.daemonFD = -1
}

// mayTake reports whether the system lets us take descriptors.
func mayTake() bool {
	self, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return false
	}
	defer unix.Close(self)
	fd, err := unix.PidfdGetfd(self, self, 0)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// closeOthers closes in the thread's own table what is not needed here: files that
// were open at that moment would never be closed otherwise. The runtime's poller
// and those of the pump stay, because this thread wakes them up.
func (t *thread) closeOthers() {
	const dir = "/proc/thread-self/fd/"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd < 3 {
			continue
		}
		if what, err := os.Readlink(dir + e.Name()); err != nil || !strings.HasPrefix(what, "anon_inode:[event") {
			unix.Close(fd)
		}
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
	if t.daemonFD < 0 {
		if t.daemonFD, err = unix.PidfdOpen(os.Getpid(), 0); err != nil {
			return nil, err
		}
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
