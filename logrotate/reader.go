package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// bufSize is how much is read at once. A pipe holds 64 KiB unless it is told
// otherwise; see enlarge.
const bufSize = 256 << 10

// maxDrain bounds what is read after TERM, so that a writer that never stops
// cannot keep the tool.
const maxDrain = 64 << 20

// reader reads standard input in a goroutine of its own, one buffer ahead.
type reader struct {
	in     io.Reader
	file   *os.File // in, when it is one
	chunks chan chunk
	free   chan []byte
	wake   *os.File // written to when only what is there is to be read
	woken  *os.File
	left   int // bytes that may still be read when draining
}

// chunk is what was read; err tells why nothing follows.
type chunk struct {
	data []byte
	err  error
}

// errDrained is the end of what was in the pipe.
var errDrained = errors.New("pipe is empty")

func newReader(in io.Reader) *reader {
	r := &reader{in: in, chunks: make(chan chunk), free: make(chan []byte, 2)}
	r.free <- make([]byte, bufSize)
	r.free <- make([]byte, bufSize)
	if f, ok := in.(*os.File); ok {
		enlarge(f)
		if woken, wake, err := os.Pipe(); err == nil {
			r.file, r.woken, r.wake = f, woken, wake
		}
	}
	go r.loop()
	return r
}

// drain has the reader end when nothing more is in the pipe.
func (r *reader) drain() {
	if r.wake != nil {
		r.wake.Close()
	}
}

func (r *reader) loop() {
	for buf := range r.free {
		n, err := r.read(buf)
		if n > 0 {
			r.chunks <- chunk{data: buf[:n]}
		}
		if err != nil {
			r.chunks <- chunk{err: err}
			return
		}
	}
}

func (r *reader) read(buf []byte) (int, error) {
	if r.file == nil {
		return r.in.Read(buf)
	}
	draining, ready := r.wait()
	if draining {
		if !ready || r.left >= maxDrain {
			return 0, errDrained
		}
	}
	n, err := r.file.Read(buf)
	if draining {
		r.left += n
	}
	return n, err
}

// wait waits until there is input or until drain was called, and tells which.
func (r *reader) wait() (draining, ready bool) {
	fds := []unix.PollFd{
		{Fd: int32(r.file.Fd()), Events: unix.POLLIN},
		{Fd: int32(r.woken.Fd()), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case err == unix.EINTR:
		case err != nil:
			// No polling here: what read says counts.
			return false, true
		default:
			// The end of the input and errors are things to read, too. macOS cannot
			// poll a terminal and says so by POLLNVAL.
			return fds[1].Revents != 0, fds[0].Revents != 0
		}
	}
}
