package unixsock

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

func spec(path string) Spec {
	return Spec{Path: path, Mode: 0o700, UID: -1, GID: -1, Backlog: 16}
}

func listen(t *testing.T, s Spec) *Socket {
	t.Helper()
	sock, err := Listen(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(sock) })
	return sock
}

// shut closes a socket once.
func shut(s *Socket) {
	if s.FD >= 0 {
		syscall.Close(s.FD)
		s.FD = -1
	}
}

func connects(path string) bool {
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// alone fails if anything but the named files is left in dir.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if strings.Join(left, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", dir, left, names)
	}
}

func TestOwnerAndMode(t *testing.T) {
	dir := t.TempDir()
	for _, mode := range []uint32{0o700, 0o777, 0o660, 0} {
		s := spec(filepath.Join(dir, "sock"))
		s.Mode = mode
		if os.Getuid() == 0 {
			s.UID, s.GID = 65534, 65533
		}
		sock := listen(t, s)
		st, err := os.Lstat(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		sys := st.Sys().(*syscall.Stat_t)
		if uint32(st.Mode().Perm()) != mode || s.UID >= 0 && (sys.Uid != 65534 || sys.Gid != 65533) {
			t.Errorf("mode %v, owner %d:%d; want %o", st.Mode(), sys.Uid, sys.Gid, mode)
		}
		if !connects(s.Path) {
			t.Error("cannot connect")
		}
		alone(t, dir, "sock")
		shut(sock)
	}
}

// While sockets come and go at a path, whoever finds one there finds its final
// mode, and nobody is ever refused.
func TestNeverSeenHalfMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	s := spec(path)
	s.Mode, s.TakeLive = 0o640, true
	first := listen(t, s)
	stop := make(chan struct{})
	wrong := make(chan string, 1)
	var watchers sync.WaitGroup
	var seen atomic.Int64
	watch := func(look func() string) {
		watchers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				seen.Add(1)
				if w := look(); w != "" {
					select {
					case wrong <- w:
					default:
					}
					return
				}
			}
		})
	}
	watch(func() string {
		st, err := os.Lstat(path)
		if err != nil {
			return err.Error()
		}
		if st.Mode() != os.ModeSocket|0o640 {
			return "seen with mode " + st.Mode().String()
		}
		return ""
	})
	held := []*Socket{first}
	for range 200 {
		sock, err := Listen(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, sock)
	}
	close(stop)
	watchers.Wait()
	for _, h := range held {
		shut(h)
	}
	select {
	case w := <-wrong:
		t.Error(w)
	default:
	}
	if seen.Load() == 0 {
		t.Error("nobody looked")
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	old := listen(t, spec(path))
	shut(old)
	told := 0
	sock, err := Listen(spec(path), func() { told++ })
	if err != nil {
		t.Fatal(err)
	}
	defer shut(sock)
	if told != 1 || !connects(path) {
		t.Errorf("told %d times, connects %v", told, connects(path))
	}
	if err := old.Unlink(); err != nil || !connects(path) {
		t.Errorf("the old socket took the new one's path: %v", err)
	}
	if err := sock.Unlink(); err != nil || connects(path) {
		t.Errorf("the path is still there: %v", err)
	}
	if err := sock.Unlink(); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestWhatIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	live, file := filepath.Join(dir, "live"), filepath.Join(dir, "file")
	listen(t, spec(live))
	if err := os.WriteFile(file, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(spec(live), nil); err != ErrLive {
		t.Errorf("live socket: %v", err)
	}
	if _, err := Listen(spec(file), nil); err != ErrNotSocket {
		t.Errorf("regular file: %v", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Errorf("content %q", b)
	}
	if _, err := Listen(spec(dir+"/no/such"), nil); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("no directory: %v", err)
	}
	if _, err := Listen(spec(dir+"/"+strings.Repeat("x", 108)), nil); err != ErrTooLong {
		t.Errorf("long path: %v", err)
	}
	alone(t, dir, "file", "live")
	s := spec(live)
	s.TakeLive = true
	listen(t, s)
}

func TestLongestPath(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("x", longest-len(dir)-1)
	listen(t, spec(filepath.Join(dir, name)))
	if !connects(filepath.Join(dir, name)) {
		t.Error("cannot connect")
	}
}

func TestFullBacklogIsLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	s := spec(path)
	s.Backlog = 0
	listen(t, s)
	for range 3 { // fill it
		fd, err := socket()
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(fd)
		syscall.SetNonblock(fd, true)
		syscall.Connect(fd, &syscall.SockaddrUnix{Name: path})
	}
	if _, err := Listen(spec(path), nil); err != ErrLive {
		t.Errorf("%v, want %v", err, ErrLive)
	}
}

// Of many who find the same stale socket exactly one wins.
func TestRaceForAStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	for range 20 {
		shut(listen(t, spec(path)))
		var won, lost atomic.Int32
		var all sync.WaitGroup
		fds := make(chan int, 8)
		for range 8 {
			all.Go(func() {
				switch sock, err := Listen(spec(path), nil); err {
				case nil:
					won.Add(1)
					fds <- sock.FD
				case ErrLive:
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 7 {
			t.Fatalf("%d won, %d lost", won.Load(), lost.Load())
		}
		syscall.Close(<-fds)
	}
}
