package pump

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func openDescriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// A parked standard input works like any other, but costs no descriptor until
// somebody writes to it.
func TestParkedStdin(t *testing.T) {
	r := newRig(t, Options{ParkStdin: true, NullSinks: true})
	before := openDescriptors(t)
	spec := r.spec(nil)
	c := r.start(spec, "exec cat")
	if err := c.write("one\n"); err != nil {
		t.Fatal(err)
	}
	r.has(c.spec.StdoutLog, "one\n")
	if err := c.write("two\n"); err != nil {
		t.Fatal(err)
	}
	r.has(c.spec.StdoutLog, "one\ntwo\n")
	c.kill()

	quiet := r.spec(nil)
	quiet.StdoutLog, quiet.StderrLog = "", ""
	idle := r.start(quiet, "exec sleep 1000")
	idle.drain()                                 // its streams have been set up by then
	if n := openDescriptors(t) - before; n > 4 { // those of the first child, its log
		t.Errorf("%d descriptors are open for two programs", n)
	}
	idle.kill()

	closed := r.start(r.spec(nil), "exec <&-; echo closed; exec sleep 1000")
	r.has(closed.spec.StdoutLog, "closed\n")
	if err := closed.write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed standard input = %v", err)
	}
	closed.kill()
}

// A child may put another file in the place of its standard input, even one that
// it can only read. The daemon must not write to that.
func TestParkedStdinThatIsAnotherFile(t *testing.T) {
	r := newRig(t, Options{ParkStdin: true})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := r.start(r.spec(nil), "exec <"+file+"; echo changed; exec sleep 1000")
	r.has(c.spec.StdoutLog, "changed\n")
	if err := c.write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a file of the child = %v", err)
	}
	c.kill()
	if got, _ := os.ReadFile(file); string(got) != "keep" {
		t.Errorf("the file is %q now", got)
	}
}

// What is written while the child is being made is not lost.
func TestParkedStdinBeforeTheFork(t *testing.T) {
	r := newRig(t, Options{ParkStdin: true})
	spec := r.spec(nil)
	conn, err := r.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{r: r, spec: spec}
	if err := c.write("early\n"); err != nil {
		t.Fatal(err)
	}
	fds := conn.Child()
	c.pid, err = syscall.ForkExec("/bin/cat", []string{"cat"}, &syscall.ProcAttr{
		Files: []uintptr{uintptr(fds[0]), uintptr(fds[1]), uintptr(fds[2])}})
	if err != nil {
		t.Fatal(err)
	}
	conn.Commit(c.pid)
	r.has(spec.StdoutLog, "early\n")
	c.kill()
}
