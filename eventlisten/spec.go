package main

import (
	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

var spec = &tool.Spec{
	Name:    "eventlisten",
	Summary: "run a program for each event of supervisord",
	Synopsis: []string{
		"[OPTION...] [--] HANDLER [ARG...]",
		"[OPTION...] --exec COMMAND",
		"--lines [--ack] [OPTION...] [--] HANDLER [ARG...]",
	},
	Text: []string{
		"eventlisten is the command of an [eventlistener:x] section. It speaks the listener protocol" +
			" with supervisord and runs HANDLER once for each event. The handler finds the event in its" +
			" environment, and the payload on its standard input. Exit status 0 tells supervisord OK;" +
			" anything else tells FAIL, and then supervisord sends the event again.",
		"What the handler prints goes to eventlisten's standard error, whichever of its two outputs it" +
			" uses, so it can never disturb the protocol.",
	},
	Flags: []cli.Flag{
		&cli.StringSliceFlag{
			Name: "events", Aliases: []string{"e"},
			Usage: "hand on events of these `TYPES` only, separated by commas; abstract and legacy names" +
				" stand for all that they include. Other events are acknowledged at once",
		},
		&cli.StringFlag{
			Name: "exec", Aliases: []string{"x"},
			Usage: "the handler is this `COMMAND`, run by /bin/sh -c",
		},
		&cli.StringFlag{
			Name: "timeout", Aliases: []string{"t"}, Value: "0",
			Usage: "after `TIME` kill the handler's process group, by TERM and two seconds later by KILL," +
				" and count it as failed (default 0: never). TIME is in seconds or has a unit, as in 500ms" +
				" or 5m",
		},
		&cli.IntFlag{
			Name: "retries", Aliases: []string{"r"},
			Usage: "run the handler up to `N` times more when it fails, before telling FAIL (default 0)",
		},
		&cli.StringFlag{
			Name: "retry-delay", Value: "1",
			Usage: "wait this `TIME` before another try, and after a FAIL before the next event, so that" +
				" an event that cannot be handled does not go round at full speed (default 1)",
		},
		&cli.IntFlag{
			Name: "jobs", Aliases: []string{"j"}, Value: 1,
			Usage: "acknowledge each event at once and run up to `N` handlers side by side (default 1:" +
				" one after the other, acknowledged when done)",
		},
		&cli.BoolFlag{
			Name:  "body",
			Usage: "put only the body of the event on the handler's standard input",
		},
		&cli.BoolFlag{
			Name:  "lines",
			Usage: "keep one handler running and feed it one line of JSON per event",
		},
		&cli.BoolFlag{
			Name:  "ack",
			Usage: "with --lines: the handler answers each line by a line OK or FAIL",
		},
		&cli.StringFlag{
			Name: "grace", Value: "5",
			Usage: "when told to stop, give running handlers this `TIME` to finish before they are killed" +
				" (default 5). Keep it below the section's stopwaitsecs",
		},
		&cli.StringFlag{
			Name: "length", Value: "auto",
			Usage: "what the daemon counts in the length of a payload, `UNIT`: bytes, or characters as" +
				" Supervisor for Python 3 does, or auto to find out (default auto)",
		},
	},
	Sections: []tool.Section{
		{
			Title: "The handler's environment",
			Items: []tool.Item{
				{Term: "EVENT_NAME", Text: "the type, such as PROCESS_STATE_FATAL"},
				{Term: "EVENT_SERIAL", Text: "number of the event in this daemon"},
				{Term: "EVENT_POOL", Text: "the listener pool"},
				{Term: "EVENT_POOLSERIAL", Text: "number of the event in this pool"},
				{Term: "EVENT_SERVER", Text: "identifier of the daemon"},
				{Term: "EVENT_VER", Text: "version of the protocol, 3.0"},
				{Term: "EVENT_LEN", Text: "length of the payload as the daemon sent it"},
				{Term: "EVENT_PROCESSNAME", Text: "PROCESS_STATE, PROCESS_COMMUNICATION, PROCESS_LOG: the process"},
				{Term: "EVENT_GROUPNAME", Text: "its group; also of PROCESS_GROUP"},
				{Term: "EVENT_FROM_STATE", Text: "PROCESS_STATE: the state before"},
				{Term: "EVENT_TRIES", Text: "PROCESS_STATE_STARTING, BACKOFF: failed starts so far"},
				{Term: "EVENT_EXPECTED", Text: "PROCESS_STATE_EXITED: 1 when the exit status was expected, else 0"},
				{Term: "EVENT_PID", Text: "pid of the process, where the event has one"},
				{Term: "EVENT_CHANNEL", Text: "PROCESS_LOG: stdout or stderr"},
				{Term: "EVENT_WHEN", Text: "TICK: seconds since 1970"},
				{Term: "EVENT_TYPE", Text: "REMOTE_COMMUNICATION: what the sender called it"},
				{Term: "EVENT_ATTEMPT", Text: "1, or more when it is tried again (see --retries)"},
				{Term: "EVENT_DAEMON_PID", Text: "pid of the process that started eventlisten: supervisord"},
			},
		},
		{
			Title: "More on the environment",
			Text: []string{
				"Any other token of a header or payload line becomes EVENT_ and its name in upper case," +
					" with _ for what is no letter or digit. In the payloads of the legacy types the tokens" +
					" are process_name and group_name; the handler gets them under those names and the" +
					" ones above. Variables of this kind that eventlisten itself was started with are" +
					" removed, so that one that is set belongs to the event. NUL bytes are left out, and" +
					" what is longer than 64 KiB is cut there. The variables of supervisord" +
					" (SUPERVISOR_SERVER_URL and others) are handed on.",
			},
			ManOnly: true,
		},
		{
			Title: "Standard input",
			Text: []string{
				"The handler reads the payload just as supervisord sent it. That of a PROCESS_COMMUNICATION," +
					" PROCESS_LOG or REMOTE_COMMUNICATION event is a line of tokens, and then the body: what" +
					" the process printed, or what the sender of the remote event gave. With --body the" +
					" handler reads the body alone; events that have none leave it with nothing to read.",
			},
		},
		{
			Title: "What is guaranteed",
			Text: []string{
				"One after the other (the default): an event is acknowledged when its handler has ended" +
					" with 0, and until then nothing else is asked for. When eventlisten dies before, the" +
					" daemon sends the event again: it is handled at least once, as long as the daemon's" +
					" buffer holds.",
				"With --jobs: an event is acknowledged before its handler runs. It is handled at most once:" +
					" when the handler still fails after --retries, a warning with its serial number is all" +
					" that is left. Events may be finished in another order. While N handlers run" +
					" supervisord is not asked for more.",
				"With --lines: an event is acknowledged when its line has been written to the handler's" +
					" pipe. Lines that a handler had not read when it died are lost: at most once.",
				"With --lines --ack: an event is acknowledged when the handler answers OK. When it answers" +
					" FAIL, dies, or does not answer within --timeout, the line is sent again (to a new" +
					" handler, if need be) up to --retries times, and then supervisord is told FAIL: at" +
					" least once.",
			},
		},
		{
			Title: "Lines",
			Text: []string{
				"Each line is a JSON object with the members event, serial, pool, poolserial, server, ver," +
					" fields (an object with the tokens of the payload, all of them strings), and, where" +
					" the event has a body, body; when that is not UTF-8, body_base64 in its place.",
				"A handler that ends is started again, but not more often than every --retry-delay. Its" +
					" standard output goes to standard error; with --ack lines other than OK and FAIL do." +
					" Its input ends when eventlisten is to stop.",
			},
			Code: `{"event":"PROCESS_STATE_EXITED","serial":7,"pool":"watch","poolserial":7,` +
				"\n" + ` "server":"supervisor","ver":"3.0","fields":{"processname":"web",` +
				"\n" + ` "groupname":"web","from_state":"RUNNING","expected":"0","pid":"2766"}}`,
			ManOnly: true,
		},
		{
			Title: "Stopping",
			Text: []string{
				"eventlisten ends when its standard input ends, or on TERM, INT, QUIT or HUP. Handlers that" +
					" are running are given --grace to finish, and an event that is finished in time is" +
					" still acknowledged. After that, or on a second signal, they are killed.",
			},
		},
	},
	Statuses: []tool.Item{
		{Term: "0", Text: "the input ended, or a signal told to stop"},
		{Term: "1", Text: "the input is not the listener protocol"},
		{Term: "2", Text: "the command line is wrong"},
		{Term: "111", Text: "the input could not be read or the answer not be written"},
		{Term: "126", Text: "the handler exists but cannot be executed"},
		{Term: "127", Text: "the handler does not exist"},
	},
	Examples: []tool.Example{
		{
			Text: "Run a script whenever a program has exited or failed to start:",
			Code: "[eventlistener:onexit]\n" +
				"command=eventlisten -- /usr/local/bin/on-exit.sh\n" +
				"events=PROCESS_STATE_EXITED,PROCESS_STATE_FATAL",
		},
		{
			Text: "Without a script of its own:",
			Code: "[eventlistener:mail]\n" +
				`command=eventlisten --exec 'echo "$EVENT_PROCESSNAME is down" | mail -s "$EVENT_NAME" root'` + "\n" +
				"events=PROCESS_STATE_FATAL",
		},
		{
			Text: "A webhook that may be slow, tried three times, ten at once:",
			Code: "command=eventlisten --jobs 10 --retries 2 --timeout 30 -- ./webhook.sh",
		},
		{
			Text: "A long-running handler that reads JSON:",
			Code: "command=eventlisten --lines --ack -- /usr/local/bin/watch.py",
		},
	},
	SeeAlso: []string{"commevent(1)", "supervisord(1)", "supervisord.conf(5)"},
}
