package pump

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Conn is the streams of one child that is being made. Commit or Abort ends it.
type Conn struct {
	pump   *Pump
	spec   core.StreamSpec
	child  [3]int // -1 where there is nothing to close
	fds    [3]int // those for the child
	parent [3]int // our ends; -1 where there is none
	sinks  [3]sink
	stdin  pipeName // of a parked standard input
}

// Open makes the pipes of a child and opens its logs. The error holds a
// syscall.Errno, and nothing stays open then.
func (p *Pump) Open(spec core.StreamSpec) (*Conn, error) {
	c := &Conn{pump: p, spec: spec, child: [3]int{-1, -1, -1}, parent: [3]int{-1, -1, -1}}
	err := c.open()
	for tries := 0; err != nil; tries++ {
		c.close()
		if tries == 5 || !isTooMany(err) || !p.logs.closeSome() {
			return nil, err
		}
		err = c.open()
	}
	p.shard(spec.ID).do(func(s *shard) { s.adopt(c) })
	return c, nil
}

func (c *Conn) open() error {
	if err := c.openStdin(); err != nil {
		return err
	}
	conf := c.spec.Config
	if err := c.openOutput(1, target{c.spec.StdoutLog, &conf.Stdout}); err != nil {
		return err
	}
	if c.redirected() {
		c.fds[2] = c.fds[1]
		return nil
	}
	return c.openOutput(2, target{c.spec.StderrLog, &conf.Stderr})
}

// redirected reports whether stderr goes where stdout goes. That of a listener
// never does: it would break the protocol.
func (c *Conn) redirected() bool { return c.spec.Config.RedirectStderr && !c.spec.Listener }

func (c *Conn) openStdin() error {
	if c.spec.SocketFD >= 0 {
		c.fds[0] = c.spec.SocketFD
		return nil
	}
	if c.parked() {
		fd, name, err := openParked()
		c.child[0], c.fds[0], c.stdin = fd, fd, name
		return err
	}
	r, w, err := closeOnExecPipe()
	if err != nil {
		return err
	}
	c.child[0], c.fds[0], c.parent[0] = r, r, w
	return nonBlocking(w)
}

// parked reports whether the child's standard input is a parked one.
func (c *Conn) parked() bool { return c.pump.park && c.spec.SocketFD < 0 && !c.spec.Listener }

// openOutput makes channel i and opens its log.
func (c *Conn) openOutput(i int, t target) error {
	sink, err := t.open(c.pump, placeKey(c.spec.ID, core.Channel(i)))
	if err != nil {
		return err
	}
	c.sinks[i] = sink
	if c.pump.null && sink == nil && c.needless(i) {
		fd, err := syscall.Open("/dev/null", syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("cannot open /dev/null: %w", err)
		}
		c.child[i], c.fds[i] = fd, fd
		return nil
	}
	r, w, err := closeOnExecPipe()
	if err != nil {
		return err
	}
	c.child[i], c.fds[i], c.parent[i] = w, w, r
	return nonBlocking(r)
}

// needless reports whether nobody wants what comes from channel i.
func (c *Conn) needless(i int) bool {
	o := c.output(i)
	return !o.Syslog && !o.Events && o.CaptureBytes <= 0 && !(c.spec.Listener && i == 1)
}

// nonBlocking makes one end of a pipe so; the other end is not affected.
func nonBlocking(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, unix.O_NONBLOCK)
	return err
}

// Child returns the descriptors that are to become 0, 1 and 2 of the child. 2 is
// 1 when stderr is redirected.
func (c *Conn) Child() [3]int { return c.fds }

// Commit tells that the child exists, and its pid. The shard closes the child's
// ends, and begins to read.
func (c *Conn) Commit(pid int) {
	c.pump.shard(c.spec.ID).do(func(s *shard) {
		c.closeChild()
		s.begin(c, pid)
	})
}

// Abort tells that there will be no child. The shard closes everything.
func (c *Conn) Abort() {
	c.pump.shard(c.spec.ID).do(func(s *shard) {
		c.closeChild()
		s.abort(c)
	})
}

// WriteStderr handles msg as if the child had written it to its stderr: it goes
// to that log, or to that of stdout if stderr is redirected. It may be called
// before Commit or Abort.
func (c *Conn) WriteStderr(msg []byte) {
	msg = append([]byte(nil), msg...)
	c.pump.shard(c.spec.ID).do(func(s *shard) {
		i := 2
		if c.redirected() {
			i = 1
		}
		if p := s.procs[c.spec.ID]; p != nil {
			st := s.newStream(p, c, i, 0)
			st.take(s, msg)
			st.finish(s)
		}
	})
}

func (c *Conn) closeChild() {
	for i, fd := range c.child {
		if fd >= 0 {
			syscall.Close(fd)
			c.child[i] = -1
		}
	}
}

// close closes what open has made, on errors.
func (c *Conn) close() {
	c.closeChild()
	c.closeParent()
}

func (c *Conn) closeParent() {
	for i, fd := range c.parent {
		if fd >= 0 {
			syscall.Close(fd)
			c.parent[i] = -1
		}
	}
	for i, sink := range c.sinks {
		if sink != nil {
			sink.close()
			c.sinks[i] = nil
		}
	}
}

// adopt takes over the standard input of a child to be, so that it can be
// written to.
func (s *shard) adopt(c *Conn) {
	p := s.procs[c.spec.ID]
	if p == nil {
		p = &proc{id: c.spec.ID}
		s.procs[c.spec.ID] = p
	}
	p.closeStdin(s)
	p.parked, p.stdin = c.parked(), c.stdin
	p.conf = c.spec.Config
	p.stdout, p.stderr = c.spec.StdoutLog, c.spec.StderrLog
	if c.parent[0] >= 0 {
		p.in = &stdin{fd: c.parent[0]}
		if c.spec.Listener {
			p.in.lane = s.pump.lanes.open(c.spec.ID, c.parent[0])
		}
		c.parent[0] = -1
	}
}

// begin starts to read from a child.
func (s *shard) begin(c *Conn, pid int) {
	p := s.procs[c.spec.ID]
	if p == nil { // forgotten meanwhile
		c.closeParent()
		return
	}
	for i := 2; i >= 1; i-- { // so that stdout is the first to be drained
		if c.parent[i] < 0 {
			continue
		}
		st := s.newStream(p, c, i, pid)
		st.fd = int32(c.parent[i])
		c.parent[i], c.sinks[i] = -1, nil
		st.next, p.streams = p.streams, st
		st.rewatch(s)
	}
	c.closeParent() // sinks without a pipe
	if p.parked {
		p.pid = int32(pid)
		if early := p.early; len(early) > 0 {
			p.early = nil
			_ = s.writeStdin(c.spec.ID, early) // a child that has closed its end does not want it
		}
	}
}

// abort closes the streams of a child that was not made.
func (s *shard) abort(c *Conn) {
	if p := s.procs[c.spec.ID]; p != nil {
		p.closeStdin(s)
	}
	c.closeParent()
}

// newStream makes the stream of channel i, on the sink that Open has made.
func (s *shard) newStream(p *proc, c *Conn, i, pid int) *stream {
	return &stream{
		proc: p, sink: c.sinks[i], x: newExtras(&c.spec, c.output(i)),
		pid: int32(pid), channel: core.Channel(i), listener: c.spec.Listener && i == 1,
	}
}

// output returns the options of channel i.
func (c *Conn) output(i int) *config.Output {
	if i == 1 {
		return &c.spec.Config.Stdout
	}
	return &c.spec.Config.Stderr
}
