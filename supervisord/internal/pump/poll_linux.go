package pump

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// epoller is a poller on epoll(7). It holds a thread while it waits, one for each
// shard however many pipes there are. To have the runtime's poller watch the
// epoll descriptor would save that thread, but then every write of every child
// wakes the runtime's poller up, even while we are reading, and the rest of the
// daemon waits: five times longer at the 99th percentile.
type epoller struct {
	fd    int
	waker int // an eventfd(2)
	ready []unix.EpollEvent
}

// wakerSlot is the slot number of the waker.
const wakerSlot = -1

func newPoller() (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &epoller{fd: fd, waker: -1, ready: make([]unix.EpollEvent, 128)}
	if err := p.addWaker(); err != nil {
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
	n, err := unix.EpollWait(p.fd, p.ready, milliseconds(timeout))
	for err == unix.EINTR {
		n, err = unix.EpollWait(p.fd, p.ready, milliseconds(timeout))
	}
	for _, e := range p.ready[:max(n, 0)] {
		if e.Fd != wakerSlot {
			events = append(events, event{uint32(e.Fd), uint32(e.Pad)})
		}
	}
	return events
}

// wake cannot fail but for a full counter, which needs 2^64 wakes.
func (p *epoller) wake() { unix.Write(p.waker, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func (p *epoller) close() {
	unix.Close(p.fd)
	if p.waker >= 0 {
		unix.Close(p.waker)
	}
}
