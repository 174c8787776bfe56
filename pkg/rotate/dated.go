package rotate

import (
	"sync"
	"time"

	"github.com/natefinch/lumberjack"
)

// DatedOptions are the options of Dated.
type DatedOptions struct {
	Options
	// MaxAge is the age at which a rotated file is removed, counted in days of 24
	// hours and rounded up to a whole one; 0 keeps them whatever their age.
	MaxAge time.Duration
	// Compress has rotated files compressed with gzip.
	Compress bool
}

// Dated is a log whose old files are named by the time, in UTC, at which they
// were rotated: app.log becomes app-2026-11-21T06-41-00.123.log, and .gz is
// added when it is compressed. They are removed by number (Backups) and by age.
// With neither a number nor an age the log itself is emptied when it is full.
//
// It differs from Numbered only in this: limits are exact to the byte, and the
// log is written directly. Renaming, removing and compressing is done by
// lumberjack, the latter two in a goroutine of its own, after a rotation.
// Lumberjack gives no way to end that goroutine: one stays, asleep, for every
// log that was ever rotated, however often it was closed and opened.
type Dated struct{ file }

// NewDated opens the log at path for appending, and creates it if need be. The
// error is an *fs.PathError.
func NewDated(path string, o DatedOptions) (*Dated, error) {
	d := LazyDated(path, o)
	if err := d.first(); err != nil {
		return nil, err
	}
	return d, nil
}

// LazyDated is NewDated without opening anything before the first write.
func LazyDated(path string, o DatedOptions) *Dated {
	d := &Dated{}
	d.init(path, o.Options)
	if o.Backups > 0 || o.MaxAge > 0 {
		d.archive = archiveOf(archiveKey{path, o.Backups, days(o.MaxAge), o.Compress})
	} else {
		d.backups = 0
	}
	return d
}

func days(d time.Duration) int {
	const day = 24 * time.Hour
	return int((d + day - 1) / day)
}

// archiveKey is all that a lumberjack.Logger is made of.
type archiveKey struct {
	path     string
	backups  int
	days     int
	compress bool
}

// archive moves a log aside.
type archive struct {
	mu            sync.Mutex
	logger        lumberjack.Logger
	before, after int64 // milliseconds of the clock around the last rotation
}

// archives holds one archive for every log, because each has a goroutine that
// never ends.
var archives = struct {
	sync.Mutex
	of map[archiveKey]*archive
}{of: map[archiveKey]*archive{}}

func archiveOf(key archiveKey) *archive {
	archives.Lock()
	defer archives.Unlock()
	a := archives.of[key]
	if a == nil {
		a = &archive{logger: lumberjack.Logger{
			Filename: key.path, MaxBackups: key.backups, MaxAge: key.days, Compress: key.compress,
		}}
		archives.of[key] = a
	}
	return a
}

// shift renames the log and creates an empty one. Names are exact to the
// millisecond: the second rotation within one waits for the next, lest it
// overwrite the first.
func (a *archive) shift() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for now := time.Now().UnixMilli(); now >= a.before && now <= a.after; now = time.Now().UnixMilli() {
		time.Sleep(100 * time.Microsecond)
	}
	a.before = time.Now().UnixMilli()
	err := a.logger.Rotate()
	a.after = time.Now().UnixMilli()
	a.logger.Close() // the log is written through a descriptor of ours
	return err
}
