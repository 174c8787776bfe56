package client

import (
	"context"

	"github.com/kolo/xmlrpc"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// State is the daemon's own state, as of getState.
type State struct {
	Code int    `xmlrpc:"statecode"` // 2 FATAL, 1 RUNNING, 0 RESTARTING, -1 SHUTDOWN
	Name string `xmlrpc:"statename"`
}

// APIVersion returns the version of the XML-RPC API that the daemon speaks,
// "3.0".
func (c *Client) APIVersion(ctx context.Context) (v string, err error) {
	err = c.Call(ctx, "supervisor.getAPIVersion", &v)
	return
}

// Version calls getVersion, the old name of getAPIVersion, which every server
// knows.
func (c *Client) Version(ctx context.Context) (v string, err error) {
	err = c.Call(ctx, "supervisor.getVersion", &v)
	return
}

// SupervisorVersion returns the version of the daemon.
func (c *Client) SupervisorVersion(ctx context.Context) (v string, err error) {
	err = c.Call(ctx, "supervisor.getSupervisorVersion", &v)
	return
}

// Identification returns the daemon's identifier= setting.
func (c *Client) Identification(ctx context.Context) (v string, err error) {
	err = c.Call(ctx, "supervisor.getIdentification", &v)
	return
}

// State returns the daemon's state.
func (c *Client) State(ctx context.Context) (s State, err error) {
	err = c.Call(ctx, "supervisor.getState", &s)
	return
}

// PID returns the daemon's process id.
func (c *Client) PID(ctx context.Context) (pid int, err error) {
	err = c.Call(ctx, "supervisor.getPID", &pid)
	return
}

// ReadLog returns a part of the activity log: length bytes from offset, all
// from there when length is 0, the last -offset bytes when offset is negative
// and length 0.
func (c *Client) ReadLog(ctx context.Context, offset, length int64) (s string, err error) {
	err = c.Call(ctx, "supervisor.readLog", &s, offset, length)
	return
}

// ClearLog empties the activity log.
func (c *Client) ClearLog(ctx context.Context) error { return c.Call(ctx, "supervisor.clearLog", nil) }

// Shutdown asks the daemon to stop everything and end.
func (c *Client) Shutdown(ctx context.Context) error { return c.Call(ctx, "supervisor.shutdown", nil) }

// Restart asks the daemon to stop everything and start anew.
func (c *Client) Restart(ctx context.Context) error { return c.Call(ctx, "supervisor.restart", nil) }

// Changes are the names of the groups that a re-read of the configuration found
// to differ from what is active.
type Changes struct{ Added, Changed, Removed []string }

// ReloadConfig makes the daemon read its configuration again. Nothing that runs
// is touched.
func (c *Client) ReloadConfig(ctx context.Context) (Changes, error) {
	var r [][][]string
	if err := c.Call(ctx, "supervisor.reloadConfig", &r); err != nil {
		return Changes{}, err
	}
	if len(r) != 1 || len(r[0]) != 3 {
		return Changes{}, &ResponseError{URL: c.shown, Method: "supervisor.reloadConfig", Err: errShape}
	}
	return Changes{Added: r[0][0], Changed: r[0][1], Removed: r[0][2]}, nil
}

// AddProcessGroup activates a group of the configuration read last.
func (c *Client) AddProcessGroup(ctx context.Context, name string) error {
	return c.Call(ctx, "supervisor.addProcessGroup", nil, name)
}

// RemoveProcessGroup removes a group that is stopped.
func (c *Client) RemoveProcessGroup(ctx context.Context, name string) error {
	return c.Call(ctx, "supervisor.removeProcessGroup", nil, name)
}

// GroupUpdate tells, by process name, what UpdateProcessGroup did.
type GroupUpdate struct {
	Added     []string `xmlrpc:"added"`
	Removed   []string `xmlrpc:"removed"`
	Restarted []string `xmlrpc:"restarted"`
	Applied   []string `xmlrpc:"applied"` // changed without a restart
}

// UpdateProcessGroup brings an active group in line with the configuration read
// last, touching only the processes that differ. It is an extension: the
// reference answers with the fault UNKNOWN_METHOD.
func (c *Client) UpdateProcessGroup(ctx context.Context, name string) (u GroupUpdate, err error) {
	err = c.Call(ctx, "supervisor.updateProcessGroup", &u, name)
	return
}

// ConfigInfo is one process of the configuration, as of getAllConfigInfo. An
// option that is unset reads "none" or "auto" where the daemon says so.
type ConfigInfo struct {
	Name        string `xmlrpc:"name"`
	Group       string `xmlrpc:"group"`
	InUse       bool   `xmlrpc:"inuse"` // the group is active
	Autostart   bool   `xmlrpc:"autostart"`
	Command     string `xmlrpc:"command"`
	GroupPrio   int    `xmlrpc:"group_prio"`
	ProcessPrio int    `xmlrpc:"process_prio"`
	ExitCodes   []int  `xmlrpc:"exitcodes"`
}

// AllConfigInfo returns all processes of the configuration read last.
func (c *Client) AllConfigInfo(ctx context.Context) (l []ConfigInfo, err error) {
	err = c.Call(ctx, "supervisor.getAllConfigInfo", &l)
	return
}

// ProcessDetail is what getAllProcessInfo has no room for.
type ProcessDetail struct {
	Name       string `xmlrpc:"name"`
	Group      string `xmlrpc:"group"`
	Restarts   int    `xmlrpc:"restarts"`   // starts after the first
	Tries      int    `xmlrpc:"tries"`      // failed starts in a row
	Exited     bool   `xmlrpc:"exited"`     // a process has ended, and ExitStatus is that of the last one
	ExitStatus int    `xmlrpc:"exitstatus"` // -1 for a death by signal
	Expected   bool   `xmlrpc:"expected"`   // exitcodes= has it
	Cause      string `xmlrpc:"cause"`      // how the last process ended: "exit status 3", "terminated by SIGKILL"
	Listener   string `xmlrpc:"listener"`   // state of an event listener, else ""
}

// AllProcessDetails returns the details of all processes. It is an extension:
// the reference answers with the fault UNKNOWN_METHOD.
func (c *Client) AllProcessDetails(ctx context.Context) (l []ProcessDetail, err error) {
	err = c.Call(ctx, "supervisor.getAllProcessDetails", &l)
	return
}

// ProcessInfo returns the state of one process.
func (c *Client) ProcessInfo(ctx context.Context, name string) (p wire.ProcessInfo, err error) {
	err = c.Call(ctx, "supervisor.getProcessInfo", &p, name)
	return
}

// AllProcessInfo returns the state of all processes, by name.
func (c *Client) AllProcessInfo(ctx context.Context) (l []wire.ProcessInfo, err error) {
	const method = "supervisor.getAllProcessInfo"
	body, err := xmlrpc.EncodeMethodCall(method)
	if err != nil {
		return nil, &ResponseError{URL: c.shown, Method: method, Err: err}
	}
	data, err := c.post(ctx, body)
	if err != nil {
		return nil, err
	}
	if l, ok := wire.ParseProcessInfos(data); ok {
		return l, nil
	}
	err = c.decode(method, data, &l)
	return
}

// StatusTable returns what a display of all processes shows, by group and name.
// It is an extension: the reference answers with the fault UNKNOWN_METHOD.
func (c *Client) StatusTable(ctx context.Context) ([]wire.StatusLine, error) {
	const method = "supervisor.getStatusTable"
	var text string
	if err := c.Call(ctx, method, &text); err != nil {
		return nil, err
	}
	lines, err := wire.ParseStatusLines(text)
	if err != nil {
		return nil, &ResponseError{URL: c.shown, Method: method, Err: err}
	}
	return lines, nil
}

// SendRemoteCommEvent emits a REMOTE_COMMUNICATION event.
func (c *Client) SendRemoteCommEvent(ctx context.Context, typ, data string) error {
	return c.Call(ctx, "supervisor.sendRemoteCommEvent", nil, typ, data)
}
