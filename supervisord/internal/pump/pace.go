package pump

import "time"

// A child that writes one short line after the other as fast as it can would
// wake the pump for each of them, which costs both of them more than the work
// itself. Such a stream is read by the clock instead, a few hundred lines at a
// time, until it has nothing to say for a moment. And a pipe that is always found
// full is enlarged, so that the child goes on writing while we do.

const (
	short     = 4096 // bytes; a read of fewer does not pay
	quick     = 250  // µs between two reads in quick succession
	hotAfter  = 16   // quick short reads before a stream is read by the clock
	coldAfter = 5    // readings by the clock in vain before it is watched again
	lazyTick  = 1000 // µs between readings by the clock
	fullPipe  = 64 << 10
	fullGain  = 4  // what the read of a full pipe counts; any other read takes one away
	fullAfter = 16 // the count at which the pipe is enlarged
	bigPipe   = 1 << 20
)

// pace decides how a stream is to be read, after a read of n bytes.
func (st *stream) pace(s *shard, n int) {
	if n >= fullPipe {
		st.hot = 0
		if st.full += fullGain; st.full >= fullAfter {
			st.enlarge()
		}
		return
	}
	st.full = max(st.full, 1) - 1
	now := uint32(s.now)
	if n >= short || now-st.last > quick {
		st.hot = 0
	} else if st.hot++; st.hot >= hotAfter && st.mayWait() {
		st.enlarge()
		st.goLazy(s)
	}
	st.last = now
}

// mayWait reports whether a millisecond does not matter: nobody waits for events
// that are made of the output.
func (st *stream) mayWait() bool {
	return !st.listener && (st.x == nil || !st.x.events && st.x.captured.Max == 0)
}

// enlarge makes the pipe bigger, once. The system may refuse it.
func (st *stream) enlarge() {
	if !st.big {
		st.big = true
		setPipeSize(int(st.fd), bigPipe)
	}
	st.full = 0
}

// goLazy has the stream read by the clock.
func (st *stream) goLazy(s *shard) {
	st.unwatch(s)
	st.lazy, st.hot = true, 0
	if len(s.lazy) == 0 {
		s.tick = s.now + lazyTick
	}
	s.lazy = append(s.lazy, st)
}

// patience returns how long the shard may wait for events.
func (s *shard) patience() time.Duration {
	if len(s.lazy) == 0 {
		return 0
	}
	left := s.tick - time.Since(s.start).Microseconds()
	return time.Duration(max(left, 1)) * time.Microsecond
}

// readLazy reads the streams that are read by the clock, when it is time.
func (s *shard) readLazy() {
	if len(s.lazy) == 0 || s.now < s.tick {
		return
	}
	kept := s.lazy[:0]
	for _, st := range s.lazy {
		if st.closed {
			continue
		}
		if st.readAll(s); st.lazy {
			kept = append(kept, st)
		}
	}
	clear(s.lazy[len(kept):])
	s.lazy = kept
	s.tick = s.now + lazyTick
}

// readAll empties the pipe. When there was nothing in it for a while the stream is
// watched again.
func (st *stream) readAll(s *shard) {
	total := 0
	for total < bigPipe {
		n := st.read(s, len(s.buf))
		total += n
		if n < len(s.buf) || st.closed {
			break
		}
	}
	if total > 0 {
		st.hot = 0
	}
	switch {
	case st.closed:
		st.lazy = false
	case total == 0:
		if st.hot++; st.hot == coldAfter {
			st.lazy, st.hot = false, 0
			st.rewatch(s)
		}
	case st.sink != nil && st.sink.full(pauseAt, nil):
		st.lazy = false
		st.pause(s)
	}
}
