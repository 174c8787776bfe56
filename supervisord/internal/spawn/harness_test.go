package spawn

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// patience is how long a test waits for something that must happen.
const patience = 60 * time.Second

// story records what the Spawner told, and lets tests wait for it.
type story struct {
	mu        sync.Mutex
	changed   *sync.Cond
	lines     []string
	pids      map[core.ProcID][]int
	exits     map[core.ProcID][]syscall.WaitStatus
	failed    map[core.ProcID][]string
	strangers map[int]syscall.WaitStatus
	wrong     []string // broken promises
	alive     map[int]core.ProcID
}

func newStory() *story {
	s := &story{
		pids: map[core.ProcID][]int{}, exits: map[core.ProcID][]syscall.WaitStatus{},
		failed: map[core.ProcID][]string{}, strangers: map[int]syscall.WaitStatus{},
		alive: map[int]core.ProcID{},
	}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *story) tell(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.changed.Broadcast()
}

func (s *story) Spawned(id core.ProcID, pid int) {
	s.tell(func() {
		s.lines = append(s.lines, fmt.Sprintf("spawned %d", id))
		s.pids[id] = append(s.pids[id], pid)
		if old, ok := s.alive[pid]; ok {
			s.wrong = append(s.wrong, fmt.Sprintf("pid %d of %d given again while %d has it", pid, id, old))
		}
		s.alive[pid] = id
	})
}

// starts returns how often a child of id was reported as started.
func (s *story) starts(id core.ProcID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pids[id])
}

func (s *story) SpawnFailed(id core.ProcID, reason string) {
	s.tell(func() {
		s.lines = append(s.lines, fmt.Sprintf("failed %d: %s", id, reason))
		s.failed[id] = append(s.failed[id], reason)
	})
}

func (s *story) Exited(id core.ProcID, pid int, status syscall.WaitStatus) {
	s.tell(func() {
		s.lines = append(s.lines, fmt.Sprintf("exited %d %d", id, status))
		s.exits[id] = append(s.exits[id], status)
		if s.alive[pid] != id {
			s.wrong = append(s.wrong, fmt.Sprintf("exit of pid %d told for %d, which does not have it", pid, id))
		}
		delete(s.alive, pid)
	})
}

func (s *story) ReapedStranger(pid int, status syscall.WaitStatus) {
	s.tell(func() { s.strangers[pid] = status })
}

// until waits until cond holds; cond is called with the story locked, after
// every change and now and then.
func (s *story) until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.changed.Broadcast()
			case <-stop:
				return
			}
		}
	}()
	deadline := time.Now().Add(patience)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !cond() {
		if !time.Now().Before(deadline) {
			t.Fatalf("waited in vain for %s; so far: %s", what, strings.Join(s.lines, ", "))
		}
		s.changed.Wait()
	}
}

func (s *story) exitOf(t testing.TB, id core.ProcID) syscall.WaitStatus {
	t.Helper()
	var st syscall.WaitStatus
	s.until(t, fmt.Sprintf("the exit of %d", id), func() bool {
		if len(s.exits[id]) > 0 {
			st = s.exits[id][0]
			return true
		}
		return false
	})
	return st
}

func (s *story) pidOf(t testing.TB, id core.ProcID) int {
	t.Helper()
	var pid int
	s.until(t, fmt.Sprintf("the birth of %d", id), func() bool {
		if n := len(s.pids[id]); n > 0 {
			pid = s.pids[id][n-1]
		}
		return pid != 0
	})
	return pid
}

func (s *story) reasonOf(t testing.TB, id core.ProcID) string {
	t.Helper()
	var reason string
	s.until(t, fmt.Sprintf("the failure of %d", id), func() bool {
		if len(s.failed[id]) > 0 {
			reason = s.failed[id][0]
			return true
		}
		return false
	})
	return reason
}

// pipes is an Opener whose children read /dev/null and write to pipes that
// are collected, or to nowhere if mute.
type pipes struct {
	mute bool
	mu   sync.Mutex
	open map[core.ProcID]*conn
}

type conn struct {
	child    [3]int
	out, err collector
	said     []byte // through WriteStderr
	aborted  bool
}

type collector struct {
	buf  bytes.Buffer
	r    *os.File
	done chan struct{}
}

func (c *collector) start() {
	go func() {
		defer close(c.done)
		io.Copy(&c.buf, c.r)
		c.r.Close()
	}()
}

func (p *pipes) Open(spec core.StreamSpec) (Conn, error) {
	null, err := syscall.Open("/dev/null", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/null", Err: err}
	}
	c := &conn{child: [3]int{null, null, null}}
	if !p.mute {
		for i, col := range []*collector{&c.out, &c.err} {
			r, w, err := os.Pipe()
			if err != nil {
				return nil, err
			}
			fd, err := syscall.Dup(int(w.Fd()))
			if err != nil {
				return nil, err
			}
			syscall.CloseOnExec(fd)
			w.Close()
			col.r, col.done, c.child[i+1] = r, make(chan struct{}), fd
		}
	}
	if spec.SocketFD >= 0 {
		c.child[0] = spec.SocketFD
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[core.ProcID]*conn{}
	}
	p.open[spec.ID] = c
	return c, nil
}

func (p *pipes) of(id core.ProcID) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[id]
}

// stdout returns all that the child and its descendants wrote.
func (p *pipes) stdout(id core.ProcID) string { c := p.of(id); <-c.out.done; return c.out.buf.String() }
func (p *pipes) stderr(id core.ProcID) string { c := p.of(id); <-c.err.done; return c.err.buf.String() }

func (c *conn) Child() [3]int { return c.child }

func (c *conn) closeChild() {
	done := make(chan struct{})
	go func() { // on a thread with the descriptors of the daemon
		defer close(done)
		closed := map[int]bool{}
		for _, fd := range c.child {
			if !closed[fd] {
				closed[fd] = true
				syscall.Close(fd)
			}
		}
	}()
	<-done
}

func (c *conn) Commit(int) {
	c.closeChild()
	if c.out.r != nil {
		c.out.start()
		c.err.start()
	}
}

func (c *conn) Abort() {
	c.closeChild()
	c.aborted = true
	if c.out.r != nil {
		c.out.r.Close()
		c.err.r.Close()
	}
}

func (c *conn) WriteStderr(b []byte) { c.said = append(c.said, b...) }

// stage is a running Spawner and what surrounds it.
type stage struct {
	*Spawner
	story *story
	pipes *pipes
	last  core.ProcID
}

func start(t testing.TB, change func(*Options)) *stage {
	t.Helper()
	st := prepare(t, change)
	st.run()
	return st
}

// prepare returns a stage whose Spawner does not run yet.
func prepare(t testing.TB, change func(*Options)) *stage {
	t.Helper()
	st := &stage{story: newStory(), pipes: &pipes{}}
	o := Options{Children: st.story, Opener: st.pipes}
	if change != nil {
		change(&o)
	}
	sp, err := newSpawner(o)
	if err != nil {
		t.Fatal(err)
	}
	st.Spawner = sp
	t.Cleanup(func() {
		sp.Close()
		for _, w := range st.story.wrong {
			t.Error(w)
		}
	})
	return st
}

func program(command string) *config.Process {
	return &config.Process{Name: "prog", Group: "grp", Command: command, Umask: -1, UID: -1}
}

func (s *stage) spawn(p *config.Process) core.ProcID {
	s.last++
	s.Spawn(core.SpawnRequest{
		Streams:   core.StreamSpec{ID: s.last, Config: p, SocketFD: -1},
		ServerURL: "unix:///run/s.sock",
	})
	return s.last
}

// signal sends a signal and waits for the answer.
func (s *stage) signal(t testing.TB, id core.ProcID, pid int, sig syscall.Signal, group bool) error {
	t.Helper()
	answer := make(chan error, 1)
	s.Signal(id, pid, sig, group, func(err error) { answer <- err })
	select {
	case err := <-answer:
		return err
	case <-time.After(patience):
		t.Fatal("no answer to a signal")
		return nil
	}
}

func request(id core.ProcID, p *config.Process) core.SpawnRequest {
	return core.SpawnRequest{Streams: core.StreamSpec{ID: id, Config: p, SocketFD: -1}}
}
