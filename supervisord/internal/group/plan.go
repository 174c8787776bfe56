package group

import (
	"cmp"
	"slices"
)

// Wait says what has to be down before the next may be stopped.
type Wait int

const (
	// ForGroups waits for every group of a higher priority number. All groups of
	// equal priority are stopped at once, and so is everything within a group;
	// only the order of the signals follows the process priorities. It is the
	// order of a shutdown. (The reference waits for one group at a time even if
	// their priorities are equal, so that its shutdown takes the sum of the times
	// that they take, not the longest.)
	ForGroups Wait = iota
	// ForProcesses also waits, among groups of equal priority, for every process
	// of a higher priority number.
	ForProcesses
	// ForNothing stops everything at once.
	ForNothing
)

// Plan stops processes in order, level by level. The caller stops what Next
// returns and tells by Down what has ended; a level follows when all of the one
// before is down, whatever became of the other processes meanwhile.
type Plan struct {
	levels [][]uint64          // still to come, the last one first
	left   map[uint64]struct{} // of the current level: not down yet
}

// NewPlan returns a plan for items. It does not keep the slice.
func NewPlan(items []Item, wait Wait) *Plan {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b Item) int { return wait.compare(b, a) })
	p := &Plan{left: map[uint64]struct{}{}}
	for i, it := range items {
		if i == 0 || wait.apart(items[i-1], it) {
			p.levels = append(p.levels, nil)
		}
		last := len(p.levels) - 1
		p.levels[last] = append(p.levels[last], it.ID)
	}
	slices.Reverse(p.levels)
	return p
}

// compare orders as a plan needs it: the members of one level must be next to
// each other.
func (w Wait) compare(a, b Item) int {
	if w == ForProcesses && a.GroupPriority == b.GroupPriority && a.Priority != b.Priority {
		return cmp.Compare(a.Priority, b.Priority)
	}
	return compare(a, b)
}

// apart reports whether a and b belong to different levels.
func (w Wait) apart(a, b Item) bool {
	switch w {
	case ForNothing:
		return false
	case ForProcesses:
		return a.GroupPriority != b.GroupPriority || a.Priority != b.Priority
	default:
		return a.GroupPriority != b.GroupPriority
	}
}

// Next returns the processes to be stopped now, in order: those of the next level
// that has any which are not down. It returns none while a process of the current
// level is still to go down, and when there are no more; Done tells which.
func (p *Plan) Next(down func(id uint64) bool) []uint64 {
	for len(p.left) == 0 && len(p.levels) > 0 {
		last := len(p.levels) - 1
		level := slices.DeleteFunc(p.levels[last], down)
		p.levels = p.levels[:last]
		for _, id := range level {
			p.left[id] = struct{}{}
		}
		if len(level) > 0 {
			return level
		}
	}
	return nil
}

// Down tells that a process has gone down or does not exist any more. It reports
// whether the current level is finished by that, so that it is time for Next. A
// process of another level is of no account.
func (p *Plan) Down(id uint64) bool {
	if _, ok := p.left[id]; !ok {
		return false
	}
	delete(p.left, id)
	return len(p.left) == 0
}

// Waiting returns the processes of the current level that are not down yet, in
// no order.
func (p *Plan) Waiting() []uint64 {
	list := make([]uint64, 0, len(p.left))
	for id := range p.left {
		list = append(list, id)
	}
	return list
}

// Done reports whether everything is down.
func (p *Plan) Done() bool { return len(p.left) == 0 && len(p.levels) == 0 }
