package core

// visit runs fn in the goroutine of the caller, as a guest of the loop, if that
// makes no difference to sending it there: nobody is at work in the loop, and
// nothing waits. It saves two switches between threads, which are most of what a
// short call or the answer of a listener costs. It reports whether fn was run.
func (l *Loop) visit(fn func(*state)) bool {
	if !l.turn.TryLock() {
		return false
	}
	if !l.in.idle() || len(l.st.held.news) > 0 {
		l.turn.Unlock()
		return false
	}
	fn(&l.st)
	wanted := l.st.wanted()
	l.turn.Unlock()
	if wanted {
		l.in.poke()
	}
	return true
}

// wanted reports whether the loop sleeps for too long after what a guest did.
func (s *state) wanted() bool {
	if s.end.begun {
		return true
	}
	at := s.nextDeadline()
	return at != 0 && (s.armed == 0 || at < s.armed)
}
