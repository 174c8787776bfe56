package main

import (
	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

var spec = &tool.Spec{
	Name:     "pidproxy",
	Summary:  "run a command and pass signals on to the process named in its pidfile",
	Synopsis: []string{"[OPTION...] PIDFILE COMMAND [ARG...]"},
	Text: []string{
		"Some programs cannot run in the foreground themselves: they are started by a wrapper" +
			" (`mysqld_safe` is one) that leaves the process number of the real server in a pidfile." +
			" A signal sent to the wrapper does not reach the server. pidproxy runs the wrapper as its" +
			" child, and sends every signal that it receives to the process named in PIDFILE.",
		"pidproxy ends as soon as COMMAND ends, with the same exit status. COMMAND has to stay for as" +
			" long as its server runs; one that puts itself into the background and returns cannot be" +
			" supervised this way.",
		"A COMMAND with a slash is taken as it is. One without is looked for in the working directory," +
			" as Supervisor's own pidproxy does, and then on `PATH`.",
	},
	Flags: []cli.Flag{
		&cli.StringFlag{
			Name: "wait", Value: "0",
			Usage: "keep a signal for up to `TIME` (in seconds, or with a unit as in 500ms) when there is" +
				" no usable pidfile yet, before it goes to COMMAND instead (default 0: no waiting)",
		},
		&cli.BoolFlag{
			Name: "trust",
			Usage: "signal whatever process PIDFILE names, even when the file was there before COMMAND" +
				" was started or is older than that process",
		},
	},
	Sections: []tool.Section{
		{
			Title: "Signals",
			Text: []string{
				"Passed on are HUP, INT, QUIT, ABRT, ALRM, TERM, USR1, USR2, CONT, WINCH and IO; on" +
					" Linux also PWR and the real-time signals 35 to 64, on BSD and macOS also INFO." +
					" HUP and INT are left alone when pidproxy was started with them ignored. Signals of" +
					" the terminal's job control (TSTP, TTIN, TTOU) stop pidproxy itself; KILL and STOP" +
					" cannot be caught by any program.",
			},
		},
		{
			Title: "The pidfile",
			Text: []string{
				"The file is read anew for every signal, so it may appear late and change. It has to hold" +
					" one number. When it cannot be used the signal goes to COMMAND itself, and one" +
					" sentence on standard error says why. That is so when the file",
			},
			Items: []tool.Item{
				{Term: "is missing", Text: "or cannot be read, is empty, or holds something else than a number;"},
				{Term: "names no process", Text: "because the process has ended (on Linux also when it is a zombie);"},
				{Term: "names 0, 1 or a negative number", Text: "which are no single process or belong to init;"},
				{Term: "names pidproxy", Text: "itself or the process that started it;"},
				{Term: "is a leftover", Text: "that was there, with the same content, before COMMAND was started" +
					" and was not written since. `--trust` switches this check off;"},
				{Term: "is older than the process", Text: "by more than a minute, so that the number must" +
					" have been given to another process since (Linux; not checked when the clock was set" +
					" meanwhile). `--trust` switches this check off."},
			},
		},
		{
			Title: "Differences from Supervisor's pidproxy",
			Text: []string{
				"The reference looks every five seconds whether the command has ended, always exits with" +
					" 0, exits by itself on TERM, INT and QUIT without waiting for the command, and drops" +
					" a signal when there is no pidfile.",
			},
			ManOnly: true,
		},
	},
	Statuses: []tool.Item{
		{Term: "0-255", Text: "that of COMMAND, once it has been started"},
		{Term: "128+n", Text: "COMMAND was killed by signal n"},
		{Term: "2", Text: "the command line is wrong; nothing was started"},
		{Term: "111", Text: "the system could not start a process"},
		{Term: "126", Text: "COMMAND exists but cannot be executed"},
		{Term: "127", Text: "COMMAND does not exist"},
	},
	Examples: []tool.Example{
		{
			Text: "A server behind a wrapper, in supervisord.conf:",
			Code: "[program:mysql]\ncommand=pidproxy /var/run/mysqld.pid /usr/bin/mysqld_safe",
		},
		{
			Text: "A server that takes some seconds to write its pidfile, stopped early:",
			Code: "pidproxy --wait 10 /run/server.pid ./start-server --foreground",
		},
	},
	SeeAlso: []string{"supervisord(1)", "supervisord.conf(5)"},
}
