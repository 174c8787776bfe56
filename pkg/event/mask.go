package event

import (
	"math/bits"
	"slices"
)

// Mask is a set of Types.
type Mask uint64

// All is every type of Supervisor 4.x: what EVENT stands for.
const All Mask = 1<<EventBufferOverflow - 1<<ProcessStateStopped

// Of returns the set of the given types.
func Of(types ...Type) Mask {
	var m Mask
	for _, t := range types {
		m |= 1 << t
	}
	return m &^ (1 << None)
}

// Has reports whether t is in the set. None never is.
func (m Mask) Has(t Type) bool { return m&(1<<t)&^(1<<None) != 0 }

// Types returns the members, in the order of their numbers.
func (m Mask) Types() []Type {
	var list []Type
	for m &^= 1 << None; m != 0; m &= m - 1 {
		list = append(list, m.first())
	}
	return list
}

func (m Mask) first() Type { return Type(bits.TrailingZeros64(uint64(m))) }

// span returns the set of the types from first to last.
func span(first, last Type) Mask { return 1<<(last+1) - 1<<first }

// name is what is known of a name that a subscription may use.
type name struct {
	mask     Mask
	abstract bool // never sent itself
	legacy   bool // a name of 3.0a3 that 4.x does not have
}

// names holds every name that a subscription may use.
var names = makeNames()

func makeNames() map[string]name {
	list := map[string]name{
		"EVENT":                   {mask: All},
		"PROCESS_STATE":           {mask: span(ProcessStateStopped, ProcessStateUnknown)},
		"PROCESS_COMMUNICATION":   {mask: span(ProcessCommunicationStdout, ProcessCommunicationStderr)},
		"PROCESS_LOG":             {mask: span(ProcessLogStdout, ProcessLogStderr)},
		"SUPERVISOR_STATE_CHANGE": {mask: span(SupervisorRunning, SupervisorStopping)},
		"TICK":                    {mask: span(Tick5, Tick3600)},
		"PROCESS_GROUP":           {mask: span(ProcessGroupAdded, ProcessGroupRemoved)},

		"PROCESS_STATE_CHANGE": {legacy: true,
			mask: span(LegacyStartingFromStopped, LegacyToUnknown)},
		"PROCESS_STATE_CHANGE_STARTING": {legacy: true,
			mask: span(LegacyStartingFromStopped, LegacyStartingFromFatal)},
		"PROCESS_STATE_CHANGE_EXITED_OR_STOPPED": {legacy: true,
			mask: span(LegacyExitedFromRunning, LegacyStoppedFromStopping)},
	}
	for s, n := range list {
		n.abstract = true
		list[s] = n
	}
	for t := None + 1; t < numTypes; t++ {
		list[t.String()] = name{mask: 1 << t, legacy: t.Legacy()}
	}
	// The README of 3.0a3 writes this one with three Ns.
	list["PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING"] = list["PROCESS_STATE_CHANGE_EXITED_FROM_RUNNING"]
	return list
}

// Expand returns the set of types that a name stands for; ok is false for an
// unknown name. Names are in upper case.
func Expand(name string) (m Mask, ok bool) {
	n, ok := names[name]
	return n.mask, ok
}

// ExpandAll returns what several names stand for together. Unknown names count
// for nothing.
func ExpandAll(list []string) Mask {
	var m Mask
	for _, s := range list {
		m |= names[s].mask
	}
	return m
}

// Known reports whether a subscription may use name.
func Known(name string) bool {
	_, ok := names[name]
	return ok
}

// Legacy reports whether name is one of 3.0a3 that 4.x does not have.
func Legacy(name string) bool { return names[name].legacy }

// Abstract reports whether name stands for several types and is never sent.
func Abstract(name string) bool { return names[name].abstract }

// Names returns every name that a subscription may use, sorted.
func Names() []string {
	list := make([]string, 0, len(names))
	for s := range names {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// Matches reports whether a subscriber to the name subscribed hears of events
// of the name actual. EVENT matches every name, also one this package does not
// know; other unknown names match only themselves.
func Matches(subscribed, actual string) bool {
	if subscribed == actual || subscribed == "EVENT" {
		return true
	}
	s, a := names[subscribed], names[actual]
	return a.mask != 0 && a.mask&^s.mask == 0
}
