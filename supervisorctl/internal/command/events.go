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
// payload.
func (c *Ctl) showEvents(stream *client.EventStream) error {
	asJSON := c.doc != nil
	c.doc = nil // the stream is the output
	for {
		e, err := stream.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%d %s %s", e.Serial, e.Name, strings.ReplaceAll(e.Payload, "\n", `\n`))
		if asJSON {
			doc, err := marshal(e)
			if err != nil {
				return err
			}
			line = string(doc)
		}
		c.print(line + "\n")
	}
}
