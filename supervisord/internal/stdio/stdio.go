// Package stdio writes to the descriptors that the daemon was started with, and
// to FIFOs and devices: places that several programs share, that cannot be
// rotated and that may block.
//
// Lines of different programs are never mixed: as long as a place has more than
// one writer, the beginning of a line waits for its end. Nothing is lost while a
// place blocks; its writers are asked to pause instead. A place whose reader is
// gone takes everything and drops it.
package stdio

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"

	"github.com/supervisor-go/supervisor/pkg/rotate"
)

// Set is the places in use. Users that share a Set share its places.
type Set struct {
	mu     sync.Mutex
	places map[string]*place
	report atomic.Pointer[func(rotate.Outage)]
}

// NewSet returns an empty set. report, which may be nil, is told when a place
// fails and when it works again.
func NewSet(report func(rotate.Outage)) *Set {
	s := &Set{places: map[string]*place{}}
	s.ReportTo(report)
	return s
}

// ReportTo changes who is told when a place fails and when it works again; nil
// means nobody. report is called from goroutines of the set and must not block.
func (s *Set) ReportTo(report func(rotate.Outage)) {
	if report == nil {
		s.report.Store(nil)
		return
	}
	s.report.Store(&report)
}

// Open returns a Writer to the place that path stands for: a descriptor of this
// process if rotate.Descriptor says so, and otherwise the FIFO or device of that
// name. key tells programs apart: a Writer with the key of an earlier one
// continues its line.
//
// It fails with a syscall.Errno: ENOENT if the descriptor was not inherited, or
// the error of open(2).
func (s *Set) Open(path string, key uint64) (*Writer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(path)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.writers++
	p.mu.Unlock()
	return &Writer{place: p, key: key}, nil
}

func (s *Set) find(path string) (*place, error) {
	fd, inherited := rotate.Descriptor(path)
	name := path
	if inherited {
		var err error
		if name, err = identify(fd); err != nil {
			return nil, err
		}
	}
	if p := s.places[name]; p != nil {
		return p, nil
	}
	p := newPlace(s, name, path)
	if inherited {
		p.fd, p.inherited = fd, true
	} else if err := p.open(); err != nil {
		return nil, err
	}
	s.places[name] = p
	return p, nil
}

// Flush waits until everything was written, or ctx ends.
func (s *Set) Flush(ctx context.Context) error {
	s.mu.Lock()
	places := make([]*place, 0, len(s.places))
	for _, p := range s.places {
		places = append(places, p)
	}
	s.mu.Unlock()
	for _, p := range places {
		if err := p.queue.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// drop forgets a place that has no writer any more and closes what was opened
// for it. An inherited descriptor is never closed.
func (s *Set) drop(p *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.mu.Lock()
	unused := p.writers == 0 && s.places[p.name] == p
	unfinished := p.inherited && p.midLine
	p.mu.Unlock()
	if !unused || unfinished { // the next writer must know of an unfinished line
		return
	}
	delete(s.places, p.name)
	p.queue.After(p.close)
}

// Writer is one program's access to a place. Its methods do not block; one
// goroutine at a time may use it.
type Writer struct {
	place *place
	key   uint64
	part  []byte // the beginning of a line, held back
}

// maxPart is the length of an unfinished line, in bytes, that is no longer held
// back.
const maxPart = 64 << 10

// Write queues data. It takes everything; see Full.
func (w *Writer) Write(data []byte) {
	p := w.place
	p.mu.Lock()
	defer p.mu.Unlock()
	end := bytes.LastIndexByte(data, '\n') + 1
	if p.writers == 1 || end == 0 && len(w.part)+len(data) > maxPart {
		end = len(data)
	}
	if end > 0 {
		p.put(w, data[:end])
	}
	w.part = append(w.part, data[end:]...)
}

// Full reports whether the place still has more than limit bytes to write. If
// so, and room is not nil, room is called from another goroutine when it has
// caught up.
func (w *Writer) Full(limit int, room func()) bool {
	if w.place.queue.Len() <= limit {
		return false
	}
	if room != nil {
		w.place.queue.After(room)
	}
	return true
}

// Close writes what was held back and ends the Writer.
func (w *Writer) Close() {
	p := w.place
	p.mu.Lock()
	p.put(w, nil)
	p.writers--
	p.mu.Unlock()
	p.set.drop(p)
}
