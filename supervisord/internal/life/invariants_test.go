package life_test

import (
	"fmt"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// wellFormed tells what is wrong with a process that no history should lead to.
func wellFormed(c *life.Policy, p *life.Process) error {
	child := p.PID != 0
	idle := !child && !p.Spawning && !p.Killing && !p.StopWanted && !p.Killed
	switch p.State {
	case life.Stopped, life.Exited, life.Fatal, life.Backoff:
		if !idle {
			return fmt.Errorf("%s with something of a child left", p.State)
		}
	case life.Starting:
		if child == p.Spawning || p.Killing || p.StopWanted {
			return fmt.Errorf("STARTING needs a child or one on its way")
		}
	case life.Running:
		if !child || p.Spawning || p.Killing || p.StopWanted {
			return fmt.Errorf("RUNNING needs a child, and nothing else")
		}
	case life.Stopping:
		if child == p.Spawning || p.Killing != child || p.StopWanted != p.Spawning {
			return fmt.Errorf("STOPPING needs a child that was signalled, or one on its way that will be")
		}
	case life.Unknown:
		if !child || p.Spawning || p.Killing {
			return fmt.Errorf("UNKNOWN needs a child")
		}
	default:
		return fmt.Errorf("no such state: %d", p.State)
	}
	wantDeadline := p.State == life.Backoff || child && (p.State == life.Starting || p.State == life.Stopping)
	if wantDeadline != (p.Deadline != 0) {
		return fmt.Errorf("%s, child %v: deadline %d", p.State, child, p.Deadline)
	}
	return countsRight(c, p)
}

func countsRight(c *life.Policy, p *life.Process) error {
	child := p.PID != 0
	switch {
	case p.Tries < 0 || p.Tries > c.StartRetries:
		return fmt.Errorf("%d tries of %d", p.Tries, c.StartRetries)
	case p.State == life.Backoff && p.Tries == 0:
		return fmt.Errorf("BACKOFF without a try")
	case p.Tries != 0 && (p.State == life.Running || p.State == life.Fatal || p.State == life.Exited):
		return fmt.Errorf("%s with %d tries", p.State, p.Tries)
	case child && p.HasExit:
		return fmt.Errorf("an exit status of a child that lives")
	case child && p.SpawnErr != "":
		return fmt.Errorf("a spawn error of a child that lives")
	}
	return nil
}

// stepRight tells what is wrong with one step.
func stepRight(c *life.Policy, before life.Process, ev life.Event, after life.Process, acts *life.Actions) error {
	if err := wellFormed(c, &after); err != nil {
		return err
	}
	state := before.State
	spawns := 0
	for i, a := range acts.Slice() {
		switch a.Kind {
		case life.DoNotify:
			if a.From != state || a.To == a.From {
				return fmt.Errorf("event of %s -> %s in state %s", a.From, a.To, state)
			}
			state = a.To
		case life.DoSpawn:
			spawns++
			if i != acts.Len()-1 || !after.Spawning || ev.NoRestart {
				return fmt.Errorf("a spawn that should not be")
			}
		case life.DoKill:
			if a.PID == 0 || a.PID != after.PID || (a.Signal == 9) != (ev.Kind == life.Wake) {
				return fmt.Errorf("a kill that should not be: %+v", a)
			}
		}
	}
	switch {
	case state != after.State:
		return fmt.Errorf("state %s, told %s", after.State, state)
	case spawns != 0 && before.Spawning, spawns == 0 && after.Spawning && !before.Spawning:
		return fmt.Errorf("%d spawns", spawns)
	case acts.Len() == 0 && after != before:
		return fmt.Errorf("a change nobody hears of: %+v, %+v", before, after)
	case after.PID != before.PID && ev.Kind != life.Spawned && ev.Kind != life.Exit:
		return fmt.Errorf("the child came or went")
	case before.PID != 0 && after.PID != 0 && before.PID != after.PID:
		return fmt.Errorf("a second child")
	}
	return nil
}
