// Package pump owns every byte stream of the children: pipes, logs, the search
// for communication sections, and what waits for a standard input.
//
// # Shards
//
// A few goroutines, the shards, share the work; all streams of one process
// belong to one shard, so they need no locks and keep their order. A shard
// sleeps in the system's poller, on a thread of its own, and takes no turn while
// its children are quiet. It reads once from each pipe that has something, and so
// treats a flood and a trickle alike. Everybody else sends it commands through a
// queue that never blocks the sender; only an idle event listener is written to by
// whoever has an event for it (see lane).
//
// # What may block
//
// A write to a file may wait for a disk; the shard waits with it, and the
// children whose pipes it reads wait when those are full. A call of core.Sink
// may wait for the loop: that is the back-pressure on a child whose output makes
// events. Descriptors that the daemon has inherited, FIFOs and devices are
// written by goroutines of their own (package stdio): while one of them is
// blocked, only the pipes of the programs that write to it are not read. Syslog
// never blocks anybody; it loses lines instead, and counts them.
//
// # Logs
//
// A log is one object for all programs that name it. Only so many logs are kept
// open as descriptors allow; one that was quiet is closed and continued by name
// when there is something to write. What cannot be written is dropped, counted,
// and said once in the activity log.
package pump

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
	"github.com/supervisor-go/supervisor/supervisord/internal/tosyslog"
)

// Options are what a Pump needs. Sink and Log are required.
type Options struct {
	Sink core.Sink
	Log  Logger
	// Stdio owns the inherited descriptors; share it with the activity log. nil
	// stands for a Set of the pump's own. Its outages are reported to Log.
	Stdio *stdio.Set
	// Syslog is what syslog=true writes to; nil stands for the system's.
	Syslog *tosyslog.Client
	// Shards is the number of goroutines that read; 0 stands for two, or one where
	// there is one processor.
	Shards int
	// MaxOpenLogs limits how many logs are kept open; 0 derives it from the limit
	// of descriptors.
	MaxOpenLogs int
	// NullSinks gives a child /dev/null rather than a pipe where nobody needs what
	// it would write: no log, no syslog, no events, no capture mode. It saves a
	// descriptor, but such output is missing from a debug log.
	NullSinks bool
	// ParkStdin gives a child that is no event listener a standard input that costs
	// no descriptor here. The difference it makes: the child does not see an end of
	// file when the daemon dies. Linux only.
	ParkStdin bool
	// StdinLimit is how many bytes may wait for one standard input; 0 stands for
	// 64 MiB.
	StdinLimit int
}

// Logger is where a pump says what happens; it is safe for every goroutine.
type Logger interface {
	core.Logger
	// LogData is Log for a message that ends with data, which it does not keep.
	LogData(level config.LogLevel, msg string, data []byte)
}

// Pump implements core.Streams.
type Pump struct {
	sink   core.Sink
	log    Logger
	stdio  *stdio.Set
	syslog *tosyslog.Client
	logs   *logTable
	shards []*shard
	lanes  lanes
	limit  int // of a standard input
	null   bool
	park   bool
	done   sync.WaitGroup
}

// New starts a pump.
func New(o Options) (*Pump, error) { return newPump(o, newPoller) }

func newPump(o Options, newPoller func() (poller, error)) (*Pump, error) {
	p := &Pump{sink: o.Sink, log: o.Log, stdio: o.Stdio, syslog: o.Syslog, limit: o.StdinLimit, null: o.NullSinks, park: o.ParkStdin && runtime.GOOS == "linux"}
	if p.stdio == nil {
		p.stdio = stdio.NewSet(nil)
	}
	p.stdio.ReportTo(p.outage)
	surviveFileSizeLimit.Do(func() { signal.Notify(make(chan os.Signal, 1), syscall.SIGXFSZ) })
	if p.syslog == nil {
		p.syslog = tosyslog.New("supervisord")
	}
	if p.limit == 0 {
		p.limit = 64 << 20
	}
	p.logs = newLogTable(o.MaxOpenLogs, p.outage)
	n := o.Shards
	if n == 0 {
		n = min(2, runtime.GOMAXPROCS(0))
	}
	makeRoomForShards.Do(func() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n) })
	for range n {
		s, err := newShard(p, newPoller)
		if err != nil {
			p.stop()
			return nil, fmt.Errorf("cannot make a poller: %w", err)
		}
		p.shards = append(p.shards, s)
		p.done.Add(1)
		go s.run()
	}
	return p, nil
}

// surviveFileSizeLimit turns the death by SIGXFSZ, when a log meets the limit of
// RLIMIT_FSIZE, into an error of that write. The signal is caught rather than
// ignored, because children would inherit that.
var surviveFileSizeLimit sync.Once

// makeRoomForShards lets as many more goroutines run at a time as there are
// shards. Under a flood these are always busy, mostly within the kernel; without
// that the rest of the daemon would wait for the scheduler's watchdog, which looks
// every ten milliseconds.
var makeRoomForShards sync.Once

// shard returns the shard of a process.
func (p *Pump) shard(id core.ProcID) *shard { return p.shards[uint64(id)%uint64(len(p.shards))] }

// Write implements core.Streams. It copies data.
func (p *Pump) Write(id core.ProcID, data []byte, done func(error)) {
	lane := p.lanes.find(id)
	if lane != nil {
		var ok bool
		if data, ok = lane.write(data); ok {
			if done != nil {
				done(nil)
			}
			return
		}
	}
	data = append([]byte(nil), data...)
	p.shard(id).do(func(s *shard) {
		if lane != nil {
			defer lane.seen()
		}
		err := s.writeStdin(id, data)
		if done != nil {
			done(err)
		}
	})
}

// Drain implements core.Streams.
func (p *Pump) Drain(id core.ProcID, done func()) {
	p.shard(id).do(func(s *shard) {
		s.drain(id)
		done()
	})
}

// Release implements core.Streams.
func (p *Pump) Release(id core.ProcID) {
	p.shard(id).do(func(s *shard) { s.release(id) })
}

// Forget implements core.Streams.
func (p *Pump) Forget(id core.ProcID) {
	p.shard(id).do(func(s *shard) { s.forget(id) })
}

// Clear implements core.Streams.
func (p *Pump) Clear(id core.ProcID, done func(error)) {
	p.shard(id).do(func(s *shard) {
		err := s.clear(id)
		if done != nil {
			done(err)
		}
	})
}

// Reopen implements core.Streams.
func (p *Pump) Reopen() {
	go p.logs.reopen(func(path string, err error) {
		p.log.Log(config.LevelError, fmt.Sprintf("cannot reopen %s: %v", path, err))
	})
}

// Follow returns a channel that receives when the pump has written to, rotated
// or cleared the log at path, until cancel is called. Changes that come before
// the last was received are joined.
func (p *Pump) Follow(path string) (changed <-chan struct{}, cancel func()) {
	return p.logs.follow(path)
}

// Dropped returns how many bytes of the logs in use, and how many messages to
// syslog, could not be written.
func (p *Pump) Dropped() (bytes int64, messages uint64) {
	return p.logs.dropped(), p.syslog.Dropped()
}

// Turns returns how often the shards have been awake. It stands still while the
// children are quiet.
func (p *Pump) Turns() uint64 {
	var n uint64
	for _, s := range p.shards {
		n += s.turns.Load()
	}
	return n
}

// Close reads what is in the pipes, closes everything and waits, but not longer
// than ctx, for what goes to inherited descriptors and syslog. No other method
// may be called after it.
func (p *Pump) Close(ctx context.Context) error {
	p.stop()
	err := p.stdio.Flush(ctx)
	p.syslog.Flush(ctx)
	return err
}

func (p *Pump) stop() {
	for _, s := range p.shards {
		s.do((*shard).stop)
	}
	p.done.Wait()
}

// outage tells of a log that cannot be written, and when it can again.
func (p *Pump) outage(o rotate.Outage) {
	switch {
	case o.Err != nil && o.Rotating:
		p.log.Log(config.LevelError, o.Err.Error())
	case o.Err != nil:
		p.log.Log(config.LevelError, fmt.Sprintf("cannot write to a log, output is dropped until that works again: %v", o.Err))
	case o.Closed:
		p.log.Log(config.LevelWarn, fmt.Sprintf("%s could not be written until it was closed, %d bytes were dropped", o.Path, o.Dropped))
	case !o.Rotating:
		p.log.Log(config.LevelWarn, fmt.Sprintf("writing to %s works again, %d bytes were dropped", o.Path, o.Dropped))
	}
}
