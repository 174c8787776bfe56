package command

import (
	"context"
	"errors"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// updateMethod changes a group in place. It is an extension.
const updateMethod = "supervisor.updateProcessGroup"

// update brings the server in line with its configuration file.
func (c *Ctl) update(ctx context.Context, arg string) error {
	names, whole := takeGroupFlag(strings.Fields(arg))
	conn, err := c.server()
	if err != nil {
		return err
	}
	c.set("results", c.results())
	changes, err := conn.ReloadConfig(ctx)
	if err != nil {
		return c.cannotUpdate(err)
	}
	u := updater{c: c, conn: conn, whole: whole}
	if !contains(names, "all") {
		u.only = names
	}
	if err := u.checkNames(ctx, changes.Added); err != nil {
		return err
	}
	return u.run(ctx, changes)
}

// takeGroupFlag removes --group from the names.
func takeGroupFlag(fields []string) (names []string, whole bool) {
	for _, f := range fields {
		if f == "--group" {
			whole = true
		} else {
			names = append(names, f)
		}
	}
	return names, whole
}

func (c *Ctl) cannotUpdate(err error) error {
	var f *wire.Fault
	if !errors.As(err, &f) {
		return err
	}
	c.Exit = ExitFailure
	switch f.Code {
	case wire.ShutdownState:
		c.fail("ERROR: already shutting down")
	case wire.CantReread:
		c.fail("ERROR: " + f.Text)
	default:
		return err
	}
	return nil
}

// updater is one run of update.
type updater struct {
	c     *Ctl
	conn  *client.Client
	only  []string // the groups to touch; none means all
	whole bool     // restart changed groups as a whole
}

func (u *updater) wanted(group string) bool { return len(u.only) == 0 || contains(u.only, group) }

// checkNames tells of names that no group has.
func (u *updater) checkNames(ctx context.Context, added []string) error {
	if len(u.only) == 0 {
		return nil
	}
	infos, err := u.conn.AllProcessInfo(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for i := range infos {
		known[infos[i].Group] = true
	}
	for _, name := range added {
		known[name] = true
	}
	for _, name := range u.only {
		if known[name] {
			continue
		}
		known[name] = true
		u.c.fail("ERROR: no such group: " + name)
		u.c.Exit = ExitFailure
		u.c.addResult(ResultDoc{Action: "update", Name: name, Group: name, Outcome: "no such group"})
	}
	return nil
}

func (u *updater) run(ctx context.Context, ch client.Changes) error {
	for _, part := range []struct {
		groups []string
		do     func(context.Context, string) error
	}{{ch.Removed, u.remove}, {ch.Changed, u.change}, {ch.Added, u.add}} {
		for _, group := range part.groups {
			if !u.wanted(group) {
				continue
			}
			if err := part.do(ctx, group); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell reports a step that went well.
func (u *updater) tell(action, group, outcome string) {
	u.c.addResult(ResultDoc{Action: action, Name: group, Group: group, OK: true, Outcome: outcome})
	u.c.say(group + ": " + outcome)
}

func (u *updater) remove(ctx context.Context, group string) error {
	list, err := u.conn.StopProcessGroup(ctx, group, true)
	if err != nil {
		return err
	}
	u.tell("stop", group, "stopped")
	for _, st := range list {
		if st.Status == wire.Failed {
			const outcome = "has problems; not removing"
			u.c.fail(group + ": " + outcome)
			u.c.Exit = ExitFailure
			u.c.addResult(ResultDoc{Action: "remove", Name: group, Group: group, Outcome: outcome, Fault: faultDoc(st.Status, st.Description)})
			return nil
		}
	}
	if err := u.conn.RemoveProcessGroup(ctx, group); err != nil {
		return err
	}
	u.tell("remove", group, "removed process group")
	return nil
}

// change updates a group in place where the server can do that, and restarts it
// as a whole elsewhere. "stopped" is printed where something was stopped.
func (u *updater) change(ctx context.Context, group string) error {
	if !u.whole && u.c.has(ctx, u.conn, updateMethod) {
		done, err := u.inPlace(ctx, group)
		if done || err != nil {
			return err
		}
	}
	if _, err := u.conn.StopProcessGroup(ctx, group, true); err != nil {
		return err
	}
	u.tell("stop", group, "stopped")
	if err := u.conn.RemoveProcessGroup(ctx, group); err != nil {
		return err
	}
	if err := u.conn.AddProcessGroup(ctx, group); err != nil {
		return err
	}
	u.tell("update", group, "updated process group")
	return nil
}

// inPlace changes only the processes of a group that differ. done is false when
// the server cannot do that for this group, such as a pool of event listeners.
func (u *updater) inPlace(ctx context.Context, group string) (done bool, err error) {
	up, err := u.conn.UpdateProcessGroup(ctx, group)
	if faultCode(err) != 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, part := range []struct {
		names   []string
		outcome string
	}{{up.Removed, "removed"}, {up.Restarted, "restarted"}, {up.Applied, "applied"}, {up.Added, "added"}} {
		for _, name := range part.names {
			u.c.addResult(ResultDoc{Action: "update", Name: group + ":" + name, Group: group, Process: &name, OK: true, Outcome: part.outcome})
		}
	}
	if len(up.Removed)+len(up.Restarted) > 0 {
		u.c.say(group + ": stopped")
	}
	u.tell("update", group, "updated process group")
	return true, nil
}

func (u *updater) add(ctx context.Context, group string) error {
	if err := u.conn.AddProcessGroup(ctx, group); err != nil {
		return err
	}
	u.tell("add", group, "added process group")
	return nil
}
