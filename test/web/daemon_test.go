package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tracked"
)

// daemon is a real supervisord with real programs.
type daemon struct {
	t    testing.TB
	dir  string
	port int
	user string // "" for no password
	cmd  *exec.Cmd
}

// patience is how long anything may take on a machine that is busy.
const patience = 40 * time.Second

// until waits for a condition, and fails with what it last said.
func until(t testing.TB, what string, cond func() (ok bool, now string)) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ok, now := cond()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s; now: %s", what, now)
		}
		// Between two looks, not instead of waiting for the condition.
		time.Sleep(15 * time.Millisecond)
	}
}

// binaries has the test cache notice that other programs are to be tested.
var binaries = sync.OnceValue(func() error { return tracked.Trees("../../bin") })

// binary returns the supervisord to test.
func binary(t testing.TB) string {
	path := os.Getenv("TEST_SUPERVISORD")
	if path == "" {
		path, _ = filepath.Abs("../../bin/supervisord")
		if err := binaries(); err != nil {
			t.Fatalf("there is no supervisord to test; run make build first: %v", err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("there is no supervisord to test; run make build first: %v", err)
	}
	return path
}

// freePort finds a TCP port that nobody uses.
func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// newDaemon writes a configuration; %DIR% in the sections stands for its
// directory.
func newDaemon(t testing.TB, sections string) *daemon {
	t.Helper()
	d := &daemon{t: t, dir: t.TempDir(), port: freePort(t)}
	d.configure(sections)
	return d
}

// configure writes the configuration.
func (d *daemon) configure(sections string) {
	d.t.Helper()
	credentials := ""
	if d.user != "" {
		credentials = "username = " + d.user + "\npassword = s3cret:€\n"
	}
	if !strings.Contains(sections, "[supervisord]") {
		sections = "[supervisord]\nidentifier = test\n" + sections
	}
	sections = strings.Replace(sections, "[supervisord]\n", "[supervisord]\nnodaemon = true\nsilent = true\n"+
		"logfile = %DIR%/supervisord.log\npidfile = %DIR%/supervisord.pid\nchildlogdir = %DIR%\n", 1)
	d.write("supervisord.conf", fmt.Sprintf("[inet_http_server]\nport = 127.0.0.1:%d\n%s", d.port, credentials)+sections)
}

func (d *daemon) write(name, text string) {
	d.t.Helper()
	text = strings.ReplaceAll(text, "%DIR%", d.dir)
	if err := os.WriteFile(d.path(name), []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

func (d *daemon) path(name string) string { return filepath.Join(d.dir, name) }

// startDaemon writes a configuration and starts a supervisord with it.
func startDaemon(t testing.TB, sections string) *daemon {
	t.Helper()
	d := newDaemon(t, sections)
	d.start()
	return d
}

// start starts the daemon and waits until its server answers.
func (d *daemon) start() {
	d.t.Helper()
	d.cmd = exec.Command(binary(d.t), "-c", d.path("supervisord.conf"))
	d.cmd.Dir = d.dir
	out, err := os.OpenFile(d.path("output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer out.Close()
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	ended := make(chan struct{})
	cmd := d.cmd
	go func() {
		cmd.Wait()
		close(ended)
	}()
	d.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(patience):
			cmd.Process.Kill()
			d.t.Errorf("supervisord did not end; its log:\n%s", d.read("supervisord.log"))
		}
	})
	until(d.t, "an answer of supervisord", func() (bool, string) {
		status, _, err := d.request("GET", "/ok.html", "", nil)
		return err == nil && status == http.StatusOK, d.read("output") + d.read("supervisord.log")
	})
}

// stop ends the daemon and waits for its end.
func (d *daemon) stop() {
	d.t.Helper()
	pid := d.cmd.Process.Pid
	d.cmd.Process.Signal(syscall.SIGTERM)
	until(d.t, "the end of supervisord", func() (bool, string) {
		return syscall.Kill(pid, 0) != nil, d.read("supervisord.log")
	})
}

func (d *daemon) read(name string) string {
	b, _ := os.ReadFile(d.path(name))
	return string(b)
}

// url is the address of a page. Credentials are in it if there are any.
func (d *daemon) url(page string) string {
	host := fmt.Sprintf("127.0.0.1:%d/%s", d.port, page)
	if d.user != "" {
		host = d.user + ":s3cret%3A%E2%82%AC@" + host
	}
	return "http://" + host
}

// request makes a plain HTTP request, as a program that is no browser.
func (d *daemon) request(method, path, body string, header map[string]string) (int, string, error) {
	r, err := http.NewRequest(method, fmt.Sprintf("http://127.0.0.1:%d%s", d.port, path), strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Close = true
	if d.user != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(d.user+":s3cret:€")))
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		if k == "Host" {
			r.Host = v
		} else {
			r.Header.Set(k, v)
		}
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// process is what the API tells of a process.
type process struct {
	ID, State string
	PID       int
	Restarts  int
}

func (d *daemon) process(name string) (p process) {
	d.t.Helper()
	_, body, err := d.request("GET", "/api/v1/processes/"+name, "", nil)
	if err == nil {
		err = json.Unmarshal([]byte(body), &p)
	}
	if err != nil {
		d.t.Fatalf("%s: %v in %s", name, err, body)
	}
	return p
}

// waitState waits until a process is in a state and returns it.
func (d *daemon) waitState(name, state string) (p process) {
	d.t.Helper()
	until(d.t, name+" "+state, func() (bool, string) {
		p = d.process(name)
		return p.State == state, p.State
	})
	return p
}

// do has an action carried out and waits for its end.
func (d *daemon) do(path string) {
	d.t.Helper()
	if status, body, err := d.request("POST", "/api/v1/"+path, "{}", nil); err != nil || status != http.StatusOK {
		d.t.Fatalf("%s: %d %v %s", path, status, err, body)
	}
}

// kill kills a process from outside.
func (d *daemon) kill(name string) {
	d.t.Helper()
	if err := syscall.Kill(d.process(name).PID, syscall.SIGKILL); err != nil {
		d.t.Fatal(err)
	}
}

// cpuTicks returns the CPU time that the daemon has used, in hundredths of a
// second.
func (d *daemon) cpuTicks() int {
	d.t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(d.cmd.Process.Pid) + "/stat")
	if err != nil {
		d.t.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}
