package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// events shows what happens in the server, as it happens.
func (c *Ctl) events(ctx context.Context, arg string) error {
	types, err := parseEvents(strings.Fields(arg))
	if err != nil {
		c.fail("Error: " + err.Error())
		c.Exit = ExitUsage
		c.usage("events")
		return nil
	}
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	stream, err := conn.Events(ctx, types)
	if err == nil {
		defer stream.Close()
		err = c.showEvents(stream)
	}
	var h *client.HTTPError
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.As(err, &h) && h.Status == 404:
		return errors.New("this server does not offer its events to supervisorctl")
	case errors.As(err, &h) && h.Status == 400:
		c.fail("Error: this server does not know all of these event types: " + strings.Join(types, ", "))
		c.Exit = ExitUsage
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New(client.Redact(c.settings.ServerURL) + " broke off in the midst of its events")
	}
	return err
}

func parseEvents(fields []string) (types []string, err error) {
	for i := 0; i < len(fields); i++ {
		option, value, given := strings.Cut(fields[i], "=")
		if option != "--types" {
			return nil, fmt.Errorf("events accepts only --types, not %s", quoted(fields[i]))
		}
		if !given {
			if i++; i == len(fields) {
				return nil, errors.New("--types requires a value")
			}
			value = fields[i]
		}
		for _, t := range strings.Split(value, ",") {
			if t != "" {
				types = append(types, strings.ToUpper(t))
			}
		}
	}
	return types, nil
}

// showEvents prints one line for each event: a JSON object, or serial, type and
// payload. It tells where events are missing.
func (c *Ctl) showEvents(stream *client.EventStream) error {
	asJSON := c.doc != nil
	c.doc = nil // the stream is the output
	for {
		e, err := stream.Next()
		var lost *client.Lost
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &lost):
			c.note("supervisorctl: " + lost.Error())
			if !asJSON {
				continue
			}
			err = c.printJSON(lost)
		case err != nil:
		case asJSON:
			err = c.printJSON(e)
		default:
			c.print(fmt.Sprintf("%d %s %s\n", e.Serial, e.Name, strings.ReplaceAll(e.Payload, "\n", `\n`)))
		}
		if err != nil {
			return err
		}
	}
}

// printJSON prints a JSON object on a line of its own.
func (c *Ctl) printJSON(v any) error {
	doc, err := marshal(v)
	if err != nil {
		return err
	}
	c.print(string(doc) + "\n")
	return nil
}
