package life

import "strconv"

// exit acts on the end of the child.
func exit(c *Policy, p *Process, e Event, now Instant, acts *Actions) {
	p.Ended = now
	p.Killed = false
	switch {
	case p.Killing || p.StopWanted:
		exitStopped(c, p, e.ExitStatus, acts)
	case p.State == Starting && now-p.Started < Instant(c.StartSecs):
		exitTooQuickly(c, p, now, acts)
	default:
		exitRan(c, p, e.ExitStatus, acts)
		if !e.NoRestart && c.restarts(e.ExitStatus) {
			spawn(p, now, acts)
		}
	}
}

// exitStopped is the exit that a stop asked for.
func exitStopped(c *Policy, p *Process, status int, acts *Actions) {
	p.Killing, p.StopWanted = false, false
	p.Deadline = 0
	p.ExitStatus, p.HasExit = status, true
	acts.notify(p, Stopped)
	acts.logExit(p, LogStopped, c.expects(status))
	p.PID = 0
}

// exitTooQuickly is the exit of a child that did not stay up for startsecs,
// whatever its exit status.
func exitTooQuickly(c *Policy, p *Process, now Instant, acts *Actions) {
	p.ExitStatus, p.HasExit = 0, false
	p.SpawnErr = "Exited too quickly (process log may have details)"
	backOff(p, now, acts)
	acts.log(p, LogExitedFast)
	p.PID = 0
	giveUpIfSpent(c, p, acts)
}

// exitRan is the exit of a child that had been up, also when the deadline of
// STARTING passed but its Wake has not come yet.
func exitRan(c *Policy, p *Process, status int, acts *Actions) {
	if p.State == Starting {
		stayedUp(p, acts)
	}
	expected := c.expects(status)
	p.Deadline = 0
	p.Tries = 0
	p.ExitStatus, p.HasExit = status, true
	if !expected {
		p.SpawnErr = "Bad exit code " + strconv.Itoa(status)
	}
	acts.notifyExited(p, expected)
	acts.logExit(p, LogExited, expected)
	p.PID = 0
}
