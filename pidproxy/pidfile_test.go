package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestParsePid(t *testing.T) {
	for _, c := range []struct {
		text string
		pid  int
		err  string
	}{
		{"123", 123, ""},
		{"123\n", 123, ""},
		{"  123 \r\n", 123, ""},
		{"\n123\n", 123, ""},
		{"123\n/var/lib/postgresql\n1690000000\n", 123, ""},
		{"-1", -1, ""},
		{"0", 0, ""},
		{"2147483647", 2147483647, ""},
		{"2147483648", 0, "no process number"},
		{"", 0, "is empty"},
		{" \n ", 0, "is empty"},
		{"12x", 0, `holds "12x"`},
		{"12 34", 0, `holds "12 34"`},
		{"0x10", 0, "no process number"},
		{"1_000", 0, "no process number"},
		{"\x00\x00", 0, `holds "\x00\x00"`},
		{strings.Repeat("9", 4096), 0, strings.Repeat("9", 40) + `..."`},
	} {
		pid, err := parsePid([]byte(c.text))
		if c.err == "" && (err != nil || pid != c.pid) {
			t.Errorf("%q: %d, %v; want %d", c.text, pid, err, c.pid)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.err)
		}
	}
}

// FuzzParsePid guards that a file with anything in it gives a number or an
// error of one short line, and that no forbidden number gets through.
func FuzzParsePid(f *testing.F) {
	for _, s := range []string{"1", "123\n", "-5", "", "x", "0\n0", "99999999999999", "\xff", strconv.Itoa(os.Getpid())} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		pid, err := parsePid(append([]byte{}, text...))
		if err != nil {
			if s := err.Error(); strings.Contains(s, "\n") || len(s) > 300 {
				t.Errorf("bad sentence %q", s)
			}
			return
		}
		if err := forbidden(pid); err == nil && (pid < 2 || pid == os.Getpid() || pid == os.Getppid()) {
			t.Errorf("%d may be signalled", pid)
		}
	})
}

func TestSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pid")
	none, err := takeSnapshot(path)
	if err == nil || none.same(none) {
		t.Errorf("a missing file has a state: %v", err)
	}
	write := func(text string) snapshot {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := takeSnapshot(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := write("12")
	again, _ := takeSnapshot(path)
	if !first.same(again) || !again.same(first) {
		t.Error("an untouched file has changed")
	}
	// A file system may keep times by the second.
	write("34")
	os.Chtimes(path, first.info.ModTime(), first.info.ModTime())
	second, _ := takeSnapshot(path)
	if first.same(second) {
		t.Error("other content at the same time is not seen")
	}
	os.Remove(path)
	if third := write("34"); third.same(second) {
		t.Error("a new file with the same content is not seen")
	}
	if first.same(none) || none.same(first) {
		t.Error("a missing file is the same as one that is there")
	}
}

// TestFifo guards against hanging on something that is no regular file.
func TestFifo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pid")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := takeSnapshot(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
}

func TestSignalName(t *testing.T) {
	for s, want := range map[syscall.Signal]string{syscall.SIGTERM: "SIGTERM", syscall.SIGUSR1: "SIGUSR1", 99: "signal 99"} {
		if got := signalName(s); got != want {
			t.Errorf("%d: %q, want %q", s, got, want)
		}
	}
}
