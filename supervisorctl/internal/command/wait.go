package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// stateNames are the states that one can wait for.
var stateNames = []string{"STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN"}

// waitRequest is what the arguments of wait ask for.
type waitRequest struct {
	names   []string
	state   string
	timeout time.Duration // 0 waits for ever
}

func parseWait(fields []string) (*waitRequest, error) {
	req := &waitRequest{state: "RUNNING"}
	for i := 0; i < len(fields); i++ {
		option, value, given := strings.Cut(fields[i], "=")
		if option != "--for" && option != "--timeout" {
			req.names = append(req.names, fields[i])
			continue
		}
		if !given {
			if i++; i == len(fields) {
				return nil, fmt.Errorf("%s requires a value", option)
			}
			value = fields[i]
		}
		if err := req.set(option, value); err != nil {
			return nil, err
		}
	}
	if len(req.names) == 0 {
		return nil, fmt.Errorf("wait requires a process name")
	}
	return req, nil
}

func (r *waitRequest) set(option, value string) error {
	if option == "--for" {
		r.state = strings.ToUpper(value)
		if !contains(stateNames, r.state) {
			return fmt.Errorf("there is no state %s: %s are allowed", quoted(value), strings.Join(stateNames, ", "))
		}
		return nil
	}
	secs, err := strconv.ParseFloat(value, 64)
	if err != nil || !(secs >= 0 && secs <= 1e9) { // it may be NaN
		return fmt.Errorf("invalid value for --timeout %s: a number of seconds is allowed", quoted(value))
	}
	r.timeout = max(time.Duration(secs*float64(time.Second)), 1)
	return nil
}

// wait returns when every process has reached a state.
func (c *Ctl) wait(ctx context.Context, arg string) error {
	req, err := parseWait(strings.Fields(arg))
	if err != nil {
		c.fail("Error: " + err.Error())
		c.Exit = ExitUsage
		c.usage("wait")
		return nil
	}
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	whole := ctx
	if req.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, req.timeout)
		defer stop()
	}
	w := newWaiter(c, conn, req)
	err = w.run(ctx)
	if ctx.Err() != nil && whole.Err() == nil {
		w.timedOut()
		err = nil
	}
	w.tell(whole)
	return err
}

// waiter waits for processes to reach a state.
type waiter struct {
	c       *Ctl
	conn    *client.Client
	req     *waitRequest
	pending map[string]wire.ProcessInfo // by namespec, as last seen
	order   []string
	done    []wire.ProcessInfo // those that are not waited for any more
	seen    bool               // the names have been looked up once
	changed <-chan struct{}
}

func newWaiter(c *Ctl, conn *client.Client, req *waitRequest) *waiter {
	c.set("state", req.state)
	c.set("processes", []ProcessDoc{})
	return &waiter{c: c, conn: conn, req: req, pending: map[string]wire.ProcessInfo{}}
}

// pollEvery is how often the states are looked at when the server cannot tell
// of changes.
const pollEvery = 200 * time.Millisecond

func (w *waiter) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w.changed = w.watchEvents(ctx)
	for {
		infos, err := w.conn.AllProcessInfo(ctx)
		if err != nil {
			return err
		}
		if !w.seen {
			w.seen = true
			if !w.choose(infos) {
				return nil
			}
		}
		if w.settle(infos) {
			return nil
		}
		if err := w.next(ctx); err != nil {
			return err
		}
	}
}

// watchEvents tells of changes of states, if the server can. Without, the
// channel never tells of any.
func (w *waiter) watchEvents(ctx context.Context) <-chan struct{} {
	changed := make(chan struct{}, 1)
	go func() {
		stream, err := w.conn.Events(ctx, []string{"PROCESS_STATE", "PROCESS_GROUP"})
		if err != nil {
			return
		}
		defer stream.Close()
		for {
			var lost *client.Lost
			if _, err := stream.Next(); err != nil && !errors.As(err, &lost) {
				return
			}
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}()
	return changed
}

func (w *waiter) next(ctx context.Context) error {
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.changed:
	case <-timer.C:
	}
	return nil
}

// choose finds the processes that the names stand for.
func (w *waiter) choose(infos []wire.ProcessInfo) bool {
	before := w.c.Exit
	w.c.Exit = ExitOK
	for _, p := range choose(w.c, infos, w.req.names, infoName) {
		name := namespec.Make(p.Group, p.Name)
		if _, twice := w.pending[name]; !twice {
			w.order = append(w.order, name)
		}
		w.pending[name] = p
	}
	if w.c.Exit != ExitOK {
		w.c.Exit = ExitFailure
		return false
	}
	w.c.Exit = before
	return true
}

// settle takes those off the list that have arrived, and those that never will.
// It reports whether none is left.
func (w *waiter) settle(infos []wire.ProcessInfo) bool {
	now := map[string]wire.ProcessInfo{}
	for _, p := range infos {
		now[namespec.Make(p.Group, p.Name)] = p
	}
	for _, name := range w.order {
		if _, waiting := w.pending[name]; !waiting {
			continue
		}
		p, there := now[name]
		switch {
		case !there:
			w.give(name, w.pending[name], "ERROR (no such process)")
		case p.StateName == w.req.state:
			delete(w.pending, name)
			w.c.say(name + ": " + p.StateName)
			w.record(&p)
		case p.State == stateFatal && w.req.state == "RUNNING":
			w.give(name, p, "ERROR (FATAL: "+p.Description+")")
		default:
			w.pending[name] = p
		}
	}
	return len(w.pending) == 0
}

// give gives up on a process.
func (w *waiter) give(name string, p wire.ProcessInfo, why string) {
	delete(w.pending, name)
	w.c.fail(name + ": " + why)
	w.c.Exit = ExitFailure
	w.record(&p)
}

func (w *waiter) record(p *wire.ProcessInfo) {
	w.done = append(w.done, *p)
}

// tell puts what became of the processes into the JSON document. A server that
// is gone by now cannot tell the details.
func (w *waiter) tell(ctx context.Context) {
	if w.c.doc == nil || len(w.done) == 0 {
		return
	}
	docs, err := processDocs(ctx, w.conn, w.done)
	if err != nil {
		for i := range w.done {
			docs = append(docs, processDoc(&w.done[i], nil))
		}
	}
	w.c.set("processes", docs)
}

// timedOut tells which processes have not arrived.
func (w *waiter) timedOut() {
	for _, name := range w.order {
		if p, waiting := w.pending[name]; waiting {
			w.give(name, p, "ERROR (still "+p.StateName+")")
		}
	}
	w.c.Exit = ExitTimedOut
}
