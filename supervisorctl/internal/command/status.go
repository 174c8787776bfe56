package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
	if every > 0 || c.doc != nil {
		conn, err := c.upcheck(ctx)
		if conn == nil {
			return c.statusDown(err)
		}
		if every > 0 {
			return c.watch(ctx, conn, names, every)
		}
		return c.statusOnce(ctx, conn, names, "")
	}
	lines, up, err := c.statusLines(ctx, c.upcheck)
	if !up {
		return c.statusDown(err)
	}
	if err != nil {
		return err
	}
	c.tellStatus(lines, names)
	return nil
}

// statusDown ends a status without a server, about which upcheck has said what
// there is to say.
func (c *Ctl) statusDown(err error) error {
	if err == nil {
		c.Exit = ExitStatusUnknown
	}
	return err
}

// statusOnce shows the status, after lead.
func (c *Ctl) statusOnce(ctx context.Context, conn *client.Client, names []string, lead string) error {
	if c.doc != nil {
		all, err := conn.AllProcessInfo(ctx)
		if err != nil {
			return err
		}
		c.print(lead)
		return c.statusDoc(ctx, conn, choose(c, all, names, infoName))
	}
	lines, _, err := c.statusLines(ctx, func(context.Context) (*client.Client, error) { return conn, nil })
	if err != nil {
		return err
	}
	c.print(lead)
	c.tellStatus(lines, names)
	return nil
}

// statusLines asks for the states of all processes. A supervisord of this program
// answers at once, in a form that is quick to read; another one, and all that may
// be wrong, is found out by check, and asked in the way of the API. up is false
// when there is no server to be asked.
func (c *Ctl) statusLines(ctx context.Context, check func(context.Context) (*client.Client, error)) (lines []wire.StatusLine, up bool, err error) {
	conn, err := c.server()
	if err != nil {
		return nil, false, err
	}
	if !c.noTable {
		if lines, err = conn.StatusTable(ctx); err == nil {
			return lines, true, nil
		}
		c.noTable = faultCode(err) == wire.UnknownMethod
	}
	if conn, err = check(ctx); conn == nil {
		return nil, false, err
	}
	infos, err := conn.AllProcessInfo(ctx)
	if err != nil {
		return nil, true, err
	}
	lines = make([]wire.StatusLine, len(infos))
	for i := range infos {
		p := &infos[i]
		lines[i] = wire.StatusLine{Group: p.Group, Name: p.Name, State: p.State, StateName: p.StateName, Description: p.Description}
	}
	return lines, true, nil
}

// tellStatus shows the lines that are asked for.
func (c *Ctl) tellStatus(all []wire.StatusLine, names []string) {
	lines := choose(c, all, names, func(l *wire.StatusLine) (group, process string) { return l.Group, l.Name })
	c.print(c.statusTable(lines))
	for i := range lines {
		c.statusExit(lines[i].State)
	}
}

func (c *Ctl) statusExit(state int) {
	if stopped(state) {
		c.Exit = ExitStatusStopped
	}
}

func infoName(p *wire.ProcessInfo) (group, process string) { return p.Group, p.Name }

// choose returns the processes that are asked for, in the order of the names,
// and tells of names that nothing has.
func choose[T any](c *Ctl, all []T, names []string, id func(*T) (group, process string)) []T {
	if len(names) == 0 || contains(names, "all") {
		return all
	}
	var chosen []T
	for _, name := range names {
		found := false
		for i := range all {
			if group, process := id(&all[i]); named(name, group, process) {
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

func named(name, group, process string) bool {
	if isPattern(name) {
		return matches(name, group, process)
	}
	g, p := namespec.Split(name)
	return g == group && (p == "" || p == process)
}

func unknownName(name string) string {
	if group, process := namespec.Split(name); process == "" {
		return group + ": ERROR (no such group)"
	}
	return name + ": ERROR (no such process)"
}

func (c *Ctl) statusDoc(ctx context.Context, conn *client.Client, infos []wire.ProcessInfo) error {
	docs, err := processDocs(ctx, conn, infos)
	if err != nil {
		return err
	}
	c.set("processes", docs)
	for i := range infos {
		c.statusExit(infos[i].State)
	}
	return nil
}

// processDocs is the schema's form of infos, with all that the server knows
// besides.
func processDocs(ctx context.Context, conn *client.Client, infos []wire.ProcessInfo) ([]ProcessDoc, error) {
	configs, err := conn.AllConfigInfo(ctx)
	if err != nil && faultCode(err) == 0 {
		return nil, err
	}
	details, err := conn.AllProcessDetails(ctx)
	if err != nil && faultCode(err) == 0 {
		return nil, err
	}
	codes, more := newExitCodes(configs), newDetails(details)
	docs := make([]ProcessDoc, len(infos))
	for i := range infos {
		docs[i] = processDoc(&infos[i], codes)
		docs[i].add(more[docs[i].Name])
	}
	return docs, nil
}

// minNameWidth is the width of the column of names, without the three spaces
// that follow the longest.
const minNameWidth = 30

// statusTable sets the lines of status.
func (c *Ctl) statusTable(lines []wire.StatusLine) string {
	width, size := minNameWidth, 0
	for i := range lines {
		n := utf8.RuneCountInString(namespec.Make(lines[i].Group, lines[i].Name))
		width = max(width, n)
		size += len(lines[i].Description)
	}
	var b strings.Builder
	b.Grow(size + len(lines)*(width+len("   RUNNING   \n")))
	for i := range lines {
		pad(&b, namespec.Make(lines[i].Group, lines[i].Name), width+3)
		c.state(&b, &lines[i])
		b.WriteString(lines[i].Description)
		b.WriteByte('\n')
	}
	return b.String()
}

func pad(b *strings.Builder, s string, width int) {
	b.WriteString(s)
	for n := utf8.RuneCountInString(s); n < width; n++ {
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
func (c *Ctl) state(b *strings.Builder, p *wire.StatusLine) {
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
			if perr != nil || !(secs >= 0.1 && secs <= 86400) { // it may be NaN
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
			return c.statusDown(c.notUp(err))
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
