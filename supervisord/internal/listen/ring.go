package listen

import "github.com/supervisor-go/supervisor/pkg/event"

// entry is an event that the pool has taken.
type entry struct {
	event  *event.Event
	as     event.Type // what it is called in this pool
	serial uint64     // poolserial
}

// ring is a queue of entries in the order of their serials. It takes memory as
// it grows and gives it back when it is empty.
type ring struct {
	slots []entry // a power of two
	head  int     // index of the first
	n     int
}

// keepSlots is how many slots an empty ring keeps.
const keepSlots = 64

func (r *ring) at(i int) *entry { return &r.slots[(r.head+i)&(len(r.slots)-1)] }

func (r *ring) grow() {
	if r.n < len(r.slots) {
		return
	}
	bigger := make([]entry, max(2*len(r.slots), 8))
	for i := range r.n {
		bigger[i] = *r.at(i)
	}
	r.slots, r.head = bigger, 0
}

func (r *ring) pushBack(e entry) {
	r.grow()
	*r.at(r.n) = e
	r.n++
}

func (r *ring) pushFront(e entry) {
	r.grow()
	r.head = (r.head - 1) & (len(r.slots) - 1)
	r.slots[r.head] = e
	r.n++
}

// insert puts an entry where its serial belongs. It is meant for one that was in
// the queue before: only few are older.
func (r *ring) insert(e entry) {
	r.pushFront(e)
	for i := 1; i < r.n && r.at(i).serial < e.serial; i++ {
		*r.at(i - 1), *r.at(i) = *r.at(i), *r.at(i - 1)
	}
}

func (r *ring) popFront() entry {
	e := *r.at(0)
	*r.at(0) = entry{}
	r.head = (r.head + 1) & (len(r.slots) - 1)
	r.n--
	if r.n == 0 && len(r.slots) > keepSlots {
		*r = ring{}
	}
	return e
}
