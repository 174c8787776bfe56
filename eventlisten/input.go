package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// lengthMode is what a daemon counts in the length of a payload.
type lengthMode int

const (
	lengthAuto lengthMode = iota
	lengthBytes
	lengthCharacters
)

var lengthModes = map[string]lengthMode{"auto": lengthAuto, "bytes": lengthBytes, "characters": lengthCharacters}

// input reads notifications of daemons that count bytes and of those that count
// characters.
//
// A daemon sends nothing after a payload until it is answered. So when more is
// there than the length says, and the payload has characters of several bytes,
// the length counts characters. What fits into PIPE_BUF arrives in one piece, so
// then a look is enough; for a longer payload a moment is allowed.
type input struct {
	buf  *bufio.Reader
	src  io.Reader
	read *event.Reader
	mode lengthMode
}

func newInput(r io.Reader, mode lengthMode) *input {
	// event.NewReader uses a bufio.Reader as it is.
	buf := bufio.NewReaderSize(r, 64<<10)
	return &input{buf: buf, src: r, read: event.NewReader(buf), mode: mode}
}

// next waits for a notification. The error is io.EOF when the input ended
// between two.
func (in *input) next() (*event.Notification, error) {
	n, err := in.read.Next()
	if err != nil || in.mode == lengthBytes || ascii(n.Payload) {
		return n, err
	}
	if in.mode == lengthAuto {
		in.mode = in.guess(len(n.Payload))
	}
	if in.mode == lengthCharacters {
		n.Payload, err = in.characters(n.Payload, n.Header.Len)
	}
	return n, err
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// atomic is less than PIPE_BUF by the longest header that is likely.
const atomic = 4096 - 512

// guess tells what the length of a payload, which has n bytes by that length,
// counts.
func (in *input) guess(n int) lengthMode {
	wait := 200 * time.Millisecond
	if n <= atomic {
		wait = 0
	}
	if in.buf.Buffered() > 0 || readable(in.src, wait) {
		return lengthCharacters
	}
	return lengthBytes
}

// readable tells whether there is something to read within the time given. The
// end of the input is nothing to read.
func readable(r io.Reader, wait time.Duration) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, int(wait.Milliseconds()))
		if err != unix.EINTR {
			return n > 0 && fds[0].Revents&unix.POLLIN != 0
		}
	}
}

// characters reads on until payload has want characters.
func (in *input) characters(payload []byte, want int) ([]byte, error) {
	have, whole := 0, 0 // characters and bytes that are complete
	for {
		for whole < len(payload) && utf8.FullRune(payload[whole:]) {
			_, size := utf8.DecodeRune(payload[whole:])
			whole += size
			have++
		}
		missing := want - have
		if missing <= 0 {
			return payload, nil
		}
		// Each character takes one more byte at least, one that is cut too.
		more := make([]byte, missing)
		if _, err := io.ReadFull(in.buf, more); err != nil {
			return nil, fmt.Errorf("cannot read a payload of %d characters: %w", want, io.ErrUnexpectedEOF)
		}
		payload = append(payload, more...)
	}
}
