package main

import (
	"bytes"
	"errors"
	"io/fs"
	"time"

	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// logFile is what a writer needs of a log of package rotate.
type logFile interface {
	Write(p []byte) (int, error)
	Rotate() error
	Reopen() error
	Size() int64
	Close() error
}

// maxLine is how far a rotation is put off for the sake of a whole line, and how
// much is written before a rotation that failed is tried again.
const maxLine = 64 << 10

// writer writes to the log and decides where to rotate it. It belongs to one
// goroutine.
type writer struct {
	io     *tool.IO
	log    logFile
	path   string
	limit  int64 // bytes, 0 for none
	period period

	due    bool  // rotate at the end of the line
	dueFor int64 // bytes written since
	inLine bool  // the log does not end with the end of a line
	again  int64 // size at which a failed rotation is tried again, 0 when there is none

	// patience is asked whether to try again after a failed write; nil means
	// that what cannot be written is dropped.
	patience func() bool
	failing  bool  // told of
	skip     bool  // dropping the rest of a line of which a part is dropped
	skipped  int64 // bytes of it
	lost     int64 // bytes dropped since failing
	total    int64 // bytes dropped
}

func openLog(io *tool.IO, o *options) (*writer, error) {
	log, err := newLogFile(o)
	if err != nil {
		return nil, err
	}
	w := &writer{io: io, log: log, path: o.path, limit: o.size, period: period{every: o.every}}
	w.period.begin(o.path)
	return w, nil
}

// newLogFile opens the log. It is given no size: the writer decides when to
// rotate it.
func newLogFile(o *options) (logFile, error) {
	numbered := rotate.Options{Backups: o.backups}
	if !o.timestamp {
		return rotate.NewNumbered(o.path, numbered)
	}
	return rotate.NewDated(o.path, rotate.DatedOptions{
		Options:  numbered,
		MaxAge:   time.Duration(o.maxAge) * 24 * time.Hour,
		Compress: o.compress,
	})
}

// write appends p, with rotations wherever they belong.
func (w *writer) write(p []byte) {
	w.tick(time.Now())
	for len(p) > 0 {
		if w.skip {
			p = w.skipLine(p)
			continue
		}
		n, full := w.piece(p)
		w.put(p[:n])
		if w.due {
			w.dueFor += int64(n)
		}
		p = p[n:]
		if full {
			w.rotate()
		}
	}
}

// tick notes that the time for a rotation has come. It rotates at once when
// that divides no line.
func (w *writer) tick(now time.Time) {
	if w.period.over(now) {
		w.rotateSoon()
	}
}

// rotateSoon rotates now, or after the end of the line that is being written.
func (w *writer) rotateSoon() {
	if w.inLine {
		w.due, w.dueFor = true, 0
		return
	}
	w.rotate()
}

// piece returns how much of p comes before the next rotation, and whether there
// is to be one after it.
func (w *writer) piece(p []byte) (n int, full bool) {
	from := int64(0) // where a line may end that is followed by a rotation
	past := w.dueFor // what has been written since the rotation was due
	if !w.due || w.again > 0 {
		limit := w.limit
		if w.again > 0 {
			limit = w.again
		}
		if limit <= 0 {
			return len(p), false
		}
		size := w.log.Size()
		from, past = limit-size-1, size-limit
	}
	if from >= int64(len(p)) {
		return len(p), false
	}
	from = max(from, 0)
	if i := bytes.IndexByte(p[from:], '\n'); i >= 0 {
		return int(from) + i + 1, true
	}
	return len(p), past+int64(len(p)) >= maxLine
}

// rotate rotates the log, and tells once when that does not work.
func (w *writer) rotate() {
	told := w.again > 0
	err := w.log.Rotate()
	if err != nil {
		w.again = w.log.Size() + maxLine
		if !told {
			w.io.Warnf("cannot rotate %s: %v; it goes on growing", w.path, err)
		}
		return
	}
	if told {
		w.io.Notef("%s is rotated again", w.path)
	}
	w.due, w.again, w.inLine = false, 0, false
}

// put writes p, which is not empty, or drops what of it cannot be written.
func (w *writer) put(p []byte) {
	if w.failing && w.inLine && w.patience == nil {
		// Part of a line was written and the rest dropped.
		if _, err := w.log.Write([]byte("\n")); err != nil {
			w.drop(p, err)
			return
		}
		w.inLine = false
	}
	for {
		n, err := w.log.Write(p)
		if n > 0 {
			w.inLine = p[n-1] != '\n'
			p = p[n:]
		}
		if err == nil {
			break
		}
		if w.patience == nil {
			w.drop(p, err)
			return
		}
		if !w.failing {
			w.failing = true
			w.io.Warnf("cannot write log %s: %v; waiting until it can be written", w.path, cause(err))
		}
		if !w.patience() {
			w.drop(p, err)
			return
		}
	}
	if w.failing {
		w.recovered()
	}
}

// drop counts p, and the rest of its last line when that comes.
func (w *writer) drop(p []byte, err error) {
	if !w.failing {
		w.failing = true
		w.io.Warnf("cannot write log %s: %v; what comes is dropped until it can be written", w.path, cause(err))
	}
	w.lost += int64(len(p))
	w.total += int64(len(p))
	w.skip = p[len(p)-1] != '\n'
	w.skipped = 0
}

// skipLine drops the rest of a line and returns what follows. It gives up on
// one that does not end.
func (w *writer) skipLine(p []byte) []byte {
	n := bytes.IndexByte(p, '\n') + 1
	if n > 0 {
		w.skip = false
	} else {
		n = len(p)
		w.skipped += int64(n)
		w.skip = w.skipped < maxLine
	}
	w.lost += int64(n)
	w.total += int64(n)
	return p[n:]
}

func (w *writer) recovered() {
	w.failing = false
	if w.lost > 0 {
		w.io.Notef("log %s can be written again; %d bytes were dropped", w.path, w.lost)
	} else {
		w.io.Notef("log %s can be written again; nothing was dropped", w.path)
	}
	w.lost = 0
}

// reopen opens the log by its name.
func (w *writer) reopen() {
	if err := w.log.Reopen(); err != nil {
		w.io.Warnf("cannot reopen log %s: %v; the file that was open is kept", w.path, cause(err))
		return
	}
	w.inLine = false
}

// cause strips the path from an error; the sentence has it.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
