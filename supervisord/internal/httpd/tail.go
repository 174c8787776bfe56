package httpd

import (
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/supervisord/internal/api"
)

// tail reads a log as it grows, through rotation and removal.
type tail struct {
	path string
	f    *os.File
	pos  int64
	cut  bool // pos may be within a character
	buf  []byte
}

// truncated is sent when a log has become shorter.
const truncated = "==> File truncated <==\n"

// openTail opens a log at its last n bytes.
func openTail(path string, n int64) (*tail, error) {
	f, size, err := api.OpenLog(path)
	if err != nil {
		return nil, err
	}
	t := &tail{path: path, f: f, buf: make([]byte, 16<<10)}
	if size >= n {
		t.pos = size - n
	}
	t.cut = t.pos > 0
	return t, nil
}

func (t *tail) close() { t.f.Close() }

// copyNew writes what has come since the last time. An error is that of w, or
// of a log that cannot be read any more.
func (t *tail) copyNew(w io.Writer) error {
	for {
		if err := t.copyRest(w); err != nil {
			return err
		}
		now, err := os.Stat(t.path)
		if err != nil {
			// Removed, and not made anew yet.
			return nil
		}
		own, err := t.f.Stat()
		if err != nil {
			return err
		}
		if os.SameFile(now, own) {
			if own.Size() >= t.pos {
				return nil
			}
			t.pos = 0
			if _, err := io.WriteString(w, truncated); err != nil {
				return err
			}
			continue
		}
		// Rotated. The old file may have got more before it was renamed.
		if err := t.copyRest(w); err != nil {
			return err
		}
		f, _, err := api.OpenLog(t.path)
		if err != nil {
			return nil
		}
		t.f.Close()
		t.f, t.pos = f, 0
	}
}

// copyRest writes what is between our position and the end of the open file.
func (t *tail) copyRest(w io.Writer) error {
	for {
		n, err := t.f.ReadAt(t.buf, t.pos)
		data := t.buf[:n]
		if t.cut && n > 0 {
			t.cut = false
			for len(data) > 0 && n-len(data) < utf8.UTFMax-1 && !utf8.RuneStart(data[0]) {
				data = data[1:]
			}
		}
		t.pos += int64(n)
		if _, err := w.Write(data); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
