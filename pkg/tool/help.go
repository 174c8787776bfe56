package tool

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// width is the width to which help is set, so that it fits into any terminal.
const width = 79

// Help returns the text of --help for a tool called by the given name.
func (s *Spec) Help(name string) string {
	var b strings.Builder
	for i, syn := range s.Synopsis {
		lead := "Usage: "
		if i > 0 {
			lead = "       "
		}
		b.WriteString(hang(lead+name+" ", syn, len(lead)+4))
	}
	b.WriteString("\n")
	for _, p := range s.Text {
		b.WriteString(hang("", plain(p), 0) + "\n")
	}
	b.WriteString("Options:\n")
	b.WriteString(list(options(s.flags())))
	for _, sec := range s.Sections {
		if !sec.ManOnly {
			b.WriteString("\n" + sec.help())
		}
	}
	b.WriteString("\nExit status:\n" + list(s.Statuses))
	b.WriteString("\nExamples:\n")
	for i, e := range s.Examples {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(hang("  ", plain(e.Text), 2) + indent(e.Code, "      "))
	}
	return b.String()
}

func (sec *Section) help() string {
	var b strings.Builder
	b.WriteString(sec.Title + ":\n")
	for i, p := range sec.Text {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(hang("  ", plain(p), 2))
	}
	if len(sec.Items) > 0 && len(sec.Text) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(list(sec.Items))
	if sec.Code != "" {
		b.WriteString("\n" + indent(sec.Code, "      "))
	}
	return b.String()
}

// options returns the options as terms and explanations.
func options(flags []cli.Flag) []Item {
	var items []Item
	for _, f := range flags {
		d := f.(cli.DocGenerationFlag)
		value, usage := d.GetUsage(), d.GetUsage()
		_, value, _ = strings.Cut(value, "`")
		value, _, _ = strings.Cut(value, "`")
		if !d.TakesValue() {
			value = ""
		}
		items = append(items, Item{Term: names(f.Names(), value), Text: plain(usage)})
	}
	return items
}

// names returns the spellings of an option, the short one first.
func names(all []string, value string) string {
	var short, long []string
	for _, n := range all {
		if len(n) == 1 {
			short = append(short, "-"+n)
		} else {
			long = append(long, "--"+n)
		}
	}
	term := strings.Join(append(short, long...), ", ")
	if value != "" {
		term += " " + value
	}
	return term
}

// list sets terms and their explanations in two columns.
func list(items []Item) string {
	col := 0
	for _, it := range items {
		if n := len(it.Term); n > col && n <= 22 {
			col = n
		}
	}
	var b strings.Builder
	for _, it := range items {
		lead := "  " + it.Term
		if len(it.Term) > col {
			b.WriteString(lead + "\n")
			lead = ""
		}
		lead += strings.Repeat(" ", col+4-len(lead))
		b.WriteString(hang(lead, plain(it.Text), col+4))
	}
	return b.String()
}

// hang sets text after lead, with further lines indented.
func hang(lead, text string, by int) string {
	var b strings.Builder
	line := lead
	empty := true
	for _, w := range strings.Fields(text) {
		if !empty && len(line)+1+len(w) > width {
			b.WriteString(line + "\n")
			line, empty = strings.Repeat(" ", by), true
		}
		if !empty {
			line += " "
		}
		line += w
		empty = false
	}
	b.WriteString(line + "\n")
	return b.String()
}

func indent(code, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(code, "\n"), "\n", "\n"+by) + "\n"
}

// plain removes the marks of bold words.
func plain(s string) string { return strings.ReplaceAll(s, "`", "") }
