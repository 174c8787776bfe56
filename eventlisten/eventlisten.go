package main

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// Tool is eventlisten with its streams and arguments. The protocol is spoken on
// Stdin and Stdout; handlers get Stderr for both of their outputs.
type Tool struct{ tool.IO }

// Run listens until the input ends or a signal tells to stop, and returns the
// exit status.
func (t *Tool) Run() int { return spec.Run(&t.IO, t.run) }

// options are what the command line says.
type options struct {
	argv    []string // the handler
	events  []string // names to hand on; none for all
	timeout time.Duration
	delay   time.Duration // before another try
	grace   time.Duration // for handlers to finish when told to stop
	retries int
	jobs    int
	lines   bool
	ack     bool
	body    bool // the handler's stdin gets the body only
	length  lengthMode
}

func (t *Tool) run(c *cli.Context) error {
	o, err := t.options(c)
	if err != nil {
		return err
	}
	if err := lookHandler(o.argv[0]); err != nil {
		return err
	}
	l := &listener{
		io:   &t.IO,
		opts: o,
		in:   newInput(t.Stdin, o.length),
		out:  event.NewWriter(t.Stdout),
		stop: newStopper(o.grace),
	}
	// A daemon that is gone is told by an error of write, not by a signal. The
	// signal is caught and not ignored, so that handlers do not inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	defer l.stop.close()
	return l.run(t.deliverer(l, o))
}

// deliverer chooses the way in which events reach handlers.
func (t *Tool) deliverer(l *listener, o *options) deliverer {
	each := &runner{io: &t.IO, opts: o, stop: l.stop, daemon: os.Getppid()}
	switch {
	case o.lines:
		return newFeeder(&t.IO, o, l.stop)
	case o.jobs > 1:
		return newJobs(each, o.jobs)
	}
	return each
}

func (t *Tool) options(c *cli.Context) (*options, error) {
	o := &options{
		argv:    c.Args().Slice(),
		retries: c.Int("retries"),
		jobs:    c.Int("jobs"),
		lines:   c.Bool("lines"),
		ack:     c.Bool("ack"),
		body:    c.Bool("body"),
	}
	if err := t.handler(c, o); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		name string
		to   *time.Duration
	}{{"timeout", &o.timeout}, {"retry-delay", &o.delay}, {"grace", &o.grace}} {
		v, err := tool.ParseDuration(c.String(d.name))
		if err != nil {
			return nil, t.UsageErrorf("--%s: %v", d.name, err)
		}
		*d.to = v
	}
	var ok bool
	if o.length, ok = lengthModes[c.String("length")]; !ok {
		return nil, t.UsageErrorf("--length: %q is none of auto, bytes and characters", c.String("length"))
	}
	var err error
	o.events, err = t.events(c)
	if err == nil {
		err = t.combine(o)
	}
	return o, err
}

// handler finds the handler's command line.
func (t *Tool) handler(c *cli.Context, o *options) error {
	if c.IsSet("exec") {
		if len(o.argv) > 0 {
			return t.UsageErrorf("there is --exec and the handler %q, only one can be", o.argv[0])
		}
		o.argv = []string{"/bin/sh", "-c", c.String("exec")}
		return nil
	}
	if len(o.argv) == 0 || o.argv[0] == "" {
		return t.UsageErrorf("a HANDLER is needed")
	}
	return nil
}

// events reads the list of names.
func (t *Tool) events(c *cli.Context) ([]string, error) {
	var list []string
	for _, s := range c.StringSlice("events") {
		for name := range strings.SplitSeq(s, ",") {
			name = strings.ToUpper(strings.TrimSpace(name))
			if name == "" {
				continue
			}
			if !event.Known(name) {
				e := t.UsageErrorf("--events: there is no event type %q", name)
				return nil, e.Hint("the types are %s", strings.Join(modern(), ", "))
			}
			list = append(list, name)
		}
	}
	return list, nil
}

// modern returns the names of event types without the legacy ones.
func modern() []string {
	var list []string
	for _, name := range event.Names() {
		if !event.Legacy(name) {
			list = append(list, name)
		}
	}
	return list
}

// combine refuses options that do not go together.
func (t *Tool) combine(o *options) error {
	switch {
	case o.retries < 0:
		return t.UsageErrorf("--retries cannot be negative")
	case o.jobs < 1:
		return t.UsageErrorf("--jobs must be at least 1")
	case o.lines && o.jobs > 1:
		return t.UsageErrorf("--lines and --jobs exclude each other: there is one handler, which gets one event after the other")
	case o.ack && !o.lines:
		return t.UsageErrorf("--ack needs --lines")
	case o.lines && o.body:
		return t.UsageErrorf("--lines and --body exclude each other: a line of JSON has the body")
	}
	return nil
}
