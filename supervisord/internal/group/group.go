// Package group knows in which order processes are started and stopped. It
// performs no I/O and knows no time.
package group

import (
	"cmp"
	"slices"
)

// Item is a process as far as its order is concerned.
type Item struct {
	ID            uint64
	Group         string
	GroupPriority int
	Name          string
	Priority      int
}

// compare orders by group priority, group, process priority and name.
func compare(a, b Item) int {
	return cmp.Or(
		cmp.Compare(a.GroupPriority, b.GroupPriority),
		cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Priority, b.Priority),
		cmp.Compare(a.Name, b.Name),
	)
}

// StartOrder sorts items into the order in which they are started: ascending by
// priority of the group, then of the process; names decide between equals, and
// the members of a group stay together. Nothing waits for anything: a process is
// started although the one before it is not RUNNING yet, as in the reference.
func StartOrder(items []Item) { slices.SortStableFunc(items, compare) }

// StopOrder sorts items into the order in which they are stopped, which is the
// reverse of StartOrder.
func StopOrder(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int { return compare(b, a) })
}
