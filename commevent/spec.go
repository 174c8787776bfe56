package main

import (
	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

var spec = &tool.Spec{
	Name:     "commevent",
	Summary:  "send a message to supervisord's event listeners",
	Synopsis: []string{"[--stdout | --stderr] [TEXT | -]"},
	Text: []string{
		"commevent is for scripts that run under supervisord. It writes TEXT to its standard output," +
			" or to standard error, between the tags by which supervisord knows a message:" +
			" `<!--XSUPERVISOR:BEGIN-->` and `<!--XSUPERVISOR:END-->`. supervisord takes it out of the" +
			" program's output and sends it as a PROCESS_COMMUNICATION_STDOUT (or STDERR) event to all" +
			" listeners that subscribe to it.",
		"Without TEXT, or with `-`, the text is read from standard input until its end. It is sent as" +
			" it is, binary data and a final newline included.",
		"The program's section needs stdout_capture_maxbytes (or stderr_capture_maxbytes) with a limit" +
			" that the text fits into. Without it the tags are ordinary output and go to the log.",
	},
	Flags: []cli.Flag{
		&cli.BoolFlag{Name: "stdout", Usage: "write to standard output (the default)"},
		&cli.BoolFlag{Name: "stderr", Usage: "write to standard error"},
	},
	Sections: []tool.Section{{
		Title: "What is guaranteed",
		Text: []string{
			"Nothing is written unless all of it can be sent: a text that contains the closing tag is" +
				" refused, because it would end the message early.",
			"Text and tags go out in one write. Where they fit into PIPE_BUF (4096 bytes on Linux, that" +
				" is 4050 bytes of text; 512 on BSD and macOS, 466 of text) nothing that other processes" +
				" write to the same pipe can come between.",
			"A longer text is written under a lock on the pipe (fcntl(2)), so that messages of several" +
				" commevents never mix, whatever their length. The lock holds off other commevents" +
				" only: what else the program itself writes meanwhile may end up inside a message that is" +
				" longer than PIPE_BUF. BSD and macOS have no locks on pipes; there only short messages" +
				" are safe from each other.",
		},
	}},
	Statuses: []tool.Item{
		{Term: "0", Text: "the message was written"},
		{Term: "1", Text: "the text was refused; nothing was written"},
		{Term: "2", Text: "the command line is wrong; nothing was written"},
		{Term: "111", Text: "the text could not be read or written, or the output is closed"},
	},
	Examples: []tool.Example{
		{
			Text: "Tell listeners that a job is done:",
			Code: `commevent "backup finished: $(du -sh /backup | cut -f1)"`,
		},
		{
			Text: "Send what a command prints:",
			Code: "df -h / | commevent --stderr",
		},
		{
			Text: "The section of such a program in supervisord.conf:",
			Code: "[program:backup]\ncommand=/usr/local/bin/backup.sh\nstdout_capture_maxbytes=1MB",
		},
	},
	SeeAlso: []string{"eventlisten(1)", "supervisord(1)", "supervisord.conf(5)"},
}
