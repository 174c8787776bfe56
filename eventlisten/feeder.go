package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// feeder keeps one handler running and writes events to it. Its methods are
// called from one goroutine.
type feeder struct {
	io      *tool.IO
	opts    *options
	stop    *stopper
	started time.Time // of the last attempt to start a handler
	now     *fed      // nil while no handler runs
}

func newFeeder(io *tool.IO, o *options, stop *stopper) *feeder {
	return &feeder{io: io, opts: o, stop: stop}
}

// ready sees to it that a handler runs. It waits when the last one was started
// only a moment ago. A handler that cannot be started at all is an error the
// first time, and a warning when there was one before.
func (f *feeder) ready() error {
	for !f.alive() && !f.stop.stopping() {
		first := f.started.IsZero()
		if !first {
			f.stop.pause(time.Until(f.started.Add(f.opts.delay)))
			if f.stop.stopping() {
				return nil
			}
		}
		f.started = time.Now()
		h, err := f.start()
		switch {
		case err == nil:
			f.now = h
		case first:
			return err
		default:
			f.io.Warnf("%v", err)
		}
	}
	return nil
}

// broken returns a channel that is closed when the handler ends.
func (f *feeder) broken() <-chan struct{} {
	if f.now == nil {
		return nil
	}
	return f.now.ended
}

// alive tells whether the handler runs, and says so when it no longer does.
func (f *feeder) alive() bool {
	if f.now == nil {
		return false
	}
	select {
	case <-f.now.ended:
	default:
		return true
	}
	if err := outcome(f.now.cmd.ProcessState); err != nil {
		f.io.Warnf("%v; it is started again", err)
	} else {
		f.io.Warnf("handler ended; it is started again")
	}
	f.drop()
	return false
}

func (f *feeder) drop() {
	f.now.in.Close()
	f.now = nil
}

// deliver writes an event to the handler, and with --ack waits for its answer.
func (f *feeder) deliver(n *event.Notification) error {
	text := line(n)
	for attempt := 1; ; attempt++ {
		err := f.ready()
		if err == nil {
			err = f.once(text)
		}
		if err == nil {
			return nil
		}
		tell(f.io, n, attempt, f.opts.retries, err)
		if attempt > f.opts.retries {
			return err
		}
		f.stop.pause(f.opts.delay)
		if f.stop.stopping() {
			return err
		}
	}
}

// once writes one line and waits for the answer, if there is to be one.
func (f *feeder) once(text []byte) error {
	h := f.now
	if h == nil {
		return errors.New("eventlisten is to stop")
	}
	var late <-chan time.Time
	if f.opts.timeout > 0 {
		timer := time.NewTimer(f.opts.timeout)
		defer timer.Stop()
		late = timer.C
	}
	var answer <-chan bool
	if f.opts.ack {
		answer = h.expect()
	}
	written := make(chan error, 1)
	go func() {
		_, err := h.in.Write(text)
		written <- err
	}()
	for {
		select {
		case err := <-written:
			if err != nil {
				f.kill()
				return errors.New("handler ended before it had read the event")
			}
			if answer == nil {
				return nil
			}
			written = nil
		case ok := <-answer:
			return verdict(ok)
		case <-h.ended:
			return f.after(h, written, answer)
		case <-late:
			f.kill()
			if answer != nil {
				return fmt.Errorf("handler was killed because it did not answer within %v", f.opts.timeout)
			}
			return fmt.Errorf("handler was killed because it did not read within %v", f.opts.timeout)
		case <-f.stop.hard:
			f.kill()
			return errors.New("handler was killed because eventlisten is to stop")
		}
	}
}

func verdict(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("handler answered FAIL")
}

// after tells what became of an event whose handler has ended. It may have read
// the line, and its last words may have been an answer.
func (f *feeder) after(h *fed, written <-chan error, answer <-chan bool) error {
	if answer == nil {
		h.in.SetWriteDeadline(time.Unix(1, 0))
		if <-written != nil {
			return errors.New("handler ended before it had read the event")
		}
		return nil
	}
	<-h.heard
	select {
	case ok := <-answer:
		return verdict(ok)
	default:
		return errors.New("handler ended before it answered")
	}
}

// kill ends a handler that cannot be gone on with.
func (f *feeder) kill() {
	killGroup(f.now.cmd, f.now.ended)
	f.drop()
}

// finish ends the handler's input and gives it time to end.
func (f *feeder) finish() {
	if f.now == nil {
		return
	}
	f.now.in.Close()
	timer := time.NewTimer(f.opts.grace)
	defer timer.Stop()
	select {
	case <-f.now.ended:
		if f.now.heard != nil {
			<-f.now.heard
		}
		return
	case <-timer.C:
	case <-f.stop.hard:
	}
	killGroup(f.now.cmd, f.now.ended)
}

// start starts a handler.
func (f *feeder) start() (*fed, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h := &fed{cmd: command(f.opts.argv), in: w, ended: make(chan struct{}), io: f.io}
	h.cmd.Env = f.io.Env
	h.cmd.Stdin, h.cmd.Stdout, h.cmd.Stderr = r, f.io.Stderr, f.io.Stderr
	if f.opts.ack {
		err = h.startWithAnswers()
	} else {
		err = h.cmd.Start()
	}
	if err != nil {
		w.Close()
		return nil, tool.Failf(tool.StartStatus(h.cmd.Path, err), "%w", startError(f.opts.argv[0], err))
	}
	go func() { h.cmd.Wait(); close(h.ended) }()
	return h, nil
}
