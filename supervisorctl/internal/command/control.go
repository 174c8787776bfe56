package command

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

func (c *Ctl) sayInt(n int) { c.say(strconv.Itoa(n)) }

// refuseArguments tells that a command takes no arguments, if there are some.
func (c *Ctl) refuseArguments(command, arg string) bool {
	if arg == "" {
		return false
	}
	c.fail("Error: " + command + " accepts no arguments")
	c.Exit = ExitFailure
	c.usage(command)
	return true
}

func (c *Ctl) version(ctx context.Context, arg string) error {
	if c.refuseArguments("version", arg) {
		return nil
	}
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	v, err := conn.SupervisorVersion(ctx)
	if err == nil {
		c.set("version", v)
		c.say(v)
	}
	return err
}

// open changes the server and shows its status, which does not count for the
// exit status.
func (c *Ctl) open(ctx context.Context, arg string) error {
	if scheme, _, ok := cutScheme(arg); !ok || scheme != "unix" && scheme != "http" {
		c.fail("ERROR: url must be http:// or unix://")
		c.Exit = ExitFailure
		return nil
	}
	c.disconnect()
	c.settings.ServerURL = arg
	c.set("server_url", arg)
	before := c.Exit
	err := c.status(ctx, "")
	if err == nil {
		c.Exit = before
	}
	return err
}

// confirmed asks a person whether something drastic is meant; a script is taken
// at its word.
func (c *Ctl) confirmed(ctx context.Context, question string) (bool, error) {
	if !c.settings.Interactive {
		return true, nil
	}
	answer, err := c.term.ReadLine(ctx, question)
	if err != nil {
		return false, inputError("a confirmation", err)
	}
	return strings.HasPrefix(strings.ToLower(answer), "y"), nil
}

func (c *Ctl) shutdown(ctx context.Context, arg string) error {
	if c.refuseArguments("shutdown", arg) {
		return nil
	}
	yes, err := c.confirmed(ctx, "Really shut the remote supervisord process down y/N? ")
	if !yes {
		return err
	}
	conn, err := c.server()
	if err != nil {
		return err
	}
	err = conn.Shutdown(ctx)
	var down *client.ConnError
	switch {
	case err == nil:
		c.set("shutdown", true)
		c.say("Shut down")
	case faultCode(err) == wire.ShutdownState:
		c.fail("ERROR: already shutting down")
	case errors.As(err, &down) && down.Refused():
		c.Exit = ExitFailure
		c.fail("ERROR: " + client.Redact(c.settings.ServerURL) + " refused connection (already shut down?)")
	case errors.As(err, &down) && down.NoSocket():
		c.Exit = ExitFailure
		c.fail("ERROR: " + client.Redact(c.settings.ServerURL) + " no such file (already shut down?)")
	default:
		return err
	}
	return nil
}

func (c *Ctl) reload(ctx context.Context, arg string) error {
	if c.refuseArguments("reload", arg) {
		return nil
	}
	yes, err := c.confirmed(ctx, "Really restart the remote supervisord process y/N? ")
	if !yes {
		return err
	}
	conn, err := c.server()
	if err != nil {
		return err
	}
	switch err := conn.Restart(ctx); {
	case err == nil:
		c.set("restarted", true)
		c.say("Restarted supervisord")
	case faultCode(err) == wire.ShutdownState:
		c.Exit = ExitFailure
		c.fail("ERROR: already shutting down")
	default:
		return err
	}
	return nil
}
