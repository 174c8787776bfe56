package core

import "github.com/supervisor-go/supervisor/pkg/wire"

// gathering collects the answers of an operation on many processes. What was
// answered while the processes were being asked comes first, then what had to
// be waited for, each in the order of asking.
type gathering struct {
	finish  func([]wire.ProcessStatus, error)
	results []wire.ProcessStatus
	late    []bool
	open    int  // answers still to come
	waiting bool // everybody has been asked
}

func newGathering(n int, finish func([]wire.ProcessStatus, error)) *gathering {
	return &gathering{finish: finish, results: make([]wire.ProcessStatus, n), late: make([]bool, n), open: n}
}

// answer files the answer of the process asked as number i.
func (g *gathering) answer(i int, st wire.ProcessStatus) {
	g.results[i] = st
	g.late[i] = g.waiting
	g.open--
	g.done()
}

// asked tells that everybody has been asked.
func (g *gathering) asked() {
	g.waiting = true
	g.done()
}

func (g *gathering) done() {
	if g.open > 0 || !g.waiting {
		return
	}
	ordered := make([]wire.ProcessStatus, 0, len(g.results))
	for _, late := range []bool{false, true} {
		for i, st := range g.results {
			if g.late[i] == late {
				ordered = append(ordered, st)
			}
		}
	}
	g.finish(ordered, nil)
}
