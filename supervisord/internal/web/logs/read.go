package logs

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxRead is the most that is read of a log at once, in bytes.
const MaxRead = 1 << 20

// Part is a part of a file.
type Part struct {
	// Offset is where the part begins, and Next where it ends, in bytes. They can
	// be more and less than what was asked for, because no character is cut.
	Offset, Next int64
	// Size is that of the file.
	Size int64
	// Text is what is there. Bytes that are not UTF-8 are replaced by U+FFFD.
	Text string
}

// Read reads up to length bytes from offset on; a negative offset counts from
// the end of the file. With whole set, a part that begins within a line begins
// with the next one instead, if there is one. A character that is still being
// written is left for later.
func (o *Opened) Read(offset, length int64, whole bool) (Part, error) {
	return o.read(offset, max(length, leastRead), whole, offset == 0)
}

// leastRead is a length of which something is left when cut characters are
// left out.
const leastRead = 16

// read is Read; aligned says that a character begins at offset, or that what is
// there is none.
func (o *Opened) read(offset, length int64, whole, aligned bool) (Part, error) {
	info, err := o.f.Stat()
	if err != nil {
		return Part{}, err
	}
	size := info.Size()
	if offset < 0 {
		offset = max(0, size+max(offset, -size))
	}
	offset = min(offset, size)
	length = min(max(length, 0), MaxRead, size-offset)
	buf := make([]byte, length)
	n, err := o.f.ReadAt(buf, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return Part{}, err
	}
	b := buf[:n]
	if whole && offset > 0 && !o.startsLine(offset) {
		if i := bytes.IndexByte(b, '\n'); i >= 0 && i+1 < len(b) {
			offset, b, aligned = offset+int64(i)+1, b[i+1:], true
		}
	}
	if !aligned {
		tail := trimStart(b)
		offset, b = offset+int64(len(b)-len(tail)), tail
	}
	if offset+int64(len(b)) < size || o.Index == 0 {
		b = trimEnd(b)
	}
	return Part{Offset: offset, Next: offset + int64(len(b)), Size: size, Text: text(b)}, nil
}

func (o *Opened) startsLine(offset int64) bool {
	var before [1]byte
	n, _ := o.f.ReadAt(before[:], offset-1)
	return n == 1 && before[0] == '\n'
}

// text makes valid UTF-8 of bytes, with one U+FFFD for each byte that is none.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

// trimStart removes the rest of a character that began before b.
func trimStart(b []byte) []byte {
	n := 0
	for n < len(b) && n < utf8.UTFMax-1 && !utf8.RuneStart(b[n]) {
		n++
	}
	if n == len(b) || n == utf8.UTFMax-1 && !utf8.RuneStart(b[n]) {
		return b // no text at all: nothing is cut
	}
	return b[n:]
}

// trimEnd removes the beginning of a character that goes on after b.
func trimEnd(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			break
		}
	}
	return b
}
