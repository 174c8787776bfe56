package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// apiVersion is the version of the API that the commands are written for.
const apiVersion = "3.0"

// server returns the connection to the current server, which is made when it is
// first used.
func (c *Ctl) server() (*client.Client, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	conn, err := client.New(client.Options{
		URL: c.settings.ServerURL, Username: c.settings.Username, Password: c.settings.Password,
		UserAgent: "supervisorctl",
	})
	if err == nil {
		c.conn = conn
	}
	return conn, err
}

// disconnect forgets the connection, because the address or the credentials
// have changed.
func (c *Ctl) disconnect() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn, c.methods, c.noTable = nil, nil, false
}

// upcheck finds out whether there is a server that the commands can work with.
// If not, it says so and sets the exit status; conn is nil then.
func (c *Ctl) upcheck(ctx context.Context) (conn *client.Client, err error) {
	conn, err = c.server()
	if err != nil {
		return nil, err
	}
	version, err := conn.Version(ctx)
	if err != nil {
		return nil, c.notUp(err)
	}
	if version != apiVersion {
		c.fail(fmt.Sprintf("Sorry, this version of supervisorctl expects to talk to a server with API version %s, "+
			"but the remote version is %s.", apiVersion, version))
		c.Exit = ExitWrongVersion
		return nil, nil
	}
	return conn, nil
}

// notUp tells why there is no server to work with. What it cannot tell it
// returns.
func (c *Ctl) notUp(err error) error {
	var fault *wire.Fault
	var down *client.ConnError
	switch {
	case errors.As(err, &fault) && fault.Code == wire.UnknownMethod:
		c.fail("Sorry, supervisord responded but did not recognize the supervisor namespace commands that " +
			"supervisorctl uses to control it.  Please check that the [rpcinterface:supervisor] section is " +
			"enabled in the configuration file (see sample.conf).")
		c.Exit = ExitUnimplemented
		return nil
	case errors.As(err, &down) && down.Refused():
		c.fail(client.Redact(c.settings.ServerURL) + " refused connection")
		c.Exit = ExitRefused
		return nil
	case errors.As(err, &down) && down.NoSocket():
		c.fail(client.Redact(c.settings.ServerURL) + " no such file")
		c.Exit = ExitNotRunning
		return nil
	}
	return err
}

// explain puts an error into one line for the user.
func explain(err error) string {
	var fault *wire.Fault
	if errors.As(err, &fault) {
		return fmt.Sprintf("%s (fault %d)", fault.Text, int(fault.Code))
	}
	var down *client.ConnError
	if errors.As(err, &down) && down.Denied() {
		return err.Error() + " (the server's chmod= and chown= options say who may connect)"
	}
	return err.Error()
}

// faultCode returns the code of the fault that err is, or 0.
func faultCode(err error) wire.FaultCode {
	var fault *wire.Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return 0
}

// has reports whether the server offers an XML-RPC method.
func (c *Ctl) has(ctx context.Context, conn *client.Client, method string) bool {
	if c.methods == nil {
		list, err := conn.ListMethods(ctx)
		if err != nil {
			return false
		}
		c.methods = list
	}
	for _, m := range c.methods {
		if m == method {
			return true
		}
	}
	return false
}
