package life

// maxActions is the most that one Step asks for: an exit after startsecs of a
// process that was still STARTING, followed by its automatic restart.
const maxActions = 6

// Actions is what Step asks its caller to do, in order. It is a plain value: it
// holds no memory of its own and is valid as long as the variable it is in.
type Actions struct {
	n int
	a [maxActions]Action
}

// Len returns the number of actions.
func (l *Actions) Len() int { return l.n }

// Slice returns the actions. It shares the memory of l.
func (l *Actions) Slice() []Action { return l.a[:l.n] }

func (l *Actions) add(a Action) {
	l.a[l.n] = a
	l.n++
}

// notify asks for the event of p's change to state to, and makes the change.
// The values that the event carries are those of this moment.
func (l *Actions) notify(p *Process, to State) {
	l.add(Action{Kind: DoNotify, From: p.State, To: to, Tries: p.Tries, PID: p.PID})
	p.State = to
}

// notifyExited is notify for EXITED, which also tells whether the exit status
// was an expected one.
func (l *Actions) notifyExited(p *Process, expected bool) {
	l.add(Action{Kind: DoNotify, From: p.State, To: Exited, Tries: p.Tries, PID: p.PID, Expected: expected})
	p.State = Exited
}

func (l *Actions) log(p *Process, kind LogKind) {
	l.add(Action{Kind: DoLog, Log: kind, PID: p.PID})
}

func (l *Actions) logExit(p *Process, kind LogKind, expected bool) {
	l.add(Action{Kind: DoLog, Log: kind, PID: p.PID, Expected: expected})
}

func (l *Actions) logReason(p *Process, kind LogKind, reason string) {
	l.add(Action{Kind: DoLog, Log: kind, PID: p.PID, Reason: reason})
}
