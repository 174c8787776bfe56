package tool

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"
)

// Version is the version that --version prints. The build sets it.
var Version = "devel"

// Run parses the command line and calls main with what it says, unless the
// command line is wrong or only asks for help. It returns the exit status.
// Options end at the first argument that is none, so a command to be run keeps
// its own.
func (s *Spec) Run(t *IO, main func(*cli.Context) error) int {
	app := &cli.App{
		Name:            t.Name(),
		Usage:           s.Summary,
		Flags:           s.flags(),
		HideHelpCommand: true,
		HideHelp:        true,
		HideVersion:     true,
		Writer:          t.Stdout,
		ErrWriter:       t.Stderr,
		// The library would print errors and end the process by itself.
		ExitErrHandler: func(*cli.Context, error) {},
		// printHelp wants a template; ours is ready-made.
		CustomAppHelpTemplate: "{{.Description}}",
		Description:           s.Help(t.Name()),
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return s.usageError(t, err)
		},
		Action: func(c *cli.Context) error {
			switch {
			case c.Bool("version"):
				return print(t.Stdout, t.Name()+" "+Version+"\n")
			case c.Bool("man"):
				return print(t.Stdout, string(s.Man()))
			}
			return main(c)
		},
	}
	return t.Finish(app.Run(append([]string{t.Name()}, tail(t.Args)...)))
}

// UsageErrorf returns the error of a wrong command line, with a hint at --help.
func (t *IO) UsageErrorf(format string, args ...any) *Error {
	e := Failf(Usage, format, args...)
	e.Hints = []string{fmt.Sprintf("%q tells how to use it", t.Name()+" --help")}
	return e
}

// badValue is what the option parser says of a value. The tools leave only numbers
// to it.
var badValue = regexp.MustCompile(`^invalid (boolean )?value (".*") for (?:flag )?-(\S+): (parse error|value out of range)$`)

const undefined = "flag provided but not defined: -"

// usageError puts the option parser's words into ours.
func (s *Spec) usageError(t *IO, err error) error {
	if name, ok := strings.CutPrefix(err.Error(), undefined); ok {
		name = strings.TrimLeft(name, "-")
		e := t.UsageErrorf("there is no option %q", dashes(name))
		if near := cli.SuggestFlag(s.flags(), name, true); near != "" && len(name) > 1 {
			e.Hints = append([]string{fmt.Sprintf("did you mean %q?", near)}, e.Hints...)
		}
		return e
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return t.UsageErrorf("option %q needs a value", dashes(strings.TrimLeft(name, "-")))
	}
	if m := badValue.FindStringSubmatch(err.Error()); m != nil {
		switch {
		case m[1] != "":
			return t.UsageErrorf("option %q takes no value", dashes(m[3]))
		case m[4] == "value out of range":
			return t.UsageErrorf("%s: %s is too large", dashes(m[3]), m[2])
		}
		return t.UsageErrorf("%s: %s is no whole number", dashes(m[3]), m[2])
	}
	return t.UsageErrorf("cannot read the options: %v", err)
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func tail(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	return args[1:]
}

func print(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return Failf(System, "cannot write to standard output: %w", err)
	}
	return nil
}
