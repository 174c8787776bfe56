package logs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// Found is the outcome of a search.
type Found struct {
	// Offset is where the match begins, or -1 if there is none in the part that
	// was searched.
	Offset int64
	// Stopped is where the search has stopped: all between it and where it began
	// is known. It is where to go on if there is more to search.
	Stopped int64
	// More is set if the search was given up before the end of the file.
	More bool
}

// Sizes of a search, in bytes.
const (
	searchBlock = 256 << 10
	// MaxSearch is how much one search looks through.
	MaxSearch = 256 << 20
	// MaxNeedle is the longest text that can be searched for.
	MaxNeedle = 1 << 10
)

// Search looks for a text, whatever the case of its ASCII letters: backward for
// the last match that ends at or before from, or forward for the first that
// begins at or after it.
func (o *Opened) Search(ctx context.Context, needle string, from int64, forward bool) (Found, error) {
	want := lower([]byte(needle))
	info, err := o.f.Stat()
	if err != nil {
		return Found{}, err
	}
	from = min(max(from, 0), info.Size())
	if len(want) == 0 || len(want) > MaxNeedle {
		return Found{Offset: -1, Stopped: from}, nil
	}
	s := search{o: o, want: want, buf: make([]byte, searchBlock+len(want)-1)}
	if forward {
		return s.forward(ctx, from, info.Size())
	}
	return s.backward(ctx, from)
}

type search struct {
	o    *Opened
	want []byte
	buf  []byte
}

func (s *search) backward(ctx context.Context, from int64) (Found, error) {
	end := from // where a match must have ended
	for searched := int64(0); end > 0; {
		if ctx.Err() != nil || searched >= MaxSearch {
			return Found{Offset: -1, Stopped: end, More: true}, nil
		}
		start := max(0, end-int64(len(s.buf)))
		b, err := s.read(start, end)
		if err != nil {
			return Found{}, err
		}
		// Index is the faster one by far.
		if bytes.Contains(b, s.want) {
			i := bytes.LastIndex(b, s.want)
			return Found{Offset: start + int64(i), Stopped: start + int64(i), More: start+int64(i) > 0}, nil
		}
		if start == 0 {
			break
		}
		searched += end - start
		end = start + int64(len(s.want)) - 1
	}
	return Found{Offset: -1}, nil
}

func (s *search) forward(ctx context.Context, from, size int64) (Found, error) {
	for searched := int64(0); from < size; {
		if ctx.Err() != nil || searched >= MaxSearch {
			return Found{Offset: -1, Stopped: from, More: true}, nil
		}
		end := min(size, from+int64(len(s.buf)))
		b, err := s.read(from, end)
		if err != nil {
			return Found{}, err
		}
		if i := bytes.Index(b, s.want); i >= 0 {
			at := from + int64(i)
			return Found{Offset: at, Stopped: at + int64(len(s.want)), More: true}, nil
		}
		if end == size {
			break
		}
		searched += end - from
		from = end - int64(len(s.want)) + 1
	}
	return Found{Offset: -1, Stopped: size}, nil
}

func (s *search) read(start, end int64) ([]byte, error) {
	b := s.buf[:end-start]
	n, err := s.o.f.ReadAt(b, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return lower(b[:n]), nil
}

// lower makes ASCII letters small, in place, eight at a time: of a byte, the top
// bit of byte+(0x80-'A') tells whether it is 'A' or more, that of
// byte+(0x7f-'Z') whether it is more than 'Z'.
func lower(b []byte) []byte {
	const each = 0x0101010101010101
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		low := x & (0x7f * each)
		upper := (low + (0x80-'A')*each) ^ (low + (0x7f-'Z')*each)
		upper &= ^x & (0x80 * each) // bytes of other characters stay
		binary.LittleEndian.PutUint64(b[i:], x|upper>>2)
	}
	for ; i < len(b); i++ {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return b
}
