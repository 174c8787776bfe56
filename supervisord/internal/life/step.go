package life

// Step applies one event to a process: it returns the process as it is
// afterwards and what the caller is to do about it, in that order. p itself is
// not changed, and Step depends on nothing but its arguments.
//
// An event that makes no sense in the process's state is ignored: p comes back
// unchanged and there is nothing to do. So a Wake that comes too early or too
// late, a second Start or Stop and the exit of a child that is no longer ours do
// no harm.
//
// Where this differs from Supervisor 4.2.5 on purpose:
//   - What the reference does on its next turn, up to a second later, happens
//     here in the same step: BACKOFF to FATAL when the retries are used up, an
//     automatic restart after EXITED, RUNNING with startsecs=0. The events and
//     log lines are the same, in the same order.
//   - A child is started by two steps, Start and Spawned, so a stop may come in
//     between. The state is STOPPING from then on (its event says pid:0) and the
//     child is sent its stop signal as soon as it exists.
//   - While the daemon shuts down, a BACKOFF whose delay ends becomes FATAL. The
//     reference lets it wait until its group's turn comes, with the same end.
//   - SIGKILL is repeated every stopwaitsecs, but at most once a second.
//   - A child that could not be signalled is UNKNOWN until it exits; then it is
//     STOPPED if it was to be stopped, else EXITED. The reference's daemon ends
//     with an AssertionError.
//   - A stop in BACKOFF keeps the count of tries, as the reference does: a later
//     start has only the remaining retries.
func Step(c *Policy, p Process, e Event, now Instant) (Process, Actions) {
	var acts Actions
	switch e.Kind {
	case Wake:
		wake(c, &p, e, now, &acts)
	case Start:
		if p.startable() && !e.NoRestart {
			spawn(&p, now, &acts)
		}
	case Spawned:
		if p.Spawning {
			spawned(c, &p, e.PID, now, &acts)
		}
	case SpawnFailed:
		if p.Spawning {
			spawnFailed(c, &p, e.Reason, now, &acts)
		}
	case Stop:
		stop(c, &p, e, now, &acts)
	case Exit:
		if p.owns(e.PID) {
			exit(c, &p, e, now, &acts)
		}
	case KillFailed:
		if p.owns(e.PID) && p.State != Unknown {
			killFailed(&p, e.Reason, &acts)
		}
	}
	return p, acts
}

// startable reports whether a start means anything: there is no child and none
// is on its way.
func (p *Process) startable() bool {
	switch p.State {
	case Stopped, Exited, Fatal, Backoff:
		return p.PID == 0 && !p.Spawning
	}
	return false
}

// owns reports whether there is a child and an event that names pid (0: none)
// can be about it.
func (p *Process) owns(pid int) bool {
	return p.PID != 0 && (pid == 0 || pid == p.PID)
}

// wake acts on a deadline that has passed.
func wake(c *Policy, p *Process, e Event, now Instant, acts *Actions) {
	if p.Deadline == 0 || now < p.Deadline {
		return
	}
	switch p.State {
	case Starting:
		stayedUp(p, acts)
		acts.log(p, LogSuccess)
	case Backoff:
		if e.NoRestart {
			giveUp(p, acts)
		} else {
			spawn(p, now, acts)
		}
	case Stopping:
		sigkill(c, p, now, acts)
	}
}
