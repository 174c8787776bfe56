package stdio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/rotate"
)

// inherit makes a descriptor as a parent process leaves it: without
// close-on-exec.
func inherit(t *testing.T, f *os.File) string {
	t.Helper()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	return fmt.Sprintf("/dev/fd/%d", fd)
}

// pipe returns the path of the writing end of a pipe, and its reading end.
func pipe(t *testing.T) (path string, w, r *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return inherit(t, w), w, r
}

func open(t *testing.T, s *Set, path string, key uint64) *Writer {
	t.Helper()
	w, err := s.Open(path, key)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// file returns a path that stands for a regular file, and reads that.
func file(t *testing.T) (path string, read func() string) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return inherit(t, f), func() string {
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
}

func TestLinesAreNotMixed(t *testing.T) {
	path, read := file(t)
	s := NewSet(nil)
	a, b := open(t, s, path, 1), open(t, s, path, 2)
	a.Write([]byte("a1\na2 begins"))
	b.Write([]byte("b1 begins"))
	a.Write([]byte(", ends\na3 begins"))
	b.Write([]byte(", ends\n"))
	a.Close()                  // its last line stays without end
	b.Write([]byte("b2\nb3 ")) // b is alone now
	c := open(t, s, path, 1)   // a again
	c.Write([]byte("a4\n"))
	b.Write([]byte("ends\n"))
	s.Flush(t.Context())
	want := "a1\na2 begins, ends\nb1 begins, ends\na3 begins\nb2\nb3 \na4\nends\n"
	if got := read(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAloneIsExact(t *testing.T) {
	path, read := file(t)
	s := NewSet(nil)
	for range 3 {
		w := open(t, s, path, 7)
		w.Write([]byte("abc"))
		w.Write([]byte("def"))
		w.Close()
	}
	s.Flush(t.Context())
	if got := read(); got != "abcdefabcdefabcdef" {
		t.Errorf("got %q", got)
	}
}

func TestLongUnfinishedLinesAreNotHeldForever(t *testing.T) {
	path, read := file(t)
	s := NewSet(nil)
	a := open(t, s, path, 1)
	open(t, s, path, 2)
	long := strings.Repeat("x", maxPart)
	a.Write([]byte(long))
	a.Write([]byte("y"))
	s.Flush(t.Context())
	if got := read(); got != long+"y" {
		t.Errorf("%d bytes came through", len(got))
	}
}

func TestOnePlaceForTwoDescriptorsOfOnePipe(t *testing.T) {
	path, w, _ := pipe(t)
	s := NewSet(nil)
	a, b := open(t, s, path, 1), open(t, s, inherit(t, w), 2)
	if a.place != b.place {
		t.Error("two places for one pipe")
	}
}

func TestManyWritersOfAPipe(t *testing.T) {
	path, w, r := pipe(t)
	s := NewSet(nil)
	const writers, lines = 8, 300
	var wg sync.WaitGroup
	for k := range writers {
		out := open(t, s, path, uint64(k))
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range lines {
				line := fmt.Sprintf("%d %d %s\n", k, i, strings.Repeat("x", i*7%5000))
				out.Write([]byte(line[:len(line)/2]))
				out.Write([]byte(line[len(line)/2:]))
			}
		}()
	}
	read := make(chan string)
	go func() {
		data, _ := io.ReadAll(r)
		read <- string(data)
	}()
	wg.Wait()
	s.Flush(t.Context())
	w.Close()
	var fd int
	fmt.Sscanf(path, "/dev/fd/%d", &fd)
	null, _ := os.Open("/dev/null")
	defer null.Close()
	unix.Dup2(int(null.Fd()), fd) // closes the last writing end
	next := [writers]int{}
	for _, line := range strings.Split(strings.TrimSuffix(<-read, "\n"), "\n") {
		var k, i int
		fmt.Sscanf(line, "%d %d", &k, &i)
		if want := fmt.Sprintf("%d %d %s", k, next[k], strings.Repeat("x", next[k]*7%5000)); line != want {
			t.Fatalf("got %.40q, want %.40q", line, want)
		}
		next[k]++
	}
	for k := range writers {
		if next[k] != lines {
			t.Errorf("writer %d: %d lines", k, next[k])
		}
	}
}

func TestBlockedPlaceLosesNothing(t *testing.T) {
	path, _, r := pipe(t)
	s := NewSet(nil)
	w := open(t, s, path, 1)
	room := make(chan struct{})
	line := []byte(strings.Repeat("x", 1023) + "\n")
	written := 0
	for !w.Full(256<<10, func() { close(room) }) {
		w.Write(line)
		written += len(line)
	}
	select {
	case <-room:
		t.Fatal("room in a place that is blocked")
	default:
	}
	if n, err := io.CopyN(io.Discard, r, int64(written)); err != nil {
		t.Fatalf("%d of %d bytes, %v", n, written, err)
	}
	<-room
	if w.Full(0, nil) {
		t.Error("still full")
	}
}

func TestReaderGone(t *testing.T) {
	path, _, r := pipe(t)
	told := make(chan rotate.Outage, 10)
	s := NewSet(func(o rotate.Outage) { told <- o })
	w := open(t, s, path, 1)
	r.Close()
	for range 3 {
		w.Write([]byte("lost\n"))
	}
	s.Flush(t.Context())
	if o := <-told; !errors.Is(o.Err, syscall.EPIPE) || len(told) > 0 {
		t.Errorf("told %v and %d more", o, len(told))
	}
}

func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	told := make(chan rotate.Outage, 10)
	s := NewSet(func(o rotate.Outage) { told <- o })
	w := open(t, s, path, 1)
	w.Write([]byte("lost\n"))
	if o := <-told; !errors.Is(o.Err, syscall.ENXIO) {
		t.Fatalf("told %v", o)
	}
	r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.Write([]byte("read\n"))
	if o := <-told; o.Err != nil || o.Dropped != 5 {
		t.Fatalf("told %v", o)
	}
	got := make([]byte, 10)
	if n, _ := r.Read(got); string(got[:n]) != "read\n" {
		t.Fatalf("read %q", got[:n])
	}
	r.Close()
	w.Write([]byte("late\n"))
	if o := <-told; o.Err == nil {
		t.Fatalf("told %v", o)
	}
	w.Close()
	if o := <-told; o != (rotate.Outage{Path: path, Dropped: 5, Closed: true}) {
		t.Fatalf("told %v", o)
	}
	if len(s.places) != 0 {
		t.Error("the place stays")
	}
}

func TestOpenFails(t *testing.T) {
	s := NewSet(nil)
	private, err := os.Open("/dev/null") // close-on-exec: not inherited
	if err != nil {
		t.Fatal(err)
	}
	defer private.Close()
	for _, path := range []string{"/dev/fd/9999", fmt.Sprintf("/dev/fd/%d", private.Fd()), "/nowhere/fifo"} {
		if _, err := s.Open(path, 1); !errors.Is(err, syscall.ENOENT) {
			t.Errorf("Open(%s) = %v", path, err)
		}
	}
}
