package tool

import (
	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/man"
)

// Spec describes a tool: the one table of which its command line, its --help
// and its man page are made.
//
// Texts are plain English. A word in `backquotes` is set in bold in the man
// page and stands as it is in --help; in the usage of a flag the first such
// word is the name of its value.
type Spec struct {
	Name     string   // name of the man page
	Binary   string   // name of the built binary, when it is not Name
	Summary  string   // one line, no full stop
	Synopsis []string // command lines without the tool's name
	Text     []string // description, paragraph by paragraph
	Flags    []cli.Flag
	Sections []Section // further sections, before those that follow
	Statuses []Item    // exit statuses and what they mean
	Examples []Example
	SeeAlso  []string // "supervisord(8)"
}

// Section is a titled part of the description.
type Section struct {
	Title   string // in the case of a sentence, "Signals"
	Text    []string
	Items   []Item
	Code    string // shown as it is, after the rest
	ManOnly bool   // too long for --help
}

// Item is a term and its explanation.
type Item = man.Item

// Example is something to copy.
type Example struct {
	Text string // what it is for, one sentence
	Code string // one line or more
}

// common are the options that every tool has.
func common() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "print this help and exit"},
		&cli.BoolFlag{Name: "version", Usage: "print the version and exit"},
		&cli.BoolFlag{Name: "man", Usage: "print the man page in roff and exit (read it with: man -l -)"},
	}
}

// flags returns all options of the tool.
func (s *Spec) flags() []cli.Flag {
	return append(append([]cli.Flag{}, s.Flags...), common()...)
}
