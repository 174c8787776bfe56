package web

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/usage"
)

// monitor finds out what changes for all who look at the page. Its goroutine
// exists only while there is somebody.
type monitor struct {
	site *Site

	mu      sync.Mutex
	viewers map[*viewer]struct{}
	running bool // there is a goroutine
	known   bool // rows and state are what viewers have been told
	rows    []Process
	state   string
	poked   chan struct{} // asks the goroutine for a look out of turn

	seen map[core.ProcID]seenProcess // the goroutine's own
}

// seenProcess is a process as it was seen, and what was made of it.
type seenProcess struct {
	view core.View
	row  Process
}

// viewer is one stream of events. It is guarded by monitor.mu.
type viewer struct {
	monitor *monitor
	waiting []message
	size    int           // of waiting, in bytes
	behind  bool          // needs a snapshot before anything else
	news    chan struct{} // has something to take
	ended   bool          // there will be no more
}

// message is one server-sent event.
type message struct {
	event string
	data  []byte
}

// maxWaiting is how many bytes wait for a viewer before it is given a snapshot
// instead.
const maxWaiting = 1 << 20

func newMonitor(s *Site) *monitor {
	return &monitor{site: s, viewers: map[*viewer]struct{}{}, poked: make(chan struct{}, 1)}
}

// join adds a viewer, whose first message will be a snapshot.
func (m *monitor) join() *viewer {
	v := &viewer{monitor: m, behind: true, news: make(chan struct{}, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.viewers[v] = struct{}{}
	switch {
	case !m.running:
		m.running = true
		go m.run()
	case len(m.viewers) == 1: // the goroutine was about to end
		m.known = false
		m.pokeLocked()
	case m.known:
		v.wake()
	}
	return v
}

func (v *viewer) leave() {
	m := v.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.viewers, v)
	if len(m.viewers) == 0 {
		m.pokeLocked()
	}
}

func (v *viewer) wake() {
	select {
	case v.news <- struct{}{}:
	default:
	}
}

// take returns what there is for a viewer; more is false when there will never
// be anything more.
func (v *viewer) take() (list []message, more bool) {
	m := v.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	if v.behind && m.known {
		v.behind = false
		snapshot := Snapshot{Daemon: m.site.daemonInfo(time.Now().Unix()), Processes: m.rows}
		snapshot.Daemon.State = m.state
		v.push(encode("snapshot", snapshot))
	}
	list, v.waiting, v.size = v.waiting, nil, 0
	return list, !v.ended
}

func (v *viewer) push(msg message) {
	if v.size += len(msg.data); v.size > maxWaiting && len(v.waiting) > 0 {
		v.waiting, v.size, v.behind = nil, 0, true
	}
	if !v.behind {
		v.waiting = append(v.waiting, msg)
	}
	v.wake()
}

func encode(event string, data any) message {
	b, err := json.Marshal(data)
	if err != nil {
		panic(err) // the types of this package can be written
	}
	return message{event, b}
}

// announce tells every viewer of an operation that has ended.
func (m *monitor) announce(op Operation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.viewers) > 0 {
		m.tell(encode("operation", op))
	}
	m.pokeLocked()
}

func (m *monitor) tell(msg message) {
	for v := range m.viewers {
		v.push(msg)
	}
}

func (m *monitor) pokeLocked() {
	select {
	case m.poked <- struct{}{}:
	default:
	}
}

// watched are the events after which something looks different.
var watched = []string{"PROCESS_STATE", "PROCESS_GROUP", "SUPERVISOR_STATE_CHANGE"}

// run looks for differences until nobody looks any more or the loop has ended.
// What does not make an event, such as processes that an update has removed, is
// seen at the next look at the usage.
func (m *monitor) run() {
	events, _, cancel := m.site.options.Daemon.Subscribe(watched, 1)
	defer cancel()
	m.seen = nil
	select {
	case _, open := <-events:
		if !open {
			m.end()
			return
		}
	default:
	}
	var meter usage.Meter
	look := time.NewTimer(m.lookAt(&meter)) // at the usage
	defer look.Stop()
	batch := time.NewTimer(0)
	batch.Stop()
	defer batch.Stop()
	armed, last := false, time.Now()
	for {
		select {
		case _, open := <-events:
			if !open {
				m.end()
				return
			}
		case <-m.poked:
			if m.abandoned() {
				return
			}
		case <-look.C:
			look.Reset(m.lookAt(&meter))
			last = time.Now()
			continue
		case <-batch.C:
			armed, last = false, time.Now()
			m.refresh(nil)
			continue
		}
		if !armed {
			armed = true
			batch.Reset(max(m.site.limits.batch-time.Since(last), m.site.limits.batch/10))
		}
	}
}

// lookAt refreshes with usage, and says when to do so again: reading may take
// half a percent of the time at most.
func (m *monitor) lookAt(meter *usage.Meter) (next time.Duration) {
	start := time.Now()
	m.refresh(meter)
	const most = 10 * time.Second
	return max(m.site.limits.look, min(200*time.Since(start), most))
}

// abandoned reports whether nobody looks, and forgets what was known then.
func (m *monitor) abandoned() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.viewers) > 0 {
		return false
	}
	m.running, m.known, m.rows = false, false, nil
	return true
}

// end tells every viewer that there is nothing more.
func (m *monitor) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running, m.known, m.rows = false, false, nil
	for v := range m.viewers {
		v.ended = true
		v.wake()
	}
	clear(m.viewers)
}

// refresh looks at all processes, at their usage if there is a meter, and tells
// what differs.
func (m *monitor) refresh(meter *usage.Meter) {
	views := m.site.options.Daemon.Processes()
	state := m.site.options.Daemon.Mood().String()
	rows := m.describe(views)
	if meter != nil {
		useAll(meter, rows)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.viewers) == 0 {
		m.known = false
		return
	}
	if m.known {
		patch, differs := m.compare(rows, state, meter != nil)
		if differs {
			patch.Now = now(views)
			m.tell(encode("patch", patch))
		}
	}
	m.rows, m.state = rows, state
	if !m.known {
		m.known = true
		for v := range m.viewers {
			v.wake()
		}
	}
}

// describe makes rows of processes. Most are as they were.
func (m *monitor) describe(views []core.View) []Process {
	rows := make([]Process, len(views))
	seen := make(map[core.ProcID]seenProcess, len(views))
	for i := range views {
		v := views[i]
		v.Now = 0
		d, known := m.seen[v.ID]
		if !known || d.view != v {
			d = seenProcess{v, steady(&views[i])}
		}
		seen[v.ID], rows[i] = d, d.row
	}
	m.seen = seen
	return rows
}

func now(views []core.View) int64 {
	if len(views) > 0 {
		return views[0].Now
	}
	return time.Now().Unix()
}

// compare finds what differs between what is known and rows, both of which are
// sorted. Without measured, the usage of processes that go on is what it was.
func (m *monitor) compare(rows []Process, state string, measured bool) (patch Patch, differs bool) {
	if state != m.state {
		patch.State = state
	}
	i := 0
	for j := range rows {
		row := &rows[j]
		for i < len(m.rows) && before(&m.rows[i], row) {
			patch.Gone = append(patch.Gone, m.rows[i].ID)
			i++
		}
		if i == len(m.rows) || m.rows[i].ID != row.ID {
			patch.Processes = append(patch.Processes, *row)
			continue
		}
		old := &m.rows[i]
		i++
		if !measured && old.PID == row.PID {
			row.CPU, row.Memory = old.CPU, old.Memory
		}
		if *old == *row {
			continue
		}
		if bare(*old) == bare(*row) {
			patch.Usage = append(patch.Usage, UsageEntry{row.ID, row.CPU, row.Memory})
		} else {
			patch.Processes = append(patch.Processes, *row)
		}
	}
	for ; i < len(m.rows); i++ {
		patch.Gone = append(patch.Gone, m.rows[i].ID)
	}
	return patch, patch.State != "" || len(patch.Gone)+len(patch.Processes)+len(patch.Usage) > 0
}

// before orders processes as core does.
func before(a, b *Process) bool {
	return a.Group < b.Group || a.Group == b.Group && a.Name < b.Name
}

// bare is a process without its usage.
func bare(p Process) Process {
	p.CPU, p.Memory = maybe[float64]{}, maybe[int64]{}
	return p
}
