package command

import (
	"context"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

func startVerb(conn *client.Client) *verb {
	return &verb{
		action: "start", done: "started", harmless: wire.AlreadyStarted, explained: true, noGroup: ExitUsage,
		words: map[wire.FaultCode]string{
			wire.BadName:             "no such process",
			wire.NoFile:              "no such file",
			wire.NotExecutable:       "file is not executable",
			wire.AlreadyStarted:      "already started",
			wire.SpawnError:          "spawn error",
			wire.AbnormalTermination: "abnormal termination",
		},
		one: func(ctx context.Context, name string) error { return conn.StartProcess(ctx, name, true) },
		group: func(ctx context.Context, group string) ([]wire.ProcessStatus, error) {
			return conn.StartProcessGroup(ctx, group, true)
		},
		all: func(ctx context.Context) ([]wire.ProcessStatus, error) { return conn.StartAllProcesses(ctx, true) },
	}
}

// signalWords are the outcomes of stop and signal.
var signalWords = map[wire.FaultCode]string{
	wire.BadName:    "no such process",
	wire.BadSignal:  "bad signal name",
	wire.NotRunning: "not running",
}

func stopVerb(conn *client.Client) *verb {
	return &verb{
		action: "stop", done: "stopped", words: signalWords, harmless: wire.NotRunning, noGroup: ExitFailure,
		one: func(ctx context.Context, name string) error { return conn.StopProcess(ctx, name, true) },
		group: func(ctx context.Context, group string) ([]wire.ProcessStatus, error) {
			return conn.StopProcessGroup(ctx, group, true)
		},
		all: func(ctx context.Context) ([]wire.ProcessStatus, error) { return conn.StopAllProcesses(ctx, true) },
	}
}

func signalVerb(conn *client.Client, signal string) *verb {
	return &verb{
		action: "signal", done: "signalled", words: signalWords, noGroup: ExitFailure,
		one: func(ctx context.Context, name string) error { return conn.SignalProcess(ctx, name, signal) },
		group: func(ctx context.Context, group string) ([]wire.ProcessStatus, error) {
			return conn.SignalProcessGroup(ctx, group, signal)
		},
		all: func(ctx context.Context) ([]wire.ProcessStatus, error) { return conn.SignalAllProcesses(ctx, signal) },
	}
}

func (c *Ctl) start(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	names := strings.Fields(arg)
	if len(names) == 0 {
		c.fail("Error: start requires a process name")
		c.Exit = ExitUsage
		c.usage("start")
		return nil
	}
	return c.apply(ctx, conn, startVerb(conn), names)
}

func (c *Ctl) stop(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	names := strings.Fields(arg)
	if len(names) == 0 {
		c.fail("Error: stop requires a process name")
		c.Exit = ExitFailure
		c.usage("stop")
		return nil
	}
	return c.apply(ctx, conn, stopVerb(conn), names)
}

func (c *Ctl) restart(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	if arg == "" {
		c.fail("Error: restart requires a process name")
		c.Exit = ExitFailure
		c.usage("restart")
		return nil
	}
	if err := c.stop(ctx, arg); err != nil {
		return err
	}
	return c.start(ctx, arg)
}

func (c *Ctl) signal(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	args := strings.Fields(arg)
	if len(args) < 2 {
		c.fail("Error: signal requires a signal name and a process name")
		c.usage("signal")
		c.Exit = ExitFailure
		return nil
	}
	return c.apply(ctx, conn, signalVerb(conn, args[0]), args[1:])
}

func (c *Ctl) clearLogs(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	names := strings.Fields(arg)
	if len(names) == 0 {
		c.fail("Error: clear requires a process name")
		c.Exit = ExitFailure
		c.usage("clear")
		return nil
	}
	return c.apply(ctx, conn, clearVerb(conn), names)
}

func clearVerb(conn *client.Client) *verb {
	return &verb{
		action: "clear", done: "cleared", noGroup: ExitFailure,
		words: map[wire.FaultCode]string{wire.BadName: "no such process", wire.Failed: "failed"},
		one:   conn.ClearProcessLogs,
		all:   conn.ClearAllProcessLogs,
		// The API has no call for a group.
		group: func(ctx context.Context, group string) ([]wire.ProcessStatus, error) {
			return clearGroup(ctx, conn, group)
		},
	}
}

func clearGroup(ctx context.Context, conn *client.Client, group string) ([]wire.ProcessStatus, error) {
	infos, err := conn.AllProcessInfo(ctx)
	if err != nil {
		return nil, err
	}
	var list []wire.ProcessStatus
	for _, p := range infos {
		if p.Group != group {
			continue
		}
		st := wire.ProcessStatus{Name: p.Name, Group: p.Group, Status: wire.Success}
		if err := conn.ClearProcessLogs(ctx, group+":"+p.Name); err != nil {
			code := faultCode(err)
			if code == 0 {
				return list, err
			}
			st.Status, st.Description = code, err.Error()
		}
		list = append(list, st)
	}
	if len(list) == 0 {
		return nil, wire.NewFault(wire.BadName, group)
	}
	return list, nil
}

// pid prints process ids: of the server without an argument.
func (c *Ctl) pid(ctx context.Context, arg string) error {
	conn, err := c.upcheck(ctx)
	if conn == nil {
		return err
	}
	pids := []PIDDoc{}
	defer func() { c.set("pids", pids) }()
	tell := func(name string, pid int) {
		pids = append(pids, PIDDoc{name, pid})
		c.sayInt(pid)
	}
	names := strings.Fields(arg)
	if len(names) == 0 {
		pid, err := conn.PID(ctx)
		if err == nil {
			tell("supervisord", pid)
		}
		return err
	}
	if contains(names, "all") {
		infos, err := conn.AllProcessInfo(ctx)
		for i := range infos {
			tell(namespec.Make(infos[i].Group, infos[i].Name), infos[i].PID)
		}
		return err
	}
	if names, err = c.expandGroups(ctx, conn, names); err != nil {
		return err
	}
	for _, name := range names {
		info, err := conn.ProcessInfo(ctx, name)
		if err == nil {
			tell(namespec.Make(info.Group, info.Name), info.PID)
			if info.PID == 0 {
				c.Exit = ExitNotRunning
			}
			continue
		}
		if faultCode(err) != wire.BadName {
			return err
		}
		c.Exit = ExitFailure
		c.fail("No such process " + name)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
