package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/command"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/shell"
)

// program is one run of supervisorctl.
type program struct {
	argv    []string
	environ []string
	in      *os.File
	out     io.Writer
	err     io.Writer
}

// run does what the command line says and returns the exit status.
func (p *program) run() int {
	s, err := command.ParseSettings(p.argv, p.environ, command.ConfigReader{Find: findConfig, Load: config.LoadCtl})
	if errors.Is(err, command.ErrHelp) {
		_, _ = io.WriteString(p.out, command.HelpText(p.argv[0]))
		return command.ExitOK
	}
	if errors.Is(err, command.ErrVersion) {
		_, _ = fmt.Fprintf(p.out, "supervisorctl %s\n", command.Version)
		return command.ExitOK
	}
	if err != nil {
		return p.usage(err)
	}
	if len(s.Args) > 0 {
		return p.oneShot(s)
	}
	p.interactive(s)
	return command.ExitOK // whatever happened in it, as the reference has it
}

func findConfig(argv0 string) string {
	file, _, err := config.FindFile(argv0)
	if err != nil {
		return ""
	}
	return file
}

// usage tells what is wrong with the command line or the configuration.
func (p *program) usage(err error) int {
	var list config.Errors
	if !errors.As(err, &list) {
		_, _ = fmt.Fprintf(p.err, "Error: %s\n", err)
	}
	for _, e := range list {
		_, _ = fmt.Fprintf(p.err, "Error: %s\n", e.Error())
	}
	_, _ = fmt.Fprintf(p.err, "For help, use %s -h\n", p.argv[0])
	return command.ExitUsage
}

func (p *program) oneShot(s *command.Settings) int {
	ctl := command.New(s, p.streams(shell.NewPlain(p.in, p.out)))
	ctl.RunWords(context.Background(), s.Args)
	return ctl.Exit
}

func (p *program) interactive(s *command.Settings) {
	plain := shell.NewPlain(p.in, p.out)
	if isTerminal(p.in) && isTerminal(p.out) && shell.CanEdit() {
		p.edited(s, plain)
		return
	}
	shell.Loop(command.New(s, p.streams(plain)), plain, p.out)
}

// edited runs the shell on a terminal.
func (p *program) edited(s *command.Settings, plain *shell.Plain) {
	editor := shell.NewEditor(plain, s.HistoryFile)
	defer editor.Close()
	ctl := command.New(s, p.streams(editor))
	editor.Complete(func(words []string) []string { return ctl.Candidates(context.Background(), words) })
	shell.Loop(ctl, editor, p.out)
}

func (p *program) streams(term command.Terminal) command.Streams {
	return command.Streams{
		Out: p.out, Err: p.err, Term: term,
		OutTerminal: isTerminal(p.out),
		ErrTerminal: isTerminal(p.err),
		NoColour:    os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb",
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && shell.IsTerminal(f)
}
