package life

import "time"

// spawn begins a start: the state is STARTING and a child is asked for. There is
// no deadline until the child exists, because Spawned or SpawnFailed will come.
func spawn(p *Process, now Instant, acts *Actions) {
	p.Killing, p.Killed, p.StopWanted = false, false, false
	p.SpawnErr = ""
	p.ExitStatus, p.HasExit = 0, false
	p.Started = now
	p.Deadline = 0
	p.Spawning = true
	acts.notify(p, Starting)
	acts.add(Action{Kind: DoSpawn})
}

// spawned takes note of the child. startsecs count from now, so that a slow fork
// or exec is not taken for a child that stayed up.
func spawned(c *Policy, p *Process, pid int, now Instant, acts *Actions) {
	p.Spawning = false
	p.PID = pid
	p.SpawnErr = ""
	p.Started = now
	acts.log(p, LogSpawned)
	switch {
	case p.StopWanted:
		p.StopWanted = false
		kill(p, c.StopSignal, c.StopAsGroup, now.Add(c.StopWait), acts)
	case c.StartSecs <= 0:
		stayedUp(p, acts)
		acts.log(p, LogSuccess)
	default:
		p.Deadline = deadline(now.Add(c.StartSecs))
	}
}

// spawnFailed is the end of a start that got no child.
func spawnFailed(c *Policy, p *Process, reason string, now Instant, acts *Actions) {
	p.Spawning = false
	p.SpawnErr = reason
	acts.logReason(p, LogSpawnErr, reason)
	if p.StopWanted {
		p.StopWanted = false
		acts.notify(p, Stopped)
		return
	}
	backOff(p, now, acts)
	giveUpIfSpent(c, p, acts)
}

// stayedUp makes a STARTING process RUNNING.
func stayedUp(p *Process, acts *Actions) {
	p.Deadline = 0
	p.Tries = 0
	acts.notify(p, Running)
}

// backOff counts a failed start and delays the next by one second for each.
func backOff(p *Process, now Instant, acts *Actions) {
	p.Tries++
	p.Deadline = deadline(now.Add(Seconds(p.Tries)))
	acts.notify(p, Backoff)
}

// giveUpIfSpent gives up a process in BACKOFF that has no retries left.
func giveUpIfSpent(c *Policy, p *Process, acts *Actions) {
	if p.Tries > c.StartRetries {
		giveUp(p, acts)
		acts.log(p, LogGaveUp)
	}
}

// giveUp makes a process in BACKOFF FATAL. The count of tries begins anew.
func giveUp(p *Process, acts *Actions) {
	p.Deadline = 0
	p.Tries = 0
	acts.notify(p, Fatal)
}

// leastRepeat is the least time between two SIGKILLs.
const leastRepeat = time.Second
