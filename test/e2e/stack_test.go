package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The example of a stack: real servers start in the order of their priorities,
// are started again when they are killed from outside, and stop in the reverse
// order.
func TestStack(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for _, program := range []string{"/usr/sbin/nginx", "/usr/bin/redis-server", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program, " is not installed")
		}
	}
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) == 0 {
		t.Skip("postgresql is not installed")
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("there is no user postgres")
	}
	uid, err := strconv.Atoi(postgres.Uid)
	must(t, err)
	gid, err := strconv.Atoi(postgres.Gid)
	must(t, err)

	d := newDaemon(t)
	ports := map[string]string{"54329": freePort(t), "63799": freePort(t), "8080": freePort(t), "8081": freePort(t), "8082": freePort(t)}
	port := regexp.MustCompile(`\b(54329|63799|808[012])\b`)
	files, err := filepath.Glob("../../examples/stack/*")
	must(t, err)
	for _, file := range files {
		if st, err := os.Stat(file); err != nil || st.IsDir() {
			continue
		}
		text, err := os.ReadFile(file)
		must(t, err)
		changed := port.ReplaceAllStringFunc(string(text), func(p string) string { return ports[p] })
		// The two ports of the app are made of its number.
		changed = strings.ReplaceAll(changed, "app.py 80%(process_num)02d", "app.py %(ENV_APP_%(process_num)d)s")
		must(t, os.WriteFile(d.path(filepath.Base(file)), []byte(changed), 0o644))
	}
	// Expansions do not nest, so a wrapper picks the port.
	d.write("app.sh", "eval port=\\$APP_$1\nexec python3 -u {D}/app.py $port\n")
	conf := strings.ReplaceAll(d.read("supervisord.conf"), "python3 -u %(here)s/app.py %(ENV_APP_%(process_num)d)s", "/bin/sh %(here)s/app.sh %(process_num)d")
	if strings.Contains(conf, "80%(") || !strings.Contains(conf, "app.sh") {
		t.Fatalf("the example has changed:\n%s", conf)
	}
	d.write("supervisord.conf", conf)
	d.env = []string{"APP_81=" + ports["8081"], "APP_82=" + ports["8082"]}
	must(t, os.Mkdir(d.path("run.d"), 0o755))
	must(t, os.Mkdir(d.path("run.d/pg"), 0o700))
	must(t, os.Chown(d.path("run.d/pg"), uid, gid))
	must(t, os.Symlink("run.d/supervisor.sock", d.path("s")))
	must(t, os.Symlink("run.d/supervisord.log", d.path("log")))
	must(t, os.Symlink("supervisord.conf", d.path("c")))
	d.exec("-c", d.path("supervisord.conf"))
	d.up()

	names := []string{"postgres", "redis", "app:app_81", "app:app_82", "nginx"}
	serving := map[string]func() error{
		"postgres": func() error { return dialPort(ports["54329"], "") },
		"redis":    func() error { return dialPort(ports["63799"], "PING\r\n") },
		"nginx":    func() error { return fetch("http://127.0.0.1:"+ports["8080"]+"/", "app_8") },
		"app:app_81": func() error {
			return fetch("http://127.0.0.1:"+ports["8081"]+"/", "app_81 pid "+strconv.Itoa(d.info("app:app_81").PID))
		},
		"app:app_82": func() error {
			return fetch("http://127.0.0.1:"+ports["8082"]+"/", "app_82 pid "+strconv.Itoa(d.info("app:app_82").PID))
		},
	}
	up := func() {
		t.Helper()
		for _, name := range names {
			d.state(name, "RUNNING")
			d.eventually(name+" to serve", func() (bool, any) { err := serving[name](); return err == nil, err })
		}
	}
	up()
	order := func(text string) (list []string) {
		for line := range strings.Lines(d.log()) {
			if _, rest, ok := strings.Cut(line, text); ok {
				name := strings.FieldsFunc(rest, func(r rune) bool { return r == '\'' || r == ' ' || r == '\n' })[0]
				if !slices.Contains(list, name) {
					list = append(list, name)
				}
			}
		}
		return list
	}
	want := []string{"postgres", "redis", "app_81", "app_82", "nginx"}
	if got := order("spawned: "); !slices.Equal(got, want) {
		t.Errorf("started in the order %v", got)
	}
	for name, sig := range map[string]syscall.Signal{"redis": syscall.SIGKILL, "app:app_81": syscall.SIGKILL, "nginx": syscall.SIGTERM, "postgres": syscall.SIGKILL} {
		pid := d.info(name).PID
		must(t, syscall.Kill(pid, sig))
		d.eventually(name+" to be back", func() (bool, any) {
			info := d.info(name)
			if info.StateName == "FATAL" { // the remains of the old one were in the way for too long
				_ = d.rpc.StartProcess(d.ctx(), name, false)
			}
			return info.PID != pid && info.StateName == "RUNNING", info
		})
	}
	up()
	d.stop()
	if !strings.Contains(d.read("run.d/postgres.log"), "database system is shut down") {
		t.Error("postgres was not shut down properly")
	}
	stopped := order("stopped: ")
	// Within a level the order is up to the programs.
	slices.Sort(stopped[1:3])
	if want := []string{"nginx", "app_81", "app_82", "redis", "postgres"}; !slices.Equal(stopped, want) {
		t.Errorf("stopped in the order %v", stopped)
	}
}

// dialPort connects to a port; if a question is given, an answer must come.
func dialPort(port, question string) error {
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil || question == "" {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, question); err != nil {
		return err
	}
	_, err = bufio.NewReader(c).ReadString('\n')
	return err
}

// fetch gets a page that must contain want.
func fetch(url, want string) error {
	c := http.Client{Timeout: patience}
	defer c.CloseIdleConnections()
	resp, err := c.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && !strings.Contains(string(b), want) {
		err = fmt.Errorf("%s: %s %q instead of %q", url, resp.Status, b, want)
	}
	return err
}
