package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// operations are what was asked for and goes on, and what ended lately. An
// operation does not depend on the request that began it: a restart whose page
// is closed half-way still starts the process again.
type operations struct {
	ctx      context.Context
	announce func(Operation) // called when one has ended

	mu      sync.Mutex
	last    int
	recent  []*operation // the oldest first
	open    int          // of recent, not ended
	results int          // of all recent ones
}

type operation struct {
	ended chan struct{}
	op    Operation // guarded by operations.mu until ended is closed
}

// What is remembered: so many operations, and so many results of single
// processes in them. The last that has ended is always remembered.
const (
	maxOpen    = 500
	maxRecent  = 1000
	maxResults = 20_000
)

// outcome is what became of an operation.
type outcome struct {
	message string
	code    string // "" stands for SUCCESS
	results []Result
}

func newOperations(ctx context.Context, announce func(Operation)) *operations {
	return &operations{ctx: ctx, announce: announce}
}

var errTooMany = &apiError{http.StatusServiceUnavailable, "TOO_MANY", "too many operations are going on"}

// begin carries out an operation in a goroutine of its own.
func (o *operations) begin(action, target string, carryOut func(context.Context) outcome) (*operation, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open >= maxOpen {
		return nil, errTooMany
	}
	o.last++
	o.open++
	p := &operation{ended: make(chan struct{})}
	p.op = Operation{ID: strconv.Itoa(o.last), Action: action, Target: target, Results: []Result{}}
	o.recent = append(o.recent, p)
	go o.run(p, carryOut)
	return p, nil
}

func (o *operations) run(p *operation, carryOut func(context.Context) outcome) {
	out := carryOut(o.ctx)
	if out.code == "" {
		out.code = codeSuccess
	}
	o.mu.Lock()
	p.op.Done, p.op.OK, p.op.Code, p.op.Message = true, out.code == codeSuccess, out.code, out.message
	if out.results != nil {
		p.op.Results = out.results
	}
	o.open--
	o.results += len(p.op.Results)
	o.forget(p)
	close(p.ended)
	op := p.op
	o.mu.Unlock()
	op.Results = []Result{} // they may be many; who wants them can ask
	o.announce(op)
}

// forget drops the oldest operations that have ended, but not the last.
func (o *operations) forget(last *operation) {
	for len(o.recent) > maxRecent || o.results > maxResults {
		i := slices.IndexFunc(o.recent, func(p *operation) bool { return p.op.Done && p != last })
		if i < 0 {
			return
		}
		o.results -= len(o.recent[i].op.Results)
		o.recent = slices.Delete(o.recent, i, i+1)
	}
}

// wait waits for an operation to end, for as long as ctx and d last, and returns
// it as it is then.
func (o *operations) wait(ctx context.Context, p *operation, d time.Duration) Operation {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
	case <-ctx.Done():
	case <-o.ctx.Done():
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return p.op
}

// find returns an operation, or nil if there is none of that ID any more.
func (o *operations) find(id string) *operation {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.recent {
		if p.op.ID == id {
			return p
		}
	}
	return nil
}
