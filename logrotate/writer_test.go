package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// fake is a log in memory. It takes no more than room bytes.
type fake struct {
	old       []string
	now       []byte
	room      int
	rotateErr error
}

var errFull = errors.New("full")

func (f *fake) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.now = append(f.now, p[:n]...)
	f.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func (f *fake) Rotate() error {
	if f.rotateErr == nil && len(f.now) > 0 {
		f.old = append(f.old, string(f.now))
		f.now = nil
	}
	return f.rotateErr
}

func (f *fake) Reopen() error { return nil }
func (f *fake) Size() int64   { return int64(len(f.now)) }
func (f *fake) Close() error  { return nil }

func newWriter(f *fake, limit int64) (*writer, *strings.Builder) {
	said := new(strings.Builder)
	return &writer{io: &tool.IO{Stderr: said, Args: []string{"logrotate"}}, log: f, path: "app.log", limit: limit}, said
}

// in writes text in pieces of random sizes.
func in(t *rapid.T, w *writer, text []byte) {
	for len(text) > 0 {
		n := rapid.IntRange(1, len(text)).Draw(t, "piece")
		w.write(text[:n])
		text = text[n:]
	}
}

// lines returns a text of random lines.
func lines(t *rapid.T, longest int) []byte {
	var b bytes.Buffer
	for _, n := range rapid.SliceOfN(rapid.IntRange(0, longest), 0, 60).Draw(t, "lines") {
		b.WriteString(strings.Repeat("x", n) + "\n")
	}
	if rapid.Bool().Draw(t, "half") {
		b.WriteString("half a line")
	}
	return b.Bytes()
}

// TestNothingTorn guards the promise about lines: whatever the pieces in which
// a text arrives, no file ends within a line, each is as long as the size says,
// and together they are the text.
func TestNothingTorn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fake{room: 1 << 30}
		limit := rapid.Int64Range(1, 300).Draw(t, "limit")
		w, said := newWriter(f, limit)
		text := lines(t, 120)
		in(t, w, text)
		for _, file := range f.old {
			if !strings.HasSuffix(file, "\n") {
				t.Fatalf("a file ends within a line: %q", file)
			}
			last := len(file) - 1 - (strings.LastIndexByte(file[:len(file)-1], '\n') + 1)
			if int64(len(file)) < limit || int64(len(file)-last-1) >= limit {
				t.Fatalf("a file of %d bytes with a last line of %d for a size of %d", len(file), last+1, limit)
			}
		}
		if all := strings.Join(f.old, "") + string(f.now); all != string(text) {
			t.Fatal("bytes were lost or added")
		}
		if said.Len() > 0 {
			t.Fatalf("said %q", said)
		}
	})
}

// TestTornAtLast guards that a text without line ends is rotated too.
func TestTornAtLast(t *testing.T) {
	f := &fake{room: 1 << 30}
	w, _ := newWriter(f, 1000)
	for range 100 {
		w.write(make([]byte, 10_000))
	}
	if len(f.old) < 10 {
		t.Errorf("%d rotations", len(f.old))
	}
	for _, file := range f.old {
		if len(file) > 1000+maxLine+10_000 {
			t.Errorf("a file of %d bytes", len(file))
		}
	}
	w.inLine = true
	before := len(f.old)
	w.rotateSoon()
	for range 7 {
		w.write(make([]byte, 10_000))
	}
	if len(f.old) == before {
		t.Error("no rotation after a signal")
	}
}

// TestRoom guards a disk that fills up and empties: what is in the log is made
// of whole pieces of the text, each beginning at a line, and the rest is
// counted to the byte.
func TestRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fake{}
		w, said := newWriter(f, 0)
		var text bytes.Buffer
		n := 0
		for range rapid.IntRange(1, 30).Draw(t, "writes") {
			f.room = rapid.SampledFrom([]int{0, 0, 1, 5, 40, 1 << 20}).Draw(t, "room")
			for range rapid.IntRange(1, 8).Draw(t, "lines") {
				n++
				fmt.Fprintf(&text, "line %d\n", n)
			}
			part := text.Bytes()
			if rapid.Bool().Draw(t, "whole") {
				w.write(part)
				text.Reset()
			} else {
				cut := rapid.IntRange(1, len(part)).Draw(t, "cut")
				w.write(part[:cut])
				text.Next(cut)
			}
		}
		f.room = 1 << 20
		if text.Len() > 0 {
			w.write(text.Bytes())
		}
		w.write([]byte("end\n")) // ends a line of which a part was dropped
		n++
		w.write([]byte("last\n"))
		total := 0
		for i := 1; i < n; i++ {
			total += len(fmt.Sprintf("line %d\n", i))
		}
		total += len("end\nlast\n")
		kept := string(f.now)
		for line := range strings.Lines(kept) {
			var i int
			if _, err := fmt.Sscanf(line, "line %d\n", &i); err == nil && line == fmt.Sprintf("line %d\n", i) {
				continue
			}
			if line != "end\n" && line != "last\n" {
				full := strings.TrimSuffix(line, "\n")
				if !strings.HasPrefix("line ", full) && !strings.HasPrefix(full, "line ") {
					t.Fatalf("a line that begins in the middle: %q", line)
				}
			}
		}
		if !strings.HasSuffix(kept, "last\n") {
			t.Fatalf("the log ends with %q", kept[max(0, len(kept)-20):])
		}
		if got := int64(len(kept)-total) + w.total; got < 0 || got > int64(strings.Count(kept, "\n")) {
			t.Fatalf("of %d bytes %d are in the log and %d were counted as dropped", total, len(kept), w.total)
		}
		if w.total > 0 != strings.Contains(said.String(), "dropped") {
			t.Fatalf("dropped %d and said %q", w.total, said)
		}
	})
}

// TestPeriod guards the alignment of periods to the local clock.
func TestPeriod(t *testing.T) {
	zone := time.FixedZone("east", 5*3600+1800)
	at := func(s string) time.Time {
		u, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for _, c := range []struct {
		every      time.Duration
		from, to   string
		over       bool
		leftAtFrom time.Duration
	}{
		{24 * time.Hour, "2026-01-31 23:59:59", "2026-02-01 00:00:00", true, time.Second},
		{24 * time.Hour, "2026-02-01 00:00:00", "2026-02-01 23:59:59", false, 24 * time.Hour},
		{time.Hour, "2026-02-01 10:59:00", "2026-02-01 11:00:00", true, time.Minute},
		{time.Hour, "2026-02-01 10:00:00", "2026-02-01 10:59:59", false, time.Hour},
		{24 * time.Hour, "2026-02-02 10:00:00", "2026-02-01 10:00:00", false, 14 * time.Hour}, // set back
		{7 * 24 * time.Hour, "1970-01-07 23:59:59", "1970-01-08 00:00:00", true, time.Second},
		{time.Hour, "1960-01-01 10:59:00", "1960-01-01 11:00:00", true, time.Minute},
	} {
		p := &period{every: c.every}
		p.now = p.number(at(c.from))
		if left := p.left(at(c.from)); left != c.leftAtFrom {
			t.Errorf("%v from %s: %v left, want %v", c.every, c.from, left, c.leftAtFrom)
		}
		if got := p.over(at(c.to)); got != c.over {
			t.Errorf("%v from %s to %s: over %v", c.every, c.from, c.to, got)
		}
		if p.over(at(c.to)) {
			t.Errorf("%v: over twice at %s", c.every, c.to)
		}
	}
	if (&period{}).over(at("2026-02-01 00:00:00")) {
		t.Error("no period is over")
	}
}
