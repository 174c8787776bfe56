package tooltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tracked"
)

// Reference is where Debian's package puts Supervisor's daemon.
const Reference = "/usr/bin/supervisord"

// Daemon is a supervisord that runs in a directory of its own.
type Daemon struct {
	Dir string // the directory; the activity log is in it as "daemon.log"
	cmd *exec.Cmd
	out bytes.Buffer
}

// EachDaemon runs a test with the reference's daemon, and with our own: the one
// that the environment variable TEST_SUPERVISORD names, or the one that "make
// build" has left in ../bin.
// Daemons mostly wait, so such tests run beside each other.
func EachDaemon(t *testing.T, test func(t *testing.T, binary string)) {
	noticed(t)
	t.Run("reference", func(t *testing.T) {
		t.Parallel()
		if _, err := os.Stat(Reference); err != nil {
			t.Skip("Supervisor is not installed: ", err)
		}
		test(t, Reference)
	})
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		own := os.Getenv("TEST_SUPERVISORD")
		if own == "" {
			own, _ = filepath.Abs("../bin/supervisord")
		}
		for _, path := range []string{own, filepath.Join(filepath.Dir(own), "supervisorctl")} {
			if _, err := os.Stat(tracked.Path(path)); err != nil {
				t.Skip("our own programs are not built: ", err)
			}
		}
		test(t, own)
	})
}

// StartDaemon starts a supervisord in a new directory with the given sections
// besides [supervisord], and stops it at the end of the test. "%DIR%" in the
// sections stands for the directory. The daemon inherits the environment.
func StartDaemon(t *testing.T, binary, sections string, files map[string]string) *Daemon {
	t.Helper()
	d := &Daemon{Dir: t.TempDir()}
	for name, text := range files {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		d.write(t, name, text, mode)
	}
	d.write(t, "supervisord.conf", "[supervisord]\nnodaemon=true\nloglevel=debug\n"+
		"logfile=%DIR%/daemon.log\npidfile=%DIR%/daemon.pid\nchildlogdir=%DIR%\n"+
		"[unix_http_server]\nfile=%DIR%/s.sock\n"+
		"[rpcinterface:supervisor]\n"+
		"supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"+
		"[supervisorctl]\nserverurl=unix://%DIR%/s.sock\n"+
		sections, 0o644)
	d.cmd = exec.Command(binary, "-c", filepath.Join(d.Dir, "supervisord.conf"))
	d.cmd.Dir = d.Dir
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Stop(t)
		if t.Failed() {
			log, _ := os.ReadFile(d.Path("daemon.log"))
			t.Logf("activity log:\n%s", log)
		}
	})
	return d
}

func (d *Daemon) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	text = strings.ReplaceAll(text, "%DIR%", d.Dir)
	if err := os.WriteFile(d.Path(name), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// Path returns the path of a file in the daemon's directory.
func (d *Daemon) Path(name string) string { return filepath.Join(d.Dir, name) }

// Signal sends a signal to the daemon.
func (d *Daemon) Signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := d.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// Stop stops the daemon and waits until it has ended.
func (d *Daemon) Stop(t *testing.T) {
	t.Helper()
	if d.cmd.ProcessState != nil {
		return
	}
	d.cmd.Process.Signal(syscall.SIGTERM)
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("supervisord: %v\n%s", err, d.out.Bytes())
	}
}

// Wait waits until the daemon has ended by itself.
func (d *Daemon) Wait() error { return d.cmd.Wait() }

// Ctl runs the supervisorctl beside the daemon's binary and returns what it
// prints.
func (d *Daemon) Ctl(t *testing.T, args ...string) string {
	t.Helper()
	cmd := strings.Fields(d.CtlPath())
	out, _ := exec.Command(cmd[0], append(cmd[1:], args...)...).CombinedOutput()
	return string(out)
}

// CtlPath returns the command line of the supervisorctl beside the daemon's
// binary, with the daemon's configuration file.
func (d *Daemon) CtlPath() string {
	return filepath.Join(filepath.Dir(d.cmd.Path), "supervisorctl") + " -c " + d.Path("supervisord.conf")
}

// WaitRunning waits until the named processes are RUNNING.
func (d *Daemon) WaitRunning(t *testing.T, names ...string) {
	t.Helper()
	Until(t, "running processes", func() (bool, string) {
		status := d.Ctl(t, "status")
		running := map[string]bool{}
		for line := range strings.Lines(status) {
			if f := strings.Fields(line); len(f) > 1 && f[1] == "RUNNING" {
				running[f[0]] = true
			}
		}
		for _, name := range names {
			if !running[name] {
				return false, status
			}
		}
		return true, status
	})
}

// Read returns the content of a file in the daemon's directory, "" when there
// is none.
func (d *Daemon) Read(name string) string {
	text, _ := os.ReadFile(d.Path(name))
	return string(text)
}
