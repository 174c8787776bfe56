package life

// sigKILL is SIGKILL, which has this number on every Unix. (The package knows
// nothing of the system it runs on.)
const sigKILL = 9

// stop acts on a request to stop.
func stop(c *Policy, p *Process, e Event, now Instant, acts *Actions) {
	switch p.State {
	case Running, Starting:
		if p.Spawning {
			p.StopWanted = true
			acts.notify(p, Stopping)
			return
		}
		kill(p, c.StopSignal, c.StopAsGroup, now.Add(c.StopWait), acts)
	case Backoff:
		if e.NoRestart {
			giveUp(p, acts)
			return
		}
		acts.log(p, LogKillBackoff)
		p.Deadline = 0
		acts.notify(p, Stopped)
	}
}

// kill sends sig with the intention to end the child, and looks again at until.
func kill(p *Process, sig int, asGroup bool, until Instant, acts *Actions) {
	acts.add(Action{Kind: DoLog, Log: LogKilling, PID: p.PID, Signal: sig, AsGroup: asGroup})
	p.Killing = true
	p.Deadline = deadline(until)
	if p.State != Stopping {
		acts.notify(p, Stopping)
	}
	acts.add(Action{Kind: DoKill, PID: p.PID, Signal: sig, AsGroup: asGroup})
}

// sigkill ends a child that did not go in time. It is repeated, because a child
// in an uninterruptible wait may have outlived the first.
func sigkill(c *Policy, p *Process, now Instant, acts *Actions) {
	acts.log(p, LogSigkill)
	p.Killed = true
	kill(p, sigKILL, c.KillAsGroup, now.Add(max(c.StopWait, leastRepeat)), acts)
}

// killFailed makes a process UNKNOWN whose child exists but cannot be signalled,
// as when it has changed its user.
func killFailed(p *Process, reason string, acts *Actions) {
	kind := LogSignalFailed
	if p.Killing {
		kind = LogKillFailed
	}
	acts.logReason(p, kind, reason)
	acts.notify(p, Unknown)
	p.StopWanted = p.Killing
	p.Killing = false
	p.Deadline = 0
}
