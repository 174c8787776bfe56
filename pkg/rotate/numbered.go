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
type Numbered struct {
	file
	backups int
}

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
	n := &Numbered{backups: o.Backups}
	n.init(path, o, n.shift)
	return n
}

// shift renames NAME.1 to NAME.2 and so on, and at last NAME to NAME.1.
func (n *Numbered) shift(f *file) error {
	if n.backups <= 0 {
		return f.empty()
	}
	// Look first, so that nothing is half renamed when something is in the way.
	var have []int
	for i := n.backups; i >= 1; i-- {
		name := n.backup(i)
		regular, err := Regular(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !regular:
			return fmt.Errorf("%s is not a regular file", name)
		case i < n.backups:
			have = append(have, i)
		}
	}
	for _, i := range have {
		if err := move(n.backup(i), n.backup(i+1)); err != nil {
			return err
		}
	}
	return move(n.path, n.backup(1))
}

func (n *Numbered) backup(i int) string { return n.path + "." + strconv.Itoa(i) }

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
	if err := syscall.Ftruncate(f.fd, 0); err != nil {
		return &fs.PathError{Op: "truncate", Path: f.path, Err: err}
	}
	f.size = 0
	return nil
}
