package rotate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contents returns the regular files of a directory by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(data)
	}
	return got
}

func open4test(t *testing.T, path string, o Options) *Numbered {
	t.Helper()
	log, err := NewNumbered(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

func put(t *testing.T, w interface{ Write([]byte) (int, error) }, text string) {
	t.Helper()
	if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatalf("Write(%q) = %d, %v", text, n, err)
	}
}

func want(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if d := cmp.Diff(files, contents(t, dir)); d != "" {
		t.Fatalf("files (-want +got):\n%s", d)
	}
}

func TestNumberedRotation(t *testing.T) {
	for _, c := range []struct {
		name     string
		max      int64
		backups  int
		existing map[string]string
		writes   []string
		want     map[string]string
	}{
		{"no limit", 0, 3, nil, []string{"aaaa", "bbbb"}, map[string]string{"log": "aaaabbbb"}},
		{"below the limit", 10, 3, nil, []string{"aaaa", "bbbb"}, map[string]string{"log": "aaaabbbb"}},
		{"exactly the limit leaves an empty file", 8, 3, nil, []string{"aaaa", "bbbb"},
			map[string]string{"log": "", "log.1": "aaaabbbb"}},
		{"a write is never torn", 3, 3, nil, []string{"aa", "a long write", "c"},
			map[string]string{"log": "c", "log.1": "aaa long write"}},
		{"backups are numbered, the oldest goes", 2, 2, nil, []string{"aa", "bb", "cc", "d"},
			map[string]string{"log": "d", "log.1": "cc", "log.2": "bb"}},
		{"no backups", 2, 0, nil, []string{"aa", "bb", "c"}, map[string]string{"log": "c"}},
		{"an existing log counts", 6, 1, map[string]string{"log": "1234"}, []string{"a", "b", "c"},
			map[string]string{"log": "c", "log.1": "1234ab"}},
		{"an existing log beyond the limit is rotated by the next write", 2, 1,
			map[string]string{"log": "1234"}, []string{"a"}, map[string]string{"log": "", "log.1": "1234a"}},
		{"a gap in the numbers stays", 1, 4, map[string]string{"log.2": "two", "log.4": "four"}, []string{"a"},
			map[string]string{"log": "", "log.1": "a", "log.3": "two", "log.4": "four"}},
		{"files beyond the count are left alone", 1, 1, map[string]string{"log.1": "one", "log.2": "two"},
			[]string{"a"}, map[string]string{"log": "", "log.1": "a", "log.2": "two"}},
		{"empty writes do nothing", 2, 1, map[string]string{"log": "1234"}, []string{""},
			map[string]string{"log": "1234"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, data := range c.existing {
				os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644)
			}
			log := open4test(t, filepath.Join(dir, "log"), Options{MaxBytes: c.max, Backups: c.backups})
			for _, w := range c.writes {
				put(t, log, w)
			}
			want(t, dir, c.want)
		})
	}
}

func TestReopenFollowsTheName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	log := open4test(t, path, Options{})
	put(t, log, "one")
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	put(t, log, "two")
	want(t, dir, map[string]string{"log.old": "onetwo"})
	if err := log.Reopen(); err != nil {
		t.Fatal(err)
	}
	put(t, log, "three")
	want(t, dir, map[string]string{"log.old": "onetwo", "log": "three"})
	if err := log.Remove(); err != nil {
		t.Fatal(err)
	}
	want(t, dir, map[string]string{"log.old": "onetwo", "log": ""})
}

func TestSuspendContinuesByName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	log := open4test(t, path, Options{MaxBytes: 6, Backups: 1})
	put(t, log, "one")
	log.Suspend()
	put(t, log, "two")
	log.Suspend()
	put(t, log, "three")
	want(t, dir, map[string]string{"log.1": "onetwo", "log": "three"})
}

func TestLogTakenAway(t *testing.T) {
	for _, c := range []struct {
		name string
		away func(path string)
		want map[string]string
	}{
		{"removed", func(path string) { os.Remove(path) }, map[string]string{"log": "2222"}},
		{"renamed before it is full", func(path string) { os.Rename(path, path+".away") },
			map[string]string{"log.away": "11112222", "log": ""}},
		{"replaced", func(path string) {
			os.Rename(path, path+".away")
			os.WriteFile(path, []byte("new"), 0o644)
		}, map[string]string{"log.away": "11112222", "log": "new"}},
		{"truncated", func(path string) { os.Truncate(path, 0) }, map[string]string{"log": "2222"}},
		{"appended to by others", func(path string) {
			f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			f.WriteString("-")
			f.Close()
		}, map[string]string{"log": "", "log.1": "1111-2222"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "log")
			log := open4test(t, path, Options{MaxBytes: 8, Backups: 1})
			put(t, log, "1111")
			c.away(path)
			put(t, log, "2222")
			want(t, dir, c.want)
			put(t, log, "x") // goes on somewhere
			if log.Dropped() != 0 {
				t.Errorf("dropped %d bytes", log.Dropped())
			}
		})
	}
}

func TestTwoWritersOfOneFileLoseNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	const lines = 400
	var wg sync.WaitGroup
	for w := range 2 {
		log := open4test(t, path, Options{MaxBytes: 500, Backups: 1000})
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range lines {
				fmt.Fprintf(log, "writer %d line %03d\n", w, i)
			}
		}()
	}
	wg.Wait()
	seen := map[string]int{}
	for _, data := range contents(t, dir) {
		for _, line := range bytes.Split([]byte(data), []byte("\n")) {
			if len(line) > 0 {
				seen[string(line)]++
			}
		}
	}
	for w := range 2 {
		for i := range lines {
			if line := fmt.Sprintf("writer %d line %03d", w, i); seen[line] != 1 {
				t.Errorf("%q was written %d times", line, seen[line])
			}
		}
	}
}

func TestWriteRecordsIsManyWrites(t *testing.T) {
	for _, max := range []int64{0, 1, 3, 7, 10, 50} {
		one, many := t.TempDir(), t.TempDir()
		a := open4test(t, filepath.Join(one, "log"), Options{MaxBytes: max, Backups: 5})
		b := open4test(t, filepath.Join(many, "log"), Options{MaxBytes: max, Backups: 5})
		var batch []byte
		var ends []int
		for i := range 12 {
			record := fmt.Sprintf("%0*d\n", i%5, i)
			put(t, a, record)
			batch = append(batch, record...)
			ends = append(ends, len(batch))
			if i%3 == 0 {
				ends = append(ends, len(batch)) // an empty record
			}
		}
		if n, err := b.WriteRecords(batch, ends); n != len(batch) || err != nil {
			t.Fatalf("WriteRecords = %d, %v", n, err)
		}
		want(t, many, contents(t, one))
	}
}

func TestVanishedDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	os.Mkdir(dir, 0o755)
	var told []Outage
	log := open4test(t, filepath.Join(dir, "log"), Options{OnOutage: func(o Outage) { told = append(told, o) }})
	put(t, log, "one")
	os.RemoveAll(dir)
	for range 3 {
		if n, err := log.Write([]byte("12345")); n != 0 || !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if len(told) != 1 || told[0].Err == nil {
		t.Fatalf("told %v, want one outage", told)
	}
	os.Mkdir(dir, 0o755)
	put(t, log, "two")
	put(t, log, "three")
	if len(told) != 2 || told[1].Err != nil || told[1].Dropped != 15 {
		t.Fatalf("told %v, want a recovery after 15 bytes", told)
	}
	want(t, dir, map[string]string{"log": "twothree"})
	if log.Dropped() != 15 {
		t.Errorf("Dropped = %d", log.Dropped())
	}
	os.RemoveAll(dir)
	log.Write([]byte("never"))
	log.Close()
	log.Close()
	if len(told) != 4 || told[3] != (Outage{Path: log.Path(), Dropped: 5, Closed: true}) {
		t.Errorf("told %v, want the end of an outage of 5 bytes", told)
	}
}

func TestRotationThatCannotHappen(t *testing.T) {
	dir := t.TempDir()
	var told []Outage
	log := open4test(t, filepath.Join(dir, "log"),
		Options{MaxBytes: 4, Backups: 2, OnOutage: func(o Outage) { told = append(told, o) }})
	inTheWay := filepath.Join(dir, "log.2")
	os.Mkdir(inTheWay, 0o755)
	os.WriteFile(filepath.Join(dir, "log.1"), []byte("old"), 0o644)
	put(t, log, "aaaa")
	put(t, log, "bbbb")
	want(t, dir, map[string]string{"log": "aaaabbbb", "log.1": "old"})
	if len(told) != 1 || !told[0].Rotating || told[0].Err == nil {
		t.Fatalf("told %v", told)
	}
	os.Remove(inTheWay)
	put(t, log, "cccc")
	want(t, dir, map[string]string{"log": "", "log.1": "aaaabbbbcccc", "log.2": "old"})
	if len(told) != 2 || told[1].Err != nil || !told[1].Rotating || log.Dropped() != 0 {
		t.Fatalf("told %v, dropped %d", told, log.Dropped())
	}
}

func TestOnlyRegularFilesAreTouched(t *testing.T) {
	t.Run("device", func(t *testing.T) {
		log := open4test(t, "/dev/null", Options{MaxBytes: 1, Backups: 1})
		put(t, log, "aaaa")
		put(t, log, "aaaa")
		if err := log.Remove(); err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat("/dev/null")
		if err != nil || st.Mode()&fs.ModeCharDevice == 0 {
			t.Fatalf("/dev/null is now %v, %v", st, err)
		}
		if _, err := os.Lstat("/dev/null.1"); err == nil {
			t.Fatal("/dev/null was rotated")
		}
	})
	t.Run("fifo", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		log := open4test(t, path, Options{MaxBytes: 1, Backups: 1}) // nobody reads it yet
		if n, err := log.Write([]byte("lost")); n != 0 || !errors.Is(err, syscall.ENXIO) {
			t.Fatalf("Write without a reader = %d, %v", n, err)
		}
		reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		put(t, log, "read")
		got := make([]byte, 10)
		n, _ := reader.Read(got)
		if string(got[:n]) != "read" {
			t.Fatalf("the reader got %q", got[:n])
		}
		if err := log.Remove(); err != nil {
			t.Fatal(err)
		}
		if st, err := os.Lstat(path); err != nil || st.Mode()&fs.ModeNamedPipe == 0 {
			t.Fatalf("the FIFO is now %v, %v", st, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Fatalf("the directory holds %v", entries)
		}
	})
	t.Run("link to a descriptor", func(t *testing.T) {
		dir := t.TempDir()
		target, err := os.Create(filepath.Join(dir, "target"))
		if err != nil {
			t.Fatal(err)
		}
		defer target.Close()
		path := filepath.Join(dir, "log")
		if err := os.Symlink(fmt.Sprintf("/dev/fd/%d", target.Fd()), path); err != nil {
			t.Fatal(err)
		}
		log, err := NewNumbered(path, Options{MaxBytes: 1, Backups: 1})
		if err != nil {
			t.Skip("no /dev/fd here:", err)
		}
		defer log.Close()
		put(t, log, "aaaa")
		log.Remove()
		want(t, dir, map[string]string{"target": "aaaa"})
	})
	t.Run("directory", func(t *testing.T) {
		if _, err := NewNumbered(t.TempDir(), Options{}); !errors.Is(err, syscall.EISDIR) {
			t.Fatalf("NewNumbered of a directory = %v", err)
		}
	})
}

func TestClosed(t *testing.T) {
	called := false
	log := open4test(t, filepath.Join(t.TempDir(), "log"), Options{OnOutage: func(Outage) { called = true }})
	log.Close()
	if _, err := log.Write([]byte("x")); err != ErrClosed {
		t.Error("Write:", err)
	}
	if _, err := log.WriteRecords([]byte("x"), []int{1}); err != ErrClosed {
		t.Error("WriteRecords:", err)
	}
	if err := log.Reopen(); err != ErrClosed {
		t.Error("Reopen:", err)
	}
	if err := log.Remove(); err != ErrClosed {
		t.Error("Remove:", err)
	}
	if err := log.Close(); err != nil || called {
		t.Error("Close:", err, called)
	}
}

func TestDescriptor(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	os.Symlink("/dev/stderr", link)
	for path, fd := range map[string]int{
		"/dev/stdout": 1, "/dev/stderr": 2, "/dev/stdin": 0, "/dev/fd/7": 7, "/dev//fd/./7": 7,
		"/proc/self/fd/12": 12, fmt.Sprintf("/proc/%d/fd/3", os.Getpid()): 3, link: 2,
		"/dev/null": -1, "/dev/fd/x": -1, "/dev/fd/": -1, "/dev/fd/-1": -1, "/proc/0/fd/1": -1,
		"/tmp/log": -1, "log": -1, "": -1,
	} {
		got, ok := Descriptor(path)
		if ok != (fd >= 0) || ok && got != fd {
			t.Errorf("Descriptor(%q) = %d, %v", path, got, ok)
		}
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	log := open4test(t, filepath.Join(t.TempDir(), "log"), Options{MaxBytes: 1 << 30, Backups: 1})
	line := []byte("a line\n")
	if n := testing.AllocsPerRun(100, func() { log.Write(line) }); n != 0 {
		t.Errorf("a write makes %v allocations", n)
	}
}
