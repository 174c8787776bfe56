package rotate

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// Options say when a log is rotated and who is told of trouble.
type Options struct {
	// MaxBytes is the size, in bytes, at which the log is rotated; 0 never
	// rotates it.
	MaxBytes int64
	// Backups is the number of rotated files to keep.
	Backups int
	// Perm holds the permission bits of files that are created, before the
	// umask; 0 stands for 0666.
	Perm uint32
	// OnOutage, if set, is told when the log cannot be written and when it can
	// be again or is closed. It is called during Write or Close and must not use
	// the log.
	OnOutage func(Outage)
}

// Outage tells that a log cannot be written, or that it can be again.
type Outage struct {
	Path string // of the log
	// Err is what went wrong, or nil when the trouble is over.
	Err error
	// Dropped counts the bytes that were lost meanwhile; set with a nil Err.
	Dropped int64
	// Closed tells that the trouble lasted until the log was closed.
	Closed bool
	// Rotating tells that it is the rotation that fails: nothing is lost, but
	// the log grows beyond its limit.
	Rotating bool
}

// Log is what Numbered and Dated have in common.
type Log interface {
	Write(p []byte) (int, error)
	WriteRecords(p []byte, ends []int) (int, error)
	Reopen() error
	Remove() error
	Suspend() bool
	Close() error
	Dropped() int64
	Path() string
}

// ErrClosed is returned by the methods of a log after Close.
var ErrClosed = errors.New("log is closed")

// file is the log that is being written, whatever becomes of it when it is
// full. All methods may be called from any goroutine.
//
// It writes to the file that it has opened even if that is renamed, until
// Reopen, so that a tool may move the log away and then ask for Reopen. A file
// that is removed is created anew by the next write: nobody could ever read
// what is written to it. A file that is truncated is continued at its new end.
type file struct {
	mu      sync.Mutex
	path    string
	size    int64 // of the open file, as far as known
	max     int64
	fd      int32 // -1 while not open
	perm    uint32
	backups int32
	special bool // not a regular file: never rotated, renamed, truncated or removed
	closed  bool
	failing bool // in an outage that was reported
	stuck   bool // in a failure to rotate that was reported
	dropped atomic.Int64
	outage  int64 // bytes dropped in this outage
	notify  func(Outage)
	archive *archive // of Dated; nil stands for numbers
}

func (f *file) init(path string, o Options) {
	f.path, f.fd, f.max, f.notify = path, -1, o.MaxBytes, o.OnOutage
	f.backups = int32(min(o.Backups, math.MaxInt32))
	f.perm = o.Perm
	if f.perm == 0 {
		f.perm = 0o666
	}
}

// first opens the file for the first time.
func (f *file) first() error {
	err := f.replace()
	if errors.Is(err, syscall.ENXIO) {
		return nil // a FIFO that nobody reads yet: try again at each write
	}
	return err
}

// Path returns the name of the log.
func (f *file) Path() string { return f.path }

// Dropped returns how many bytes could not be written since the log was made.
func (f *file) Dropped() int64 { return f.dropped.Load() }

// Write appends p, and then rotates the log if that has filled it. So p is
// never split between two files. What cannot be written is dropped and counted;
// the error tells why, and the next Write tries anew. Write never waits for
// space on a disk; on a FIFO or a terminal it waits for the reader.
func (f *file) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	return f.append(p)
}

// WriteRecords is like a Write for each of several records, with fewer system
// calls: the first record is p[:ends[0]], the second p[ends[0]:ends[1]] and so
// on. The last end must be len(p).
func (f *file) WriteRecords(p []byte, ends []int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, ErrClosed
	}
	done := 0
	for i := 0; i < len(ends); i++ {
		if err := f.ready(); err == nil && f.max > 0 && !f.special {
			for i < len(ends)-1 && f.size+int64(ends[i]-done) < f.max {
				i++
			}
		} else {
			i = len(ends) - 1
		}
		if ends[i] == done {
			continue
		}
		n, err := f.append(p[done:ends[i]])
		if err != nil {
			f.lose(len(p)-ends[i], err)
			return done + n, err
		}
		done = ends[i]
	}
	return done, nil
}

// append writes p and rotates; f.mu is held.
func (f *file) append(p []byte) (int, error) {
	if f.closed {
		return 0, ErrClosed
	}
	n, err := f.put(p)
	if err != nil {
		f.lose(len(p)-n, err)
	} else if f.failing {
		f.recover()
	}
	if n > 0 && f.max > 0 && f.size >= f.max && !f.special {
		f.rotate()
	}
	return n, err
}

// put writes p to the file, opening it first if need be.
func (f *file) put(p []byte) (int, error) {
	if err := f.ready(); err != nil {
		return 0, err
	}
	n, err := WriteFD(int(f.fd), p)
	f.size += int64(n)
	if err != nil && !full(err) {
		f.shut() // the next write opens it by name
	}
	return n, err
}

// ready makes f.fd a file that has a name, and f.size its size.
func (f *file) ready() error {
	if f.fd < 0 {
		return f.replace()
	}
	if f.special {
		return nil
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(int(f.fd), &st); err != nil {
		f.shut()
		return f.replace()
	}
	f.size = st.Size
	if st.Nlink > 0 {
		return nil
	}
	err := f.replace()
	if err != nil {
		f.shut() // gives the disk its space back
	}
	return err
}

// replace opens the file by name and closes the one that was open. When it
// cannot be opened the old one stays.
func (f *file) replace() error {
	fd, st, err := open(f.path, f.perm)
	if err != nil {
		return &fs.PathError{Op: "open", Path: f.path, Err: err}
	}
	f.shut()
	f.fd, f.size = int32(fd), st.Size
	f.special = uint32(st.Mode)&syscall.S_IFMT != syscall.S_IFREG || f.path == os.DevNull || throughDevice(f.path)
	return nil
}

// shut closes the open file.
func (f *file) shut() {
	if f.fd >= 0 {
		syscall.Close(int(f.fd))
		f.fd = -1
	}
}

// rotate makes room once the file is full. When that fails the log goes on
// growing, and the next write tries again.
func (f *file) rotate() {
	err := f.tryRotate()
	switch {
	case err != nil && !f.stuck:
		f.stuck = true
		f.tell(Outage{Path: f.path, Err: fmt.Errorf("cannot rotate %s: %w", f.path, err), Rotating: true})
	case err == nil && f.stuck:
		f.stuck = false
		f.tell(Outage{Path: f.path, Rotating: true})
	}
}

func (f *file) tryRotate() error {
	// Another process may write the same log. Whoever finds the lock taken leaves
	// the rotation to the other and follows it at a later write.
	if err := syscall.Flock(int(f.fd), syscall.LOCK_EX|syscall.LOCK_NB); err == syscall.EWOULDBLOCK {
		return nil
	}
	defer f.unlock(f.fd)
	ours, err := f.named()
	if err != nil {
		return err
	}
	if ours {
		if err := f.shift(); err != nil {
			return err
		}
		if f.size == 0 {
			return nil // truncated
		}
	}
	// Where the name is free or belongs to another file (somebody moved the log
	// away) there is nothing to rename: go on by name.
	return f.replace()
}

// shift makes room: when it returns nil, either the name no longer belongs to the
// open file, or that is empty.
func (f *file) shift() error {
	switch {
	case f.archive != nil:
		return f.archive.shift()
	case f.backups <= 0:
		return f.empty()
	default:
		return shiftNumbers(f.path, int(f.backups))
	}
}

// unlock gives up the lock on fd, unless closing fd has done so.
func (f *file) unlock(fd int32) {
	if f.fd == fd {
		syscall.Flock(int(fd), syscall.LOCK_UN)
	}
}

// named reports whether the name still belongs to the open file.
func (f *file) named() (bool, error) {
	var here, there syscall.Stat_t
	if err := syscall.Stat(f.path, &there); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	if err := syscall.Fstat(int(f.fd), &here); err != nil {
		return false, err
	}
	return here.Dev == there.Dev && here.Ino == there.Ino, nil
}

// Reopen closes the log and opens it by name, creating it if need be. If that
// fails the file that was open is kept.
func (f *file) Reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	return f.replace()
}

// Remove deletes the log, not its backups, and opens it anew. Only a regular
// file is deleted; for anything else Remove does nothing.
func (f *file) Remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	if f.special && f.fd >= 0 {
		return nil
	}
	regular, err := Regular(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if regular {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return f.replace()
}

// Suspend closes the descriptor until the next write, which continues the file
// that has the name by then. It does nothing, and reports false, while another
// goroutine uses the log; so it never waits.
func (f *file) Suspend() bool {
	if !f.mu.TryLock() {
		return false
	}
	defer f.mu.Unlock()
	if !f.special {
		f.shut()
	}
	return !f.special
}

// Close closes the log. Later calls fail with ErrClosed, or do nothing.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shut()
	if f.failing && !f.closed {
		f.tell(Outage{Path: f.path, Dropped: f.outage, Closed: true})
	}
	f.closed = true
	return nil
}

// lose counts n dropped bytes and reports the outage once.
func (f *file) lose(n int, err error) {
	f.dropped.Add(int64(n))
	f.outage += int64(n)
	if !f.failing {
		f.failing = true
		if errno, ok := err.(syscall.Errno); ok {
			err = &fs.PathError{Op: "write", Path: f.path, Err: errno}
		}
		f.tell(Outage{Path: f.path, Err: err})
	}
}

func (f *file) recover() {
	lost := f.outage
	f.failing, f.outage = false, 0
	f.tell(Outage{Path: f.path, Dropped: lost})
}

func (f *file) tell(o Outage) {
	if f.notify != nil {
		f.notify(o)
	}
}
