package boot

import (
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// relay stands for the loop towards the parts that the loop itself needs to be
// made. What comes before the loop exists waits for it.
//
// It also keeps the children of plug-ins from the loop, which knows nothing of
// them.
type relay struct {
	ready   chan struct{}
	loop    *core.Loop
	helpers *launcher
}

func newRelay(l *launcher) *relay { return &relay{ready: make(chan struct{}), helpers: l} }

// connect is called once.
func (r *relay) connect(l *core.Loop) {
	r.loop = l
	close(r.ready)
}

func (r *relay) get() *core.Loop {
	<-r.ready
	return r.loop
}

// The methods of core.Children.

func (r *relay) Spawned(id core.ProcID, pid int) {
	if id < firstHelper {
		r.get().Spawned(id, pid)
	} else if h := r.helpers.find(id); h != nil {
		h.spawned(pid)
	}
}

func (r *relay) SpawnFailed(id core.ProcID, reason string) {
	if id < firstHelper {
		r.get().SpawnFailed(id, reason)
	} else if h := r.helpers.find(id); h != nil {
		h.spawnFailed(reason)
	}
}

func (r *relay) Exited(id core.ProcID, pid int, status syscall.WaitStatus) {
	if id < firstHelper {
		r.get().Exited(id, pid, status)
	} else if h := r.helpers.find(id); h != nil {
		h.ended()
	}
}

func (r *relay) ReapedStranger(pid int, status syscall.WaitStatus) {
	r.get().ReapedStranger(pid, status)
}

// The methods of core.Sink.

func (r *relay) Output(id core.ProcID, pid int, ch core.Channel, data []byte) core.Hold {
	return r.get().Output(id, pid, ch, data)
}

func (r *relay) Captured(id core.ProcID, pid int, ch core.Channel, data []byte) core.Hold {
	return r.get().Captured(id, pid, ch, data)
}

func (r *relay) Held(h core.Hold) bool { return r.get().Held(h) }

func (r *relay) CaughtUp(h core.Hold, ready func()) { r.get().CaughtUp(h, ready) }

func (r *relay) ListenerOutput(id core.ProcID, data []byte) { r.get().ListenerOutput(id, data) }
