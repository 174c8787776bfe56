package listen

// WaitingSerials returns the poolserials of the events that wait, in order.
func (p *Pool) WaitingSerials() []int {
	list := []int{}
	for i := range p.waiting.n {
		list = append(list, int(p.waiting.at(i).serial))
	}
	return list
}

// Slots returns how many entries the queue has memory for.
func (p *Pool) Slots() int { return len(p.waiting.slots) }

// Held returns how many events the queue's memory refers to.
func (p *Pool) Held() int {
	n := 0
	for _, e := range p.waiting.slots {
		if e.event != nil {
			n++
		}
	}
	return n
}
