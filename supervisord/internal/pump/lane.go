package pump

import (
	"sync"
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// lane lets others than the shard write to the standard input of an event
// listener. Such a write is short, never waits, and the listener is idle until it
// comes: a detour through the shard's thread would take longer than all the rest.
// What the pipe does not take goes to the shard, and then everything goes there
// until it has been written.
type lane struct {
	mu      sync.Mutex
	fd      int // -1 when it is closed; the shard's to close
	pending int // writes that the shard has not seen yet
	waiting bool
}

// write writes what the pipe takes of data, and returns what is left for the
// shard; ok is false if that is not nothing.
func (l *lane) write(data []byte) (left []byte, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd >= 0 && l.pending == 0 && !l.waiting {
		n, err := syscall.Write(l.fd, data)
		if err == nil {
			data = data[n:]
		}
	}
	if len(data) == 0 {
		return nil, true
	}
	l.pending++
	return data, false
}

// seen tells that the shard has got a write that left something.
func (l *lane) seen() {
	l.mu.Lock()
	l.pending--
	l.mu.Unlock()
}

// note tells whether something waits in the shard.
func (l *lane) note(waiting bool) {
	l.mu.Lock()
	l.waiting = waiting
	l.mu.Unlock()
}

func (l *lane) close() {
	l.mu.Lock()
	l.fd = -1
	l.mu.Unlock()
}

// lanes are those of the listeners that have had a child.
type lanes struct{ byID sync.Map } // of *lane, by core.ProcID

// open makes the lane of a listener's new child, whose standard input is fd.
func (t *lanes) open(id core.ProcID, fd int) *lane {
	l := &lane{fd: fd}
	t.byID.Store(id, l)
	return l
}

// find returns the lane of a process; nil if it is no listener.
func (t *lanes) find(id core.ProcID) *lane {
	if l, ok := t.byID.Load(id); ok {
		return l.(*lane)
	}
	return nil
}

func (t *lanes) forget(id core.ProcID) { t.byID.Delete(id) }
