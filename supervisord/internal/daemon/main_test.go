package daemon

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// What a whole process does to itself is tested in processes of this binary:
// roles are what they can be told to do.
const roleVar = "DAEMON_TEST_ROLE"

var roles = map[string]func(){}

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVar)]; ok {
		role()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// play returns a command that plays a role. shell, if any, is run before it by
// the same process.
func play(t *testing.T, role, shell string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", shell+"\n"+`exec "$0" "$@"`, os.Args[0], "one", "two words")
	cmd.Env = append(append(os.Environ(), roleVar+"="+role), env...)
	return cmd
}

const nobody = 65534

func nobodyAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

// playAsNobody is play by an unprivileged user.
func playAsNobody(t *testing.T, role, shell string, env ...string) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := os.MkdirTemp("/tmp", "daemon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	body, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "test"), body, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := play(t, role, shell, env...)
	cmd.Args[3] = filepath.Join(dir, "test")
	cmd.Dir = "/"
	cmd.SysProcAttr = nobodyAttr()
	return cmd
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// memoryLog is an activity log to look into.
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

func (l *memoryLog) String() string { return strings.Join(l.lines, "\n") }
