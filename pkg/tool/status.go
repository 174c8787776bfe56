package tool

import (
	"errors"
	"io/fs"
	"os/exec"
	"syscall"
)

// The exit statuses of the tools. Each tool documents those it can return; a
// tool that runs a command returns the command's own status instead.
const (
	// OK says that all that was asked for has been done.
	OK = 0
	// Refused says that the tool ran, but what it was given cannot be accepted,
	// or that it could not do all of it.
	Refused = 1
	// Usage says that the command line is wrong; nothing has been done.
	Usage = 2
	// System says that a system call failed, such as opening a file.
	System = 111
	// NotExecutable says that the command to be run exists but cannot be run.
	NotExecutable = 126
	// NotFound says that there is no such command.
	NotFound = 127
	// Signalled plus n says that the command was killed by signal n.
	Signalled = 128
)

// ChildStatus returns the exit status that tells what became of a child: its
// own exit status, or 128+n when signal n killed it.
func ChildStatus(ws syscall.WaitStatus) int {
	if ws.Signaled() {
		return Signalled + int(ws.Signal())
	}
	return ws.ExitStatus()
}

// StartStatus returns the exit status for a command that could not be started:
// 127 when it does not exist, 126 when it exists but is no program that may be
// run, and 111 when the system had no means to run it. path is the file that
// was to be executed: a file that exists and yet "does not exist" for exec(2)
// lacks its interpreter.
func StartStatus(path string, err error) int {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return NotFound
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		if exists(path) {
			return NotExecutable
		}
		return NotFound
	case errors.Is(err, fs.ErrPermission),
		errors.Is(err, syscall.ENOEXEC),
		errors.Is(err, syscall.EISDIR),
		errors.Is(err, syscall.ETXTBSY),
		errors.Is(err, syscall.ELOOP):
		return NotExecutable
	}
	return System
}
