package pump

import (
	"fmt"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// proc is the streams of one process.
type proc struct {
	id      core.ProcID
	in      *stdin // of the running child; nil when there is none
	early   []byte // for a parked standard input of a child that is being made
	pid     int32  // of the running child, if its standard input is parked
	stdin   pipeName
	parked  bool
	streams *stream // of the running child and, after it, of earlier ones
	stdout  string  // logs of the last child; "" for none
	stderr  string
	conf    *config.Process
}

// stream is an output pipe of a child. Ten thousand of them are idle most of the
// time, so everything that is not always needed sits in extras.
type stream struct {
	next *stream // of the same process
	proc *proc
	sink sink // nil: nobody
	x    *extras
	fd   int32
	pid  int32
	slot uint32

	last uint32 // when it was read, in µs of the shard's time
	hot  uint8  // short reads in quick succession
	full uint8  // how often a full pipe was read of late

	channel  core.Channel
	listener bool
	watched  bool // by the poller
	paused   bool // not watched, because its sink is full or listeners are behind
	lazy     bool // not watched, because it is read by the clock
	big      bool // its pipe was enlarged
	old      bool // the child was released
	closed   bool
}

// ready implements endpoint: it reads once.
func (st *stream) ready(s *shard) {
	if h := st.held(s); h != 0 {
		st.yield(s, h)
		return
	}
	n := st.read(s, len(s.buf))
	switch {
	case n == 0 || st.closed:
	case st.sink != nil && st.sink.full(pauseAt, nil):
		st.pause(s)
	case st.x != nil && st.x.hold != 0:
		st.yield(s, st.x.hold)
	default:
		st.pace(s, n)
	}
}

// read reads up to max bytes and hands them on. It returns how many there were,
// which is 0 if the pipe was empty or has come to its end; the latter closes the
// stream.
func (st *stream) read(s *shard, max int) int {
	n, err := syscall.Read(int(st.fd), s.buf[:max])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(st.fd), s.buf[:max])
	}
	switch {
	case n > 0:
		st.take(s, s.buf[:n])
		return n
	case err != syscall.EAGAIN:
		st.close(s)
	}
	return 0
}

// drain reads what is in the pipe now. A grandchild that goes on writing does
// not keep it busy.
func (st *stream) drain(s *shard) {
	if st.x != nil {
		st.flushRest(s)
		st.x.draining = true
		defer func() { st.x.draining, st.x.hold = false, 0 }()
	}
	left, err := waiting(int(st.fd))
	if err != nil {
		left = len(s.buf)
	}
	for left > 0 && !st.closed {
		if st.sink != nil && st.sink.full(drainAt, nil) {
			return // the rest stays in the pipe, and is read when there is room
		}
		n := st.read(s, len(s.buf))
		if n == 0 {
			return
		}
		left -= n
	}
	if !st.closed {
		st.read(s, len(s.buf)) // most often the end
	}
}

// pauseAt is how many bytes may wait for a sink that is blocked before the
// programs that write to it are no longer read; drainAt is the same for a
// program that has ended.
const (
	pauseAt = 256 << 10
	drainAt = 16 << 20
)

// pause stops reading until the sink has caught up.
func (st *stream) pause(s *shard) {
	st.unwatch(s)
	st.paused = true
	room := func() {
		s.do(func(s *shard) { st.resume(s) })
	}
	if !st.sink.full(0, room) {
		st.resume(s)
	}
}

// held returns what has to be waited for before the next read, which would make an
// event for sure. After that one read is free, whatever the others wait for.
func (st *stream) held(s *shard) core.Hold {
	if st.x == nil || !st.x.events {
		return 0
	}
	if st.x.released {
		st.x.released = false
		return 0
	}
	if h := core.HoldLog(st.channel); s.pump.sink.Held(h) {
		return h
	}
	return 0
}

// yield stops reading until the listeners that get events of it have caught up.
func (st *stream) yield(s *shard, h core.Hold) {
	st.unwatch(s)
	st.paused, st.x.hold = true, 0
	s.pump.sink.CaughtUp(h, func() {
		s.do(func(s *shard) { st.caughtUp(s) })
	})
}

// caughtUp goes on with what was read before, and then with reading.
func (st *stream) caughtUp(s *shard) {
	if st.closed || !st.paused {
		return
	}
	st.x.released = true
	st.feed(s, st.x.rest)
	st.resume(s)
}

func (st *stream) resume(s *shard) {
	switch {
	case st.closed || !st.paused:
	case st.x != nil && st.x.hold != 0:
		st.yield(s, st.x.hold)
	default:
		st.paused = false
		st.rewatch(s)
	}
}

// rewatch has the poller watch the stream again. That can fail only for lack of
// memory.
func (st *stream) rewatch(s *shard) {
	if err := st.watch(s); err != nil {
		s.pump.log.Log(config.LevelCritical, fmt.Sprintf("cannot watch the %s of %s: %v", st.channel, st.proc.conf.Name, err))
		st.close(s)
	}
}

func (st *stream) watch(s *shard) (err error) {
	st.slot, err = s.watch(int(st.fd), false, st)
	st.watched = err == nil
	return err
}

func (st *stream) unwatch(s *shard) {
	if st.watched {
		s.unwatch(int(st.fd), st.slot)
		st.watched = false
	}
}

// close ends the stream: what was held back is handed on.
func (st *stream) close(s *shard) {
	if st.closed {
		return
	}
	st.finish(s)
	st.closed = true
	st.unwatch(s)
	syscall.Close(int(st.fd))
	if s.pump.log.Enabled(config.LevelDebug) {
		s.pump.log.Log(config.LevelDebug, fmt.Sprintf("fd %d closed, stopped monitoring %s of %s", st.fd, st.channel, st.proc.conf.Name))
	}
	if st.sink != nil {
		st.sink.close()
		st.sink = nil
	}
	st.proc.unlink(st)
}

func (p *proc) unlink(st *stream) {
	for at := &p.streams; *at != nil; at = &(*at).next {
		if *at == st {
			*at = st.next
			return
		}
	}
}

// current calls f for each stream of the running child. f may close it.
func (p *proc) current(f func(*stream)) {
	for st := p.streams; st != nil; {
		next := st.next
		if !st.old {
			f(st)
		}
		st = next
	}
}

// drain implements Drain.
func (s *shard) drain(id core.ProcID) {
	if p := s.procs[id]; p != nil {
		p.current(func(st *stream) { st.drain(s) })
	}
}

// release implements Release.
func (s *shard) release(id core.ProcID) {
	p := s.procs[id]
	if p == nil {
		return
	}
	p.closeStdin(s)
	p.current(func(st *stream) { st.old = true })
}

func (p *proc) closeStdin(s *shard) {
	p.pid, p.parked, p.early = 0, false, nil
	if p.in != nil {
		p.in.close(s)
		p.in = nil
	}
}

// forget implements Forget.
func (s *shard) forget(id core.ProcID) {
	p := s.procs[id]
	if p == nil {
		return
	}
	p.closeStdin(s)
	s.pump.lanes.forget(id)
	for p.streams != nil {
		p.streams.close(s)
	}
	delete(s.procs, id)
}

// clear implements Clear.
func (s *shard) clear(id core.ProcID) error {
	p := s.procs[id]
	if p == nil {
		return nil
	}
	var first error
	for _, t := range []target{{p.stdout, &p.conf.Stdout}, {p.stderr, &p.conf.Stderr}} {
		if err := t.clear(s); err != nil && first == nil {
			first = err
		}
	}
	p.current(func(st *stream) {
		if st.x != nil {
			st.x.captured.Reset()
		}
	})
	return first
}
