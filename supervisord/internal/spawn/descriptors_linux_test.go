package spawn

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The fork thread keeps nothing open, however much the daemon has, and children
// get their three descriptors and no more.
func TestForkThreadHasItsOwnDescriptors(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	s := start(t, nil)
	s.story.exitOf(t, s.spawn(program("true")))
	syscall.Close(ends[1])
	if n, err := syscall.Read(ends[0], make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("read %d, %v: somebody else has the pipe open", n, err)
	}
	syscall.Close(ends[0])

	for range 200 {
		null(t)
	}
	id := s.spawn(program("ls /proc/self/fd"))
	s.story.exitOf(t, id)
	if got := strings.Fields(s.pipes.stdout(id)); strings.Join(got, " ") != "0 1 2 3" { // 3 is the directory
		t.Errorf("the child has %s", got)
	}
	apart := 0
	tasks, err := filepath.Glob("/proc/self/task/*/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range tasks {
		if open, err := os.ReadDir(dir); err == nil && len(open) < 200 {
			apart++
			if len(open) > 16 {
				t.Errorf("the fork thread has %d descriptors", len(open))
			}
		}
	}
	if apart != 1 {
		t.Errorf("%d threads have descriptors of their own", apart)
	}
}
