package config

import "slices"

// processOptions are common to programs, event listeners and FastCGI programs.
func processOptions() []Option {
	return slices.Concat(commandOptions, startOptions, stopOptions,
		outputOptions("stdout"), outputOptions("stderr"), surroundingsOptions)
}

var commandOptions = []Option{
	{
		Name: "command", Type: CommandValue, Required: true, Since: "3.0", Example: "/bin/cat -n",
		Short: "the program and its arguments; looked up in PATH",
		Help: `The program to run and its arguments, split as a shell splits words, but without a shell: no variables, no
redirections, no pipes. A name without a slash is looked up in PATH. The program must stay in the foreground.
A ; or # after white space begins a comment even inside quotes.`,
	},
	{
		Name: "process_name", Type: TextValue, Default: "%(program_name)s", Since: "3.0", Example: "%(program_name)s_%(process_num)02d",
		Short: "name of each process; default %(program_name)s",
		Help: `The name of each process of the section. With numprocs above 1 it must contain %(process_num)s or another
format of it. Blanks, colons and slashes are not allowed.`,
	},
	{
		Name: "numprocs", Type: IntegerValue, Default: "1", Since: "3.0", Example: "4",
		Short: "how many processes to run; default 1",
		Help:  `How many processes are made from the section.`,
	},
	{
		Name: "numprocs_start", Type: IntegerValue, Default: "0", Since: "3.0", Example: "1",
		Short: "number of the first process; default 0",
		Help:  `The value of %(process_num)s for the first process of the section.`,
	},
	{
		Name: "directory", Type: PathValue, Unset: "that of supervisord", Since: "3.0", Example: "/tmp",
		Short: "working directory; default that of supervisord",
		Help:  `The working directory of the program.`,
	},
	{
		Name: "umask", Type: OctalValue, Unset: "that of supervisord", Since: "3.0", Example: "022",
		Short: "umask; default that of supervisord",
		Help:  `The umask of the program.`,
	},
	{
		Name: "priority", Type: IntegerValue, Default: defaultPriority, Since: "3.0", Example: "999", Live: true,
		Short: "order of starting; default 999",
		Help: `The place in the order of starting and stopping: lower numbers start first and stop last. Groups are ordered
by their priority, and the processes of a group by theirs.`,
	},
}

var startOptions = []Option{
	{
		Name: "autostart", Type: BoolValue, Default: "true", Since: "3.0", Example: "true", Live: true,
		Short: "start with supervisord; default true",
		Help:  `If true, the program is started when supervisord starts, or when its group is added.`,
	},
	{
		Name: "startsecs", Type: IntegerValue, Default: "1", Since: "3.0", Example: "1", Live: true,
		Short: "seconds it must live to count as started; default 1",
		Help: `How many seconds the program must live to count as started. One that ends earlier, with whatever status, has
failed to start and is tried again. 0 means that it counts as started at once.`,
	},
	{
		Name: "startretries", Type: IntegerValue, Default: "3", Since: "3.0", Example: "3", Live: true,
		Short: "how often to try again to start it; default 3",
		Help: `How often a start that failed is tried again before the process becomes FATAL. The first pause is one second,
and each further one is a second longer.`,
	},
	{
		Name: "autorestart", Type: RestartValue, Default: "unexpected", Since: "3.0", Example: "unexpected", Live: true,
		Short: "restart it after it has run: true, false or unexpected; default unexpected",
		Help: `Whether a process is started again when it ends after it counted as started: always (true), never (false), or
if its exit status is not one of exitcodes= or a signal ended it (unexpected).`,
	},
	{
		Name: "exitcodes", Type: ExitCodesValue, Default: "0", Since: "3.0", Example: "0,2", Live: true,
		Short: "exit statuses that are expected; default 0",
		Help:  `The exit statuses that autorestart=unexpected takes for a regular end.`,
	},
}

var stopOptions = []Option{
	{
		Name: "stopsignal", Type: SignalValue, Default: "TERM", Since: "3.0", Example: "QUIT", Live: true,
		Short: "signal that stops it; default TERM",
		Help:  `The signal that asks the program to stop, by name or number.`,
	},
	{
		Name: "stopwaitsecs", Type: IntegerValue, Default: "10", Since: "3.0", Example: "10", Live: true,
		Short: "seconds until it is killed; default 10",
		Help:  `How many seconds the program has to stop before it is killed with SIGKILL.`,
	},
	{
		Name: "stopasgroup", Type: BoolValue, Default: "false", Since: "3.0b1", Example: "false", Live: true,
		Short: "send the stop signal to its process group; default false",
		Help: `If true, the stop signal goes to the whole process group of the program, which reaches the children of a
shell script. killasgroup is true then too and must not be set to false.`,
	},
	{
		Name: "killasgroup", Type: BoolValue, Default: "false", Since: "3.0a11", Example: "false", Live: true,
		Short: "kill its process group; default false",
		Help:  `If true, SIGKILL goes to the whole process group. The default is the value of stopasgroup.`,
	},
	{
		Name: "user", Type: UserValue, Unset: "that of supervisord", Since: "3.0", Example: "www-data",
		Short: "user to run it as, if supervisord is root",
		Help: `The user as whom the program runs, if supervisord runs as root. Its supplementary groups are set too; HOME and
USER are not.`,
	},
	{
		Name: "redirect_stderr", Type: BoolValue, Default: "false", Since: "3.0", Example: "true",
		Short: "write its stderr to its stdout log; default false",
		Help:  `If true, standard error of the program goes where its standard output goes. Not for event listeners.`,
	},
}

// outputOptions are those of one output channel.
func outputOptions(channel string) []Option {
	log := channel + "_logfile"
	return []Option{
		{
			Name: log, Type: LogValue, Default: "AUTO", Since: "3.0", Example: "/var/log/%(program_name)s.log",
			Short: "log file, AUTO or NONE; default AUTO",
			Help: `The file for what the program writes to ` + channel + `. AUTO makes a file in childlogdir= that is removed at
the next start of supervisord; NONE drops the output. /dev/stdout, /dev/stderr and /dev/fd/N stand for the
descriptors of supervisord; such a log is never rotated. Expansions are made twice in this option, so that a
percent sign is written %%%%.`,
		},
		{
			Name: log + "_maxbytes", Type: BytesValue, Default: "50MB", Since: "3.0", Example: "1MB", Live: true,
			Short: "size at which the log is rotated; default 50MB",
			Help:  `The size at which the log is rotated, in bytes or with the suffix KB, MB or GB. 0 lets it grow without limit.`,
		},
		{
			Name: log + "_backups", Type: IntegerValue, Default: "10", Since: "3.0", Example: "10", Live: true,
			Short: "number of old logs that are kept; default 10",
			Help:  `The number of rotated logs that are kept, as NAME.1 (the newest), NAME.2 and so on. 0 keeps none.`,
		},
		{
			Name: channel + "_capture_maxbytes", Type: BytesValue, Default: "0", Since: "3.0", Example: "1MB",
			Short: "size of the capture buffer; default 0, no capture mode",
			Help: `If not 0, what the program writes to ` + channel + ` between the tags <!--XSUPERVISOR:BEGIN--> and
<!--XSUPERVISOR:END--> becomes a PROCESS_COMMUNICATION event, of about that many bytes at most.`,
		},
		{
			Name: channel + "_events_enabled", Type: BoolValue, Default: "false", Since: "3.0a7", Example: "false",
			Short: "make events of its output; default false",
			Help:  `If true, everything that the program writes to ` + channel + ` becomes PROCESS_LOG events as well.`,
		},
		{
			Name: channel + "_syslog", Type: BoolValue, Default: "false", Since: "4.0.0", Example: "false",
			Short: "send the output to syslog too; default false",
			Help:  `If true, what the program writes to ` + channel + ` goes to syslog(3) as well, with the name of the process.`,
		},
		{
			Name: log + "_rotation", Type: RotationValue, Default: "numbered", Extension: true, Example: "timestamp",
			Short: "names of rotated logs: numbered or timestamp",
			Help: `How rotated logs are named: NAME.1, NAME.2 and so on (numbered), or with the time of the rotation in their names
(timestamp, in UTC), which allows for compression and an age limit.`,
		},
		{
			Name: log + "_compress", Type: BoolValue, Default: "false", Extension: true, Example: "true",
			Short: "compress rotated logs",
			Help:  `If true, rotated logs are compressed with gzip. Only with ` + log + `_rotation = timestamp.`,
		},
		{
			Name: log + "_maxage", Type: AgeValue, Default: "0", Extension: true, Example: "7d",
			Short: "age at which rotated logs are removed",
			Help: `The age at which rotated logs are removed, in days or with a unit: 7d, 12h. 0 keeps them, as long as the
number of backups allows. Only with ` + log + `_rotation = timestamp.`,
		},
		{
			Name: channel + "_capturefile", Type: LogValue, Unset: "no capture mode", Since: "3.0a3", Example: "AUTO",
			Deprecated: channel + "_capture_maxbytes",
			Help:       `Switched on capture mode in Supervisor 3.0a3. Any value but NONE stands for ` + channel + `_capture_maxbytes = 2MB.`,
		},
	}
}

var surroundingsOptions = []Option{
	{
		Name: "environment", Type: EnvironmentValue, Unset: "nothing is added", Since: "3.0", Example: `A="1",B="2"`, Secret: true,
		Short: "variables added to its environment",
		Help: `Variables that are added to the environment of the program, as KEY="value" with commas between them. A value
with other characters than letters, digits and _/.+-(): needs quotes. The variables can be used as %(ENV_KEY)s
in command, directory and the names of logs.`,
	},
	{
		Name: "serverurl", Type: URLValue, Default: "AUTO", Since: "3.0", Example: "AUTO",
		Short: "value of SUPERVISOR_SERVER_URL; default AUTO",
		Help: `The URL of supervisord that the program finds in its environment as SUPERVISOR_SERVER_URL. AUTO takes the UNIX
socket if there is one, and else the TCP server. With an empty value the program is told none.`,
	},
}

// listenerOptions are those of event listeners: their pools start before
// everything else.
func listenerOptions() []Option {
	options := processOptions()
	for i := range options {
		if options[i].Name == "priority" {
			options[i].Default, options[i].Example = "-1", "-1"
			options[i].Short = "order of starting; default -1, before programs"
		}
	}
	return slices.Concat(options, []Option{
		{
			Name: "events", Type: NamesValue, Required: true, Since: "3.0", Example: "PROCESS_STATE,TICK_60", Live: true,
			Short: "event types that it gets, with commas between them",
			Help: `The event types that the listeners of the section get, with commas between them. A general type such as
PROCESS_STATE stands for all its special ones, and EVENT for everything.`,
		},
		{
			Name: "buffer_size", Type: IntegerValue, Default: "10", Since: "3.0", Example: "10", Live: true,
			Short: "events that can wait; default 10",
			Help: `How many events wait while all listeners of the section are busy. When one more comes, the oldest is dropped,
and the activity log tells.`,
		},
		{
			Name: "result_handler", Type: FactoryValue, Default: defaultResultHandler, Since: "3.0", Example: defaultResultHandler, Live: true,
			Short: "kept for old files",
			Help: `Names a Python function that judges the answers of the listeners. It is accepted and has no effect: the answer
OK accepts an event, and FAIL rejects it.`,
		},
		{
			Name: "restart_unknown", Type: BoolValue, Default: "false", Extension: true, Example: "true", Live: true,
			Short: "restart a listener that broke the protocol",
			Help: `If true, a listener that broke the protocol, and so would never get an event again, is stopped and started
again: at once the first time, after a second the second time, then after two and so on. After startretries restarts
in a row it is left as it is, with a line in the activity log, until somebody restarts it. A minute without a break of
the protocol ends the row.`,
		},
	})
}

var socketOptions = []Option{
	{
		Name: "socket", Type: SocketValue, Required: true, Since: "3.0", Example: "unix:///run/%(program_name)s.sock",
		Short: "socket for the FastCGI programs: unix:///path or tcp://host:port",
		Help: `The socket that the programs of the section share as their standard input: unix:///absolute/path or
tcp://host:port. It is opened before the first of them starts and closed after the last has stopped.
%(program_name)s and %(here)s may be used.`,
	},
	{
		Name: "socket_backlog", Type: IntegerValue, Unset: "the limit of the system", Since: "3.4.0", Example: "1024",
		Short: "connections that can wait",
		Help:  `How many connections may wait until one of the programs accepts them, from 1 to 65535.`,
	},
	{
		Name: "socket_owner", Type: OwnerValue, Unset: "user= of the section, or the user of supervisord", Since: "3.0", Example: "www-data:www-data",
		Short: "user:group that owns a UNIX socket",
		Help:  `The user, or the user and group, that own a UNIX socket.`,
	},
	{
		Name: "socket_mode", Type: OctalValue, Default: "0700", Since: "3.0", Example: "0770",
		Short: "permissions of a UNIX socket; default 0700",
		Help:  `The permissions of a UNIX socket.`,
	},
}
