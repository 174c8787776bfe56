package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// tailBytes is how much of a log is shown when nothing is told, in bytes.
const tailBytes = 1600

// tailRequest is what the arguments of tail ask for.
type tailRequest struct {
	name    string
	channel client.Channel
	follow  bool
	bytes   int64
}

func (c *Ctl) tail(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	req, err := parseTail(strings.Fields(arg))
	if err != nil {
		c.badArguments("tail", err)
		return nil
	}
	if req.follow {
		path := "/logtail/" + req.name + "/" + string(req.channel)
		return c.follow(ctx, conn, path)
	}
	text, err := conn.ReadProcessLog(ctx, req.name, req.channel, -req.bytes, 0)
	return c.showLog(req.name, text, err)
}

// argumentError is a mistake in the arguments of a command.
type argumentError struct {
	text string
	help bool // the help of the command follows
}

func (e *argumentError) Error() string { return e.text }

func (c *Ctl) badArguments(command string, err error) {
	c.fail("Error: " + err.Error())
	c.Exit = ExitFailure
	var a *argumentError
	if errors.As(err, &a) && a.help {
		c.usage(command)
	}
}

func parseTail(args []string) (*tailRequest, error) {
	switch {
	case len(args) < 1:
		return nil, &argumentError{"too few arguments", true}
	case len(args) > 3:
		return nil, &argumentError{"too many arguments", true}
	}
	req := &tailRequest{channel: client.Stdout, bytes: tailBytes}
	modifier := ""
	if strings.HasPrefix(args[0], "-") {
		modifier, args = args[0], args[1:]
	}
	if len(args) == 0 {
		return nil, &argumentError{"tail requires process name", false}
	}
	req.name = args[0]
	if len(args) > 1 {
		req.channel = client.Channel(strings.ToLower(args[len(args)-1]))
	}
	if req.channel != client.Stdout && req.channel != client.Stderr {
		return nil, &argumentError{"bad channel " + quoted(string(req.channel)), false}
	}
	return req, req.modify(modifier)
}

// modify takes in "-f" or "-N".
func (req *tailRequest) modify(modifier string) error {
	if modifier == "" {
		return nil
	}
	what := modifier[1:]
	if what == "f" {
		req.follow = true
		return nil
	}
	n, ok := parseInt(what)
	if !ok {
		return &argumentError{"bad argument " + modifier, false}
	}
	req.bytes = n
	return nil
}

func (c *Ctl) mainTail(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	args := strings.Fields(arg)
	req := &tailRequest{bytes: tailBytes}
	if len(args) > 1 {
		c.badArguments("maintail", &argumentError{"too many arguments", true})
		return nil
	}
	if len(args) == 1 {
		err := error(&argumentError{"bad argument " + args[0], false})
		if strings.HasPrefix(args[0], "-") {
			err = req.modify(args[0])
		}
		if err != nil {
			c.badArguments("maintail", err)
			return nil
		}
	}
	if req.follow {
		return c.follow(ctx, conn, "/mainlogtail")
	}
	text, err := conn.ReadLog(ctx, -req.bytes, 0)
	if faultCode(err) == wire.BadName {
		return err
	}
	return c.showLog("supervisord", text, err)
}

// showLog prints a part of a log, or why it could not be read.
func (c *Ctl) showLog(name, text string, err error) error {
	if err == nil {
		c.set("name", name)
		c.set("log", text)
		c.say(text)
		return nil
	}
	why := ""
	switch faultCode(err) {
	case wire.NoFile:
		why = "no log file"
	case wire.Failed:
		why = "unknown error reading log"
	case wire.BadName:
		why = "no such process name"
	default:
		return err
	}
	c.Exit = ExitFailure
	c.fail(name + ": ERROR (" + why + ")")
	return nil
}

// follow copies a log to stdout as it grows, until ctrl-C or until the server
// ends the stream.
func (c *Ctl) follow(ctx context.Context, conn *client.Client, path string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	c.say("==> Press Ctrl-C to exit <==")
	stream, err := conn.Stream(ctx, path)
	if err != nil {
		if ctx.Err() == nil {
			c.note(client.Redact(c.settings.ServerURL) + path + " " + streamError(err))
		} else {
			c.say("")
		}
		return nil
	}
	defer stream.Close()
	err = c.copyStream(stream)
	if ctx.Err() != nil {
		c.say("")
		return nil
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		c.note(client.Redact(c.settings.ServerURL) + path + " " + streamError(err))
	}
	return nil
}

func streamError(err error) string {
	var h *client.HTTPError
	if errors.As(err, &h) {
		return fmt.Sprintf("Cannot read, status code %d", h.Status)
	}
	return "Cannot connect, error: " + err.Error()
}

// lineDoc is a line of a followed log in JSON, one object on a line.
type lineDoc struct {
	Line string `json:"line"`
}

// copyStream writes what arrives at once, so that a reader at the other end of
// a pipe sees it.
func (c *Ctl) copyStream(r io.Reader) error {
	if c.doc != nil {
		c.doc = nil // the stream is the output
		return c.copyLines(r)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			c.print(string(buf[:n]))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (c *Ctl) copyLines(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			doc, jerr := marshal(lineDoc{strings.TrimSuffix(line, "\n")})
			if jerr != nil {
				return jerr
			}
			c.print(string(doc) + "\n")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
