package listen

import "github.com/supervisor-go/supervisor/pkg/event"

// Offer gives the pool an event that has just happened, if the pool subscribed
// to it. The event must not be changed afterwards.
func (p *Pool) Offer(e *event.Event, fx *Effects) {
	as := e.As(p.cfg.Mask)
	if as == event.None {
		return
	}
	i := p.free.first()
	if i < 0 && as == event.EventBufferOverflow {
		return
	}
	ent := entry{event: e, as: as, serial: p.serial}
	p.serial++
	if i >= 0 {
		fx.Progress = true
		p.send(p.inOrder[i], ent, fx)
		return
	}
	if p.waiting.n >= p.cfg.BufferSize {
		p.discard(fx)
	}
	p.waiting.pushBack(ent)
}

// Started tells that there is a new process of a listener, not RUNNING yet.
func (p *Pool) Started(id uint64, fx *Effects) {
	l := p.byID[id]
	if l == nil {
		return
	}
	p.drop(l, fx)
	l.restart()
	p.dispatch(fx)
}

// Running tells whether a listener's process is RUNNING. Only then is it sent
// events; its answers count in any state.
func (p *Pool) Running(id uint64, running bool, fx *Effects) {
	l := p.byID[id]
	if l == nil {
		return
	}
	l.running = running
	p.review(l)
	p.dispatch(fx)
}

// Gone tells that a listener's process has ended and that all of its output has
// been fed.
func (p *Pool) Gone(id uint64, fx *Effects) {
	l := p.byID[id]
	if l == nil {
		return
	}
	p.drop(l, fx)
	l.state = None
	p.dispatch(fx)
}

// drop forgets a listener's process and puts its event back.
func (p *Pool) drop(l *listener, fx *Effects) {
	if l.holds {
		p.putBack(l, fx)
	}
	l.running, l.deaf = false, false
	p.free.clear(l.index)
}

// WriteFailed tells that a Send could not be written because the listener has
// closed its standard input. The event goes back, the listener's state is what
// it was, and it is sent nothing more until it has been started again.
func (p *Pool) WriteFailed(id, ticket uint64, fx *Effects) {
	l := p.byID[id]
	if l == nil || !l.holds || l.ticket != ticket {
		return
	}
	fx.log(Log{Kind: LogPipe, Listener: l.name, Serial: l.out.event.Serial})
	l.protocol = protocol{state: Ready}
	l.deaf = true
	p.putBack(l, fx)
	p.dispatch(fx)
}

// Feed takes what a listener wrote to its standard output. data is only looked
// at during the call.
func (p *Pool) Feed(id uint64, data []byte, fx *Effects) {
	l := p.byID[id]
	if l == nil {
		return
	}
	for len(data) > 0 {
		var h happening
		from := l.state
		h, data = l.next(data)
		p.happened(l, from, h, fx)
	}
	// Not before all of it was looked at: output after READY is an error.
	p.review(l)
	p.dispatch(fx)
}

// happened carries out what a listener's output means.
func (p *Pool) happened(l *listener, from State, h happening, fx *Effects) {
	switch h {
	case nothing:
		return
	case accepted:
		fx.Progress = true
		fx.log(Log{Kind: LogProcessed, Listener: l.name})
		l.holds, l.out = false, entry{}
	case rejected:
		fx.log(Log{Kind: LogRejected, Listener: l.name})
	case badLine:
		fx.log(Log{Kind: LogBadLine, Listener: l.name, Line: append([]byte(nil), l.part...)})
	}
	fx.log(Log{Kind: LogState, Listener: l.name, From: from, To: l.state})
	if l.state == Unknown {
		l.part = nil
		fx.log(Log{Kind: LogUnknown, Listener: l.name})
		fx.Unknown = append(fx.Unknown, l.id)
	}
	if l.holds {
		p.putBack(l, fx)
	}
}

// dispatch sends waiting events, oldest first, while a listener is free.
func (p *Pool) dispatch(fx *Effects) {
	for p.waiting.n > 0 {
		i := p.free.first()
		if i < 0 {
			return
		}
		p.send(p.inOrder[i], p.waiting.popFront(), fx)
	}
	p.endBurst(LogOverflowOver, fx)
}

func (p *Pool) send(l *listener, e entry, fx *Effects) {
	p.free.clear(l.index)
	p.ticket++
	l.protocol.send()
	l.holds, l.out, l.ticket = true, e, p.ticket
	fx.Sends = append(fx.Sends, Send{ID: l.id, Ticket: p.ticket, Envelope: p.envelope(e)})
	fx.log(Log{Kind: LogSent, Listener: l.name, Serial: e.event.Serial})
}

// putBack makes the event that a listener holds wait again.
func (p *Pool) putBack(l *listener, fx *Effects) {
	e := l.out
	l.holds, l.out = false, entry{}
	if e.as == event.EventBufferOverflow {
		return
	}
	fx.log(Log{Kind: LogRebuffer, Pool: p.cfg.Name, Serial: e.event.Serial,
		Buffered: p.waiting.n, Max: p.cfg.BufferSize})
	if p.waiting.n >= p.cfg.BufferSize {
		p.discard(fx)
	}
	p.waiting.insert(e)
}

// discard throws the event away that has waited longest.
func (p *Pool) discard(fx *Effects) {
	e := p.waiting.popFront()
	p.discarded++
	p.burst++
	if p.burst == 1 {
		fx.log(Log{Kind: LogOverflow, Pool: p.cfg.Name, Serial: e.event.Serial})
	}
	fx.Discards = append(fx.Discards, e.as)
}

// endBurst tells how many events were lost since there were none waiting.
func (p *Pool) endBurst(kind LogKind, fx *Effects) {
	if p.burst > 0 {
		fx.log(Log{Kind: kind, Pool: p.cfg.Name, Count: p.burst})
		p.burst = 0
	}
}
