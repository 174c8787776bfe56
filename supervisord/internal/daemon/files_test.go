package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ourPid() string { return fmt.Sprintf("%d\n", os.Getpid()) }

func TestPidfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(path, []byte("stale and longer than ours\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var log memoryLog
	p := WritePidfile(path, &log)
	if got := content(t, path); got != ourPid() {
		t.Errorf("content %q", got)
	}
	if got, want := log.String(), "20 supervisord started with pid "+strings.TrimSpace(ourPid()); got != want {
		t.Errorf("log %q, want %q", got, want)
	}
	p.Remove()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Error("the pidfile is still there")
	}
}

func TestSecondDaemonLeavesThePidfileAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	first := WritePidfile(path, &memoryLog{})
	var log memoryLog
	second := WritePidfile(path, &log)
	if second != nil {
		t.Error("two daemons hold one pidfile")
	}
	want := "50 could not write pidfile " + path + "\n30 cannot write the pidfile: " + path +
		" belongs to the supervisord with pid " + strings.TrimSpace(ourPid()) + ", which is running"
	if log.String() != want {
		t.Errorf("log %q\nwant %q", &log, want)
	}
	second.Remove()
	if got := content(t, path); got != ourPid() {
		t.Errorf("the first one's file became %q", got)
	}
	first.Remove()
	third := WritePidfile(path, &memoryLog{})
	if third == nil {
		t.Error("the name was not free afterwards")
	}
	third.Remove()
}

func TestPidfileThatIsNoLongerOursIsNotRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p := WritePidfile(path, &memoryLog{})
	os.Remove(path)
	os.WriteFile(path, []byte("1\n"), 0o644)
	p.Remove()
	if got := content(t, path); got != "1\n" {
		t.Errorf("content %q", got)
	}
}

func TestPidfileMayBeADevice(t *testing.T) {
	var log memoryLog
	p := WritePidfile("/dev/null", &log)
	if p == nil {
		t.Fatalf("log %s", &log)
	}
	p.Remove()
	st, err := os.Stat("/dev/null")
	if err != nil || st.Mode()&os.ModeCharDevice == 0 {
		t.Error("/dev/null was removed")
	}
	if p := WritePidfile("/dev/full", &log); p != nil {
		t.Error("a file system without room took the pid")
	}
}

func TestPidfileThroughLinks(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	target, link, name := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "name")
	os.WriteFile(target, []byte("precious"), 0o644)
	os.Symlink(target, link)
	os.Lchown(link, nobody, nobody)
	var log memoryLog
	if p := WritePidfile(link, &log); p != nil || content(t, target) != "precious" {
		t.Error("followed a link of another user")
	}
	if !strings.Contains(log.String(), "is a symbolic link that belongs to uid 65534") {
		t.Errorf("log %s", &log)
	}
	os.Link(target, name)
	if p := WritePidfile(name, &log); p != nil || content(t, target) != "precious" {
		t.Error("wrote to a file with two names")
	}
	os.Remove(name)
	os.Lchown(link, 0, 0)
	p := WritePidfile(link, &log)
	if p == nil || content(t, target) != ourPid() {
		t.Errorf("did not follow root's own link: %s", &log)
	}
	p.Remove()
}

func TestPidfileThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "no/such"), dir} {
		var log memoryLog
		if p := WritePidfile(path, &log); p != nil {
			t.Errorf("%s was written", path)
		}
		if !strings.HasPrefix(log.String(), "50 could not write pidfile "+path+"\n30 cannot write the pidfile: ") {
			t.Errorf("log %s", &log)
		}
	}
	WritePidfile(fifo, &memoryLog{}).Remove() // does not hang
}

func TestAutoLog(t *testing.T) {
	dir := t.TempDir()
	seen := map[string]bool{}
	shape := regexp.MustCompile(`^web-stderr---supervisor-[a-z0-9_]{8}\.log$`)
	for range 50 {
		path, err := AutoLog(dir, "supervisor", "web", core.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(path)
		if err != nil || st.Size() != 0 || st.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", st, err)
		}
		if !shape.MatchString(filepath.Base(path)) || filepath.Dir(path) != dir || seen[path] {
			t.Errorf("path %s", path)
		}
		seen[path] = true
	}
	if _, err := AutoLog(dir+"/none", "supervisor", "web", core.Stdout); err == nil ||
		!strings.HasPrefix(err.Error(), "cannot make a log file for the stdout of web: ") {
		t.Error(err)
	}
}

func TestClearAutoLogs(t *testing.T) {
	dir := t.TempDir()
	gone := []string{
		"web-stdout---super.visor-abc12_xy.log", "web-stderr---super.visor-abc.log.1", "a---super.visor-x.log.1234",
		"a---super.visor-x.log12", "a---super.visor-x.logs", "a b---super.visor-x.log.bak",
	}
	kept := []string{
		"web-stdout---superXvisor-abc.log", "web-stdout---other-abc.log", "---super.visor-x.log", "web-stdout---super.visor-.log",
		"web-stdout---super.visor-a b.log", "web.log", "supervisord.log", "web-stdout--super.visor-abc.log",
	}
	for _, name := range slices.Concat(gone, kept) {
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	sub := filepath.Join(dir, "d---super.visor-x.log")
	os.Mkdir(sub, 0o755)
	var log memoryLog
	ClearAutoLogs(dir, "super.visor", &log)
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !e.IsDir() {
			left = append(left, e.Name())
		}
	}
	slices.Sort(kept)
	if !slices.Equal(left, kept) {
		t.Errorf("left %q\nwant %q", left, kept)
	}
	if want := "30 Failed to clean up '" + sub + "'"; log.String() != want {
		t.Errorf("log %q, want %q", &log, want)
	}
	log = memoryLog{}
	ClearAutoLogs(dir+"/none", "super.visor", &log)
	if log.String() != "30 Could not clear childlog dir" {
		t.Errorf("log %q", &log)
	}
}
