// Package usage tells how much CPU time and memory processes use. Nothing is
// read unless it is asked for.
package usage

import "time"

// Sample is what one process uses. The figures are those of the process itself,
// without its children.
type Sample struct {
	// CPU is the share of one core in percent since the last look, or since the
	// process began if this is the first one.
	CPU float64
	// Memory is the resident memory in bytes.
	Memory int64
}

// Meter looks at processes. It remembers the last look, so that shares can be
// told. It is for one goroutine at a time.
type Meter struct {
	seen map[int]look
	buf  [1024]byte
}

// look is what was seen of a process at one moment.
type look struct {
	at     time.Duration // since the system came up
	ticks  uint64        // of CPU time used so far
	start  uint64        // when the process began, in ticks since the system came up
	sample Sample
}

// ticksPerSecond is the unit of /proc on every architecture that Go has.
const ticksPerSecond = 100

// soonest is the shortest time over which a share means anything.
const soonest = 400 * time.Millisecond

// Read looks at the given processes and forgets all others. Processes that are
// not there, or cannot be looked at on this system, are missing in the result.
func (m *Meter) Read(pids []int) map[int]Sample {
	now, ok := uptime()
	if !ok {
		return nil
	}
	samples := make(map[int]Sample, len(pids))
	seen := make(map[int]look, len(pids))
	for _, pid := range pids {
		l, ok := m.look(pid)
		if !ok {
			continue
		}
		l.at = now
		l = l.since(m.seen[pid])
		seen[pid], samples[pid] = l, l.sample
	}
	m.seen = seen
	return samples
}

// since works out the share of the time since an earlier look, which may be the
// zero look or that of another process of the same number.
func (l look) since(before look) look {
	if before.at != 0 && before.start == l.start {
		if l.at-before.at < soonest {
			before.sample.Memory = l.sample.Memory
			return before
		}
		l.sample.CPU = share(l.ticks-min(before.ticks, l.ticks), l.at-before.at)
		return l
	}
	began := time.Duration(l.start) * (time.Second / ticksPerSecond)
	l.sample.CPU = share(l.ticks, max(l.at-began, soonest))
	return l
}

func share(ticks uint64, d time.Duration) float64 {
	return float64(ticks) * 100 / ticksPerSecond / d.Seconds()
}
