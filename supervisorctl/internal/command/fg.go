package command

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// foreground connects the terminal to a process.
func (c *Ctl) foreground(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	names := strings.Fields(arg)
	switch {
	case c.doc != nil:
		c.fail("Error: fg has no JSON output")
		c.Exit = ExitUsage
		return nil
	case len(names) == 0:
		c.fail("ERROR: no process name supplied")
		c.Exit = ExitFailure
		c.usage("fg")
		return nil
	case len(names) > 1:
		c.fail("ERROR: too many process names supplied")
		c.Exit = ExitFailure
		return nil
	}
	name := names[0]
	running, err := c.canForeground(ctx, conn, name)
	if !running || err != nil {
		return err
	}
	c.say("==> Press Ctrl-C to exit <==")
	return c.converse(ctx, conn, name)
}

func (c *Ctl) canForeground(ctx context.Context, conn *client.Client, name string) (bool, error) {
	info, err := conn.ProcessInfo(ctx, name)
	var f *wire.Fault
	switch {
	case errors.As(err, &f) && f.Code == wire.BadName:
		c.fail("ERROR: bad process name supplied")
		c.Exit = ExitFailure
	case f != nil:
		c.fail("ERROR: " + faultText(f))
	case err != nil:
		return false, err
	case info.State != stateRunning:
		c.fail("ERROR: process not running")
		c.Exit = ExitFailure
	default:
		return true, nil
	}
	return false, nil
}

// converse shows a process's output and sends it what is typed, until ctrl-C,
// the end of the input or the end of the process.
func (c *Ctl) converse(ctx context.Context, conn *client.Client, name string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	show, hide := context.WithCancel(ctx)
	var shown sync.WaitGroup
	defer func() { hide(); shown.Wait() }()
	out := &lockedWriter{w: c.out}
	for _, ch := range []client.Channel{client.Stdout, client.Stderr} {
		stream, err := conn.FollowLog(show, name, ch)
		if err != nil {
			if ctx.Err() == nil {
				c.note(client.Redact(c.settings.ServerURL) + "/logtail/" + name + "/" + string(ch) + " " + streamError(err))
			}
			continue
		}
		shown.Go(func() { defer stream.Close(); _, _ = io.Copy(out, stream) })
	}
	err := c.sendLines(ctx, conn, name, out)
	if err != nil && ctx.Err() == nil {
		return err
	}
	_, _ = io.WriteString(out, "Exiting foreground\n")
	return nil
}

// sendLines sends lines to a process until there are no more or it has ended.
func (c *Ctl) sendLines(ctx context.Context, conn *client.Client, name string, out io.Writer) error {
	for {
		line, err := c.term.ReadLine(ctx, "")
		if err == io.EOF || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		var f *wire.Fault
		err = conn.SendProcessStdin(ctx, name, []byte(line+"\n"))
		if errors.As(err, &f) {
			text := "Process got killed"
			if f.Code != wire.NotRunning {
				text = "ERROR: " + faultText(f)
			}
			_, err := io.WriteString(out, text+"\n")
			return err
		}
		if err != nil {
			return err
		}
		info, err := conn.ProcessInfo(ctx, name)
		if err != nil {
			return err
		}
		if info.State != stateRunning {
			_, err := io.WriteString(out, "Process got killed\n")
			return err
		}
	}
}

// lockedWriter lets several goroutines write to one stream.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
