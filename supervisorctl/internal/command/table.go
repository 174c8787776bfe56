package command

import "context"

// Command is one command of supervisorctl.
type Command struct {
	Name string
	// Forms are the ways to write the command, each with what it does.
	Forms []Form
	// Notes follow the forms in the help.
	Notes []string
	// Argument tells what the arguments are, for the completion.
	Argument Argument
	// Extension marks a command that the reference does not have.
	Extension bool

	run   func(*Ctl, context.Context, string) error
	quits bool
}

// Form is one way to write a command.
type Form struct {
	Synopsis string
	Meaning  string
}

// Argument is a kind of argument.
type Argument int

// The kinds of arguments.
const (
	NoArgument Argument = iota
	ProcessArgument
	GroupArgument
	CommandArgument
	SignalArgument // a signal, then processes
	OtherArgument
)

// Commands returns the commands, those of the reference first, each part sorted
// by name.
func Commands() []Command { return table() }

func find(name string) *Command {
	for _, cmd := range table() {
		if cmd.Name == name {
			return &cmd
		}
	}
	return nil
}

// table lists all commands. It is a function so that a program that runs one
// command does not pay for setting up a map of them at start.
func table() []Command {
	return []Command{
		{Name: "add", Argument: GroupArgument, run: (*Ctl).add, Forms: []Form{
			{"add <name> [...]", "Make new groups of the configuration active"},
		}},
		{Name: "avail", run: (*Ctl).avail, Forms: []Form{
			{"avail", "List every configured process, active or not"},
		}},
		{Name: "clear", Argument: ProcessArgument, run: (*Ctl).clearLogs, Forms: []Form{
			{"clear <name>", "Empty the logs of a process"},
			{"clear <gname>:*", "Empty the logs of all processes of a group"},
			{"clear <name> <name>", "Empty the logs of several processes"},
			{"clear all", "Empty the logs of every process"},
		}},
		{Name: "exit", run: (*Ctl).leave, quits: true, Forms: []Form{
			{"exit", "Leave the supervisor shell."},
		}},
		{Name: "fg", Argument: ProcessArgument, run: (*Ctl).foreground, Forms: []Form{
			{"fg <process>", "Connect the terminal to a process: its output is shown, what you type is sent to it"},
		}, Notes: []string{"Ctrl-C to leave the process alone again"}},
		{Name: "maintail", Argument: OtherArgument, run: (*Ctl).mainTail, Forms: []Form{
			{"maintail -f", "Follow supervisord's own log (Ctrl-C to exit)"},
			{"maintail -100", "The last 100 *bytes* of supervisord's own log"},
			{"maintail", "The last 1600 *bytes* of supervisord's own log"},
		}},
		{Name: "open", Argument: OtherArgument, run: (*Ctl).open, Forms: []Form{
			{"open <url>", "Talk to another supervisord from now on."},
		}, Notes: []string{"(a UNIX socket is written unix:///socket/path)"}},
		{Name: "pid", Argument: ProcessArgument, run: (*Ctl).pid, Forms: []Form{
			{"pid", "The process id of supervisord."},
			{"pid <name>", "The process id of a process, 0 if it does not run."},
			{"pid all", "The process id of every process, one on a line."},
		}},
		{Name: "quit", run: (*Ctl).leave, quits: true, Forms: []Form{
			{"quit", "Leave the supervisor shell."},
		}},
		{Name: "reload", run: (*Ctl).reload, Forms: []Form{
			{"reload", "Stop everything, and let supervisord start anew with its configuration read again."},
		}},
		{Name: "remove", Argument: GroupArgument, run: (*Ctl).remove, Forms: []Form{
			{"remove <name> [...]", "Make stopped groups inactive"},
		}},
		{Name: "reread", run: (*Ctl).reread, Forms: []Form{
			{"reread", "Let supervisord read its configuration files, and list what has changed. Nothing is started or stopped"},
		}},
		{Name: "restart", Argument: ProcessArgument, run: (*Ctl).restart, Forms: []Form{
			{"restart <name>", "Stop and start a process"},
			{"restart <gname>:*", "Stop and start all processes of a group"},
			{"restart <name> <name>", "Stop and start several processes or groups"},
			{"restart all", "Stop and start every process"},
		}, Notes: []string{"Note: the configuration is not read again by this. See reread and update."}},
		{Name: "shutdown", run: (*Ctl).shutdown, Forms: []Form{
			{"shutdown", "Stop everything and end supervisord."},
		}},
		{Name: "signal", Argument: SignalArgument, run: (*Ctl).signal, Forms: []Form{
			{"signal <signal name> <name>", "Send a signal to a process"},
			{"signal <signal name> <gname>:*", "Send a signal to all processes of a group"},
			{"signal <signal name> <name> <name>", "Send a signal to several processes or groups"},
			{"signal <signal name> all", "Send a signal to every process"},
		}},
		{Name: "start", Argument: ProcessArgument, run: (*Ctl).start, Forms: []Form{
			{"start <name>", "Start a process"},
			{"start <gname>:*", "Start all processes of a group"},
			{"start <name> <name>", "Start several processes or groups"},
			{"start all", "Start every process"},
		}},
		{Name: "status", Argument: ProcessArgument, run: (*Ctl).status, Forms: []Form{
			{"status <name>", "State of a process"},
			{"status <gname>:*", "State of all processes of a group"},
			{"status <name> <name>", "State of several processes"},
			{"status", "State of every process"},
			{"status --watch[=SECS] ...", "The same again and again until Ctrl-C, every 2 seconds or SECS"},
		}},
		{Name: "stop", Argument: ProcessArgument, run: (*Ctl).stop, Forms: []Form{
			{"stop <name>", "Stop a process"},
			{"stop <gname>:*", "Stop all processes of a group"},
			{"stop <name> <name>", "Stop several processes or groups"},
			{"stop all", "Stop every process"},
		}},
		{Name: "tail", Argument: ProcessArgument, run: (*Ctl).tail, Forms: []Form{
			{"tail [-f] <name> [stdout|stderr]", "The end of a process's log (stdout if not told otherwise)"},
			{"tail -f <name>", "Follow what a process writes to stdout (Ctrl-C to exit)"},
			{"tail -100 <name>", "The last 100 *bytes* of stdout"},
			{"tail <name> stderr", "The last 1600 *bytes* of stderr"},
		}},
		{Name: "update", Argument: GroupArgument, run: (*Ctl).update, Forms: []Form{
			{"update", "Read the configuration again, and add, change and remove what differs; processes that have changed are restarted"},
			{"update all", "The same"},
			{"update <gname> [...]", "The same for these groups only"},
			{"update --group ...", "Restart a changed group as a whole, not only those of its processes that differ"},
		}},
		{Name: "version", run: (*Ctl).version, Forms: []Form{
			{"version", "The version of supervisord"},
		}},
		{Name: "events", Extension: true, Argument: OtherArgument, run: (*Ctl).events, Forms: []Form{
			{"events", "Show what happens in supervisord, as it happens (Ctrl-C to exit)"},
			{"events --types A,B", "Only events of these types; PROCESS_STATE stands for all its subtypes"},
		}},
		{Name: "help", Extension: true, Argument: CommandArgument, run: (*Ctl).help},
		{Name: "wait", Extension: true, Argument: ProcessArgument, run: (*Ctl).wait, Forms: []Form{
			{"wait <name> [...]", "Wait until processes are RUNNING"},
			{"wait <name> --for STATE", "Wait until they are in another state, for instance STOPPED"},
			{"wait <name> --timeout SECS", "Give up after SECS seconds, with exit status 99"},
		}},
		{Name: completeCommand, Extension: true, run: (*Ctl).completions},
		{Name: "EOF", Extension: true, run: (*Ctl).leave, quits: true},
	}
}

// visible reports whether a command is listed in the help and completed.
func (c *Command) visible() bool { return len(c.Forms) > 0 }

// leave ends the shell; the empty line finishes that of the prompt.
func (c *Ctl) leave(context.Context, string) error {
	c.say("")
	return nil
}
