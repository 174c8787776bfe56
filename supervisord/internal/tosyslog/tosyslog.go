// Package tosyslog sends lines to the system's log daemon, in the form of
// syslog(3), and never waits for it: what that daemon does not take is dropped
// and counted.
package tosyslog

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/outq"
)

const (
	maxWaiting = 1 << 20     // bytes that may wait
	patience   = time.Second // with a daemon that does not read
	priority   = "<14>"      // user.info
)

// systemSockets is where a log daemon may listen.
var systemSockets = []string{"/dev/log", "/var/run/syslog", "/var/run/log"}

// Client is a connection to the log daemon, made when it is needed. Its methods
// are safe for every goroutine.
type Client struct {
	tag     string
	sockets []string
	queue   *outq.Queue
	dropped atomic.Uint64

	mu      sync.Mutex
	message []byte // for reuse

	conn   net.Conn // owned by the queue's function; nil while there is none
	stream bool
}

// New returns a client whose messages begin with "tag: ". It talks to the log
// daemon at the first of the sockets that works, by default the system's.
func New(tag string, sockets ...string) *Client {
	if len(sockets) == 0 {
		sockets = systemSockets
	}
	c := &Client{tag: tag, sockets: sockets}
	c.queue = outq.New(c.send)
	return c
}

// Lines sends every line of text as a message that begins with prefix. Empty
// lines at the end are left out.
func (c *Client) Lines(prefix string, text []byte) {
	text = bytes.TrimRight(text, "\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for more := true; more; {
		var line []byte
		line, text, more = bytes.Cut(text, []byte{'\n'})
		m := append(c.message[:0], priority...)
		m = now.AppendFormat(m, time.Stamp)
		m = append(m, ' ')
		m = append(m, c.tag...)
		m = append(m, ": "...)
		m = append(m, prefix...)
		m = append(m, line...)
		if !c.queue.Push(maxWaiting, m) {
			c.dropped.Add(1)
		}
		c.message = m
	}
}

// Dropped returns the number of messages that the log daemon did not get.
func (c *Client) Dropped() uint64 { return c.dropped.Load() }

// Flush waits until all messages were sent or dropped, or ctx ends.
func (c *Client) Flush(ctx context.Context) error { return c.queue.Wait(ctx) }

// Close closes the connection once all messages were sent or dropped.
func (c *Client) Close() { c.queue.After(c.hangUp) }

func (c *Client) hangUp() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// send is the queue's function.
func (c *Client) send(batch []byte, ends []int) {
	start := 0
	for i, end := range ends {
		if !c.sendOne(batch[start:end]) {
			c.dropped.Add(uint64(len(ends) - i))
			return
		}
		start = end
	}
}

// sendOne reports whether it is worth while to go on.
func (c *Client) sendOne(message []byte) bool {
	for range 2 { // the daemon may have been restarted
		if c.conn == nil && !c.dial() {
			return false
		}
		if c.stream {
			message = append(message[:len(message):len(message)], '\n')
		}
		c.conn.SetWriteDeadline(time.Now().Add(patience))
		_, err := c.conn.Write(message)
		switch {
		case err == nil:
			return true
		case errors.Is(err, syscall.EMSGSIZE):
			c.dropped.Add(1)
			return true
		}
		var slow net.Error
		c.hangUp()
		if errors.As(err, &slow) && slow.Timeout() {
			return false
		}
	}
	return false
}

func (c *Client) dial() bool {
	for _, path := range c.sockets {
		for _, network := range []string{"unixgram", "unix"} {
			conn, err := net.DialTimeout(network, path, patience)
			if err == nil {
				c.conn, c.stream = conn, network == "unix"
				return true
			}
		}
	}
	return false
}
