// Package logs reads the log of one process, or of the daemon, for people who
// look at it: a part of it, wherever it has been moved by rotation, a search in
// it, and what is being added to it. It opens nothing but that log and its own
// rotated files.
package logs

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Source says where a log is and how it is rotated.
type Source struct {
	// Path is the file that is written to.
	Path string
	// Backups is the highest number of a rotated file: Path.1 ... Path.N.
	Backups int
	// Dated is set if rotated files are named by the time of their rotation
	// instead.
	Dated bool
}

// File is one file of a log.
type File struct {
	// Index is 0 for the file that is written to, and grows with age.
	Index int
	// Name is the file's name without its directory.
	Name string
	// ID tells files apart as long as they exist, whatever they are named.
	ID string
	// Size is in bytes.
	Size int64
	// Modified is when the file was last written to.
	Modified time.Time
	// Compressed is set for files that can only be downloaded.
	Compressed bool
}

// maxBackups bounds how many rotated files are looked for.
const maxBackups = 1000

// ErrNotThere is returned for a file that is not, or no longer, a part of the
// log.
var ErrNotThere = errors.New("the log has no such file")

// errNotRegular is for what is named like a log and is none.
var errNotRegular = errors.New("not a regular file")

// Files lists the files of the log that are there, the youngest first.
func (s Source) Files() []File {
	var files []File
	for _, c := range s.candidates() {
		if f, err := c.open(); err == nil {
			f.Close()
			files = append(files, f.File)
		}
	}
	return files
}

// Open opens one file of the log by its index.
func (s Source) Open(index int) (*Opened, error) {
	for _, c := range s.candidates() {
		if c.index == index {
			return c.open()
		}
	}
	return nil, ErrNotThere
}

// OpenID opens the file of the log that has an ID, wherever rotation has moved
// it.
func (s Source) OpenID(id string) (*Opened, error) {
	for _, c := range s.candidates() {
		f, err := c.open()
		if err != nil {
			continue
		}
		if f.ID == id {
			return f, nil
		}
		f.Close()
	}
	return nil, ErrNotThere
}

// candidate is a path at which a file of the log may be.
type candidate struct {
	index int
	path  string
}

func (s Source) candidates() []candidate {
	list := []candidate{{0, s.Path}}
	if s.Dated {
		for i, name := range datedNames(s.Path) {
			list = append(list, candidate{i + 1, filepath.Join(filepath.Dir(s.Path), name)})
		}
		return list
	}
	for i := 1; i <= min(s.Backups, maxBackups); i++ {
		list = append(list, candidate{i, s.Path + "." + strconv.Itoa(i)})
	}
	return list
}

// datedNames finds the rotated files that are named by the time, the youngest
// first.
func datedNames(path string) []string {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isDated(name, filepath.Base(path)) })
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(b, a) })
	return names[:min(len(names), maxBackups)]
}

// isDated reports whether name is that of a rotated file of the log base:
// app-2026-11-21T06-41-00.123.log for app.log, perhaps with .gz after it.
func isDated(name, base string) bool {
	const layout = "2006-01-02T15-04-05.000"
	ext := filepath.Ext(base)
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(base, ext)+"-")
	if !ok {
		return false
	}
	stamp, ok := strings.CutSuffix(strings.TrimSuffix(rest, ".gz"), ext)
	if !ok {
		return false
	}
	_, err := time.Parse(layout, stamp)
	return err == nil
}

// Opened is a file of a log, open for reading.
type Opened struct {
	File
	f *os.File
}

// Close closes the file.
func (o *Opened) Close() error { return o.f.Close() }

// Reader returns the open file.
func (o *Opened) Reader() *os.File { return o.f }

// open opens a file of the log. The one that is written to may be a symbolic
// link, as the administrator may have made it; a rotated file may not: whoever
// may write to the directory could have it point anywhere.
func (c candidate) open() (*Opened, error) {
	flags := os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOCTTY | syscall.O_CLOEXEC
	stat := os.Stat
	if c.index > 0 {
		flags |= syscall.O_NOFOLLOW
		stat = os.Lstat
	}
	// Opening a device or a FIFO can have effects.
	if info, err := stat(c.path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: c.path, Err: errNotRegular}
	}
	f, err := os.OpenFile(c.path, flags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: c.path, Err: errNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Opened{f: f, File: File{
		Index: c.index, Name: filepath.Base(c.path), ID: identity(f, info), Size: info.Size(),
		Modified: info.ModTime(), Compressed: c.index > 0 && strings.HasSuffix(c.path, ".gz"),
	}}, nil
}
