package main

import (
	"errors"
	"io"
	"io/fs"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// deliverer brings events to handlers.
type deliverer interface {
	// ready waits until an event can be taken, or until eventlisten is to end.
	ready() error
	// broken returns a channel that is closed when ready has to be called again,
	// or nil.
	broken() <-chan struct{}
	// deliver hands an event on. nil acknowledges it, an error rejects it and
	// has been told.
	deliver(n *event.Notification) error
	// finish waits for what is still going on.
	finish()
}

// listener speaks the protocol with the daemon. It answers from one goroutine.
type listener struct {
	io   *tool.IO
	opts *options
	in   *input
	out  *event.Writer
	stop *stopper
}

// arrival is what came in.
type arrival struct {
	n   *event.Notification
	err error
}

// run handles events until the input ends or a signal tells to stop.
func (l *listener) run(d deliverer) error {
	defer d.finish()
	arrivals := make(chan arrival)
	go func() {
		for {
			n, err := l.in.next()
			if errors.Is(err, io.EOF) {
				l.stop.inputEnded()
			}
			select {
			case arrivals <- arrival{n, err}:
			case <-l.stop.done:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for {
		if err := d.ready(); err != nil {
			return err
		}
		if l.stop.stopping() {
			return nil
		}
		if err := l.out.Ready(); err != nil {
			return unwritable(err)
		}
		a, err := l.wait(arrivals, d)
		if err != nil {
			return err
		}
		if a.n == nil && (a.err == nil || errors.Is(a.err, io.EOF)) {
			return nil
		}
		if a.err != nil {
			return unreadable(a.err)
		}
		if err := l.handle(a.n, d); err != nil {
			return err
		}
	}
}

// wait returns what comes in next; nothing when a signal tells to stop.
func (l *listener) wait(arrivals <-chan arrival, d deliverer) (arrival, error) {
	for {
		select {
		case a := <-arrivals:
			return a, nil
		case <-l.stop.soft:
			return arrival{}, nil
		case <-d.broken():
			if err := d.ready(); err != nil {
				return arrival{}, err
			}
		}
	}
}

// handle delivers one event and answers for it.
func (l *listener) handle(n *event.Notification, d deliverer) error {
	if !l.wanted(n.Header.Name) {
		return answered(l.out.OK())
	}
	if d.deliver(n) == nil {
		return answered(l.out.OK())
	}
	if err := answered(l.out.Fail()); err != nil {
		return err
	}
	l.stop.pause(l.opts.delay)
	return nil
}

func (l *listener) wanted(name string) bool {
	if len(l.opts.events) == 0 {
		return true
	}
	for _, s := range l.opts.events {
		if event.Matches(s, name) {
			return true
		}
	}
	return false
}

func answered(err error) error {
	if err != nil {
		return unwritable(err)
	}
	return nil
}

func unwritable(err error) error {
	return tool.Failf(tool.System, "cannot answer supervisord on standard output: %w", err)
}

func unreadable(err error) error {
	status := tool.Refused
	var path *fs.PathError // read(2) failed
	if errors.As(err, &path) {
		status = tool.System
	}
	e := tool.Failf(status, "%w", err)
	if status == tool.Refused {
		e.Hint("eventlisten is to be the command of an [eventlistener:x] section")
	}
	return e
}
