package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// Tool is pidproxy with its streams and arguments. The command inherits
// descriptors 0, 1 and 2 of this process.
type Tool struct{ tool.IO }

// Run runs the command to its end and returns its exit status.
func (t *Tool) Run() int { return spec.Run(&t.IO, t.run) }

func (t *Tool) run(c *cli.Context) error {
	args := c.Args().Slice()
	if len(args) < 2 {
		return t.UsageErrorf("a PIDFILE and a COMMAND are needed")
	}
	wait, err := tool.ParseDuration(c.String("wait"))
	if err != nil {
		return t.UsageErrorf("--wait: %v", err)
	}
	p := &proxy{
		io:    &t.IO,
		file:  newPidfile(args[0], c.Bool("trust")),
		wait:  wait,
		name:  args[1],
		kicks: make(chan os.Signal, 64),
		ended: make(chan os.Signal, 1),
	}
	p.catch()
	if err := p.start(args[1:]); err != nil {
		return err
	}
	return tool.Exit(tool.ChildStatus(p.loop()))
}

// proxy runs one command. All of it belongs to one goroutine, so a pid that was
// reaped is never signalled.
type proxy struct {
	io    *tool.IO
	file  *pidfile
	wait  time.Duration
	name  string
	kicks chan os.Signal // what is to be passed on
	ended chan os.Signal // SIGCHLD, apart so that it cannot be crowded out
	child int
	held  []held // signals that wait for the pidfile, oldest first
}

// held is a signal that waits for the pidfile until its time is up.
type held struct {
	sig   syscall.Signal
	until time.Time
}

// catch has signals arrive in channels, before there is a child that could end.
func (p *proxy) catch() {
	signal.Notify(p.ended, syscall.SIGCHLD)
	for _, s := range forwarded {
		// Whoever started us with nohup wants the command to ignore it too.
		if !signal.Ignored(s) {
			signal.Notify(p.kicks, s)
		}
	}
}

// start starts the command in the process group of this process, as the
// reference does: stopasgroup and killasgroup reach it.
func (p *proxy) start(argv []string) error {
	path, err := lookCommand(argv[0], p.io.Getenv("PATH"))
	if err == nil {
		p.child, err = syscall.ForkExec(path, argv, &syscall.ProcAttr{
			Env:   p.io.Env,
			Files: []uintptr{0, 1, 2},
		})
	}
	if err == nil {
		return nil
	}
	return startError(argv[0], path, err)
}

// loop passes signals on until the command has ended.
func (p *proxy) loop() syscall.WaitStatus {
	var retry <-chan time.Time
	for {
		select {
		case <-p.ended:
			if ws, ended := p.reap(); ended {
				return ws
			}
		case s := <-p.kicks:
			p.held = append(p.held, held{s.(syscall.Signal), time.Now().Add(p.wait)})
			p.deliver()
		case <-retry:
			p.deliver()
		}
		retry = p.nextTry()
	}
}

// reap collects every child that has ended: as process 1 of a container this
// one also inherits orphans.
func (p *proxy) reap() (ws syscall.WaitStatus, ended bool) {
	var own syscall.WaitStatus
	for {
		pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return own, ended
		}
		if pid == p.child && (ws.Exited() || ws.Signaled()) {
			own, ended = ws, true
		}
	}
}

// deliver sends the signals that are held to the process of the pidfile, in
// their order. One whose time is up goes to the command itself.
func (p *proxy) deliver() {
	now := time.Now()
	for len(p.held) > 0 {
		h := p.held[0]
		if why := p.file.signal(h.sig, p.child); why != nil {
			if now.Before(h.until) {
				return
			}
			p.fallBack(h.sig, why)
		}
		p.held = p.held[1:]
	}
}

// fallBack sends a signal to the command and says why.
func (p *proxy) fallBack(sig syscall.Signal, why error) {
	if err := syscall.Kill(p.child, sig); err != nil {
		p.io.Warnf("%v; cannot send %s to %s (pid %d) either: %v", why, signalName(sig), p.name, p.child, err)
		return
	}
	p.io.Warnf("%v; sent %s to %s (pid %d) instead", why, signalName(sig), p.name, p.child)
}

// retryEvery is how often the pidfile is looked at while a signal waits for it.
const retryEvery = 20 * time.Millisecond

// nextTry returns a channel for the next look at the pidfile, nil when nothing
// waits for it.
func (p *proxy) nextTry() <-chan time.Time {
	if len(p.held) == 0 {
		return nil
	}
	return time.After(retryEvery)
}
