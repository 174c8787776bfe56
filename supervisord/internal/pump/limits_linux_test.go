package pump

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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

func TestFileSizeLimit(t *testing.T) {
	r := newRig(t, Options{})
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = 10000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &low); err != nil {
		t.Fatal(err)
	}
	c := r.start(r.spec(nil), "seq 1 10000; echo done >&2; read x; echo again; read x")
	r.has(c.spec.StderrLog, "done\n")
	c.drain()
	err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.read(c.spec.StdoutLog); got != numbers(1, 10000)[:10000] {
		t.Errorf("the log has %d bytes", len(got))
	}
	c.write("\n")
	r.has(c.spec.StdoutLog, numbers(1, 10000)[:10000]+"again\n")
	c.kill()
	if n, _ := r.Dropped(); n != int64(len(numbers(1, 10000))-10000) {
		t.Errorf("%d bytes are counted as dropped", n)
	}
}

// Logs give up their descriptors when there is none left for a child, and lose
// nothing by it.
func TestLogsMakeRoom(t *testing.T) {
	r := newRig(t, Options{})
	var children []*child
	for range 20 {
		children = append(children, r.start(r.spec(nil), `while read line; do echo "$line"; done`))
	}
	for _, c := range children {
		c.write("before\n")
	}
	for _, c := range children {
		r.has(c.spec.StdoutLog, "before\n")
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = uint64(highestFD(t) + 1)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	conn, err := r.Open(r.spec(nil))
	for _, c := range children {
		c.write("within\n")
	}
	for _, c := range children {
		c.drain()
	}
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
	if err != nil {
		t.Fatal("no room was made: ", err)
	}
	conn.Abort()
	for _, c := range children {
		c.write("after\n")
		r.has(c.spec.StdoutLog, "before\nwithin\nafter\n")
		c.kill()
	}
	if n, _ := r.Dropped(); n != 0 {
		t.Errorf("%d bytes were dropped", n)
	}
}

// highestFD returns the highest descriptor, after the gaps below it were filled.
func highestFD(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	highest := 0
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		highest = max(highest, n)
	}
	for {
		fd, err := syscall.Dup(0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		syscall.CloseOnExec(fd)
		if fd >= highest {
			return fd
		}
	}
}
