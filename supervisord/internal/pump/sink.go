package pump

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
)

// sink is where the output of a stream is kept.
type sink interface {
	write(data []byte)
	// full reports whether more than limit bytes wait; room, if not nil, is then
	// called from another goroutine when they were written.
	full(limit int, room func()) bool
	close()
}

// fileSink is a log in a file.
type fileSink struct{ *logFile }

func (f fileSink) full(int, func()) bool { return false }
func (f fileSink) close()                { f.table.put(f.logFile) }

// placeSink is an inherited descriptor, a FIFO or a device.
type placeSink struct{ w *stdio.Writer }

func (p placeSink) write(data []byte)                { p.w.Write(data) }
func (p placeSink) full(limit int, room func()) bool { return p.w.Full(limit, room) }
func (p placeSink) close()                           { p.w.Close() }

// target says where the output of a channel is to be kept.
type target struct {
	path string // "" for nowhere
	conf *config.Output
}

// open makes the sink. key tells apart the programs that share a place.
func (t target) open(p *Pump, key uint64) (sink, error) {
	switch {
	case t.path == "" || t.path == os.DevNull:
		return nil, nil
	case stdio.Is(t.path):
		w, err := p.stdio.Open(t.path, key)
		if err != nil {
			return nil, err
		}
		return placeSink{w}, nil
	}
	l, err := p.logs.get(t.path, t.conf)
	if err != nil {
		return nil, err
	}
	return fileSink{l}, nil
}

// clear removes the log and creates it anew.
func (t target) clear(s *shard) error {
	if t.path == "" || t.path == os.DevNull || stdio.Is(t.path) {
		return nil
	}
	l, err := s.pump.logs.get(t.path, t.conf)
	if err != nil {
		return err
	}
	defer s.pump.logs.put(l)
	return l.remove()
}

// placeKey identifies a channel of a process among those who share a place.
func placeKey(id core.ProcID, ch core.Channel) uint64 { return uint64(id)<<2 | uint64(ch) }
