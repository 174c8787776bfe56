package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// loop moves what the reader reads to the writer and obeys signals.
type loop struct {
	io      *tool.IO
	opts    *options
	in      *reader
	out     *writer
	signals chan os.Signal
	timer   *time.Timer // for the end of the period; nil when there is none
	ending  bool        // what is in the pipe is to be written, and no more
}

// newLoop begins to catch signals, so that none is lost once the log is there.
func newLoop(io *tool.IO, o *options) *loop {
	l := &loop{io: io, opts: o, signals: make(chan os.Signal, 16)}
	l.catch()
	return l
}

// start begins to read.
func (l *loop) start(w *writer) {
	l.out = w
	if l.opts.block {
		w.patience = l.patience
	}
	if l.opts.every > 0 {
		w.tick(time.Now())
		l.timer = time.NewTimer(w.period.left(time.Now()))
	}
	l.in = newReader(l.io.Stdin)
}

// catch has signals arrive in l.signals. The second one that asks for the end
// is obeyed here: the loop may be waiting for a reader of the log.
func (l *loop) catch() {
	caught := make(chan os.Signal, 16)
	signal.Notify(caught, syscall.SIGHUP, syscall.SIGUSR1)
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		if l.opts.protect || s == syscall.SIGINT && !terminal(l.io.Stdin) {
			signal.Ignore(s)
		} else {
			signal.Notify(caught, s)
		}
	}
	go func() {
		ends := 0
		for s := range caught {
			if s == syscall.SIGTERM || s == syscall.SIGINT {
				if ends++; ends == 2 {
					os.Exit(tool.Refused)
				}
			}
			select {
			case l.signals <- s:
			default: // as many of them as anybody needs are waiting
			}
		}
	}()
}

// terminal tells whether the input is one that a user types at.
func terminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// run copies until the end.
func (l *loop) run() error {
	var err error
	for err == nil {
		err = l.step()
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, errDrained) {
		return tool.Failf(tool.System, "cannot read standard input: %w", cause(err))
	}
	if l.out.total > 0 {
		l.io.Warnf("%d bytes were dropped and are not in %s", l.out.total, l.opts.path)
		return tool.Exit(tool.Refused)
	}
	return nil
}

// step does one thing. The error is why there is nothing more to read.
func (l *loop) step() error {
	select {
	case c := <-l.in.chunks:
		if c.err != nil {
			return c.err
		}
		l.out.write(c.data)
		l.in.free <- c.data[:cap(c.data)]
	case s := <-l.signals:
		l.signal(s)
	case <-l.period():
		// The wall clock decides; the timer runs on another one.
		now := time.Now()
		l.out.tick(now)
		l.timer.Reset(l.out.period.left(now))
	}
	return nil
}

// period returns the channel of the timer.
func (l *loop) period() <-chan time.Time {
	if l.timer == nil {
		return nil
	}
	return l.timer.C
}

func (l *loop) signal(s os.Signal) {
	switch s {
	case syscall.SIGHUP:
		l.out.reopen()
	case syscall.SIGUSR1:
		l.out.rotateSoon()
	case syscall.SIGTERM, syscall.SIGINT:
		if !l.ending {
			l.ending = true
			l.in.drain()
		}
	}
}

// retryEvery is the time between attempts to write what could not be written.
const retryEvery = 200 * time.Millisecond

// patience waits before another attempt to write. It returns false when there
// is to be none.
func (l *loop) patience() bool {
	if l.ending {
		return false
	}
	timer := time.NewTimer(retryEvery)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case s := <-l.signals:
			l.signal(s)
			if l.ending {
				return false
			}
		}
	}
}
