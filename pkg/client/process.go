package client

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// StartProcess starts a process, and waits until it is RUNNING when wait is
// set.
func (c *Client) StartProcess(ctx context.Context, name string, wait bool) error {
	return c.Call(ctx, "supervisor.startProcess", nil, name, wait)
}

// StartProcessGroup starts the processes of a group that are not up.
func (c *Client) StartProcessGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.startProcessGroup", group, wait)
}

// StartAllProcesses starts every process that is not up.
func (c *Client) StartAllProcesses(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.startAllProcesses", wait)
}

// StopProcess stops a process, and waits until it has ended when wait is set.
func (c *Client) StopProcess(ctx context.Context, name string, wait bool) error {
	return c.Call(ctx, "supervisor.stopProcess", nil, name, wait)
}

// StopProcessGroup stops the processes of a group that are up.
func (c *Client) StopProcessGroup(ctx context.Context, group string, wait bool) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.stopProcessGroup", group, wait)
}

// StopAllProcesses stops every process that is up.
func (c *Client) StopAllProcesses(ctx context.Context, wait bool) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.stopAllProcesses", wait)
}

// SignalProcess sends a signal, given by name or number, to a process.
func (c *Client) SignalProcess(ctx context.Context, name, signal string) error {
	return c.Call(ctx, "supervisor.signalProcess", nil, name, signal)
}

// SignalProcessGroup sends a signal to the running processes of a group.
func (c *Client) SignalProcessGroup(ctx context.Context, group, signal string) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.signalProcessGroup", group, signal)
}

// SignalAllProcesses sends a signal to every running process.
func (c *Client) SignalAllProcesses(ctx context.Context, signal string) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.signalAllProcesses", signal)
}

// ClearProcessLogs empties the logs of a process.
func (c *Client) ClearProcessLogs(ctx context.Context, name string) error {
	return c.Call(ctx, "supervisor.clearProcessLogs", nil, name)
}

// ClearAllProcessLogs empties the logs of every process.
func (c *Client) ClearAllProcessLogs(ctx context.Context) ([]wire.ProcessStatus, error) {
	return c.statuses(ctx, "supervisor.clearAllProcessLogs")
}

// SendProcessStdin writes to the standard input of a process. Bytes that XML
// cannot hold are sent as base64; the reference takes such data only if it is
// UTF-8.
func (c *Client) SendProcessStdin(ctx context.Context, name string, data []byte) error {
	return c.Call(ctx, "supervisor.sendProcessStdin", nil, name, textOrBase64(data))
}

func (c *Client) statuses(ctx context.Context, method string, args ...any) (l []wire.ProcessStatus, err error) {
	err = c.Call(ctx, method, &l, args...)
	return
}
