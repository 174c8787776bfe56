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

// lookup finds a name that a subscription may use. It is a function and no map so
// that programs that have nothing to do with events do not make one as they start.
func lookup(s string) (n name, ok bool) {
	if n, ok = lookupAbstract(s); ok {
		n.abstract = true
		return n, true
	}
	// The README of 3.0a3 writes this one with three Ns.
	if s == misspelt {
		s = LegacyExitedFromRunning.String()
	}
	for t := None + 1; t < numTypes; t++ {
		if typeNames[t] == s {
			return name{mask: 1 << t, legacy: t.Legacy()}, true
		}
	}
	return name{}, false
}

const misspelt = "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING"

// abstractNames are the names that stand for several types.
var abstractNames = [...]string{
	"EVENT", "PROCESS_STATE", "PROCESS_COMMUNICATION", "PROCESS_LOG", "SUPERVISOR_STATE_CHANGE", "TICK", "PROCESS_GROUP",
	"PROCESS_STATE_CHANGE", "PROCESS_STATE_CHANGE_STARTING", "PROCESS_STATE_CHANGE_EXITED_OR_STOPPED",
}

func lookupAbstract(s string) (n name, ok bool) {
	switch s {
	case "EVENT":
		n.mask = All
	case "PROCESS_STATE":
		n.mask = span(ProcessStateStopped, ProcessStateUnknown)
	case "PROCESS_COMMUNICATION":
		n.mask = span(ProcessCommunicationStdout, ProcessCommunicationStderr)
	case "PROCESS_LOG":
		n.mask = span(ProcessLogStdout, ProcessLogStderr)
	case "SUPERVISOR_STATE_CHANGE":
		n.mask = span(SupervisorRunning, SupervisorStopping)
	case "TICK":
		n.mask = span(Tick5, Tick3600)
	case "PROCESS_GROUP":
		n.mask = span(ProcessGroupAdded, ProcessGroupRemoved)
	case "PROCESS_STATE_CHANGE":
		n = name{mask: span(LegacyStartingFromStopped, LegacyToUnknown), legacy: true}
	case "PROCESS_STATE_CHANGE_STARTING":
		n = name{mask: span(LegacyStartingFromStopped, LegacyStartingFromFatal), legacy: true}
	case "PROCESS_STATE_CHANGE_EXITED_OR_STOPPED":
		n = name{mask: span(LegacyExitedFromRunning, LegacyStoppedFromStopping), legacy: true}
	default:
		return name{}, false
	}
	return n, true
}

// Expand returns the set of types that a name stands for; ok is false for an
// unknown name. Names are in upper case.
func Expand(name string) (m Mask, ok bool) {
	n, ok := lookup(name)
	return n.mask, ok
}

// ExpandAll returns what several names stand for together. Unknown names count
// for nothing.
func ExpandAll(list []string) Mask {
	var m Mask
	for _, s := range list {
		n, _ := lookup(s)
		m |= n.mask
	}
	return m
}

// Known reports whether a subscription may use name.
func Known(name string) bool {
	_, ok := lookup(name)
	return ok
}

// Legacy reports whether name is one of 3.0a3 that 4.x does not have.
func Legacy(name string) bool {
	n, _ := lookup(name)
	return n.legacy
}

// Abstract reports whether name stands for several types and is never sent.
func Abstract(name string) bool {
	_, ok := lookupAbstract(name)
	return ok
}

// Names returns every name that a subscription may use, sorted.
func Names() []string {
	list := append(abstractNames[:len(abstractNames):len(abstractNames)], misspelt)
	list = append(list, typeNames[None+1:]...)
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
	s, _ := lookup(subscribed)
	a, _ := lookup(actual)
	return a.mask != 0 && a.mask&^s.mask == 0
}
