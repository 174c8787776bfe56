package client

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// HTTPError is an answer of the HTTP server other than 200 OK.
type HTTPError struct {
	URL    string // of the server
	Path   string // that was asked for
	Status int    // e.g. 401
	Reason string // e.g. "Unauthorized"
}

func (e *HTTPError) Error() string {
	return fmt.Sprintf("cannot talk to %s: it answered %d %s for %s", e.URL, e.Status, e.Reason, e.Path)
}

// Unauthorized reports whether the server wants credentials, or other ones.
func (e *HTTPError) Unauthorized() bool { return e.Status == 401 }

// ConnError tells that a connection could not be made, or broke.
type ConnError struct {
	URL string
	Err error
}

func (e *ConnError) Error() string {
	return fmt.Sprintf("cannot talk to %s: %s", e.URL, e.reason())
}

// Unwrap returns the error of the system.
func (e *ConnError) Unwrap() error { return e.Err }

// reason is what a user wants to know of the error, without the layers around
// it.
func (e *ConnError) reason() string {
	var sys *os.SyscallError
	var dns *net.DNSError
	switch {
	case errors.As(e.Err, &sys):
		return sys.Err.Error()
	case errors.As(e.Err, &dns):
		return fmt.Sprintf("the host %s is not known (%s)", dns.Name, dns.Err)
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF):
		return "it closed the connection without an answer"
	}
	return e.Err.Error()
}

// NoSocket reports whether there is no socket at the path of a unix URL.
func (e *ConnError) NoSocket() bool { return errors.Is(e.Err, fs.ErrNotExist) }

// Refused reports whether nobody listens at the address.
func (e *ConnError) Refused() bool { return errors.Is(e.Err, syscall.ECONNREFUSED) }

// Denied reports whether the user has no right to connect.
func (e *ConnError) Denied() bool { return errors.Is(e.Err, fs.ErrPermission) }

// Errno returns the number of the system error, or 0 if there is none.
func (e *ConnError) Errno() syscall.Errno {
	var n syscall.Errno
	errors.As(e.Err, &n)
	return n
}

// SchemeError tells that a URL begins with something other than http:// or
// unix://.
type SchemeError struct{ URL string }

func (e *SchemeError) Error() string {
	return fmt.Sprintf("cannot use %q as the address of a server: it must begin with http:// or unix://", e.URL)
}

// ResponseError tells that an answer could not be understood.
type ResponseError struct {
	URL    string
	Method string
	Err    error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("cannot understand the answer of %s to %s: %s", e.URL, e.Method, e.Err)
}

// Unwrap returns the decoder's error.
func (e *ResponseError) Unwrap() error { return e.Err }
