package fcgi

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
)

type memoryLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *memoryLog) Enabled(config.LogLevel) bool { return true }
func (l *memoryLog) Log(level config.LogLevel, msg string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%d %s", level, msg))
}

func unixConf(path string) *config.FastCGISocket {
	return &config.FastCGISocket{URL: "unix://" + path, Path: path, Mode: 0o700, UID: -1, GID: -1}
}

// serve accepts one connection on the descriptor, as a child does, and answers
// it.
func serve(t *testing.T, fd int, network, address string) {
	t.Helper()
	client, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, _, err := syscall.Accept(fd) // blocks: it must not say EAGAIN
	if err != nil {
		t.Fatal(err)
	}
	syscall.Write(c, []byte("hi"))
	syscall.Close(c)
	if b, err := io.ReadAll(client); string(b) != "hi" {
		t.Errorf("got %q, %v", b, err)
	}
}

func isOpen(fd int) bool {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil
}

func TestSharedByCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.sock")
	var log memoryLog
	s := New(unixConf(path), &log)
	if _, err := os.Lstat(path); err == nil {
		t.Error("made before anybody wants it")
	}
	one, err := s.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Acquire()
	if err != nil || one != two {
		t.Errorf("descriptors %d and %d, %v", one, two, err)
	}
	if flags, _ := unix.FcntlInt(uintptr(one), unix.F_GETFD, 0); flags&unix.FD_CLOEXEC == 0 {
		t.Error("every child would inherit it")
	}
	s.Release()
	serve(t, one, "unix", path)
	s.Release()
	if isOpen(one) {
		t.Error("still open after the last user")
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the path is gone: %v", err)
	}
	again, err := s.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	serve(t, again, "unix", path)
	s.Release()
	line := " socket unix://" + path
	want := strings.Join([]string{"20 Creating" + line, "20 Closing" + line, "20 Creating" + line, "20 Closing" + line}, "\n")
	if got := strings.Join(log.lines, "\n"); got != want {
		t.Errorf("log\n%s\nwant\n%s", got, want)
	}
}

func TestOwnerAndMode(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	c := unixConf(filepath.Join(t.TempDir(), "f.sock"))
	c.Mode, c.UID, c.GID = 0o770, 65534, 65533
	s := New(c, nil)
	if _, err := s.Acquire(); err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	st, err := os.Lstat(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	if sys := st.Sys().(*syscall.Stat_t); st.Mode() != os.ModeSocket|0o770 || sys.Uid != 65534 || sys.Gid != 65533 {
		t.Errorf("mode %v, owner %d:%d", st.Mode(), sys.Uid, sys.Gid)
	}
}

// A socket that children of a killed daemon still listen on is taken over.
func TestLiveSocketIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.sock")
	old := New(unixConf(path), nil)
	if _, err := old.Acquire(); err != nil {
		t.Fatal(err)
	}
	defer old.Release()
	s := New(unixConf(path), nil)
	fd, err := s.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	serve(t, fd, "unix", path)
}

func TestTCP(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		c := &config.FastCGISocket{URL: fmt.Sprintf("tcp://%s:%d", host, port), Host: host, Port: port, UID: -1, GID: -1, Backlog: 7}
		s := New(c, nil)
		if _, err := s.Acquire(); err == nil || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("in use: %v", err)
		}
		l.Close()
		fd, err := s.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		serve(t, fd, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		s.Release()
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*config.FastCGISocket{
		unixConf(dir + "/no/such"), unixConf(file),
		{URL: "tcp://192.0.2.1:1", Host: "192.0.2.1", Port: 1}, {URL: "tcp://x.invalid:1", Host: "x.invalid", Port: 1},
	} {
		s := New(c, nil)
		if fd, err := s.Acquire(); err == nil || fd != -1 {
			t.Errorf("%s: %d, %v", c.URL, fd, err)
		}
		func() {
			defer func() { recover() }()
			s.Release()
			t.Errorf("%s: a failure counted as a user", c.URL)
		}()
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Errorf("content %q", b)
	}
}
