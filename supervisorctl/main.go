// Command supervisorctl controls a supervisord: one command from the command
// line, or many in a shell.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/command"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/shell"
)

func main() { os.Exit(run(os.Args, os.Environ())) }

// run does what the command line says and returns the exit status.
func run(argv, environ []string) int {
	s, err := command.ParseSettings(argv, environ, command.ConfigReader{Find: findConfig, Load: config.LoadCtl})
	if errors.Is(err, command.ErrHelp) {
		fmt.Print(command.HelpText(argv[0]))
		return command.ExitOK
	}
	if err != nil {
		return usage(argv[0], err)
	}
	if len(s.Args) > 0 {
		return oneShot(s)
	}
	interactive(s)
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
func usage(progname string, err error) int {
	var list config.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			fmt.Fprintf(os.Stderr, "Error: %s\n", e.Error())
		}
	} else {
		fmt.Fprintf(os.Stderr, "Error: %s\n", err)
	}
	fmt.Fprintf(os.Stderr, "For help, use %s -h\n", progname)
	return command.ExitUsage
}

func oneShot(s *command.Settings) int {
	plain := shell.NewPlain(os.Stdin, os.Stdout)
	ctl := command.New(s, streams(plain))
	ctl.Run(context.Background(), strings.Join(s.Args, " "))
	return ctl.Exit
}

func interactive(s *command.Settings) {
	plain := shell.NewPlain(os.Stdin, os.Stdout)
	var ctl *command.Ctl
	editor := shell.NewEditor(plain, s.HistoryFile, func(words []string) []string {
		return ctl.Candidates(context.Background(), words)
	})
	if editor == nil {
		ctl = command.New(s, streams(plain))
		shell.Loop(ctl, plain, os.Stdout)
		return
	}
	defer editor.Close()
	ctl = command.New(s, streams(editor))
	shell.Loop(ctl, editor, os.Stdout)
}

func streams(term command.Terminal) command.Streams {
	return command.Streams{
		Out: os.Stdout, Err: os.Stderr, Term: term,
		OutTerminal: shell.IsTerminal(os.Stdout),
		ErrTerminal: shell.IsTerminal(os.Stderr),
		NoColour:    os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb",
	}
}
