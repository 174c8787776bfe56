package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

func (c *Ctl) avail(ctx context.Context, arg string) error {
	if c.refuseArguments("avail", arg) {
		return nil
	}
	conn, err := c.server()
	if err != nil {
		return err
	}
	infos, err := conn.AllConfigInfo(ctx)
	if faultCode(err) == wire.ShutdownState {
		c.Exit = ExitFailure
		c.fail("ERROR: supervisor shutting down")
		return nil
	}
	if err != nil {
		return err
	}
	docs := make([]ConfigDoc, len(infos))
	var b strings.Builder
	for i := range infos {
		docs[i] = configDoc(&infos[i])
		b.WriteString(availLine(&docs[i]))
	}
	c.set("processes", docs)
	if c.doc == nil {
		c.print(b.String())
	}
	return nil
}

func configDoc(p *client.ConfigInfo) ConfigDoc {
	return ConfigDoc{
		Name: namespec.Make(p.Group, p.Name), Group: p.Group, Process: p.Name,
		InUse: p.InUse, Autostart: p.Autostart, GroupPriority: p.GroupPrio, ProcessPriority: p.ProcessPrio, Command: p.Command,
	}
}

func availLine(d *ConfigDoc) string {
	inUse, auto := "avail", "manual"
	if d.InUse {
		inUse = "in use"
	}
	if d.Autostart {
		auto = "auto"
	}
	var b strings.Builder
	pad(&b, d.Name, 32)
	fmt.Fprintf(&b, " %-9s %-9s %d:%d\n", inUse, auto, d.GroupPriority, d.ProcessPriority)
	return b.String()
}

func (c *Ctl) reread(ctx context.Context, arg string) error {
	if c.refuseArguments("reread", arg) {
		return nil
	}
	conn, err := c.server()
	if err != nil {
		return err
	}
	changes, err := conn.ReloadConfig(ctx)
	var f *wire.Fault
	switch {
	case err == nil:
		c.tellChanges(changes)
	case faultCode(err) == wire.ShutdownState:
		c.Exit = ExitFailure
		c.fail("ERROR: supervisor shutting down")
	case faultCode(err) == wire.CantReread && errors.As(err, &f):
		c.Exit = ExitFailure
		c.fail("ERROR: " + f.Text)
	default:
		return err
	}
	return nil
}

func (c *Ctl) tellChanges(ch client.Changes) {
	docs := []ChangeDoc{}
	for _, part := range []struct {
		names  []string
		change string
	}{{ch.Added, "available"}, {ch.Changed, "changed"}, {ch.Removed, "disappeared"}} {
		for _, name := range part.names {
			docs = append(docs, ChangeDoc{name, part.change})
		}
	}
	slices.SortStableFunc(docs, func(a, b ChangeDoc) int { return strings.Compare(a.Group, b.Group) })
	c.set("changes", docs)
	for _, d := range docs {
		c.say(d.Group + ": " + d.Change)
	}
	if len(docs) == 0 {
		c.say("No config updates to processes")
	}
}

func (c *Ctl) add(ctx context.Context, arg string) error {
	conn, err := c.server()
	if err != nil {
		return err
	}
	c.set("results", c.results())
	for _, name := range strings.Fields(arg) {
		err := conn.AddProcessGroup(ctx, name)
		r := ResultDoc{Action: "add", Name: name, Group: name, OK: err == nil, Outcome: "added process group", Fault: faultOf(err)}
		switch faultCode(err) {
		case wire.AlreadyAdded:
			r.Outcome = "already active"
			c.fail("ERROR: process group already active")
		case wire.ShutdownState:
			r.Outcome = "shutting down"
			c.Exit = ExitFailure
			c.fail("ERROR: shutting down")
		case wire.BadName:
			r.Outcome = "no such process/group"
			c.Exit = ExitFailure
			c.fail("ERROR: no such process/group: " + name)
		default:
			if err != nil {
				return err
			}
			c.say(name + ": added process group")
		}
		c.addResult(r)
	}
	return nil
}

func (c *Ctl) remove(ctx context.Context, arg string) error {
	conn, err := c.server()
	if err != nil {
		return err
	}
	c.set("results", c.results())
	for _, name := range strings.Fields(arg) {
		err := conn.RemoveProcessGroup(ctx, name)
		r := ResultDoc{Action: "remove", Name: name, Group: name, OK: err == nil, Outcome: "removed process group", Fault: faultOf(err)}
		switch faultCode(err) {
		case wire.StillRunning:
			r.Outcome = "still running"
			c.Exit = ExitFailure
			c.fail("ERROR: process/group still running: " + name)
		case wire.BadName:
			r.Outcome = "no such process/group"
			c.Exit = ExitFailure
			c.fail("ERROR: no such process/group: " + name)
		default:
			if err != nil {
				return err
			}
			c.say(name + ": removed process group")
		}
		c.addResult(r)
	}
	return nil
}
