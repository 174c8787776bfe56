package command

import (
	"context"
	"strings"
)

// help lists the commands, or explains one.
func (c *Ctl) help(_ context.Context, arg string) error {
	switch {
	case arg == "help":
		c.say("help\t\tList the commands")
		c.say("help <action>\tExplain a command")
	case arg != "":
		c.helpOn(arg)
	default:
		c.listCommands()
	}
	return nil
}

func (c *Ctl) helpOn(name string) {
	text := ""
	if cmd := find(name); cmd != nil && cmd.visible() {
		text = helpText(cmd)
	} else if p, ok := c.plugin(name); ok {
		text = name + "\t" + p.about()
	}
	if text != "" {
		c.set("help", text)
		c.say(text)
		return
	}
	c.fail("*** No help on " + name)
}

// helpText sets the forms of a command with tabs, the meanings in one column as
// far as that is possible, as the reference does.
func helpText(cmd *Command) string {
	column := 0
	for _, f := range cmd.Forms {
		column = max(column, (len(f.Synopsis)/8+1)*8)
	}
	var b strings.Builder
	for _, f := range cmd.Forms {
		b.WriteString(f.Synopsis)
		for at := len(f.Synopsis); at < column; at = (at/8 + 1) * 8 {
			b.WriteByte('\t')
		}
		b.WriteString(f.Meaning + "\n")
	}
	for _, note := range cmd.Notes {
		b.WriteString(note + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// usage shows the help of a command after a mistake in its arguments.
func (c *Ctl) usage(name string) { c.say(helpText(find(name))) }

func (c *Ctl) listCommands() {
	var ours, own []string
	for _, cmd := range table() {
		switch {
		case !cmd.visible():
		case cmd.Extension:
			own = append(own, cmd.Name)
		default:
			ours = append(ours, cmd.Name)
		}
	}
	c.set("commands", append(append([]string{}, ours...), own...))
	c.say("")
	c.topics("default", ours)
	c.topics("further", own)
	if plugins := c.pluginNames(); len(plugins) > 0 {
		c.set("plugins", plugins)
		c.topics("plug-in", plugins)
	}
}

// helpWidth is the width of the list of commands.
const helpWidth = 79

func (c *Ctl) topics(title string, names []string) {
	header := title + " commands (type help <topic>):"
	c.say(header)
	c.say(strings.Repeat("=", len(header)))
	for _, row := range columns(names, helpWidth) {
		c.say(row)
	}
	c.say("")
}

// columns arranges sorted names in as few rows as fit into width, reading down
// the columns, two spaces apart. Every cell but the last of a row is padded to
// its column; the last is padded as well, as the reference does.
func columns(names []string, width int) []string {
	for rows := 1; ; rows++ {
		cols := (len(names) + rows - 1) / rows
		widths := make([]int, cols)
		total := -2
		for i := range widths {
			for _, n := range names[i*rows : min((i+1)*rows, len(names))] {
				widths[i] = max(widths[i], len(n))
			}
			total += widths[i] + 2
		}
		if total <= width || rows >= len(names) {
			return setRows(names, rows, widths)
		}
	}
}

func setRows(names []string, rows int, widths []int) []string {
	var out []string
	for r := range rows {
		var cells []string
		for col, w := range widths {
			if i := col*rows + r; i < len(names) {
				cells = append(cells, names[i]+strings.Repeat(" ", w-len(names[i])))
			}
		}
		out = append(out, strings.Join(cells, "  "))
	}
	return out
}
