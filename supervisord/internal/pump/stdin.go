package pump

import (
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// pipeName tells a pipe from every other file: its device and inode numbers.
type pipeName struct{ dev, ino uint64 }

// stdin is the writing end of a child's standard input.
type stdin struct {
	fd      int
	slot    uint32
	watched bool   // while something waits
	buf     []byte // waits
	lane    *lane  // of a listener
}

// writeStdin writes data to the standard input of a process, and queues what the
// pipe does not take.
func (s *shard) writeStdin(id core.ProcID, data []byte) error {
	p := s.procs[id]
	if p == nil {
		return syscall.EPIPE
	}
	if p.in == nil && p.parked {
		if p.pid == 0 { // the child is being made
			p.early = append(p.early, data...)
			return nil
		}
		fd, err := unpark(int(p.pid), p.stdin)
		if err != nil {
			return syscall.EPIPE
		}
		p.in = &stdin{fd: fd} // who is written to once keeps its descriptor
	}
	if p.in == nil {
		return syscall.EPIPE
	}
	if len(p.in.buf)+len(data) > s.pump.limit {
		return syscall.ENOBUFS
	}
	if len(p.in.buf) > 0 {
		p.in.buf = append(p.in.buf, data...)
		return nil
	}
	p.in.buf = data
	if !p.in.flush() {
		p.in.close(s)
		p.in = nil
		return syscall.EPIPE
	}
	if len(p.in.buf) > 0 && !p.in.watch(s) {
		p.in.close(s)
		p.in = nil
		return syscall.EPIPE
	}
	p.in.note()
	return nil
}

// flush writes what the pipe takes, and reports whether anybody reads it.
func (in *stdin) flush() bool {
	for len(in.buf) > 0 {
		n, err := syscall.Write(in.fd, in.buf)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return true
		case err != nil:
			return false
		default:
			in.buf = in.buf[n:]
		}
	}
	in.buf = nil
	return true
}

// note tells the lane whether something waits here.
func (in *stdin) note() {
	if in.lane != nil {
		in.lane.note(len(in.buf) > 0)
	}
}

func (in *stdin) watch(s *shard) bool {
	slot, err := s.watch(in.fd, true, in)
	if err != nil {
		return false
	}
	in.slot, in.watched = slot, true
	return true
}

// ready implements endpoint.
func (in *stdin) ready(s *shard) {
	alive := in.flush()
	if !alive {
		in.buf = nil // the next write finds out
	}
	if len(in.buf) == 0 {
		s.unwatch(in.fd, in.slot)
		in.watched = false
	}
	in.note()
}

func (in *stdin) close(s *shard) {
	if in.lane != nil {
		in.lane.close()
	}
	if in.watched {
		s.unwatch(in.fd, in.slot)
	}
	syscall.Close(in.fd)
}
