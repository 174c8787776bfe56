package stdio

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/outq"
)

// place is where writers write to.
type place struct {
	set       *Set
	name      string // under which the set knows it
	path      string // as it was first named
	inherited bool
	queue     *outq.Queue

	mu      sync.Mutex
	writers int
	midLine bool   // the line of lastKey is not finished
	lastKey uint64 // who wrote last

	// Owned by whoever the queue calls.
	fd      int // -1 while not open
	failing bool
	dropped int64
}

func newPlace(s *Set, name, path string) *place {
	p := &place{set: s, name: name, path: path, fd: -1}
	p.queue = outq.New(p.write)
	return p
}

// identify names what an inherited descriptor refers to, so that two of them
// that refer to the same pipe are one place.
func identify(fd int) (string, error) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC != 0 { // the latter was opened by this process
		return "", syscall.ENOENT
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d:%d:%d", st.Dev, st.Ino, st.Rdev), nil
}

// put queues data of w after what was held back of its line; p.mu is held.
func (p *place) put(w *Writer, data []byte) {
	if len(w.part)+len(data) == 0 {
		return
	}
	if p.midLine && p.lastKey != w.key {
		p.push([]byte{'\n'})
	}
	p.push(w.part)
	p.push(data)
	w.part = nil
	p.lastKey = w.key
}

func (p *place) push(data []byte) {
	if len(data) > 0 {
		p.queue.Push(math.MaxInt, data)
		p.midLine = data[len(data)-1] != '\n'
	}
}

// write is the queue's function: it may block as long as the place does.
func (p *place) write(batch []byte, _ []int) {
	n := 0
	err := p.open()
	if err == nil && p.fd < 0 {
		err = syscall.ENXIO
	}
	if err == nil {
		n, err = rotate.WriteFD(p.fd, batch)
	}
	switch {
	case err != nil:
		p.fail(err, len(batch)-n)
	case p.failing:
		p.tell(rotate.Outage{Path: p.path, Dropped: p.dropped})
		p.failing, p.dropped = false, 0
	}
}

func (p *place) fail(err error, lost int) {
	p.dropped += int64(lost)
	if !p.failing {
		p.failing = true
		p.tell(rotate.Outage{Path: p.path, Err: &fs.PathError{Op: "write", Path: p.path, Err: err}})
	}
}

func (p *place) tell(o rotate.Outage) {
	if report := p.set.report.Load(); report != nil {
		(*report)(o)
	}
}

// open opens a place that was not inherited. A FIFO that nobody reads stays
// closed for now.
func (p *place) open() error {
	if p.fd >= 0 {
		return nil
	}
	fd, err := syscall.Open(p.path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	for err == syscall.EINTR {
		fd, err = syscall.Open(p.path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	}
	if err == syscall.ENXIO {
		return nil
	}
	if err != nil {
		return err
	}
	p.fd = fd
	return nil
}

func (p *place) close() {
	if p.failing {
		p.tell(rotate.Outage{Path: p.path, Dropped: p.dropped, Closed: true})
		p.failing, p.dropped = false, 0
	}
	if !p.inherited && p.fd >= 0 {
		syscall.Close(p.fd)
		p.fd = -1
	}
}

// Is reports whether a log at path belongs to a Set: path stands for a
// descriptor of this process, or names something other than a regular file or
// directory.
func Is(path string) bool {
	if _, ok := rotate.Descriptor(path); ok {
		return true
	}
	st, err := os.Stat(path)
	return err == nil && !st.Mode().IsRegular() && !st.IsDir()
}
