package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// verb is a command that does something to processes: how to do it, and how
// its outcomes are told.
type verb struct {
	action string // start, stop, signal, clear
	done   string // "started"
	words  map[wire.FaultCode]string
	// harmless is the fault that does not count as a failure, such as "already
	// started".
	harmless wire.FaultCode
	// explained says that more can be found out about a failure.
	explained bool

	one   func(ctx context.Context, name string) error
	group func(ctx context.Context, group string) ([]wire.ProcessStatus, error)
	all   func(ctx context.Context) ([]wire.ProcessStatus, error)
	// noGroup is the exit status for an unknown group.
	noGroup int
}

// apply does a verb to everything that names name, in order.
func (c *Ctl) apply(ctx context.Context, conn *client.Client, v *verb, names []string) error {
	c.set("results", c.results())
	for _, name := range names {
		if name == "all" {
			list, err := v.all(ctx)
			if err != nil {
				return err
			}
			return c.reportAll(ctx, conn, v, list)
		}
	}
	names, err := c.expand(ctx, conn, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		group, process := namespec.Split(name)
		if process == "" {
			err = c.applyGroup(ctx, conn, v, group)
		} else {
			err = c.applyOne(ctx, conn, v, name, group, process)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Ctl) applyGroup(ctx context.Context, conn *client.Client, v *verb, group string) error {
	list, err := v.group(ctx, group)
	if err == nil {
		return c.reportAll(ctx, conn, v, list)
	}
	if faultCode(err) != wire.BadName {
		return err
	}
	c.Exit = v.noGroup
	c.addResult(ResultDoc{Action: v.action, Name: group + ":*", Group: group, Outcome: "no such group", Fault: faultOf(err)})
	c.fail(group + ": ERROR (no such group)")
	return nil
}

func (c *Ctl) applyOne(ctx context.Context, conn *client.Client, v *verb, name, group, process string) error {
	st := wire.ProcessStatus{Name: process, Group: group, Status: wire.Success}
	if err := v.one(ctx, name); err != nil {
		var f *wire.Fault
		if !errors.As(err, &f) {
			return err
		}
		st.Status, st.Description = f.Code, f.Text
	}
	return c.report(ctx, conn, v, st)
}

func (c *Ctl) reportAll(ctx context.Context, conn *client.Client, v *verb, list []wire.ProcessStatus) error {
	for _, st := range list {
		if err := c.report(ctx, conn, v, st); err != nil {
			return err
		}
	}
	return nil
}

// report tells the outcome for one process and sets the exit status.
func (c *Ctl) report(ctx context.Context, conn *client.Client, v *verb, st wire.ProcessStatus) error {
	name := namespec.Make(st.Group, st.Name)
	r := ResultDoc{Action: v.action, Name: name, Group: st.Group, Process: &st.Name, OK: st.Status == wire.Success}
	line := ""
	word, known := v.words[st.Status]
	switch {
	case r.OK:
		r.Outcome = v.done
		line = name + ": " + v.done
	case known:
		r.Outcome = word
		line = name + ": ERROR (" + word + ")"
	case st.Status == wire.Failed && v.action != "start":
		r.Outcome = st.Description
		line = st.Description
	default:
		return fmt.Errorf("%s: the server said %s (fault %d)", name, st.Description, int(st.Status))
	}
	if r.OK {
		c.say(line)
	} else {
		r.Fault = faultDoc(st.Status, st.Description)
		c.fail(line)
		c.exitFor(st.Status, v.harmless)
		if v.explained && st.Status != v.harmless && st.Status != wire.BadName {
			r.Detail = c.detail(ctx, conn, name)
		}
	}
	c.addResult(r)
	return nil
}

// cause returns how a process has ended, in words, or "". The API of the Python
// Supervisor tells an exit status only where it counts as an exit; a daemon that
// knows more is asked.
func (c *Ctl) cause(ctx context.Context, conn *client.Client, info *wire.ProcessInfo) string {
	details, err := conn.AllProcessDetails(ctx)
	if err == nil {
		if d := newDetails(details)[namespec.Make(info.Group, info.Name)]; d != nil {
			return d.Cause
		}
	}
	if info.State == stateExited {
		return fmt.Sprintf("exit status %d", info.ExitStatus)
	}
	return ""
}

// exitFor sets the exit status for a fault.
func (c *Ctl) exitFor(code, harmless wire.FaultCode) {
	switch code {
	case harmless, wire.Success:
	case wire.SpawnError, wire.AbnormalTermination, wire.NotRunning:
		c.Exit = ExitNotRunning
	default:
		c.Exit = ExitFailure
	}
}

// detail finds out why a start failed, for JSON and for a person at a terminal;
// scripts see the reference's line only.
func (c *Ctl) detail(ctx context.Context, conn *client.Client, name string) *string {
	if c.doc == nil && !c.explain {
		return nil
	}
	info, err := conn.ProcessInfo(ctx, name)
	if err != nil {
		return nil
	}
	var why []string
	if info.SpawnErr != "" {
		why = append(why, info.SpawnErr)
	}
	if cause := c.cause(ctx, conn, &info); cause != "" {
		why = append(why, cause)
	}
	text := strings.Join(why, "; ")
	if tail := c.stderrTail(ctx, conn, name); tail != "" {
		text += "\nthe end of its stderr:\n" + tail
	}
	if text == "" {
		return nil
	}
	if c.doc == nil {
		c.note("  " + strings.ReplaceAll(text, "\n", "\n  "))
	}
	return &text
}

// stderrTail returns the last few lines that a process wrote to stderr.
func (c *Ctl) stderrTail(ctx context.Context, conn *client.Client, name string) string {
	const bytes, lines = 1600, 5
	text, err := conn.ReadProcessLog(ctx, name, client.Stderr, -bytes, 0)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// results returns the results so far, so that restart tells of its stops and
// its starts in one list.
func (c *Ctl) results() []ResultDoc {
	if c.doc == nil {
		return nil
	}
	if list, ok := c.doc.values["results"].([]ResultDoc); ok {
		return list
	}
	return []ResultDoc{}
}

func (c *Ctl) addResult(r ResultDoc) { c.set("results", append(c.results(), r)) }

func faultOf(err error) *FaultDoc {
	var f *wire.Fault
	if errors.As(err, &f) {
		return faultDoc(f.Code, f.Text)
	}
	return nil
}
