package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// killAfter is how long a handler has between TERM and KILL.
const killAfter = 2 * time.Second

// runner runs a handler for each event.
type runner struct {
	io     *tool.IO
	opts   *options
	stop   *stopper
	daemon int // pid of the process that started us
}

func (r *runner) ready() error            { return nil }
func (r *runner) broken() <-chan struct{} { return nil }
func (r *runner) finish()                 {}

// deliver runs the handler until it succeeds, or as often as is allowed.
func (r *runner) deliver(n *event.Notification) error {
	for attempt := 1; ; attempt++ {
		err := r.once(n, attempt)
		if err == nil {
			return nil
		}
		tell(r.io, n, attempt, r.opts.retries, err)
		if attempt > r.opts.retries {
			return err
		}
		r.stop.pause(r.opts.delay)
		if r.stop.stopping() {
			return err
		}
	}
}

// tell says on stderr that an attempt failed.
func tell(io *tool.IO, n *event.Notification, attempt, retries int, err error) {
	of := ""
	if retries > 0 {
		of = fmt.Sprintf(" (attempt %d of %d)", attempt, retries+1)
	}
	io.Warnf("%s event %d: %v%s", n.Header.Name, n.Header.Serial, err, of)
}

// once runs the handler for one event.
func (r *runner) once(n *event.Notification, attempt int) error {
	cmd := command(r.opts.argv)
	cmd.Env = environ(r.io.Env, n, attempt, r.daemon)
	payload := n.Payload
	if r.opts.body {
		payload = body(n)
	}
	cmd.Stdin = bytes.NewReader(payload)
	cmd.Stdout, cmd.Stderr = r.io.Stderr, r.io.Stderr
	// Nobody waits for a grandchild that has taken over the handler's input.
	cmd.WaitDelay = 100 * time.Millisecond
	if err := cmd.Start(); err != nil {
		return startError(r.opts.argv[0], err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	return supervise(cmd, ended, r.opts.timeout, r.stop.hard)
}

// body returns what follows the line of tokens; nothing for an event without.
func body(n *event.Notification) []byte {
	_, b := n.Parse()
	return b
}

// command prepares a handler in a process group of its own, so that it can be
// killed with all its children.
func command(argv []string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithUs(cmd.SysProcAttr)
	return cmd
}

// supervise waits until a handler has ended, and kills it after the timeout (0
// is none) or when hard is closed. nil is success.
func supervise(cmd *exec.Cmd, ended <-chan struct{}, timeout time.Duration, hard <-chan struct{}) error {
	var late <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-ended:
		return outcome(cmd.ProcessState)
	case <-late:
		killGroup(cmd, ended)
		return fmt.Errorf("handler was killed because it took longer than %v", timeout)
	case <-hard:
		killGroup(cmd, ended)
		return errors.New("handler was killed because eventlisten is to stop")
	}
}

// killGroup ends the process group of a handler that is running, and waits for
// the handler.
func killGroup(cmd *exec.Cmd, ended <-chan struct{}) {
	pid := cmd.Process.Pid
	syscall.Kill(-pid, syscall.SIGTERM)
	timer := time.NewTimer(killAfter)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
	// Its children too, when they did not go with it. The number stays theirs
	// while there are any; were there none, it would have to come round within
	// this instant to hit anybody else.
	syscall.Kill(-pid, syscall.SIGKILL)
	<-ended
}

// outcome returns nil for exit status 0.
func outcome(ps *os.ProcessState) error {
	ws, ok := ps.Sys().(syscall.WaitStatus)
	switch {
	case !ok || ps.Success():
		return nil
	case ws.Signaled():
		return fmt.Errorf("handler was killed by signal %d (%v)", ws.Signal(), ws.Signal())
	}
	return fmt.Errorf("handler ended with exit status %d", ws.ExitStatus())
}

// lookHandler says early that there is no such handler: supervisord then tells
// of a listener that does not start, and not of events that go round.
func lookHandler(name string) error {
	path, err := exec.LookPath(name)
	if err == nil {
		return nil
	}
	if strings.ContainsRune(name, '/') {
		path = name
	}
	return tool.Failf(tool.StartStatus(path, err), "%w", startError(name, err))
}

// startError says why a handler cannot be started.
func startError(name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		if _, e := os.Stat(name); strings.ContainsRune(name, '/') && e == nil {
			return fmt.Errorf("cannot run %q: the interpreter named in its first line does not exist", name)
		}
		return fmt.Errorf("cannot run %q: there is no such command", name)
	}
	if errors.Is(err, syscall.ENOEXEC) {
		return fmt.Errorf("cannot run %q: it is no program; a script needs a first line such as \"#!/bin/sh\"", name)
	}
	var e *exec.Error
	if errors.As(err, &e) {
		err = e.Err
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot run %q: %w", name, err)
}
