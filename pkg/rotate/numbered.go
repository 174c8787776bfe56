// Package rotate writes logs that are rotated: moved aside when they are full.
//
// Numbered names the old files NAME.1 (the newest) to NAME.N, as Supervisor
// does, and is exact to the byte. Dated names them by the time of the rotation
// and can remove them by age and compress them.
//
// A log never stops its writer: what a full disk or a missing directory does
// not take is dropped, counted and reported once, and logging goes on by itself
// when it can. Only regular files are ever renamed, truncated or removed.
package rotate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// Numbered is a log whose old files are NAME.1 to NAME.N; without backups the
// log itself is emptied when it is full. Rotation follows the write that fills
// the log, so a log that has just reached its limit leaves an empty file.
type Numbered struct{ file }

// NewNumbered opens the log at path for appending, and creates it if need be.
// The error is an *fs.PathError.
func NewNumbered(path string, o Options) (*Numbered, error) {
	n := LazyNumbered(path, o)
	if err := n.first(); err != nil {
		return nil, err
	}
	return n, nil
}

// LazyNumbered is NewNumbered without opening anything before the first write.
func LazyNumbered(path string, o Options) *Numbered {
	n := &Numbered{}
	n.init(path, o)
	return n
}

// shiftNumbers renames path.1 to path.2 and so on, and at last path to path.1.
func shiftNumbers(path string, backups int) error {
	name := func(i int) string { return path + "." + strconv.Itoa(i) }
	// Look first, so that nothing is half renamed when something is in the way.
	var have []int
	for i := backups; i >= 1; i-- {
		regular, err := Regular(name(i))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !regular:
			return fmt.Errorf("%s is not a regular file", name(i))
		case i < backups:
			have = append(have, i)
		}
	}
	for _, i := range have {
		if err := move(name(i), name(i+1)); err != nil {
			return err
		}
	}
	return move(path, name(1))
}

// move renames a file over another; a file that has gone meanwhile is no error.
func move(from, to string) error {
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// empty truncates the open file.
func (f *file) empty() error {
	if err := syscall.Ftruncate(int(f.fd), 0); err != nil {
		return &fs.PathError{Op: "truncate", Path: f.path, Err: err}
	}
	f.size = 0
	return nil
}
