package daemon

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Pidfile is the file with our pid in it. It is locked for as long as we hold
// it, so that a second daemon of the same configuration neither overwrites nor
// removes it.
type Pidfile struct {
	path string
	file *os.File
	ours bool // a regular file, to be removed at the end
}

// WritePidfile writes the pid of this process to a file and tells the log. It
// returns nil if that is not possible, which the reference holds not to be
// fatal, and neither do we.
func WritePidfile(path string, log core.Logger) *Pidfile {
	p, err := openPidfile(path)
	if err == nil {
		err = p.write()
	}
	if err != nil {
		log.Log(config.LevelCritical, "could not write pidfile "+path)
		log.Log(config.LevelWarn, fmt.Sprintf("cannot write the pidfile: %v", err))
		return nil
	}
	log.Log(config.LevelInfo, "supervisord started with pid "+strconv.Itoa(os.Getpid()))
	return p
}

// errReplaced tells that the file went away between open and lock.
var errReplaced = errors.New("the file was replaced again and again")

// openPidfile opens and locks the file without changing it.
func openPidfile(path string) (*Pidfile, error) {
	for range 10 {
		f, err := openNoLink(path)
		if err != nil {
			return nil, err
		}
		p, err := lockPidfile(path, f)
		if err == nil {
			return p, nil
		}
		f.Close()
		if err != errReplaced {
			return nil, err
		}
	}
	return nil, errReplaced
}

// openNoLink opens a file that may be new. A symbolic link is followed only if
// root or we ourselves made it: in a directory that others may write to, theirs
// could make us overwrite any file of the system.
func openNoLink(path string) (*os.File, error) {
	flags := os.O_RDWR | os.O_CREATE | syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_NOCTTY
	if st, err := os.Lstat(path); err == nil && st.Mode()&os.ModeSymlink != 0 {
		owner := st.Sys().(*syscall.Stat_t).Uid
		if owner != 0 && int(owner) != os.Geteuid() {
			return nil, fmt.Errorf("%s is a symbolic link that belongs to uid %d; only links of our own or of root are followed", path, owner)
		}
		flags &^= syscall.O_NOFOLLOW
	}
	return os.OpenFile(path, flags, 0o666)
}

func lockPidfile(path string, f *os.File) (*Pidfile, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return &Pidfile{path: path, file: f}, nil // such as /dev/null
	}
	if sys := st.Sys().(*syscall.Stat_t); sys.Nlink > 1 {
		return nil, fmt.Errorf("%s has %d names; a pidfile must have one only", path, sys.Nlink)
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
	case nil, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ENOLCK: // some file systems know no locks
	case syscall.EWOULDBLOCK:
		return nil, fmt.Errorf("%s belongs to the supervisord with pid %s, which is running", path, readPid(f))
	default:
		return nil, &os.PathError{Op: "flock", Path: path, Err: err}
	}
	if now, err := os.Stat(path); err != nil || !os.SameFile(st, now) {
		return nil, errReplaced
	}
	return &Pidfile{path: path, file: f, ours: true}, nil
}

func readPid(f *os.File) string {
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0)
	pid := strings.TrimSpace(string(b[:n]))
	if _, err := strconv.Atoi(pid); err != nil {
		return "unknown"
	}
	return pid
}

func (p *Pidfile) write() (err error) {
	if st, e := p.file.Stat(); p.ours && e == nil && st.Size() > 0 {
		// Only then: ext4 writes a file that was truncated to the disk when it is
		// closed, and so the end of supervisord would wait for the disk.
		err = p.file.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(p.file, "%d\n", os.Getpid())
	}
	if err != nil {
		p.Remove()
	}
	return err
}

// Remove removes the file if it is still the one that was written, and lets
// others have the name. A nil Pidfile has nothing to remove.
func (p *Pidfile) Remove() {
	if p == nil {
		return
	}
	mine, err := p.file.Stat()
	now, err2 := os.Stat(p.path)
	if p.ours && err == nil && err2 == nil && os.SameFile(mine, now) {
		os.Remove(p.path)
	}
	p.file.Close()
}
