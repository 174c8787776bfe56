package pump

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/follow"
)

// logFile is a log in a regular file, shared by all streams that write to it.
type logFile struct {
	table  *logTable
	log    rotate.Log
	conf   *config.Output             // how it is rotated
	follow atomic.Pointer[follow.Set] // nil while nobody follows

	used   atomic.Bool // was written since the table last looked
	closed atomic.Bool // by the table, to save a descriptor

	// Owned by the table.
	refs int // streams
	at   int // index in table.open; -1 while closed
}

// sameRotation reports whether two logs are rotated in the same way.
func sameRotation(a, b *config.Output) bool {
	return a == b || a.MaxBytes == b.MaxBytes && a.Backups == b.Backups && a.Rotation == b.Rotation &&
		a.Compress == b.Compress && a.MaxAge == b.MaxAge
}

// write appends data; what cannot be written is counted by the log.
func (l *logFile) write(data []byte) {
	if l.closed.Load() {
		l.table.resume(l)
	}
	if !l.used.Load() {
		l.used.Store(true)
	}
	l.log.Write(data)
	if f := l.follow.Load(); f != nil {
		f.Notify()
	}
}

// remove deletes the file and creates it anew.
func (l *logFile) remove() error {
	if l.closed.Load() {
		l.table.resume(l)
	}
	err := l.log.Remove()
	if f := l.follow.Load(); f != nil {
		f.Notify()
	}
	return err
}

// logTable is the logs in use, by path.
type logTable struct {
	limit  int // of open logs
	report func(rotate.Outage)

	mu        sync.Mutex
	logs      map[string]*logFile
	open      []*logFile // those that hold a descriptor
	hand      int        // where the search for a log to close goes on
	followers map[string]*follow.Set
	gone      int64 // bytes dropped by logs that are no longer in use
}

func newLogTable(limit int, report func(rotate.Outage)) *logTable {
	if limit <= 0 {
		limit = defaultOpenLogs()
	}
	return &logTable{limit: limit, report: report, logs: map[string]*logFile{}, followers: map[string]*follow.Set{}}
}

// defaultOpenLogs is a quarter of the descriptors we may have.
func defaultOpenLogs() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 256
	}
	return int(min(max(uint64(r.Cur)/4, 16), 4096))
}

// get opens the log at path, or shares it if it is open. Its error is an
// *fs.PathError.
func (t *logTable) get(path string, conf *config.Output) (*logFile, error) {
	t.mu.Lock()
	l := t.logs[path]
	if l != nil && sameRotation(l.conf, conf) {
		l.refs++
		t.mu.Unlock()
		return l, nil
	}
	t.makeRoom()
	t.mu.Unlock()

	log, err := t.make(path, conf)
	for isTooMany(err) && t.closeSome() {
		log, err = t.make(path, conf)
	}
	if err != nil {
		return nil, err
	}
	return t.add(path, conf, log), nil
}

// make opens a log; the table is not locked, because a disk may be slow.
func (t *logTable) make(path string, conf *config.Output) (rotate.Log, error) {
	o := rotate.Options{MaxBytes: conf.MaxBytes, Backups: conf.Backups, OnOutage: t.report}
	if conf.Rotation == config.RotateTimestamp {
		return rotate.NewDated(path, rotate.DatedOptions{Options: o, MaxAge: conf.MaxAge, Compress: conf.Compress})
	}
	return rotate.NewNumbered(path, o)
}

// add enters a log that was opened, unless another goroutine was faster.
func (t *logTable) add(path string, conf *config.Output, log rotate.Log) *logFile {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.logs[path]; l != nil && sameRotation(l.conf, conf) {
		log.Close()
		l.refs++
		return l
	}
	// A log that is rotated otherwise stays with the streams that have it.
	l := &logFile{table: t, log: log, conf: conf, refs: 1, at: len(t.open)}
	l.follow.Store(t.followers[path])
	t.logs[path] = l
	t.open = append(t.open, l)
	return l
}

// put gives a log back; the last one to do so closes it.
func (t *logTable) put(l *logFile) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.refs--; l.refs > 0 {
		return
	}
	if t.logs[l.log.Path()] == l {
		delete(t.logs, l.log.Path())
	}
	t.removeOpen(l)
	l.log.Close()
	t.gone += l.log.Dropped()
}

// resume counts a log as open again, and opens it.
func (t *logTable) resume(l *logFile) {
	t.mu.Lock()
	if l.at < 0 && l.refs > 0 {
		t.makeRoom()
		l.at = len(t.open)
		t.open = append(t.open, l)
		l.used.Store(true)
		l.closed.Store(false)
	}
	t.mu.Unlock()
	for isTooMany(l.log.Reopen()) && t.closeSome() {
	}
}

// makeRoom closes logs until there may be one more; t.mu is held.
func (t *logTable) makeRoom() {
	for len(t.open) >= t.limit && t.closeOne() {
	}
}

// closeSome closes a part of the logs because descriptors have run out, and
// reports whether there were any.
func (t *logTable) closeSome() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	closed := false
	for range len(t.open)/8 + 1 {
		closed = t.closeOne() || closed
	}
	return closed
}

// closeOne closes a log that was not written for a while: the hand goes round,
// and takes the first that was not written since it last came by. A log in the
// midst of a write, which may hang on a disk, is left alone. It reports whether
// it has found one.
func (t *logTable) closeOne() bool {
	for range 2 * len(t.open) {
		if t.hand >= len(t.open) {
			t.hand = 0
		}
		if l := t.open[t.hand]; !l.used.Swap(false) && l.log.Suspend() {
			l.closed.Store(true)
			t.removeOpen(l)
			return true
		}
		t.hand++
	}
	return false
}

// removeOpen takes a log out of t.open.
func (t *logTable) removeOpen(l *logFile) {
	if l.at < 0 {
		return
	}
	last := t.open[len(t.open)-1]
	t.open[l.at], last.at = last, l.at
	t.open[len(t.open)-1] = nil
	t.open = t.open[:len(t.open)-1]
	l.at = -1
}

// all returns the logs in use.
func (t *logTable) all() []*logFile {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]*logFile, 0, len(t.logs))
	for _, l := range t.logs {
		all = append(all, l)
	}
	return all
}

// reopen opens all logs by name.
func (t *logTable) reopen(failed func(path string, err error)) {
	for _, l := range t.all() {
		err := l.log.Reopen()
		if err != nil && !errors.Is(err, rotate.ErrClosed) {
			failed(l.log.Path(), err)
		}
		if l.closed.Load() { // it was opened only so that the file exists
			l.log.Suspend()
		}
		if f := l.follow.Load(); f != nil {
			f.Notify()
		}
	}
}

func (t *logTable) dropped() int64 {
	var n int64
	for _, l := range t.all() {
		n += l.log.Dropped()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return n + t.gone
}

// follow adds a follower to the log at path, whether it is in use or not.
func (t *logTable) follow(path string) (<-chan struct{}, func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	set := t.followers[path]
	if set == nil {
		set = new(follow.Set)
		t.followers[path] = set
	}
	if l := t.logs[path]; l != nil {
		l.follow.Store(set)
	}
	changed, cancel := set.Subscribe()
	return changed, func() {
		cancel()
		t.unfollow(path, set)
	}
}

// unfollow forgets the followers of path if there are none left.
func (t *logTable) unfollow(path string, set *follow.Set) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.followers[path] != set || !set.Empty() {
		return
	}
	delete(t.followers, path)
	if l := t.logs[path]; l != nil {
		l.follow.Store(nil)
	}
}

// isTooMany reports whether err is lack of descriptors.
func isTooMany(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
