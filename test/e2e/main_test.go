package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// bin is the directory of the programs under test, tmp that of all tests.
var bin, tmp string

func TestMain(m *testing.M) {
	if what := os.Getenv(helperVar); what != "" {
		os.Exit(help(what))
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	flag.Parse()
	// Most tests wait most of the time.
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("8")
	}
	// Short, because the path of a socket may have 107 bytes only, and open to
	// other users, who attack it.
	var err error
	if tmp, err = os.MkdirTemp("/tmp", "e2e-"); err == nil {
		err = os.Chmod(tmp, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(tmp)
	if bin = os.Getenv("E2E_BIN"); bin == "" {
		bin = filepath.Join(tmp, "bin")
		if err := build(bin, false, "supervisord", "supervisorctl", "eventlisten", "commevent", "logrotate", "pidproxy"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	// Now, when nothing is started that could inherit the descriptor: a file that
	// is open for writing cannot be run.
	if err := copySelf(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	before := nullDevice()
	status := m.Run()
	if after := nullDevice(); after != before {
		fmt.Fprintf(os.Stderr, "/dev/null was %s and is %s\n", before, after)
		status = 1
	}
	return status
}

// build builds programs of this repository into dir. Names that begin with a
// dash are options of the compiler.
func build(dir string, race bool, names ...string) error {
	args := []string{"build", "-tags", "urfave_cli_no_docs", "-o", dir + "/"}
	cgo := "CGO_ENABLED=0"
	if race {
		args = append(args, "-race")
		cgo = "CGO_ENABLED=1"
	} else {
		args = append(args, "-trimpath", "-ldflags", "-s -w")
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "-") {
			name = "./" + name
		}
		args = append(args, name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build %s: %w\n%s", strings.Join(names, ", "), err, out)
	}
	return nil
}

// raceBin returns the directory of a supervisord with the race detector. The
// test is skipped where none can be built.
func raceBin(t *testing.T) string {
	t.Helper()
	dir, err := buildRace()
	if err != nil {
		t.Skip("the race detector needs a C compiler: ", err)
	}
	return dir
}

var buildRace = sync.OnceValues(func() (string, error) {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "gcc"
	}
	if _, err := exec.LookPath(cc); err != nil {
		return "", err
	}
	dir := filepath.Join(tmp, "race")
	return dir, build(dir, true, "supervisord")
})

// nullDevice describes /dev/null: tests that clear logs must leave it alone.
func nullDevice() string {
	var st syscall.Stat_t
	if err := syscall.Lstat(os.DevNull, &st); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("inode %d, mode %o, device %d", st.Ino, st.Mode, st.Rdev)
}
