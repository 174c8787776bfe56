package event

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The limits of a Reader unless it is told others.
const (
	DefaultMaxHeader  = 64 << 10 // bytes
	DefaultMaxPayload = 64 << 20 // bytes
)

// Notification is one event as a listener receives it.
type Notification struct {
	Header  Header
	Payload []byte
}

// Parse splits the payload into its tokens and its body, see ParsePayload.
func (n *Notification) Parse() (Fields, []byte) { return ParsePayload(n.Header.Name, n.Payload) }

// Reader is a listener's end of the protocol: it reads notifications from the
// listener's standard input.
type Reader struct {
	MaxHeader  int // longest header line, in bytes; 0 means DefaultMaxHeader
	MaxPayload int // longest payload, in bytes; 0 means DefaultMaxPayload

	in *bufio.Reader
}

// NewReader returns a Reader of in.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReader(in)} }

// Next waits for a notification. It returns io.EOF when the input ended between
// two of them and io.ErrUnexpectedEOF, wrapped, when it ended within one; after
// any error what follows in the input has no meaning. Bytes are counted: by the
// token bytes of the header, or len if there is none.
func (r *Reader) Next() (*Notification, error) {
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	h, err := ParseHeader(line)
	if err != nil {
		return nil, err
	}
	if limit := or(r.MaxPayload, DefaultMaxPayload); h.Len > limit {
		return nil, fmt.Errorf("cannot read %s event %d: its payload has %d bytes, at most %d are allowed",
			h.Name, h.Serial, h.Len, limit)
	}
	payload, err := r.payload(h.Len)
	if err != nil {
		return nil, fmt.Errorf("cannot read payload of %s event %d: %w", h.Name, h.Serial, err)
	}
	return &Notification{Header: h, Payload: payload}, nil
}

// line reads up to a newline.
func (r *Reader) line() (string, error) {
	limit := or(r.MaxHeader, DefaultMaxHeader)
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit:
			return "", fmt.Errorf("cannot read event header: it is longer than %d bytes", limit)
		case err == nil:
			return string(line), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return "", fmt.Errorf("cannot read event header: %w", io.ErrUnexpectedEOF)
		default:
			return "", err
		}
	}
}

// payload reads n bytes. It takes memory as they come, not as they are
// announced.
func (r *Reader) payload(n int) ([]byte, error) {
	const step = 64 << 10
	if n <= step {
		buf := make([]byte, n)
		_, err := io.ReadFull(r.in, buf)
		return buf, unexpected(err)
	}
	var buf bytes.Buffer
	_, err := io.CopyN(&buf, r.in, int64(n))
	return buf.Bytes(), unexpected(err)
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func or(n, fallback int) int {
	if n > 0 {
		return n
	}
	return fallback
}
