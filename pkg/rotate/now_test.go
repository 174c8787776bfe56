package rotate

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestRotateNow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l, err := NewNumbered(path, Options{Backups: 2})
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	if err := l.Rotate(); err != nil || l.Size() != 0 {
		t.Errorf("an empty log: %v, size %d", err, l.Size())
	}
	if _, err := os.Stat(path + ".1"); err == nil {
		t.Error("an empty log was rotated")
	}
	for _, s := range []string{"one", "two", "three"} {
		l.Write([]byte(s))
		if l.Size() != int64(len(s)) {
			t.Errorf("size %d after %q", l.Size(), s)
		}
		if err := l.Rotate(); err != nil {
			t.Error(err)
		}
	}
	if read("log") != "" || read("log.1") != "three" || read("log.2") != "two" {
		t.Errorf("%q %q %q", read("log"), read("log.1"), read("log.2"))
	}

	// Something is in the way: the log stays as it is.
	os.Remove(path + ".1")
	os.Mkdir(path+".1", 0o700)
	l.Write([]byte("four"))
	if err := l.Rotate(); err == nil || read("log") != "four" {
		t.Errorf("%v, log %q", err, read("log"))
	}
	l.Write([]byte("five"))
	if read("log") != "fourfive" {
		t.Errorf("log %q", read("log"))
	}
	l.Close()
	if err := l.Rotate(); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}
