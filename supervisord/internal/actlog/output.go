package actlog

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/follow"
	"github.com/supervisor-go/supervisor/supervisord/internal/outq"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
	"github.com/supervisor-go/supervisor/supervisord/internal/tosyslog"
)

// maxWaiting is how many bytes may wait for a place: half of it for lines of
// level debug and below.
const maxWaiting = 8 << 20

// stdioKey identifies the log among the writers of an inherited descriptor; no
// process has it.
const stdioKey = ^uint64(0)

// output is one place that lines go to.
type output struct {
	queue   *outq.Queue
	dropped atomic.Uint64 // lines
	unsaid  atomic.Uint64 // of these, lines that no line has told of

	log      rotate.Log // of a file, else nil
	follower *follow.Set
	term     *stdio.Writer
	sys      *tosyslog.Client
	note     func(msg string) // logs that lines were left out
}

// open makes the outputs that o asks for, the standard output first.
func (l *Log) open(o Options) ([]*output, error) {
	set := o.Stdio
	if set == nil {
		set = stdio.NewSet(nil)
	}
	var outs []*output
	if o.Stdout {
		if out, err := l.toStdio(set, "/dev/stdout"); err == nil {
			outs = append(outs, out)
		}
	}
	main, err := l.openMain(o, set)
	if err != nil {
		for _, out := range outs {
			out.term.Close()
		}
		return nil, err
	}
	return append(outs, main), nil
}

func (l *Log) openMain(o Options, set *stdio.Set) (*output, error) {
	if o.Path == "syslog" {
		out := l.newOutput((*output).writeSyslog)
		if out.sys = o.Syslog; out.sys == nil {
			out.sys = tosyslog.New("supervisord")
		}
		return out, nil
	}
	if stdio.Is(o.Path) {
		return l.toStdio(set, o.Path)
	}
	log, err := rotate.NewNumbered(o.Path, rotate.Options{MaxBytes: o.MaxBytes, Backups: o.Backups, OnOutage: l.outage})
	if err != nil {
		return nil, err
	}
	out := l.newOutput((*output).writeFile)
	out.log, out.follower = log, &l.follower
	return out, nil
}

func (l *Log) toStdio(set *stdio.Set, path string) (*output, error) {
	w, err := set.Open(path, stdioKey)
	if err != nil {
		return nil, err
	}
	out := l.newOutput((*output).writeStdio)
	out.term = w
	return out, nil
}

func (l *Log) newOutput(write func(*output, []byte, []int)) *output {
	o := &output{note: func(msg string) { l.Log(config.LevelWarn, msg) }}
	o.queue = outq.New(func(batch []byte, ends []int) {
		write(o, batch, ends)
		o.sayDropped()
	})
	return o
}

// push queues a line, whose parts are put together, or counts it as dropped.
func (o *output) push(level config.LogLevel, line ...[]byte) {
	limit := maxWaiting
	if level <= config.LevelDebug {
		limit /= 2
	}
	if !o.queue.Push(limit, line...) {
		o.dropped.Add(1)
		o.unsaid.Add(1)
	}
}

func (o *output) sayDropped() {
	if n := o.unsaid.Swap(0); n > 0 {
		o.note(fmt.Sprintf("%d lines were left out of the activity log, which could not be written fast enough", n))
	}
}

func (o *output) writeFile(batch []byte, ends []int) {
	o.log.WriteRecords(batch, ends)
	o.follower.Notify()
}

// writeStdio waits until the place has taken the lines, so that what waits for a
// place that blocks is bounded here.
func (o *output) writeStdio(batch []byte, _ []int) {
	o.term.Write(batch)
	room := make(chan struct{})
	if o.term.Full(maxWaiting/8, func() { close(room) }) {
		<-room
	}
}

func (o *output) writeSyslog(batch []byte, ends []int) {
	start := 0
	for _, end := range ends {
		line := batch[start:end]
		// The reference gives every line of a message the message's beginning.
		head := len("2006-01-02 15:04:05,000 INFO ")
		for text := range bytes.SplitSeq(bytes.TrimRight(line[head:], "\n"), []byte{'\n'}) {
			o.sys.Lines(string(line[:head]), text)
		}
		start = end
	}
}

func (o *output) close(ctx context.Context) error {
	err := o.queue.Wait(ctx)
	switch {
	case o.log != nil:
		o.log.Close()
	case o.sys != nil:
		o.sys.Flush(ctx)
	case o.term != nil && err == nil:
		o.term.Close()
	}
	return err
}
