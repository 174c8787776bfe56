package command

import (
	"fmt"
	"strings"
)

// Version is the version of this program. The build sets it.
var Version = "devel"

// Option is an option of the command line.
type Option struct {
	Short string // letter, or ""
	Long  string
	Value string // what its value is called, or ""
	Help  string
}

// Options lists the options, for the help and the manual.
var Options = []Option{
	{"c", "configuration", "FILENAME", "the configuration file; without it the usual places are searched"},
	{"h", "help", "", "print this text and exit"},
	{"i", "interactive", "", "ask for confirmations and credentials even if an action is given"},
	{"s", "serverurl", "URL", "where supervisord listens, http://HOST:PORT or unix:///PATH; without it and without a configuration file http://localhost:9001"},
	{"u", "username", "USERNAME", "the user name for the server"},
	{"p", "password", "PASSWORD", "the password for the server (every user of the system can see it; a configuration file keeps it better)"},
	{"r", "history-file", "FILENAME", "keep the history of the shell in this file"},
	{"", "output", "FORMAT", "the form of the output, text or json; it can also stand behind an action"},
	{"", "version", "", "print the version of supervisorctl and exit; the action version asks supervisord for its own"},
}

// HelpText is what -h prints. progname is the name of the program as called.
func HelpText(progname string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
supervisorctl -- control the programs that supervisord runs.

Usage: %s [options] [action [arguments]]

Options:
`, progname)
	for _, o := range Options {
		b.WriteString(wrap(o.spelling()+" -- "+o.Help, "     "))
	}
	b.WriteString(`
action [arguments] -- see below

An action is a command such as "tail" or "stop". Without one, a shell is started
that takes actions line by line. The action "help" lists all of them.
`)
	return b.String()
}

// spelling is the option with its value as the help writes it.
func (o *Option) spelling() string {
	s := "--" + o.Long
	if o.Short != "" {
		s = "-" + o.Short + "/" + s
	}
	if o.Value != "" {
		s += " " + o.Value
	}
	return s
}

// wrap sets text in lines of at most 79 characters; all but the first are
// indented.
func wrap(text, indent string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > 79:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String() + "\n"
}
