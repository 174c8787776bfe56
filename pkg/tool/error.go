package tool

import (
	"errors"
	"fmt"
)

// Error is a failure that ends a tool.
type Error struct {
	Status int      // exit status, one of those of this package
	Err    error    // what is wrong, one sentence without the tool's name
	Hints  []string // each names a way out, one sentence
}

// Error returns the sentence without its hints.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error inside.
func (e *Error) Unwrap() error { return e.Err }

// Hint adds a sentence that names a way out, and returns e.
func (e *Error) Hint(format string, args ...any) *Error {
	e.Hints = append(e.Hints, fmt.Sprintf(format, args...))
	return e
}

// Failf returns an Error with the given exit status. The format may wrap an
// error with %w.
func Failf(status int, format string, args ...any) *Error {
	return &Error{Status: status, Err: fmt.Errorf(format, args...)}
}

// Exit is an error that ends a tool with a status and says nothing: the reason
// has been told already, or it is the status of a command that spoke for
// itself.
type Exit int

// Error returns the status as text; it is not printed.
func (e Exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusOf returns the exit status and the hints that err carries. An error
// without a status of its own is a failed system call.
func statusOf(err error) (status int, hints []string) {
	var e *Error
	if errors.As(err, &e) {
		return e.Status, e.Hints
	}
	return System, nil
}
