package pump

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// epoller is a poller on an epoll(7) instance of its own. That descriptor is
// itself watched by the runtime's poller: waiting for it parks a goroutine, not
// a thread, however many pipes there are.
type epoller struct {
	fd    int
	file  *os.File // fd
	conn  syscall.RawConn
	waker int // an eventfd(2)
	ready []unix.EpollEvent
	n     int                // of ready
	look  func(uintptr) bool // fills ready
	timed bool               // a deadline is set
}

// wakerSlot is the slot number of the waker.
const wakerSlot = -1

func newPoller() (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	// os.NewFile gives only non-blocking descriptors to the runtime's poller.
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	p := &epoller{fd: fd, file: os.NewFile(uintptr(fd), "epoll"), waker: -1, ready: make([]unix.EpollEvent, 128)}
	p.look = p.fill
	if p.conn, err = p.file.SyscallConn(); err == nil {
		err = p.addWaker()
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// addWaker makes the eventfd. It is watched for edges, so that it never has to
// be read.
func (p *epoller) addWaker() error {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("eventfd2", err)
	}
	p.waker = fd
	e := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: wakerSlot}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &e))
}

func (p *epoller) add(fd int, out bool, e event) error {
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(e.slot), Pad: int32(e.gen)}
	if out {
		ev.Events = unix.EPOLLOUT
	}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &ev))
}

func (p *epoller) remove(fd int) { unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) }

func (p *epoller) wait(events []event, timeout time.Duration) []event {
	if timeout > 0 || p.timed {
		p.setTimeout(timeout)
	}
	p.n = 0
	p.conn.Read(p.look) // fails when the time is over, or for good after close
	for _, e := range p.ready[:p.n] {
		if e.Fd != wakerSlot {
			events = append(events, event{uint32(e.Fd), uint32(e.Pad)})
		}
	}
	return events
}

func (p *epoller) setTimeout(timeout time.Duration) {
	var deadline time.Time
	if p.timed = timeout > 0; p.timed {
		deadline = time.Now().Add(timeout)
	}
	p.file.SetReadDeadline(deadline)
}

// fill asks what is ready, without waiting. It reports false if nothing is: then
// the runtime parks us until something may be.
func (p *epoller) fill(uintptr) bool {
	n, err := unix.EpollWait(p.fd, p.ready, 0)
	for err == unix.EINTR {
		n, err = unix.EpollWait(p.fd, p.ready, 0)
	}
	p.n = max(n, 0)
	return n > 0 || err != nil
}

// wake cannot fail but for a full counter, which needs 2^64 wakes.
func (p *epoller) wake() { unix.Write(p.waker, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func (p *epoller) close() {
	p.file.Close()
	if p.waker >= 0 {
		unix.Close(p.waker)
	}
}
