package pump

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pollPoller is a poller on poll(2), for systems without epoll.
type pollPoller struct {
	fds    []unix.PollFd // the first is the reading end of the waker
	events []event       // for each of fds
	index  map[int]int   // descriptor to index
	waker  int           // the writing end
}

func newPollPoller() (poller, error) {
	r, w, err := closeOnExecPipe()
	if err != nil {
		return nil, err
	}
	syscall.SetNonblock(r, true)
	syscall.SetNonblock(w, true)
	return &pollPoller{
		fds: []unix.PollFd{{Fd: int32(r), Events: unix.POLLIN}}, events: []event{{}},
		index: map[int]int{r: 0}, waker: w,
	}, nil
}

func (p *pollPoller) add(fd int, out bool, e event) error {
	want := int16(unix.POLLIN)
	if out {
		want = unix.POLLOUT
	}
	p.index[fd] = len(p.fds)
	p.fds = append(p.fds, unix.PollFd{Fd: int32(fd), Events: want})
	p.events = append(p.events, e)
	return nil
}

func (p *pollPoller) remove(fd int) {
	i, ok := p.index[fd]
	if !ok {
		return
	}
	last := len(p.fds) - 1
	p.fds[i], p.events[i] = p.fds[last], p.events[last]
	p.index[int(p.fds[i].Fd)] = i
	p.fds, p.events = p.fds[:last], p.events[:last]
	delete(p.index, fd)
}

func (p *pollPoller) wait(events []event, timeout time.Duration) []event {
	for {
		n, err := unix.Poll(p.fds, milliseconds(timeout))
		if n > 0 {
			break
		}
		if n == 0 && err == nil {
			return events
		}
		if err != nil && err != unix.EINTR && err != unix.EAGAIN {
			return events
		}
	}
	for i, fd := range p.fds {
		switch {
		case fd.Revents == 0:
		case i == 0:
			var junk [64]byte
			syscall.Read(int(fd.Fd), junk[:])
		default:
			events = append(events, p.events[i])
		}
	}
	return events
}

// wake may find the pipe full: then there are enough wakes in it.
func (p *pollPoller) wake() { syscall.Write(p.waker, []byte{0}) }

func (p *pollPoller) close() {
	syscall.Close(int(p.fds[0].Fd))
	syscall.Close(p.waker)
}
