package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// stopper tells goroutines that eventlisten is to end: first politely, and then
// that handlers are to be killed.
type stopper struct {
	grace time.Duration
	soft  chan struct{} // closed: take no more events
	hard  chan struct{} // closed: kill what still runs
	once  sync.Once
	in    chan os.Signal
	eof   chan struct{} // has an element when the daemon has gone
	done  chan struct{}
}

func newStopper(grace time.Duration) *stopper {
	s := &stopper{
		grace: grace,
		soft:  make(chan struct{}),
		hard:  make(chan struct{}),
		in:    make(chan os.Signal, 2),
		eof:   make(chan struct{}, 1),
		done:  make(chan struct{}),
	}
	signal.Notify(s.in, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP)
	go s.watch()
	return s
}

func (s *stopper) watch() {
	select {
	case <-s.in:
	case <-s.eof:
	case <-s.done:
		return
	}
	close(s.soft)
	timer := time.NewTimer(s.grace)
	defer timer.Stop()
	select {
	case <-s.in:
	case <-timer.C:
	case <-s.done:
		return
	}
	close(s.hard)
}

// inputEnded makes the polite request, unless that has been done: the daemon has
// closed the pipe, or has been killed. It is to be called once.
func (s *stopper) inputEnded() { s.eof <- struct{}{} }

// stopping tells whether the polite request has been made.
func (s *stopper) stopping() bool {
	select {
	case <-s.soft:
		return true
	default:
		return false
	}
}

// pause waits for d, or less when eventlisten is to end.
func (s *stopper) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.soft:
	}
}

// close ends the stopper's goroutine.
func (s *stopper) close() {
	s.once.Do(func() {
		signal.Stop(s.in)
		close(s.done)
	})
}
