package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// Tool is logrotate with its streams and arguments.
type Tool struct{ tool.IO }

// Run copies standard input to the log until its end or a signal, and returns
// the exit status.
func (t *Tool) Run() int { return spec.Run(&t.IO, t.run) }

// options are what the command line says.
type options struct {
	path      string
	size      int64         // bytes at which the log is rotated, 0 for never
	backups   int           // rotated files to keep
	every     time.Duration // period of rotation by time, 0 for none
	timestamp bool          // name rotated files by their time
	compress  bool
	maxAge    int // days, 0 for ever
	block     bool
	protect   bool
}

func (t *Tool) run(c *cli.Context) error {
	o, err := t.options(c)
	if err != nil {
		return err
	}
	l := newLoop(&t.IO, o)
	w, err := openLog(&t.IO, o)
	if err != nil {
		return tool.Failf(tool.System, "cannot open log %s: %w", o.path, cause(err)).
			Hint("nothing has been read from standard input")
	}
	defer w.log.Close()
	l.start(w)
	return l.run()
}

func (t *Tool) options(c *cli.Context) (*options, error) {
	o := &options{
		backups:   c.Int("backups"),
		timestamp: c.Bool("timestamp"),
		compress:  c.Bool("compress"),
		maxAge:    c.Int("max-age"),
		block:     c.Bool("block"),
		protect:   c.Bool("protect"),
	}
	if c.NArg() != 1 || c.Args().First() == "" {
		e := t.UsageErrorf("one FILE is needed, there are %d arguments", c.NArg())
		if c.NArg() > 1 {
			e.Hint("options go before FILE")
		}
		return nil, e
	}
	o.path = c.Args().First()
	var err error
	if o.size, err = tool.ParseSize(c.String("size")); err != nil {
		return nil, t.UsageErrorf("--size: %v", err)
	}
	if o.every, err = tool.ParseDuration(c.String("every")); err != nil {
		return nil, t.UsageErrorf("--every: %v", err)
	}
	switch {
	case o.every > 0 && o.every < time.Second:
		return nil, t.UsageErrorf("--every must be at least a second")
	case o.backups < 0:
		return nil, t.UsageErrorf("--backups cannot be negative")
	case o.maxAge < 0:
		return nil, t.UsageErrorf("--max-age cannot be negative")
	case o.compress && !o.timestamp:
		return nil, t.UsageErrorf("--compress is for rotated files named by time: it needs --timestamp")
	case o.maxAge > 0 && !o.timestamp:
		return nil, t.UsageErrorf("--max-age is for rotated files named by time: it needs --timestamp")
	}
	return o, nil
}
