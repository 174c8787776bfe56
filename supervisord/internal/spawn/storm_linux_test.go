package spawn

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Two thousand children with known ends, each of which leaves an orphan that
// we reap as well: every end is told once, and it is the right one.
func TestEveryExitIsToldOnce(t *testing.T) {
	unsubreap := func() { unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) }
	defer unsubreap()
	s := start(t, func(o *Options) { o.Subreaper = true })
	s.pipes.mute = true

	const children = 2000
	signals := []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGPIPE}
	want := map[core.ProcID]string{}
	for i := range children {
		var id core.ProcID
		if i%8 == 7 {
			sig := signals[i/8%len(signals)]
			id = s.spawn(program(fmt.Sprintf(`sh -c '(exit 99)& kill -%d $$; sleep 100'`, sig)))
			want[id] = "signal " + sig.String()
		} else {
			id = s.spawn(program(fmt.Sprintf(`sh -c '(exit 99)& exit %d'`, i%256)))
			want[id] = "exit " + strconv.Itoa(i%256)
		}
	}
	s.story.until(t, "all exits", func() bool {
		return len(s.story.exits) == children && len(s.story.strangers) >= children
	})
	s.story.mu.Lock()
	defer s.story.mu.Unlock()
	for id, w := range want {
		st := s.story.exits[id]
		if len(st) != 1 || ending(st[0]) != w || len(s.story.pids[id]) != 1 {
			t.Errorf("child %d: exits %v of pids %v, want one: %s", id, st, s.story.pids[id], w)
		}
	}
	for pid, st := range s.story.strangers {
		if !st.Exited() || st.ExitStatus() != 99 {
			t.Errorf("stranger %d ended with %s, not like an orphan", pid, ending(st))
		}
	}
}

func ending(st syscall.WaitStatus) string {
	if st.Signaled() {
		return "signal " + st.Signal().String()
	}
	return "exit " + strconv.Itoa(st.ExitStatus())
}

// Signals race exits: none may be answered with anything but success or ESRCH,
// and every child still ends exactly once.
func TestSignalsRaceExits(t *testing.T) {
	s := start(t, nil)
	s.pipes.mute = true
	const children = 300
	answers := make(chan error, 3*children)
	sent := 0
	for range children {
		id := s.spawn(program("true"))
		pid := s.story.pidOf(t, id)
		for range rand.N(4) {
			s.Signal(id, pid, syscall.SIGTERM, rand.N(2) == 0, func(err error) { answers <- err })
			sent++
		}
	}
	s.story.until(t, "all exits", func() bool { return len(s.story.exits) == children })
	for range sent {
		if err := <-answers; err != nil && err != syscall.ESRCH {
			t.Errorf("signal: %v", err)
		}
	}
	for id, st := range s.story.exits {
		if len(st) != 1 {
			t.Errorf("child %d: %d exits", id, len(st))
		}
	}
}

// hungProgram returns a program that cannot be opened or run until release is
// called: a write lease makes open(2) and execve(2) wait as a dead file server
// does. The kernel tells us of both with SIGIO, which Go's runtime catches.
func hungProgram(t *testing.T) (file string, release func()) {
	t.Helper()
	file = t.TempDir() + "/hung"
	body, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, body, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatalf("cannot lease a file: %v", err)
	}
	release = sync.OnceFunc(func() { f.Close() })
	t.Cleanup(release)
	return file, release
}

// A program on a file system that does not answer holds up neither other
// programs nor exits and signals.
func TestHungFileHoldsUpNobody(t *testing.T) {
	file, release := hungProgram(t)
	s := prepare(t, nil)
	s.watch.stuckAfter = 10 * time.Millisecond
	s.run()
	s.pipes.mute = true
	before := s.spawn(program("sleep 1000"))
	pid := s.story.pidOf(t, before)
	hung := s.spawn(program(file))
	after := s.spawn(program("true"))
	if err := s.signal(t, before, pid, syscall.SIGTERM, false); err != nil {
		t.Error(err)
	}
	s.story.exitOf(t, before)
	s.story.exitOf(t, after)
	if s.story.starts(hung) != 0 {
		t.Error("the hung program was reported as started")
	}
	release()
	if st := s.story.exitOf(t, hung); st.ExitStatus() != 0 {
		t.Errorf("the program that hung ended with %s", ending(st))
	}
	third := s.spawn(program("true"))
	s.story.exitOf(t, third)
}

// A program that never answers is given up once, and stays given up.
func TestHungFileIsGivenUp(t *testing.T) {
	file, release := hungProgram(t)
	s := prepare(t, nil)
	s.watch.stuckAfter, s.watch.hopelessAfter = 5*time.Millisecond, 5*time.Millisecond
	s.run()
	p := program(file + " arg")
	p.Directory = "/tmp"
	hung := s.spawn(p)
	want := "the file system of command '" + file + " arg' or of directory '/tmp' does not answer"
	if got := s.story.reasonOf(t, hung); got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	release()
	for range 3 {
		s.story.exitOf(t, s.spawn(program("true")))
	}
	if len(s.story.failed[hung]) != 1 || len(s.story.pids[hung]) != 0 || s.pipes.of(hung) != nil {
		t.Error("it came back")
	}
}

// The bytes of a child that are in its pipe when it ends are still there for
// whoever reads, also if a grandchild keeps the pipe.
func TestExitIsToldThoughAGrandchildHoldsThePipe(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program(`sh -c 'sleep 1000 & echo $!; exit 3'`))
	if st := s.story.exitOf(t, id); st.ExitStatus() != 3 {
		t.Errorf("ended with %s", ending(st))
	}
	// The grandchild is alone in the child's group now.
	pid := s.story.pidOf(t, id)
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	if out := s.pipes.stdout(id); !bytes.HasSuffix([]byte(out), []byte("\n")) {
		t.Errorf("output %q", out)
	}
}
