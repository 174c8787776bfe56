package tosyslog

import (
	"bufio"
	"net"
	"path/filepath"
	"regexp"
	"testing"
)

// daemon listens as a log daemon does.
func daemon(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func receive(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	buf := make([]byte, 65536)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`^<14>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?s:(.*))$`).FindStringSubmatch(string(buf[:n]))
	if m == nil {
		t.Fatalf("message %q has not the form of syslog(3)", buf[:n])
	}
	return m[1]
}

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	d := daemon(t, path)
	c := New("supervisord", "/nowhere", path)
	defer c.Close()
	c.Lines("web ", []byte("one\n\nthree\n\n"))
	for _, want := range []string{"supervisord: web one", "supervisord: web ", "supervisord: web three"} {
		if got := receive(t, d); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := c.Flush(t.Context()); err != nil || c.Dropped() != 0 {
		t.Errorf("%v, dropped %d", err, c.Dropped())
	}
}

func TestNoDaemonThenOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	c := New("t", path)
	defer c.Close()
	c.Lines("", []byte("lost\nlost\n"))
	c.Flush(t.Context())
	if c.Dropped() != 2 {
		t.Errorf("dropped %d", c.Dropped())
	}
	d := daemon(t, path)
	c.Lines("", []byte("kept"))
	if got := receive(t, d); got != "t: kept" {
		t.Errorf("got %q", got)
	}
	d.Close() // a restart
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d = daemon(t, filepath.Join(t.TempDir(), "log"))
	c.sockets = []string{d.LocalAddr().String()}
	c.Lines("", []byte("kept too"))
	if got := receive(t, d); got != "t: kept too" {
		t.Errorf("got %q", got)
	}
}

func TestStreamSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := New("t", path)
	defer c.Close()
	c.Lines("", []byte("a\nb"))
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for _, want := range []string{"a", "b"} {
		if !lines.Scan() || lines.Text()[len(lines.Text())-1:] != want {
			t.Fatalf("got %q", lines.Text())
		}
	}
}

// A daemon that does not read costs messages, not time.
func TestStuckDaemon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	daemon(t, path)
	c := New("t", path)
	defer c.Close()
	line := make([]byte, 1000)
	for range 3 * maxWaiting / len(line) {
		c.Lines("", line)
	}
	if c.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
}
