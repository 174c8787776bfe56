package core

import "github.com/supervisor-go/supervisor/supervisord/internal/life"

// deadlines is a binary heap of the processes that hold a deadline, earliest
// first. Every process knows its place in it, so that replacing or removing a
// deadline costs O(log n).
type deadlines struct{ heap []*process }

// next returns the earliest deadline, or 0 if there is none.
func (d *deadlines) next() life.Instant {
	if len(d.heap) == 0 {
		return 0
	}
	return d.heap[0].due
}

// set replaces the deadline of p; 0 removes it.
func (d *deadlines) set(p *process, at life.Instant) {
	switch {
	case at == p.due:
		return
	case p.due == 0:
		p.due = at
		p.heapAt = len(d.heap)
		d.heap = append(d.heap, p)
		d.up(p.heapAt)
	case at == 0:
		d.remove(p)
	default:
		p.due = at
		d.up(p.heapAt)
		d.down(p.heapAt)
	}
}

func (d *deadlines) remove(p *process) {
	i, last := p.heapAt, len(d.heap)-1
	d.swap(i, last)
	d.heap[last] = nil
	d.heap = d.heap[:last]
	p.due = 0
	if i < last {
		d.up(i)
		d.down(i)
	}
}

func (d *deadlines) swap(i, j int) {
	d.heap[i], d.heap[j] = d.heap[j], d.heap[i]
	d.heap[i].heapAt, d.heap[j].heapAt = i, j
}

func (d *deadlines) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if d.heap[parent].due <= d.heap[i].due {
			return
		}
		d.swap(i, parent)
		i = parent
	}
}

func (d *deadlines) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(d.heap) {
			return
		}
		if r := child + 1; r < len(d.heap) && d.heap[r].due < d.heap[child].due {
			child = r
		}
		if d.heap[i].due <= d.heap[child].due {
			return
		}
		d.swap(i, child)
		i = child
	}
}
