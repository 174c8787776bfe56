package role

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// write is `write SIZE TOTAL SEED STAMP [LINES]`: TOTAL bytes of a pattern to
// stdout in writes of SIZE bytes. The time of the first write goes to the file
// STAMP; another file beside it tells that the last one is over.
func write(args []string) error {
	size, total, seed := number(args, 0), number(args, 1), number(args, 2)
	p := NewPattern(uint64(seed))
	buf := make([]byte, size)
	if err := os.WriteFile(args[3], fmt.Append(nil, time.Now().UnixNano()), 0o644); err != nil {
		return err
	}
	for left := total; left > 0; left -= size {
		n := min(size, left)
		p.Fill(buf[:n])
		for b := buf[:n]; len(b) > 0; {
			m, err := os.Stdout.Write(b)
			if err != nil {
				return err
			}
			b = b[m:]
		}
	}
	return os.WriteFile(EndStamp(args[3]), nil, 0o644)
}

// EndStamp is the file that a writer makes when it has written all.
func EndStamp(stamp string) string { return stamp + ".end" }

// Pattern is an endless text of which every byte depends on its place: lines of
// sixteen bytes with a number each. It is cheap to make and to check.
type Pattern struct {
	next uint64
	line [lineSize]byte
	off  int
}

const lineSize = 16

// NewPattern returns the pattern of a seed, from its beginning.
func NewPattern(seed uint64) *Pattern { return &Pattern{next: seed << 40, off: lineSize} }

// Fill writes the next bytes of the pattern.
func (p *Pattern) Fill(b []byte) {
	for len(b) > 0 {
		if p.off == lineSize {
			p.make()
		}
		n := copy(b, p.line[p.off:])
		p.off += n
		b = b[n:]
	}
}

// make makes the next line: fifteen letters and a newline.
func (p *Pattern) make() {
	const letters = "abcdefghijklmnop"
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], p.next)
	for i, x := range raw {
		p.line[2*i] = letters[x>>4]
		p.line[2*i+1] = letters[x&15]
	}
	p.line[lineSize-1] = '\n'
	p.next++
	p.off = 0
}

// Check reads a whole text and returns at which byte it departs from the
// pattern of a seed, or -1, and how many bytes it has.
func Check(r io.Reader, seed uint64) (bad, n int64, err error) {
	p := NewPattern(seed)
	got, want := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		m, err := r.Read(got)
		p.Fill(want[:m])
		if string(got[:m]) != string(want[:m]) {
			for i := range m {
				if got[i] != want[i] {
					return n + int64(i), n, nil
				}
			}
		}
		n += int64(m)
		if err == io.EOF {
			return -1, n, nil
		}
		if err != nil {
			return -1, n, err
		}
	}
}
