package listenfd

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func unixServer(path string) config.Server {
	return config.Server{Kind: config.UnixServer, Section: "unix_http_server", Path: path, Mode: 0o700, UID: -1, GID: -1}
}

func inetServer(host string, port int) config.Server {
	return config.Server{Kind: config.InetServer, Section: "inet_http_server", Host: host, Port: port}
}

func open(t *testing.T, servers ...config.Server) []*Listener {
	t.Helper()
	all, err := Open(servers, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CloseAll(all) })
	for _, l := range all {
		go greet(l)
	}
	return all
}

// greet says hello to everybody who connects, until the listener is closed.
func greet(l *Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		c.Write([]byte("hello"))
		c.Close()
	}
}

// answers tells whether greet is there.
func answers(network, address string) bool {
	c, err := net.Dial(network, address)
	if err != nil {
		return false
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	return err == nil && string(b) == "hello"
}

// freePort returns a port that nobody uses at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Every address of IPv4 is not every address: who writes 0.0.0.0 has perhaps a
// firewall for IPv4 only.
func TestFamilies(t *testing.T) {
	for host, want := range map[string]string{"0.0.0.0": "4", "127.0.0.1": "4", "": "46", "[::]": "46", "[::1]": "6"} {
		if !hasIPv6() {
			if want = strings.TrimSuffix(want, "6"); want == "" {
				continue
			}
		}
		l := open(t, inetServer(host, freePort(t)))[0]
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		got := ""
		for _, by := range []struct{ family, address string }{{"4", "127.0.0.1"}, {"6", "::1"}} {
			if answers("tcp", net.JoinHostPort(by.address, port)) {
				got += by.family
			}
		}
		if got != want {
			t.Errorf("%q answers by IPv%s; want IPv%s", host, got, want)
		}
	}
}

func TestUnixServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.sock")
	s := unixServer(path)
	s.Mode = 0o660
	l := open(t, s)[0]
	if l.Addr().String() != path || l.Server.Path != path {
		t.Errorf("address %v of %+v", l.Addr(), l.Server)
	}
	if !answers("unix", path) {
		t.Error("no answer")
	}
	if st, err := os.Stat(path); err != nil || st.Mode() != os.ModeSocket|0o660 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Error("the path is still there")
	}
}

func TestInetServers(t *testing.T) {
	for _, c := range []struct{ host, network, dial string }{
		{"127.0.0.1", "tcp4", "127.0.0.1"},
		{"localhost", "tcp4", "127.0.0.1"},
		{"::1", "tcp6", "::1"},
		{"[::1]", "tcp6", "::1"},
		{"", "tcp4", "127.0.0.1"},
		{"", "tcp6", "::1"},
	} {
		if c.network == "tcp6" && !hasIPv6() {
			continue // nothing to listen on
		}
		port := freePort(t)
		open(t, inetServer(c.host, port))
		if !answers(c.network, net.JoinHostPort(c.dial, strconv.Itoa(port))) {
			t.Errorf("%q does not answer on %s", c.host, c.dial)
		}
	}
}

func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

func TestAddressInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.sock")
	port := freePort(t)
	open(t, unixServer(path), inetServer("127.0.0.1", port))
	other := filepath.Join(t.TempDir(), "other.sock")
	for _, s := range []config.Server{unixServer(path), inetServer("127.0.0.1", port), inetServer("", port)} {
		_, err := Open([]config.Server{unixServer(other), s}, io.Discard)
		if err == nil || err.Error() != inUse {
			t.Errorf("%v: %v", s, err)
		}
		var oe *OpenError
		if !errors.As(err, &oe) || !strings.Contains(oe.Detail(), "cannot listen on "+address(s)+", configured in ["+s.Section+"]: ") {
			t.Errorf("detail of %v", err)
		}
		if _, err := os.Lstat(other); !os.IsNotExist(err) {
			t.Error("a socket was left by the failure of another")
		}
	}
	if !answers("unix", path) {
		t.Error("the first daemon lost its socket")
	}
}

func TestStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.sock")
	// A daemon that dies leaves its socket behind.
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	old.Close()
	var told bytes.Buffer
	all, err := Open([]config.Server{unixServer(path)}, &told)
	if err != nil {
		t.Fatal(err)
	}
	defer CloseAll(all)
	if told.String() != "Unlinking stale socket "+path+"\n" {
		t.Errorf("told %q", &told)
	}
	go greet(all[0])
	if !answers("unix", path) {
		t.Error("no answer")
	}
}

func TestMessages(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	const failed = "Cannot open an HTTP server: socket.error reported "
	for _, c := range []struct {
		server config.Server
		want   string
	}{
		{unixServer(dir + "/no/such"), failed + "errno.ENOENT (2)"},
		{unixServer(file + "/x"), failed + "errno.ENOTDIR (20)"},
		{unixServer(dir + "/" + strings.Repeat("x", 120)), failed + "AF_UNIX path too long"},
		{unixServer(file), "cannot listen on " + file + ": it exists and is not a socket"},
		{inetServer("192.0.2.1", 9001), failed + "errno.EADDRNOTAVAIL (99)"},
		{inetServer("no.such.host.invalid", 9001), failed + "-"}, // -2 or -3, as the resolver has it
	} {
		if _, err := Open([]config.Server{c.server}, io.Discard); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", address(c.server), err, c.want)
		}
	}
}

func TestRefusalsOfAnUnprivilegedDaemon(t *testing.T) {
	if dir := os.Getenv("LISTENFD_TEST_DIR"); dir != "" {
		s := unixServer(filepath.Join(dir, "s.sock"))
		s.UID, s.GID = 0, 0
		_, err := Open([]config.Server{s}, io.Discard)
		want := "Not permitted to chown " + s.Path + ` to uid/gid (0, 0); adjust "sockchown" value in config file or ` +
			"on command line to values that the current user (nobody) can successfully chown"
		if err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
		_, err = Open([]config.Server{unixServer("/root/s.sock")}, io.Discard)
		if err == nil || err.Error() != "Cannot open an HTTP server: socket.error reported errno.EACCES (13)" {
			t.Error(err)
		}
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := os.MkdirTemp("/tmp", "listenfd")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	test := filepath.Join(dir, "test")
	if err := os.WriteFile(test, body, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(test, "-test.run=^"+t.Name()+"$")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "LISTENFD_TEST_DIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
