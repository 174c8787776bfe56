package pump

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// readSize is the size, in bytes, of the buffer that all reads of a shard share.
const readSize = 128 << 10

// shard owns the streams of some of the processes. All of it but the queue
// belongs to the goroutine of run.
type shard struct {
	pump  *Pump
	poll  poller
	buf   []byte
	procs map[core.ProcID]*proc
	slots []slot
	free  []uint32 // unused slots
	lazy  []*stream
	now   int64 // µs since start, of this turn
	tick  int64 // when the lazy streams are read next
	start time.Time
	over  bool

	stint   int   // turns since it gave way to other goroutines
	gaveWay int64 // when that was, in µs since start

	turns atomic.Uint64

	mu     sync.Mutex
	queue  []func(*shard)
	spare  []func(*shard) // for reuse
	asleep bool           // the poller has to be woken up
	ended  bool           // no command is taken any more
}

// slot is where the poller finds who waits for a descriptor. The generation
// tells a late event from one for the slot's next owner.
type slot struct {
	who endpoint
	gen uint32
}

// endpoint is a stream that the poller watches.
type endpoint interface {
	// ready is called when the descriptor can be read or written, is at end of
	// file or in error.
	ready(s *shard)
}

// event tells that something is ready.
type event struct{ slot, gen uint32 }

// poller waits for descriptors. Only wake may be called from other goroutines.
type poller interface {
	// add watches fd for reading, or for writing.
	add(fd int, out bool, e event) error
	// remove ends the watch, before fd is closed.
	remove(fd int)
	// wait appends what is ready to events; it blocks until something is, or wake
	// is called, or the time that timeout says (0: for ever, negative: none) has
	// passed.
	wait(events []event, timeout time.Duration) []event
	wake()
	close()
}

// onlyLook is a timeout of a poller that does not block.
const onlyLook time.Duration = -1

// milliseconds returns a timeout as epoll_wait(2) and poll(2) want it.
func milliseconds(timeout time.Duration) int {
	switch {
	case timeout == 0:
		return -1
	case timeout < 0:
		return 0
	}
	return int((timeout + time.Millisecond - 1) / time.Millisecond)
}

func newShard(p *Pump, newPoller func() (poller, error)) (*shard, error) {
	poll, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &shard{pump: p, poll: poll, buf: make([]byte, readSize), procs: map[core.ProcID]*proc{}, start: time.Now()}, nil
}

// do has the shard run a command. It never blocks. After stop it does nothing.
func (s *shard) do(command func(*shard)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.queue = append(s.queue, command)
	if s.asleep {
		s.asleep = false
		s.poll.wake()
	}
}

// wait waits for what is ready, or looks only, if there are commands.
func (s *shard) wait(events []event) []event {
	timeout := s.patience()
	s.mu.Lock()
	s.asleep = len(s.queue) == 0
	if !s.asleep {
		timeout = onlyLook
	}
	s.mu.Unlock()
	events = s.poll.wait(events, timeout)
	s.mu.Lock()
	s.asleep = false
	s.mu.Unlock()
	return events
}

// run is the shard's goroutine.
func (s *shard) run() {
	defer s.pump.done.Done()
	var events []event
	for !s.over {
		events = s.wait(events[:0])
		s.turns.Add(1)
		s.now = time.Since(s.start).Microseconds()
		for _, e := range events {
			if slot := s.slots[e.slot]; slot.gen == e.gen && slot.who != nil {
				slot.who.ready(s)
			}
		}
		s.readLazy()
		s.runCommands()
		s.giveWay()
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.poll.close()
}

// giveWay goes through Go's scheduler now and then while there is much to do. A
// shard that waits in system calls only would never do so, and Go's monitor takes a
// goroutine that has not for 10 ms for one that does not share its processor: it
// then looks every 20 µs, which took a tenth of the time of reading in bulk.
func (s *shard) giveWay() {
	const (
		turns  = 4    // since the last time, so that a quiet shard saves itself the trouble
		period = 1000 // µs
	)
	if s.stint++; s.stint >= turns && s.now-s.gaveWay >= period {
		runtime.Gosched()
		s.stint, s.gaveWay = 0, s.now
	}
}

func (s *shard) runCommands() {
	s.mu.Lock()
	commands := s.queue
	s.queue, s.spare = s.spare[:0], nil
	s.mu.Unlock()
	for i, command := range commands {
		command(s)
		commands[i] = nil
	}
	if cap(commands) <= 1024 {
		s.mu.Lock()
		s.spare = commands[:0]
		s.mu.Unlock()
	}
}

// watch has the poller watch fd for who.
func (s *shard) watch(fd int, out bool, who endpoint) (uint32, error) {
	var i uint32
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		i = uint32(len(s.slots))
		s.slots = append(s.slots, slot{})
	}
	if err := s.poll.add(fd, out, event{i, s.slots[i].gen}); err != nil {
		s.free = append(s.free, i)
		return 0, err
	}
	s.slots[i].who = who
	return i, nil
}

// unwatch ends a watch.
func (s *shard) unwatch(fd int, i uint32) {
	s.poll.remove(fd)
	s.slots[i].who = nil
	s.slots[i].gen++
	s.free = append(s.free, i)
}

// stop reads what is there and closes everything.
func (s *shard) stop() {
	for id, p := range s.procs {
		for st := p.streams; st != nil; {
			next := st.next
			st.drain(s)
			st = next
		}
		s.forget(id)
	}
	s.over = true
}
