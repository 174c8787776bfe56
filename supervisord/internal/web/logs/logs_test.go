package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// log is a log in a directory of its own.
type log struct {
	testing.TB
	Source
}

func newLog(t testing.TB) *log {
	return &log{t, Source{Path: filepath.Join(t.TempDir(), "app.log"), Backups: 3}}
}

func (l *log) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *log) write(suffix, text string) {
	l.Helper()
	f, err := os.OpenFile(l.Path+suffix, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	l.must(err)
	_, err = f.WriteString(text)
	l.must(err)
	l.must(f.Close())
}

// rotate moves the files as the pump does.
func (l *log) rotate() {
	l.Helper()
	for i := l.Backups - 1; i >= 1; i-- {
		os.Rename(fmt.Sprint(l.Path, ".", i), fmt.Sprint(l.Path, ".", i+1))
	}
	l.must(os.Rename(l.Path, l.Path+".1"))
	l.write("", "")
}

func (l *log) clear() {
	l.Helper()
	// The new file is made first, so that it cannot get the inode of the old one:
	// without birth times nobody could tell them apart.
	l.write(".new", "")
	l.must(os.Rename(l.Path+".new", l.Path))
}

func (l *log) open(index int) *Opened {
	l.Helper()
	o, err := l.Open(index)
	l.must(err)
	l.Cleanup(func() { o.Close() })
	return o
}

func TestFiles(t *testing.T) {
	l := newLog(t)
	l.write("", "current")
	l.write(".1", "one")
	l.write(".3", "three")
	l.write(".4", "beyond the number of backups")
	l.write(".x", "a stranger")
	l.must(os.Symlink("/etc/passwd", l.Path+".2"))
	var names []string
	for _, f := range l.Files() {
		names = append(names, fmt.Sprint(f.Index, " ", f.Name, " ", f.Size))
	}
	want := "0 app.log 7, 1 app.log.1 3, 3 app.log.3 5"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, index := range []int{-1, 2, 4, 1000} {
		if _, err := l.Open(index); err == nil {
			t.Errorf("file %d was opened", index)
		}
	}
	o := l.open(1)
	l.rotate()
	again, err := l.OpenID(o.ID)
	l.must(err)
	defer again.Close()
	if again.Index != 2 {
		t.Errorf("after a rotation the file is at %d", again.Index)
	}
	if _, err := l.OpenID("nobody"); err == nil {
		t.Error("an unknown ID was opened")
	}
}

func TestOnlyRegularFiles(t *testing.T) {
	l := newLog(t)
	l.must(syscall.Mkfifo(l.Path, 0o600))
	for _, path := range []string{l.Path, "/dev/null", filepath.Dir(l.Path), l.Path + ".none"} {
		if o, err := (Source{Path: path}).Open(0); err == nil {
			o.Close()
			t.Errorf("%s was opened", path)
		}
	}
	// The log itself may be a link; a rotated file may not.
	l.write(".real", "x")
	link := Source{Path: l.Path + ".link", Backups: 1}
	l.must(os.Symlink(l.Path+".real", link.Path))
	l.must(os.Symlink(l.Path+".real", link.Path+".1"))
	if files := link.Files(); len(files) != 1 || files[0].Index != 0 {
		t.Errorf("%+v", files)
	}
}

func TestDatedFiles(t *testing.T) {
	l := newLog(t)
	l.Dated = true
	dir := filepath.Dir(l.Path)
	for _, name := range []string{
		"app.log", "app-2026-11-21T06-41-00.123.log", "app-2026-11-22T06-41-00.123.log", "app-2026-11-20T00-00-00.000.log.gz",
		"app-x.log", "app-2026-11-21T06-41-00.123.txt", "other-2026-11-21T06-41-00.123.log", "app.log.1",
	} {
		l.must(os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	var got []string
	for _, f := range l.Files() {
		got = append(got, fmt.Sprint(f.Name, f.Compressed))
	}
	want := "app.logfalse app-2026-11-22T06-41-00.123.logfalse app-2026-11-21T06-41-00.123.logfalse app-2026-11-20T00-00-00.000.log.gztrue"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got %s", s)
	}
}

func TestRead(t *testing.T) {
	l := newLog(t)
	l.write(".1", "erste Zeile\nzwölfte Zeile\nletzte €")
	o := l.open(1)
	for _, test := range []struct {
		offset, length int64
		whole          bool
		want           string
		at             int64
	}{
		{0, 100, false, "erste Zeile\nzwölfte Zeile\nletzte €", 0},
		{0, 16, false, "erste Zeile\nzwö", 0},   // 16 bytes with the end of ö
		{15, 16, false, "lfte Zeile\nletz", 16}, // begins within ö
		{3, 100, true, "zwölfte Zeile\nletzte €", 12},
		{12, 100, true, "zwölfte Zeile\nletzte €", 12},
		{-10, 100, true, "letzte €", 27},
		{-1000, 16, true, "erste Zeile\nzwö", 0},
		{30, 100, true, "zte €", 30}, // no other line begins there
		{1000, 100, false, "", 37},
	} {
		p, err := o.Read(test.offset, test.length, test.whole)
		if err != nil || p.Text != test.want || p.Offset != test.at || p.Next != test.at+int64(len(test.want)) || p.Size != 37 {
			t.Errorf("Read(%d, %d, %v) = %+v, %v; want %q at %d", test.offset, test.length, test.whole, p, err, test.want, test.at)
		}
	}
}

func TestReadHoldsBackWhatIsBeingWritten(t *testing.T) {
	l := newLog(t)
	l.write("", "a\xe2\x82")
	p, err := l.open(0).Read(0, 100, false)
	if err != nil || p.Text != "a" || p.Next != 1 {
		t.Errorf("%+v %v", p, err)
	}
	l.write(".1", "a\xe2\x82") // will never be finished
	if p, err := l.open(1).Read(0, 100, false); err != nil || p.Text != "a��" {
		t.Errorf("%+v %v", p, err)
	}
}

// Reading a file piece by piece, from either end, gives the same text as reading
// it at once, whatever bytes it is made of, but for bytes that are no text.
func TestReadInPieces(t *testing.T) {
	l := newLog(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zäß€😀\n]){0,200}`).Draw(t, "text")
		l.must(os.WriteFile(l.Path+".1", []byte(text), 0o600))
		o, err := l.Open(1)
		l.must(err)
		defer o.Close()
		length := int64(rapid.IntRange(16, 64).Draw(t, "length"))
		forward := ""
		for at := int64(0); at < int64(len(text)); {
			p, err := o.Read(at, length, false)
			l.must(err)
			if p.Next <= at {
				t.Fatalf("no progress at %d", at)
			}
			forward, at = forward+p.Text, p.Next
		}
		if forward != text {
			t.Errorf("forward: %q, want %q", forward, text)
		}
		backward := ""
		for at := int64(len(text)); at > 0; {
			p, err := o.Read(max(0, at-length), min(length, at), true)
			l.must(err)
			if p.Offset >= at {
				t.Fatalf("no progress at %d", at)
			}
			backward, at = p.Text[:at-p.Offset]+backward, p.Offset
		}
		if backward != text {
			t.Errorf("backward: %q, want %q", backward, text)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a\xffb€"), int64(1), int64(3), true)
	f.Fuzz(func(t *testing.T, content []byte, offset, length int64, whole bool) {
		l := newLog(t)
		l.must(os.WriteFile(l.Path, content, 0o600))
		p, err := l.open(0).Read(offset, length, whole)
		l.must(err)
		if !utf8.ValidString(p.Text) || p.Offset < 0 || p.Next < p.Offset || p.Next > p.Size || p.Size != int64(len(content)) {
			t.Errorf("%+v", p)
		}
	})
}

func TestSearch(t *testing.T) {
	l := newLog(t)
	filler := strings.Repeat("nothing here\n", 60_000) // three blocks
	l.write(".1", "Needle first\n"+filler+"the nEEdle\n"+filler+"no more\n")
	o := l.open(1)
	middle := int64(len("Needle first\n") + len(filler) + len("the "))
	ctx := context.Background()
	for _, test := range []struct {
		needle  string
		from    int64
		forward bool
		want    int64
	}{
		{"needle", o.Size, false, middle},
		{"needle", middle + 5, false, 0}, // a match must end before
		{"needle", middle + 6, false, middle},
		{"needle", 5, false, -1},
		{"needle", 0, true, 0},
		{"NEEDLE", 1, true, middle},
		{"needle", middle + 1, true, -1},
		{"absent", o.Size, false, -1},
		{"", o.Size, false, -1},
	} {
		found, err := o.Search(ctx, test.needle, test.from, test.forward)
		if err != nil || found.Offset != test.want {
			t.Errorf("Search(%q, %d, %v) = %+v, %v; want %d", test.needle, test.from, test.forward, found, err, test.want)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if found, err := o.Search(gone, "needle", o.Size, false); err != nil || !found.More || found.Offset != -1 || found.Stopped != o.Size {
		t.Errorf("a search that was broken off: %+v %v", found, err)
	}
}

// A search finds what strings.Index and strings.LastIndex find, wherever the
// blocks end.
func TestSearchAcrossBlocks(t *testing.T) {
	l := newLog(t)
	rapid.Check(t, func(t *rapid.T) {
		at := searchBlock + rapid.IntRange(-8, 8).Draw(t, "position")
		needle := strings.Repeat("x", rapid.IntRange(1, 6).Draw(t, "length"))
		text := strings.Repeat(".", at) + needle + strings.Repeat(".", 2*searchBlock-at)
		l.must(os.WriteFile(l.Path+".1", []byte(text), 0o600))
		o, err := l.Open(1)
		l.must(err)
		defer o.Close()
		for _, forward := range []bool{true, false} {
			from := int64(0)
			if !forward {
				from = o.Size
			}
			if found, err := o.Search(context.Background(), needle, from, forward); err != nil || found.Offset != int64(at) {
				t.Errorf("forward %v: %+v %v, want %d", forward, found, err, at)
			}
		}
	})
}

func TestLower(t *testing.T) {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	for from := range 9 {
		got := lower(slices.Clone(all[from:]))
		for i, c := range got {
			want := byte(from + i)
			if 'A' <= want && want <= 'Z' {
				want += 'a' - 'A'
			}
			if c != want {
				t.Errorf("%#x became %#x", from+i, c)
			}
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	l := newLog(b)
	l.write(".1", strings.Repeat("2026-11-21 08:43:40 INFO request 400 GET /cart 200 in 40 ms\n", 1<<18))
	o := l.open(1)
	b.SetBytes(o.Size)
	for b.Loop() {
		if _, err := o.Search(context.Background(), "the needle", o.Size, false); err != nil {
			b.Fatal(err)
		}
	}
}
