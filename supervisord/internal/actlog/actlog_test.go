package actlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
	"github.com/supervisor-go/supervisor/supervisord/internal/tosyslog"
)

var _ core.Logger = (*Log)(nil)

// fixed is the time that the tests' logs believe it is.
var fixed = time.Date(2026, 11, 21, 6, 41, 0, 7e6+999, time.Local)

func newLog(level config.LogLevel) *Log {
	l := New(level)
	l.now = func() time.Time { return fixed }
	return l
}

func open(t *testing.T, l *Log, o Options) {
	t.Helper()
	if err := l.Open(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		l.Close(ctx)
	})
}

func read(t *testing.T, l *Log, path string) string {
	t.Helper()
	if err := l.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFormatAndLevels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLog(config.LevelBlather)
	open(t, l, Options{Path: path})
	want := ""
	for _, c := range []struct {
		level config.LogLevel
		name  string
	}{
		{config.LevelCritical, "CRIT"}, {config.LevelError, "ERRO"}, {config.LevelWarn, "WARN"},
		{config.LevelInfo, "INFO"}, {config.LevelDebug, "DEBG"}, {config.LevelTrace, "TRAC"},
		{config.LevelBlather, "BLAT"},
	} {
		l.Log(c.level, "a message of\ntwo lines")
		want += "2026-11-21 06:41:00,007 " + c.name + " a message of\ntwo lines\n"
	}
	if got := read(t, l, path); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestDataEndsTheLine logs in two parts, before the log is open and after.
func TestDataEndsTheLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLog(config.LevelDebug)
	l.LogData(config.LevelDebug, "early:\n", []byte("a\nb"))
	open(t, l, Options{Path: path})
	l.LogData(config.LevelDebug, "late:\n", []byte("c\n"))
	l.LogData(config.LevelTrace, "never:\n", []byte("d\n"))
	want := "2026-11-21 06:41:00,007 DEBG early:\na\nb\n2026-11-21 06:41:00,007 DEBG late:\nc\n\n"
	if got := read(t, l, path); got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestThreshold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLog(config.LevelInfo)
	l.Log(config.LevelDebug, "early, not logged")
	l.Log(config.LevelInfo, "early")
	var early []string
	l.Early(func(line string) { early = append(early, line) })
	open(t, l, Options{Path: path})
	l.Log(config.LevelDebug, "not logged")
	l.SetLevel(config.LevelDebug)
	l.Log(config.LevelDebug, "debug")
	l.Log(config.LevelTrace, "not logged")
	want := "2026-11-21 06:41:00,007 INFO early\n2026-11-21 06:41:00,007 DEBG debug\n"
	if got := read(t, l, path); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if len(early) != 1 || !strings.HasSuffix(early[0], "INFO early\n") {
		t.Errorf("early %q", early)
	}
}

func TestSecondsAdvance(t *testing.T) {
	var s stamp
	for _, at := range []time.Time{fixed, fixed.Add(993 * time.Millisecond), fixed.Add(-time.Hour)} {
		if got, want := string(s.append(nil, at)), at.Format("2006-01-02 15:04:05,000 "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l := newLog(config.LevelInfo)
	open(t, l, Options{Path: path, MaxBytes: 300, Backups: 100})
	want := ""
	for i := range 200 {
		l.Log(config.LevelInfo, fmt.Sprintf("line %0*d", i%50, i))
		want += fmt.Sprintf("2026-11-21 06:41:00,007 INFO line %0*d\n", i%50, i)
	}
	newest := read(t, l, path)
	var all string
	for n := 100; n >= 1; n-- {
		data, err := os.ReadFile(fmt.Sprintf("%s.%d", path, n))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		// Each is full with its last line, and was not full before.
		last := strings.LastIndexByte(strings.TrimSuffix(string(data), "\n"), '\n') + 1
		if len(data) < 300 || last >= 300 {
			t.Errorf("backup %d has %d bytes, %d without its last line", n, len(data), last)
		}
		all += string(data)
	}
	if all += newest; all != want {
		t.Errorf("the files hold %d bytes, %d were logged", len(all), len(want))
	}
}

func TestReopenAndClear(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l := newLog(config.LevelInfo)
	open(t, l, Options{Path: path})
	changed, cancel := l.Follow()
	defer cancel()
	l.Log(config.LevelInfo, "one")
	<-changed
	l.Sync(t.Context())
	os.Rename(path, path+".old")
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Log(config.LevelInfo, "two")
	const head = "2026-11-21 06:41:00,007 INFO "
	if got := read(t, l, path); got != head+"two\n" {
		t.Errorf("got %q", got)
	}
	if got := read(t, l, path+".old"); got != head+"one\n"+head+"supervisord logreopen\n" {
		t.Errorf("got %q", got)
	}
	if err := l.Clear(); err != nil {
		t.Fatal(err)
	}
	<-changed
	if got := read(t, l, path); got != "" {
		t.Errorf("after Clear the file holds %q", got)
	}
}

// stdoutPipe makes descriptor fd a pipe for the test and returns its other end.
func inheritedPipe(t *testing.T) (path string, r *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fd, err := syscall.Dup(int(w.Fd())) // without close-on-exec, as inherited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); syscall.Close(fd) })
	return fmt.Sprintf("/dev/fd/%d", fd), r
}

func TestInheritedDescriptorIsNotTouched(t *testing.T) {
	path, r := inheritedPipe(t)
	set := stdio.NewSet(nil)
	l := newLog(config.LevelInfo)
	open(t, l, Options{Path: path, MaxBytes: 1, Backups: 1, Stdio: set})
	l.Log(config.LevelInfo, "one")
	if err := l.Clear(); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Log(config.LevelInfo, "two")
	want := ""
	for _, msg := range []string{"one", "reopening log file", "supervisord logreopen", "two"} {
		want += "2026-11-21 06:41:00,007 INFO " + msg + "\n"
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
}

// A standard output that nobody reads does not keep lines from the file.
func TestBlockedPlaceBlocksNobody(t *testing.T) {
	blocked, r := inheritedPipe(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l := newLog(config.LevelDebug)
	set := stdio.NewSet(nil)
	open(t, l, Options{Path: path, Stdio: set})
	out, err := l.toStdio(set, blocked)
	if err != nil {
		t.Fatal(err)
	}
	l.outs = append([]*output{out}, l.outs...)

	msg := strings.Repeat("x", 10000)
	lines := 0
	for ; out.dropped.Load() == 0; lines++ {
		l.Log(config.LevelDebug, msg)
	}
	info := out.dropped.Load()
	l.Log(config.LevelInfo, "important")
	if out.dropped.Load() != info {
		t.Error("a line of level info was dropped before those of level debug")
	}
	// The file took the same lines as fast as it could.
	l.Sync(t.Context())
	data, _ := os.ReadFile(path)
	if !strings.HasSuffix(string(data), "INFO important\n") {
		t.Error("the file lacks the last line")
	}
	// The reader comes back: it gets what was kept, in order, and is told of the
	// rest.
	var got strings.Builder
	buf := make([]byte, 1<<20)
	said := regexp.MustCompile(`WARN (\d+) lines were left out of the activity log`)
	for !said.MatchString(got.String()) {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(buf[:n])
	}
	if m := said.FindStringSubmatch(got.String()); m[1] != fmt.Sprint(info) {
		t.Errorf("told of %s dropped lines, want %d", m[1], info)
	}
	if n := strings.Count(got.String(), " DEBG xxx"); n != lines-int(info) {
		t.Errorf("%d lines came through, want %d", n, lines-int(info))
	}
	if dropped, _ := l.Dropped(); dropped != info {
		t.Errorf("Dropped = %d", dropped)
	}
}

func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "daemon")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l := newLog(config.LevelInfo)
	open(t, l, Options{Path: "syslog", Syslog: tosyslog.New("supervisord", path)})
	l.Log(config.LevelInfo, "two\nlines\n")
	for _, want := range []string{"two", "lines"} {
		buf := make([]byte, 1000)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(buf[:n]); !strings.HasSuffix(got, " supervisord: 2026-11-21 06:41:00,007 INFO "+want) {
			t.Errorf("got %q", got)
		}
	}
}

func TestVanishedDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	os.Mkdir(dir, 0o755)
	path := filepath.Join(dir, "log")
	l := newLog(config.LevelInfo)
	open(t, l, Options{Path: path})
	l.Log(config.LevelInfo, "one")
	l.Sync(t.Context())
	os.RemoveAll(dir)
	l.Log(config.LevelInfo, "lost")
	l.Sync(t.Context())
	l.Sync(t.Context()) // also what was said of the outage
	os.Mkdir(dir, 0o755)
	l.Log(config.LevelInfo, "two")
	l.Sync(t.Context())
	got := read(t, l, path)
	if !strings.Contains(got, "INFO two\n") || !regexp.MustCompile(`WARN the activity log can be written again, \d+ bytes of it were lost`).MatchString(got) {
		t.Errorf("got %q", got)
	}
}

func TestOpenFails(t *testing.T) {
	l := newLog(config.LevelInfo)
	l.Log(config.LevelInfo, "kept")
	if err := l.Open(Options{Path: "/nowhere/log"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
	path := filepath.Join(t.TempDir(), "log")
	open(t, l, Options{Path: path})
	if got := read(t, l, path); !strings.HasSuffix(got, "kept\n") {
		t.Errorf("got %q", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := New(config.LevelInfo)
	open(t, l, Options{Path: path, MaxBytes: 1000, Backups: 1})
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 200 {
				l.Log(config.LevelInfo, "line")
				switch i % 50 {
				case 0:
					l.Reopen()
				case 1:
					l.Clear()
				case 2:
					l.Dropped()
				}
			}
		}()
	}
	wg.Wait()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.Log(config.LevelCritical, "after Close")
}

func TestLoggingDoesNotAllocate(t *testing.T) {
	l := newLog(config.LevelInfo)
	hold := make(chan struct{})
	defer close(hold)
	o := l.newOutput(func(*output, []byte, []int) { <-hold })
	l.outs = []*output{o}
	for range 20000 {
		l.Log(config.LevelInfo, "grows the queue to its size")
	}
	if n := testing.AllocsPerRun(100, func() { l.Log(config.LevelInfo, "a line") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLog(b *testing.B) {
	l := New(config.LevelInfo)
	if err := l.Open(Options{Path: filepath.Join(b.TempDir(), "log"), MaxBytes: 50 << 20, Backups: 1}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Log(config.LevelInfo, "success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)")
	}
	l.Close(context.Background())
	lines, _ := l.Dropped()
	b.ReportMetric(float64(lines), "dropped")
}
