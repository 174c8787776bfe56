// Package actlog is the daemon's activity log: lines like
//
//	2026-11-21 06:41:00,123 INFO supervisord started with pid 1
//
// in a file that is rotated, in syslog, or on an inherited descriptor, and also
// on the standard output when the daemon runs in the foreground.
//
// Logging never waits for a disk or a reader: lines are queued and written by a
// goroutine that exists only while there are some. When a place is too slow for
// what is logged, lines of level debug and below are the first to be left out;
// how many were is said in the log.
package actlog

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/follow"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
	"github.com/supervisor-go/supervisor/supervisord/internal/tosyslog"
)

// Options say where the log goes.
type Options struct {
	// Path is a file, "syslog", or a path that stands for an inherited
	// descriptor, such as /dev/stdout, or a FIFO or device.
	Path     string
	MaxBytes int64 // size at which a file is rotated; 0: never
	Backups  int   // number of rotated files to keep
	// Stdout asks for a copy of every line on descriptor 1: the daemon is in the
	// foreground and not silent.
	Stdout bool
	// Stdio owns the inherited descriptors; share it with whoever else writes to
	// them. nil stands for a Set of the log's own.
	Stdio *stdio.Set
	// Syslog is used if Path is "syslog"; nil stands for the system's log daemon.
	// It is not closed with the log.
	Syslog *tosyslog.Client
}

// Log is the activity log. Its methods are safe for every goroutine. It
// implements core.Logger.
type Log struct {
	level    atomic.Int32
	now      func() time.Time
	follower follow.Set

	mu    sync.Mutex
	stamp stamp
	line  []byte // for reuse
	early early
	outs  []*output // empty before Open
}

// New returns a log that keeps lines of at least the given level in memory until
// Open says where they go.
func New(level config.LogLevel) *Log {
	l := &Log{now: time.Now}
	l.level.Store(int32(level))
	return l
}

// SetLevel changes the level: lines below it are not logged.
func (l *Log) SetLevel(level config.LogLevel) { l.level.Store(int32(level)) }

// Enabled reports whether lines of a level are logged.
func (l *Log) Enabled(level config.LogLevel) bool { return int32(level) >= l.level.Load() }

// Log adds a line, if its level is enabled. It does not block.
func (l *Log) Log(level config.LogLevel, msg string) { l.LogData(level, msg, nil) }

// LogData is Log for a message that ends with data. Output of programs may be
// long and come fast, so it is copied once only.
func (l *Log) LogData(level config.LogLevel, msg string, data []byte) {
	if !l.Enabled(level) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = l.stamp.append(l.line[:0], l.now())
	l.line = append(l.line, levelName(level)...)
	l.line = append(l.line, msg...)
	if len(l.outs) == 0 {
		l.early.add(level, append(append(l.line, data...), '\n'))
	}
	for _, o := range l.outs {
		o.push(level, l.line, data, newline)
	}
	if cap(l.line) > 1<<20 {
		l.line = nil
	}
}

var newline = []byte{'\n'}

// Open opens the log and writes to it what was logged before. The error is that
// of opening the file; the log goes on keeping lines in memory then.
func (l *Log) Open(o Options) error {
	outs, err := l.open(o)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outs = outs
	l.early.replay(func(level config.LogLevel, line []byte) {
		for _, o := range outs {
			o.push(level, line)
		}
	})
	return nil
}

// Early calls say with every line that was logged so far, in a log that was not
// opened: what an early failure has to tell the terminal.
func (l *Log) Early(say func(line string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.early.each(func(_ config.LogLevel, line []byte) { say(string(line)) })
}

// Sync waits until what was logged so far is in the file (not on the standard
// output, nor in syslog), so that a reader finds it there. It ends early with
// ctx.
func (l *Log) Sync(ctx context.Context) error {
	if o := l.file(); o != nil {
		return o.queue.Wait(ctx)
	}
	return nil
}

// Reopen logs "supervisord logreopen" and then closes and opens the file by
// name. It waits for the file: do not call it where a disk must not be waited
// for.
func (l *Log) Reopen() error {
	l.Log(config.LevelInfo, "supervisord logreopen")
	return l.renew(rotate.Log.Reopen)
}

// Clear logs "reopening log file", and then removes the file and creates it
// anew. It waits for the file. Nothing but a regular file is ever removed.
func (l *Log) Clear() error {
	for range l.places() { // as the reference does: once for each place
		l.Log(config.LevelInfo, "reopening log file")
	}
	return l.renew(rotate.Log.Remove)
}

func (l *Log) renew(how func(rotate.Log) error) error {
	o := l.file()
	if o == nil {
		return nil
	}
	o.queue.Wait(context.Background())
	defer l.follower.Notify()
	return how(o.log)
}

// Follow returns a channel that receives when the file has changed, until cancel
// is called. Changes that come before the last was received are joined.
func (l *Log) Follow() (changed <-chan struct{}, cancel func()) { return l.follower.Subscribe() }

// Dropped returns how many lines were left out, in any place, because it was too
// slow, and how many bytes a failing disk did not take.
func (l *Log) Dropped() (lines uint64, bytes int64) {
	for _, o := range l.places() {
		lines += o.dropped.Load()
		if o.log != nil {
			bytes += o.log.Dropped()
		}
	}
	return lines, bytes
}

// Close waits until everything was written, but not longer than ctx, and closes
// the log. Later lines are dropped.
func (l *Log) Close(ctx context.Context) error {
	l.level.Store(math.MaxInt32)
	var first error
	for _, o := range l.places() {
		if err := o.close(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// places returns where lines go. The slice is never changed; l.mu must not be
// held while a file is used, because a file logs its troubles.
func (l *Log) places() []*output {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outs
}

// file returns the output that is a file, or nil.
func (l *Log) file() *output {
	for _, o := range l.places() {
		if o.log != nil {
			return o
		}
	}
	return nil
}

// outage is told by the file when it cannot be written, and when it can again.
func (l *Log) outage(o rotate.Outage) {
	switch {
	case o.Err != nil && o.Rotating:
		l.Log(config.LevelError, fmt.Sprintf("cannot rotate the activity log: %v", o.Err))
	case o.Err != nil:
		l.Log(config.LevelError, fmt.Sprintf("cannot write the activity log: %v", o.Err))
	case !o.Rotating && !o.Closed:
		l.Log(config.LevelWarn, fmt.Sprintf("the activity log can be written again, %d bytes of it were lost", o.Dropped))
	}
}
