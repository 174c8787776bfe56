package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

func (c *Ctl) status(ctx context.Context, arg string) error {
	names, every, err := takeWatch(strings.Fields(arg))
	if err != nil {
		c.fail("Error: " + err.Error())
		c.Exit = ExitUsage
		c.usage("status")
		return nil
	}
	conn, err := c.upcheck(ctx)
	if err != nil {
		return err
	}
	if conn == nil {
		c.Exit = ExitStatusUnknown
		return nil
	}
	if every > 0 {
		return c.watch(ctx, conn, names, every)
	}
	return c.statusOnce(ctx, conn, names, "")
}

// statusOnce shows the status, after lead.
func (c *Ctl) statusOnce(ctx context.Context, conn *client.Client, names []string, lead string) error {
	all, err := conn.AllProcessInfo(ctx)
	if err != nil {
		return err
	}
	c.print(lead)
	infos := c.choose(all, names)
	if c.doc != nil {
		if err := c.statusDoc(ctx, conn, infos); err != nil {
			return err
		}
	}
	if c.doc == nil {
		c.print(c.statusTable(infos))
	}
	for i := range infos {
		if stopped(infos[i].State) {
			c.Exit = ExitStatusStopped
		}
	}
	return nil
}

// choose returns the processes that are asked for, in the order of the names,
// and tells of names that nothing has.
func (c *Ctl) choose(all []wire.ProcessInfo, names []string) []wire.ProcessInfo {
	if len(names) == 0 || contains(names, "all") {
		return all
	}
	var chosen []wire.ProcessInfo
	for _, name := range names {
		found := false
		for i := range all {
			if named(name, &all[i]) {
				found = true
				chosen = append(chosen, all[i])
			}
		}
		if !found {
			c.fail(unknownName(name))
			c.Exit = ExitStatusUnknown
		}
	}
	return chosen
}

func named(name string, p *wire.ProcessInfo) bool {
	if isPattern(name) {
		return matches(name, p)
	}
	group, process := namespec.Split(name)
	return group == p.Group && (process == "" || process == p.Name)
}

func unknownName(name string) string {
	if group, process := namespec.Split(name); process == "" {
		return group + ": ERROR (no such group)"
	}
	return name + ": ERROR (no such process)"
}

func (c *Ctl) statusDoc(ctx context.Context, conn *client.Client, infos []wire.ProcessInfo) error {
	configs, err := conn.AllConfigInfo(ctx)
	if err != nil && faultCode(err) == 0 {
		return err
	}
	details, err := conn.AllProcessDetails(ctx)
	if err != nil && faultCode(err) == 0 {
		return err
	}
	codes, more := newExitCodes(configs), newDetails(details)
	docs := make([]ProcessDoc, len(infos))
	for i := range infos {
		docs[i] = processDoc(&infos[i], codes)
		docs[i].add(more[docs[i].Name])
	}
	c.set("processes", docs)
	return nil
}

// minNameWidth is the width of the column of names, without the three spaces
// that follow the longest.
const minNameWidth = 30

// statusTable sets the lines of status.
func (c *Ctl) statusTable(infos []wire.ProcessInfo) string {
	names := make([]string, len(infos))
	width := minNameWidth
	for i := range infos {
		names[i] = namespec.Make(infos[i].Group, infos[i].Name)
		width = max(width, len([]rune(names[i])))
	}
	var b strings.Builder
	for i := range infos {
		pad(&b, names[i], width+3)
		c.state(&b, &infos[i])
		b.WriteString(infos[i].Description)
		b.WriteByte('\n')
	}
	return b.String()
}

func pad(b *strings.Builder, s string, width int) {
	b.WriteString(s)
	for n := len([]rune(s)); n < width; n++ {
		b.WriteByte(' ')
	}
}

// Colours of a terminal.
const (
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	faint  = "\x1b[2m"
	plain  = "\x1b[0m"
)

// clearScreen moves the cursor to the top left corner and clears the screen.
const clearScreen = "\x1b[H\x1b[2J"

// state writes the column of states.
func (c *Ctl) state(b *strings.Builder, p *wire.ProcessInfo) {
	const width = 10
	if !c.colour {
		pad(b, p.StateName, width)
		return
	}
	b.WriteString(stateColour(p.State))
	b.WriteString(p.StateName)
	b.WriteString(plain)
	pad(b, "", width-len(p.StateName))
}

func stateColour(state int) string {
	switch state {
	case stateRunning:
		return green
	case stateStopped, stateExited:
		return faint
	case stateFatal, stateUnknown, stateBackoff:
		return red
	}
	return yellow // on the way: STARTING, STOPPING
}

// defaultWatch is the time between two looks of status --watch.
const defaultWatch = 2 * time.Second

// takeWatch removes --watch[=SECS] from the names. every is 0 without it.
func takeWatch(fields []string) (names []string, every time.Duration, err error) {
	for _, f := range fields {
		value, ok := strings.CutPrefix(f, "--watch=")
		switch {
		case f == "--watch":
			every = defaultWatch
		case ok:
			secs, perr := strconv.ParseFloat(value, 64)
			if perr != nil || secs < 0.1 || secs > 86400 {
				return nil, 0, fmt.Errorf("invalid value for --watch %s: a number of seconds from 0.1 to 86400 is allowed", quoted(value))
			}
			every = time.Duration(secs * float64(time.Second))
		default:
			names = append(names, f)
		}
	}
	return names, every, nil
}

// watch shows the status again and again until the user has seen enough. In
// JSON each look is a document of its own.
func (c *Ctl) watch(ctx context.Context, conn *client.Client, names []string, every time.Duration) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	lead := ""
	if c.clear && c.doc == nil {
		lead = clearScreen
	}
	for {
		c.Exit = ExitOK
		if err := c.statusOnce(ctx, conn, names, lead); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if c.doc != nil {
			c.end()
			c.begin("status", JSON)
		} else if !c.clear {
			c.print("\n")
		}
		select {
		case <-ctx.Done():
			c.doc = nil
			return nil
		case <-tick.C:
		}
	}
}
