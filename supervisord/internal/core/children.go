package core

import (
	"strconv"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// Spawned implements Children.
func (l *Loop) Spawned(id ProcID, pid int) {
	l.in.putChild(func() {
		if p := l.st.byID[id]; p != nil {
			p.lastPID = pid
			l.st.step(p, life.Event{Kind: life.Spawned, PID: pid})
		}
	})
}

// SpawnFailed implements Children.
func (l *Loop) SpawnFailed(id ProcID, reason string) {
	l.in.putChild(func() {
		p := l.st.byID[id]
		if p == nil {
			return
		}
		p.releaseSocket()
		if p.group.pool != nil {
			l.st.bus.listenerGone(p)
		}
		l.st.step(p, life.Event{Kind: life.SpawnFailed, Reason: reason})
	})
}

// Exited implements Children. The life cycle hears of the exit only when the
// child's pipes have been read, so that its last words precede its last state.
func (l *Loop) Exited(id ProcID, pid int, status syscall.WaitStatus) {
	l.opts.Streams.Drain(id, func() {
		l.in.putChild(func() { l.st.exited(id, pid, status) })
	})
}

func (s *state) exited(id ProcID, pid int, status syscall.WaitStatus) {
	s.debug("received SIGCHLD indicating a child quit")
	p := s.byID[id]
	if p == nil || p.life.PID != pid {
		return
	}
	code, cause := exitStatus(status)
	p.cause, p.lastExit = cause, code
	s.opts.Streams.Release(id)
	p.releaseSocket()
	if p.group.pool != nil {
		s.bus.listenerGone(p)
	}
	s.step(p, life.Event{Kind: life.Exit, PID: pid, ExitStatus: code})
}

// ReapedStranger implements Children. Strangers are the everyday business of a
// daemon that is process 1, so they are told at debug level.
func (l *Loop) ReapedStranger(pid int, status syscall.WaitStatus) {
	if l.opts.Log.Enabled(config.LevelDebug) {
		_, cause := exitStatus(status)
		l.opts.Log.Log(config.LevelDebug, "reaped unknown pid "+strconv.Itoa(pid)+" ("+cause+")")
	}
}

// Output implements Sink. It returns when the loop has taken the event, so that
// no more than one waits for the loop.
func (l *Loop) Output(id ProcID, pid int, ch Channel, data []byte) (hold Hold) {
	l.do(func(s *state) {
		if p := s.byID[id]; p != nil {
			s.bus.processLog(p, pid, ch, data)
			hold = s.bus.hold(HoldLog(ch))
		}
	})
	return hold
}

// Captured implements Sink.
func (l *Loop) Captured(id ProcID, pid int, ch Channel, data []byte) (hold Hold) {
	l.do(func(s *state) {
		if p := s.byID[id]; p != nil {
			s.bus.processComm(p, pid, ch, data)
			hold = s.bus.hold(holdMessage(ch))
		}
	})
	return hold
}

// ListenerOutput implements Sink.
func (l *Loop) ListenerOutput(id ProcID, data []byte) {
	l.do(func(s *state) {
		if p := s.byID[id]; p != nil && p.group.pool != nil {
			s.bus.listenerOutput(p, data)
		}
	})
}
