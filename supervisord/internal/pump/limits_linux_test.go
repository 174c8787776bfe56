package pump

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	r := newRig(t, Options{})
	disk := filepath.Join(r.dir, "disk")
	os.Mkdir(disk, 0o755)
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("cannot mount a small file system here:", err)
	}
	defer syscall.Unmount(disk, syscall.MNT_DETACH)
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.StdoutLog = filepath.Join(disk, "log") })
	c := r.start(spec, `seq 1 200000; echo written >&2; read x; echo again; read x`)
	r.has(spec.StderrLog, "written\n") // the child was not blocked
	c.drain()
	st, err := os.Stat(spec.StdoutLog)
	if err != nil {
		t.Fatal(err)
	}
	lost := int64(len(numbers(1, 200000))) - st.Size()
	if n, _ := r.Dropped(); n != lost || lost == 0 {
		t.Errorf("Dropped = %d, but %d bytes are missing", n, lost)
	}
	if err := os.Truncate(spec.StdoutLog, 0); err != nil {
		t.Fatal(err)
	}
	c.write("\n")
	r.has(spec.StdoutLog, "again\n")
	c.kill()
	log := r.log.text()
	if strings.Count(log, "cannot write to a log") != 1 || !strings.Contains(log, fmt.Sprintf("works again, %d bytes were dropped", lost)) {
		t.Errorf("told:\n%s", log)
	}
}

func TestNoDescriptorsLeft(t *testing.T) {
	r := newRig(t, Options{})
	before := openFDs(t)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	// Every number of free descriptors up to what one child needs.
	for free := range 12 {
		low := old
		low.Cur = uint64(before + free)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
			t.Fatal(err)
		}
		conn, err := r.Open(r.spec(nil))
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
		switch {
		case err == nil:
			conn.Abort()
		case !errors.Is(err, syscall.EMFILE):
			t.Errorf("Open with %d free descriptors = %v", free, err)
		}
	}
	eventually(t, func() bool { return openFDs(t) == before }, func() string {
		return fmt.Sprintf("%d descriptors before, %d after", before, openFDs(t))
	})
}
