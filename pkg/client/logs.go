package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

var errShape = errors.New("its shape is not that of the API")

// Channel is an output channel of a process.
type Channel string

// The output channels.
const (
	Stdout Channel = "stdout"
	Stderr Channel = "stderr"
)

// ReadProcessLog returns a part of a process's log; see ReadLog.
func (c *Client) ReadProcessLog(ctx context.Context, name string, ch Channel, offset, length int64) (s string, err error) {
	method := "supervisor.readProcessStdoutLog"
	if ch == Stderr {
		method = "supervisor.readProcessStderrLog"
	}
	err = c.Call(ctx, method, &s, name, offset, length)
	return
}

// Tail is the answer of TailProcessLog.
type Tail struct {
	Data     string
	Offset   int64 // where to go on
	Overflow bool  // bytes were skipped, since there were more than asked for
}

// TailProcessLog returns up to length bytes of a process's log from offset, or
// the last length bytes if there is more.
func (c *Client) TailProcessLog(ctx context.Context, name string, ch Channel, offset, length int64) (Tail, error) {
	method := "supervisor.tailProcessStdoutLog"
	if ch == Stderr {
		method = "supervisor.tailProcessStderrLog"
	}
	var r []any
	if err := c.Call(ctx, method, &r, name, offset, length); err != nil {
		return Tail{}, err
	}
	var t Tail
	if len(r) == 3 {
		var ok1, ok2, ok3 bool
		// The empty string arrives as nil.
		t.Data, ok1 = r[0].(string)
		t.Offset, ok2 = r[1].(int64)
		t.Overflow, ok3 = r[2].(bool)
		if (ok1 || r[0] == nil) && ok2 && ok3 {
			return t, nil
		}
	}
	return Tail{}, &ResponseError{URL: c.shown, Method: method, Err: errShape}
}

// FollowLog opens a stream of what a process writes to a channel, beginning
// with the last bytes of its log. It goes on until the process is removed, the
// daemon ends, the context is cancelled or the stream is closed.
func (c *Client) FollowLog(ctx context.Context, name string, ch Channel) (io.ReadCloser, error) {
	return c.Stream(ctx, "/logtail/"+name+"/"+string(ch))
}

// FollowMainLog does so for the activity log.
func (c *Client) FollowMainLog(ctx context.Context) (io.ReadCloser, error) {
	return c.Stream(ctx, "/mainlogtail")
}

// Stream opens path by GET, with a query after "?" if there is one, and returns
// the body as it arrives.
func (c *Client) Stream(ctx context.Context, path string) (io.ReadCloser, error) {
	path, query, _ := strings.Cut(path, "?")
	r := c.request(ctx, http.MethodGet, path)
	r.URL.RawQuery = query
	r.Header["Accept"] = []string{"*/*"}
	resp, err := c.roundTrip(r)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
