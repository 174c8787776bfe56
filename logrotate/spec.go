package main

import (
	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

var spec = &tool.Spec{
	Name:     "supervisor-logrotate",
	Summary:  "write standard input to a log file that is rotated",
	Synopsis: []string{"[OPTION...] FILE"},
	Text: []string{
		"supervisor-logrotate stands at the end of a pipe. It appends what it reads to FILE, and moves" +
			" FILE aside when it is full or its time has come. Old logs are called FILE.1 (the newest)," +
			" FILE.2 and so on, as supervisord's are, or are named by the time of the rotation.",
		"The binary is called logrotate where it is built, and installed under the longer name, so that it" +
			" does not take the place of logrotate(8).",
		"What is read is written at once. The writer at the other end of the pipe is never stopped by a" +
			" full disk, unless --block asks for it.",
	},
	Flags: []cli.Flag{
		&cli.StringFlag{
			Name: "size", Aliases: []string{"s"}, Value: "50MB",
			Usage: "rotate when FILE has reached this number of `BYTES`; KB, MB and GB may follow it. 0 is" +
				" for never (default 50MB)",
		},
		&cli.IntFlag{
			Name: "backups", Aliases: []string{"n"}, Value: 10,
			Usage: "keep `N` old logs (default 10). With 0 the log is emptied when it is full, unless" +
				" --max-age says what to keep",
		},
		&cli.StringFlag{
			Name: "every", Value: "0",
			Usage: "rotate every `TIME` as well, such as 1h, 24h or 7d, if anything has been written: 1h is" +
				" at each full hour, 24h at midnight, other periods are counted from midnight before 1" +
				" January 1970, all in local time (default 0: only by size)",
		},
		&cli.BoolFlag{
			Name: "timestamp", Aliases: []string{"t"},
			Usage: "name old logs by the time of the rotation, in UTC: app.log becomes" +
				" app-2026-01-31T23-59-59.000.log",
		},
		&cli.IntFlag{
			Name: "max-age",
			Usage: "with --timestamp: remove logs that were rotated more than `DAYS` days ago, at every" +
				" rotation (default 0: never)",
		},
		&cli.BoolFlag{
			Name: "compress", Aliases: []string{"z"},
			Usage: "with --timestamp: compress old logs by gzip, beside the writing. One that is not done" +
				" when the tool ends is done after the next rotation",
		},
		&cli.BoolFlag{
			Name: "block", Aliases: []string{"b"},
			Usage: "when FILE cannot be written, wait until it can be: the pipe fills up and its writer" +
				" waits",
		},
		&cli.BoolFlag{
			Name: "protect", Aliases: []string{"p"},
			Usage: "do not end on TERM or INT, only at the end of the input, so that the last words of a" +
				" program that is stopped by the same signal are not lost",
		},
	},
	Sections: []tool.Section{
		{
			Title: "Signals",
			Items: []tool.Item{
				{Term: "HUP", Text: "open FILE anew by its name, after another program has moved it away"},
				{Term: "USR1", Text: "rotate now, if anything has been written"},
				{Term: "TERM", Text: "write what is in the pipe (64 MiB at most) and end; a second one ends at once"},
				{Term: "INT", Text: "as TERM when standard input is a terminal, otherwise ignored: Ctrl-C" +
					" reaches the writer too, whose last words are waited for"},
			},
		},
		{
			Title: "Lines",
			Text: []string{
				"A rotation never divides a line of up to 64 KiB. FILE is rotated after the line that" +
					" makes it reach the size, so it is longer than the size by less than that line. A" +
					" rotation by time or by signal takes place at once when the last line is complete," +
					" and otherwise after its end. When no line ends within 64 KiB after the size was" +
					" reached, or after the time or signal, the rotation takes place without waiting for" +
					" one.",
			},
		},
		{
			Title: "When the log cannot be written",
			Text: []string{
				"The disk is full, the directory has gone or FILE has met the limit of its size (ulimit" +
					" -f): what cannot be written is dropped and counted. Standard error tells so once, and again, with the number of bytes, as soon" +
					" as the log can be written, which is tried at every write. The log goes on with the" +
					" beginning of a line on a line of its own. With --block nothing is dropped; writing" +
					" is tried again five times a second. TERM ends that too, and drops what is left.",
				"When a rotation fails (there is a directory FILE.1, say) nothing is lost: the log goes on" +
					" growing, standard error tells so once, and it is tried again every 64 KiB.",
			},
		},
		{
			Title: "Other programs and the log",
			Text: []string{
				"FILE is opened for appending, so several writers may share it and it may be truncated" +
					" (copytruncate of logrotate(8) works). When FILE is removed it is created anew. When" +
					" it is renamed it is followed until HUP or the next rotation. A FILE that is not a" +
					" regular file, such as a terminal or a named pipe, is written to and never rotated.",
			},
			ManOnly: true,
		},
	},
	Statuses: []tool.Item{
		{Term: "0", Text: "all that was read has been written"},
		{Term: "1", Text: "something was dropped"},
		{Term: "2", Text: "the command line is wrong"},
		{Term: "111", Text: "FILE could not be opened, or standard input not be read"},
	},
	Examples: []tool.Example{
		{
			Text: "The log of a program, ten files of 5 MB:",
			Code: "myserver 2>&1 | supervisor-logrotate -s 5MB -n 10 /var/log/myserver.log",
		},
		{
			Text: "One file a day, compressed, for a month:",
			Code: "myserver | supervisor-logrotate -s 0 --every 24h -t -z --max-age 31 -n 0 /var/log/myserver.log",
		},
		{
			Text: "Both ends of a pipe under supervisord. The trap has the shell stay until the pipe is" +
				" empty, and -p keeps the last words of the server:",
			Code: "[program:myserver]\n" +
				`command=sh -c "trap : TERM; myserver 2>&1 | supervisor-logrotate -p /var/log/myserver.log"` + "\n" +
				"stopasgroup=true\nkillasgroup=true",
		},
	},
	SeeAlso: []string{"supervisord(1)", "supervisord.conf(5)"},
}
