package command

import (
	"context"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// completeCommand is what the completion scripts of shells run: its arguments
// are the words of the command line so far, the last one being incomplete and
// written with a "." behind it, so that it is never empty.
const completeCommand = "__complete"

// completions prints how the last of the words may go on, one on a line.
func (c *Ctl) completions(ctx context.Context, arg string) error {
	words := strings.Fields(arg)
	if len(words) == 0 {
		return nil
	}
	last := len(words) - 1
	words[last] = strings.TrimSuffix(words[last], ".")
	for _, s := range c.Candidates(ctx, words) {
		c.say(s)
	}
	return nil
}

// Candidates returns how the last of words may go on. The first word is a
// command. Names are asked from the server; one that does not answer has none.
func (c *Ctl) Candidates(ctx context.Context, words []string) []string {
	text := words[len(words)-1]
	if len(words) == 1 {
		return withPrefix(c.commandNames(), text)
	}
	cmd := find(words[0])
	if cmd == nil {
		return nil
	}
	switch cmd.Argument {
	case CommandArgument:
		return withPrefix(c.commandNames(), text)
	case GroupArgument:
		return withPrefix(c.groupNames(ctx, cmd.Name), text)
	case SignalArgument:
		if len(words) == 2 {
			return withPrefix(signalNames, text)
		}
		return withPrefix(c.processNames(ctx, text), text)
	case ProcessArgument:
		return withPrefix(c.processNames(ctx, text), text)
	}
	return nil
}

func withPrefix(list []string, prefix string) []string {
	var out []string
	for _, s := range list {
		if strings.HasPrefix(s, prefix) {
			out = append(out, s)
		}
	}
	return out
}

var signalNames = []string{"ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "TTIN", "TTOU", "USR1", "USR2", "WINCH"}

func (c *Ctl) commandNames() []string {
	var names []string
	for _, cmd := range table() {
		if cmd.visible() || cmd.Name == "help" {
			names = append(names, cmd.Name)
		}
	}
	names = append(names, c.pluginNames()...)
	slices.Sort(names)
	return names
}

// processNames lists the names of processes as users write them. Those of
// single processes are written with their group once the user has typed a
// colon.
func (c *Ctl) processNames(ctx context.Context, text string) []string {
	infos := c.known(ctx)
	var names []string
	for i := range infos {
		p := &infos[i]
		if p.Group == p.Name && !strings.Contains(text, ":") {
			names = append(names, p.Name)
			continue
		}
		names = append(names, p.Group+":"+p.Name, p.Group+":*")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *Ctl) known(ctx context.Context) []wire.ProcessInfo {
	conn, err := c.server()
	if err != nil {
		return nil
	}
	infos, err := conn.AllProcessInfo(ctx)
	if err != nil {
		return nil
	}
	return infos
}

// groupNames lists the groups that make sense for a command: those that are not
// active yet for add.
func (c *Ctl) groupNames(ctx context.Context, command string) []string {
	var names []string
	if command == "add" {
		for _, p := range c.configured(ctx) {
			if !p.InUse {
				names = append(names, p.Group)
			}
		}
	} else {
		for _, p := range c.known(ctx) {
			names = append(names, p.Group)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *Ctl) configured(ctx context.Context) []client.ConfigInfo {
	conn, err := c.server()
	if err != nil {
		return nil
	}
	infos, err := conn.AllConfigInfo(ctx)
	if err != nil {
		return nil
	}
	return infos
}
