package httpd

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// longAgo is a deadline that makes a read return at once.
var longAgo = time.Unix(1, 0)

// callContext is the context of one call. It ends when the client goes away.
// Only when somebody asks for Done, which is to say that the call waits, does
// anybody watch the connection.
type callContext struct {
	context.Context // Background
	conn            *conn

	mu      sync.Mutex
	done    chan struct{}
	watched chan struct{} // closed when the watcher has ended; nil without one
	err     error
}

func newCallContext(c *conn) *callContext {
	return &callContext{Context: context.Background(), conn: c}
}

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		switch {
		case c.err != nil:
			close(c.done)
		case c.conn.br.Buffered() == 0:
			// A client that has sent its next request already is there.
			c.watched = make(chan struct{})
			go c.watch()
		}
	}
	return c.done
}

// Err implements context.Context.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// watch waits for the client to go away. A deadline is not that: it ends the
// watch.
func (c *callContext) watch() {
	defer close(c.watched)
	_, err := c.conn.br.Peek(1)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.end(context.Canceled)
	}
}

func (c *callContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		if c.done != nil {
			close(c.done)
		}
	}
}

// finish tells that the call has returned. The connection can be read again.
func (c *callContext) finish() {
	c.mu.Lock()
	watched := c.watched
	c.mu.Unlock()
	if watched != nil {
		c.conn.SetReadDeadline(longAgo)
		<-watched
		c.conn.SetReadDeadline(time.Time{})
	}
	c.end(context.Canceled)
}
