package api

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
)

// The reference's own functions, applied to the cases that are read from stdin.
const referenceReads = `
import json, sys
from supervisor.options import readFile, tailFile
out = []
for case in json.load(sys.stdin):
    args = (case["Path"], case["Offset"], case["Length"])
    try:
        read = readFile(*args).decode()
    except ValueError as e:
        read = "ValueError " + e.args[0]
    out.append({"Read": read, "Tail": tailFile(*args)})
json.dump(out, sys.stdout)
`

type readCase struct {
	Path           string
	Offset, Length int64
}

type readResult struct {
	Read string
	Tail []any
}

func TestReadingMatchesReference(t *testing.T) {
	apitest.NeedReference(t)
	dir := t.TempDir()
	var cases []readCase
	for _, size := range []int{0, 1, 2, 10, 57} {
		path := filepath.Join(dir, strings.Repeat("x", size+1))
		content := strings.Repeat("0123456789", 6)[:size]
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, offset := range []int64{-1000, -58, -57, -11, -10, -2, -1, 0, 1, 2, 9, 10, 11, 30, 56, 57, 58, 1000} {
			for _, length := range []int64{-5, -1, 0, 1, 2, 9, 10, 11, 56, 57, 58, 1000} {
				cases = append(cases, readCase{path, offset, length})
			}
		}
	}
	cases = append(cases, readCase{dir, 0, 0}, readCase{"/dev/null", 0, 0}, readCase{"/dev/null", 5, 10},
		readCase{filepath.Join(dir, "absent"), 3, 0})
	input, _ := json.Marshal(cases)
	var want []readResult
	if err := json.Unmarshal(apitest.Python(t, referenceReads, input), &want); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if diff := cmp.Diff(want[i], ourRead(t, c)); diff != "" {
			t.Errorf("%+v (-reference +ours):\n%s", c, diff)
		}
	}
}

// ourRead does with our functions what the script does with the reference's.
func ourRead(t *testing.T, c readCase) readResult {
	t.Helper()
	var res readResult
	v, err := readLogFile(c.Path, int(c.Offset), int(c.Length))
	if err != nil {
		res.Read = "ValueError " + asFault(err).Text
		if strings.HasPrefix(asFault(err).Text, "NO_FILE") {
			res.Read = "ValueError FAILED" // the reference looks for the file before it reads
		}
	} else {
		res.Read = v.(string)
	}
	tail, err := tailLogFile(c.Path, int(c.Offset), int(c.Length))
	if err != nil {
		t.Fatal(err)
	}
	list := tail.([]any)
	if filepath.Base(c.Path) == "absent" {
		list = []any{"", c.Offset, false}
	}
	// Through JSON, as the reference's result.
	b, _ := json.Marshal(list)
	json.Unmarshal(b, &res.Tail)
	return res
}

func TestReadingNeverBlocksOrFails(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readLogFile(fifo, 0, 0); faultText(asFault(err)) != "FAILED" {
		t.Errorf("a fifo: %v", err)
	}
	v, err := tailLogFile(fifo, 7, 10)
	if diff := cmp.Diff([]any{"", int64(7), false}, v); diff != "" || err != nil {
		t.Errorf("a fifo: %v %s", err, diff)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	const most, least = math.MaxInt64, math.MinInt64
	for _, c := range [][2]int64{{most, 0}, {least, 0}, {most, most}, {0, most}, {least, least}, {1, least}} {
		if _, err := tailLogFile(plain, c[0], c[1]); err != nil {
			t.Errorf("tail%v: %v", c, err)
		}
		if _, err := readLogFile(plain, c[0], c[1]); err != nil && faultText(asFault(err)) != "BAD_ARGUMENTS" {
			t.Errorf("read%v: %v", c, err)
		}
	}
}

// A log that is being rotated is not taken for one that does not exist.
func TestReadingDuringRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	stop, stopped := make(chan struct{}), make(chan struct{})
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				os.Rename(path, path+".1")
				os.WriteFile(path, []byte("x"), 0o600)
			}
		}
	}()
	for range 2000 {
		if f, _, err := OpenLog(path); err != nil {
			t.Error(err)
		} else {
			f.Close()
		}
		if _, err := readLogFile(path, 0, 0); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-stopped
	os.Remove(path)
	os.Remove(path + ".1")
	if _, err := readLogFile(path, 0, 0); faultText(asFault(err)) != "NO_FILE: "+path {
		t.Errorf("no log: %v", err)
	}
}

func TestReadingIsLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxLogRead+1000); err != nil {
		t.Fatal(err)
	}
	v, err := readLogFile(path, 0, 0)
	if err != nil || len(v.(string)) != maxLogRead {
		t.Errorf("read %d bytes, %v", len(v.(string)), err)
	}
	v, err = tailLogFile(path, 0, maxLogRead+500)
	if err != nil || len(v.([]any)[0].(string)) != maxLogRead {
		t.Errorf("tail: %v", err)
	}
}

func TestCutCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	// Two, three and four bytes, and a byte that is no UTF-8 at all.
	const content = "aé€😀\xffz"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		offset, length int64
		want           string
	}{
		{0, 2, "a"}, {0, 3, "aé"}, {0, 4, "aé"}, {0, 5, "aé"}, {0, 6, "aé€"},
		{0, 7, "aé€"}, {0, 9, "aé€"}, {0, 10, "aé€😀"}, {0, 0, content},
		{2, 0, "€😀\xffz"}, {4, 0, "😀\xffz"}, {7, 0, "\xffz"}, {9, 0, "\xffz"}, {10, 1, "\xff"},
		{2, 3, ""}, {7, 2, ""}, {-2, 0, "\xffz"}, {-4, 0, "\xffz"}, {-6, 0, "😀\xffz"},
	} {
		v, err := readLogFile(path, c.offset, c.length)
		if err != nil || v != c.want {
			t.Errorf("read(%d, %d): %q %v, want %q", c.offset, c.length, v, err, c.want)
		}
	}
}
