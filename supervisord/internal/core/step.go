package core

import (
	"strconv"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// step gives an event to a process's life cycle and carries out what it asks
// for. It is the only place where a process changes state.
func (s *state) step(p *process, ev life.Event) {
	ev.NoRestart = s.end.begun
	now := s.loop.now()
	next, acts := life.Step(&p.policy, p.life, ev, now)
	if next.Started != p.life.Started {
		p.startWall = time.Now().Unix()
	}
	if next.Ended != p.life.Ended {
		p.stopWall = time.Now().Unix()
	}
	p.life = next
	s.due.set(p, next.Deadline)
	for _, a := range acts.Slice() {
		s.carryOut(p, a)
	}
	s.settle(p)
	s.wentDown(p)
}

func (s *state) carryOut(p *process, a life.Action) {
	switch a.Kind {
	case life.DoSpawn:
		s.spawn(p)
	case life.DoKill:
		s.kill(p, a)
	case life.DoNotify:
		s.bus.processState(p, a)
	case life.DoLog:
		s.logLife(p, a)
	}
}

// spawn hands the process to the Spawner. Spawned or SpawnFailed answers.
func (s *state) spawn(p *process) {
	fd := -1
	if p.cfg.Socket != nil {
		var err error
		if fd, err = s.acquireSocket(p); err != nil {
			reason := "cannot open the FastCGI socket of '" + p.cfg.Name + "': " + err.Error()
			// Not from within carryOut: the life cycle sees one event after the other.
			s.loop.in.put(func() { s.step(p, life.Event{Kind: life.SpawnFailed, Reason: reason}) })
			return
		}
	}
	p.spawns++
	if p.group.pool != nil {
		p.group.pool.starting(p)
	}
	s.opts.Spawner.Spawn(SpawnRequest{
		Streams: StreamSpec{
			ID: p.id, Config: p.cfg, StdoutLog: p.stdoutLog, StderrLog: p.stderrLog,
			Listener: p.group.pool != nil, StripANSI: s.opts.Config.Supervisord.StripANSI, SocketFD: fd,
		},
		ServerURL: s.opts.ServerURL,
	})
}

// kill sends a stop signal. A failure other than "no such process" makes the
// process UNKNOWN; a process that is already gone is on its way to us as an
// exit.
func (s *state) kill(p *process, a life.Action) {
	id, pid := p.id, a.PID
	s.opts.Spawner.Signal(id, pid, syscall.Signal(a.Signal), a.AsGroup, func(err error) {
		if err == nil {
			return
		}
		s.loop.in.put(func() { s.killFailed(id, pid, err) })
	})
}

func (s *state) killFailed(id ProcID, pid int, err error) {
	p := s.byID[id]
	if p == nil || p.life.PID != pid {
		return
	}
	if err == syscall.ESRCH {
		s.debug("unable to signal " + p.cfg.Name + " (pid " + strconv.Itoa(pid) +
			"), it probably just exited on its own: " + err.Error())
		return
	}
	s.step(p, life.Event{Kind: life.KillFailed, Reason: err.Error()})
}

// logLife writes a line of the life cycle to the activity log.
func (s *state) logLife(p *process, a life.Action) {
	name, pid := p.cfg.Name, strconv.Itoa(a.PID)
	switch a.Log {
	case life.LogSpawnErr:
		s.info("spawnerr: " + a.Reason)
	case life.LogSpawned:
		s.info("spawned: '" + name + "' with pid " + pid)
	case life.LogSuccess:
		s.info("success: " + name + " entered RUNNING state, process has stayed up for > than " +
			strconv.Itoa(p.cfg.StartSecs) + " seconds (startsecs)")
	case life.LogGaveUp:
		s.info("gave up: " + name + " entered FATAL state, too many start retries too quickly")
	case life.LogStopped:
		s.logExit(a.Expected, "stopped: "+name+" ("+p.cause+")")
	case life.LogExitedFast:
		s.warn("exited: " + name + " (" + p.cause + "; not expected)")
	case life.LogExited:
		if a.Expected {
			s.info("exited: " + name + " (" + p.cause + "; expected)")
		} else {
			s.warn("exited: " + name + " (" + p.cause + "; not expected)")
		}
	case life.LogSigkill:
		s.warn("killing '" + name + "' (" + pid + ") with SIGKILL")
	case life.LogKillBackoff:
		s.debug("Attempted to kill " + name + ", which is in BACKOFF state.")
	case life.LogKilling:
		asGroup := ""
		if a.AsGroup {
			asGroup = "process group "
		}
		s.debug("killing " + name + " (pid " + pid + ") " + asGroup + "with signal " + SignalName(a.Signal))
	case life.LogSignalFailed:
		s.log(config.LevelCritical, "unknown problem sending sig "+name+" ("+pid+"):"+a.Reason)
	case life.LogKillFailed:
		s.log(config.LevelCritical, "unknown problem killing "+name+" ("+pid+"):"+a.Reason)
	}
}

func (s *state) logExit(expected bool, line string) {
	if expected {
		s.info(line)
	} else {
		s.warn(line)
	}
}

func (s *state) log(level config.LogLevel, msg string) { s.opts.Log.Log(level, msg) }
func (s *state) info(msg string)                       { s.opts.Log.Log(config.LevelInfo, msg) }
func (s *state) warn(msg string)                       { s.opts.Log.Log(config.LevelWarn, msg) }
func (s *state) debug(msg string) {
	if s.opts.Log.Enabled(config.LevelDebug) {
		s.opts.Log.Log(config.LevelDebug, msg)
	}
}
