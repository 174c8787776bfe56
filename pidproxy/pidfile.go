package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
)

// pidfile is the file in which the command leaves the pid of its server.
type pidfile struct {
	path  string
	trust bool     // skip the checks for leftovers
	found snapshot // how the file was before the command was started
	clock clock
}

func newPidfile(path string, trust bool) *pidfile {
	f := &pidfile{path: path, trust: trust, clock: newClock()}
	f.found, _ = takeSnapshot(path)
	return f
}

// snapshot is what tells one state of a file from another.
type snapshot struct {
	info fs.FileInfo // nil when the file is not there
	text []byte
}

// maxPidfile is more than any pidfile holds; PostgreSQL's has seven lines.
const maxPidfile = 4096

func takeSnapshot(path string) (snapshot, error) {
	// O_NONBLOCK: a fifo in place of the file must not hold up signals.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return snapshot{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return snapshot{}, err
	}
	if !info.Mode().IsRegular() {
		return snapshot{}, errors.New("it is not a regular file")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxPidfile))
	return snapshot{info, text}, err
}

// same tells whether the file has not been written between two snapshots.
func (s snapshot) same(o snapshot) bool {
	return s.info != nil && o.info != nil &&
		os.SameFile(s.info, o.info) &&
		s.info.ModTime().Equal(o.info.ModTime()) &&
		bytes.Equal(s.text, o.text)
}

// signal sends sig to the process that the file names. The error, when there is
// one, is a sentence about the file, and nothing was sent.
func (f *pidfile) signal(sig syscall.Signal, child int) error {
	now, err := takeSnapshot(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("pidfile %s does not exist", f.path)
	case err != nil:
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return fmt.Errorf("cannot read pidfile %s: %v", f.path, err)
	}
	pid, err := parsePid(now.text)
	if err != nil {
		return fmt.Errorf("pidfile %s %v", f.path, err)
	}
	if pid == child {
		// Our own child cannot vanish before we reap it.
		return syscall.Kill(child, sig)
	}
	if err := forbidden(pid); err != nil {
		return fmt.Errorf("pidfile %s %v", f.path, err)
	}
	return f.signalOther(pid, sig, now)
}

// signalOther sends sig to a process that is not our child. It holds on to the
// process (by a pidfd on Linux) before it checks it, so that the one checked is
// the one signalled.
func (f *pidfile) signalOther(pid int, sig syscall.Signal, now snapshot) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("pidfile %s names process %d, which cannot be reached: %v", f.path, pid, err)
	}
	defer process.Release()
	if err := f.check(pid, now); err != nil {
		return fmt.Errorf("pidfile %s %v", f.path, err)
	}
	err = process.Signal(sig)
	switch {
	case errors.Is(err, os.ErrProcessDone), errors.Is(err, syscall.ESRCH):
		return fmt.Errorf("pidfile %s is stale: there is no process %d", f.path, pid)
	case err != nil:
		return fmt.Errorf("cannot signal process %d named in pidfile %s: %v", pid, f.path, err)
	}
	return nil
}

// parsePid reads the first line, which has to be one number.
func parsePid(text []byte) (int, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, errors.New("is empty")
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimSpace(line)
	pid, err := strconv.ParseInt(string(line), 10, 32)
	if err != nil {
		if len(line) > 40 {
			line = append(line[:40:40], "..."...)
		}
		return 0, fmt.Errorf("holds %q, which is no process number", line)
	}
	return int(pid), nil
}

// forbidden refuses pids that must never be signalled.
func forbidden(pid int) error {
	switch {
	case pid <= 0:
		return fmt.Errorf("holds %d, which is not a single process", pid)
	case pid == os.Getpid():
		return errors.New("names pidproxy itself")
	case pid == 1:
		return errors.New("names process 1, which is never signalled")
	case pid == os.Getppid():
		return fmt.Errorf("names process %d, which started pidproxy", pid)
	}
	return nil
}

// slack is how much older than a process its pidfile has to be before the
// process counts as another one. Pids come round much more slowly, and clocks
// of file servers are off by less.
const slack = time.Minute

// check tells why the process that pid names now cannot be the one that was
// meant.
func (f *pidfile) check(pid int, now snapshot) error {
	if zombie(pid) {
		return fmt.Errorf("is stale: process %d has ended", pid)
	}
	if f.trust {
		return nil
	}
	if now.same(f.found) {
		return fmt.Errorf("was there before the command and was not written since: process %d may be any", pid)
	}
	age, ok := f.clock.processAge(pid)
	if ok && age+slack < time.Since(now.info.ModTime()) {
		return fmt.Errorf("is stale: process %d was started after the file was written", pid)
	}
	return nil
}
