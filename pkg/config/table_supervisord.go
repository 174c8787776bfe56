package config

var supervisordOptions = []Option{
	{
		Name: "logfile", Type: PathValue, Default: "supervisord.log", Since: "3.0", Example: "/var/log/supervisor/supervisord.log",
		Short: "activity log; default supervisord.log in the working directory",
		Help: `The path of the activity log of supervisord itself. A relative path is looked up from the directory in which
supervisord was started. The value syslog sends the log to syslog(3). %(here)s may be used.`,
	},
	{
		Name: "logfile_maxbytes", Type: BytesValue, Default: "50MB", Since: "3.0", Example: "50MB",
		Short: "size at which it is rotated; default 50MB",
		Help: `The size at which the activity log is rotated, in bytes or with the suffix KB, MB or GB. 0 lets it grow
without limit.`,
	},
	{
		Name: "logfile_backups", Type: IntegerValue, Default: "10", Since: "3.0", Example: "10",
		Short: "number of old logs that are kept; default 10",
		Help:  `The number of rotated activity logs that are kept, as NAME.1 (the newest), NAME.2 and so on. 0 keeps none.`,
	},
	{
		Name: "loglevel", Type: LevelValue, Default: "info", Since: "3.0", Example: "info",
		Short: "least severity that is logged; default info",
		Help: `How much goes into the activity log: critical, error, warn, info, debug, trace or blather. debug adds the
output of the programs and their life in detail.`,
	},
	{
		Name: "pidfile", Type: PathValue, Default: "supervisord.pid", Since: "3.0", Example: "/run/supervisord.pid",
		Short: "file with the process id; default supervisord.pid",
		Help:  `The file into which supervisord writes its process id. %(here)s may be used.`,
	},
	{
		Name: "nodaemon", Type: BoolValue, Default: "false", Since: "3.0", Example: "false",
		Short: "stay in the foreground; default false",
		Help:  `If true, supervisord stays in the foreground instead of becoming a daemon, as with the option -n.`,
	},
	{
		Name: "silent", Type: BoolValue, Default: "false", Since: "4.2.0", Example: "false",
		Short: "no log on stdout in the foreground; default false",
		Help:  `If true, the activity log is not repeated on standard output while supervisord runs in the foreground.`,
	},
	{
		Name: "minfds", Type: IntegerValue, Default: "1024", Since: "3.0", Example: "1024",
		Short: "file descriptors needed to start; default 1024",
		Help: `The number of file descriptors that must be available before supervisord starts. As root it raises the limit
if it must. A program with two logs needs five of them.`,
	},
	{
		Name: "minprocs", Type: IntegerValue, Default: "200", Since: "3.0", Example: "200",
		Short: "processes needed to start; default 200",
		Help: `The number of processes that the system must allow before supervisord starts. As root it raises the limit if
it must.`,
	},
	{
		Name: "umask", Type: OctalValue, Default: "022", Since: "3.0", Example: "022",
		Short: "umask of the daemon; default 022",
		Help:  `The umask of supervisord and, unless they set their own, of the programs. It takes effect when supervisord becomes a daemon.`,
	},
	{
		Name: "user", Type: UserValue, Unset: "no change of user", Since: "3.0", Example: "supervisord",
		Short: "user to run as, if started by root",
		Help: `The user that supervisord becomes before it does anything else, if root starts it. If it cannot become that
user it does not start.`,
	},
	{
		Name: "identifier", Type: TextValue, Default: "supervisor", Since: "3.0", Example: "supervisor",
		Short: "name of this daemon for clients; default supervisor",
		Help:  `The name by which clients and event listeners can tell this daemon from others. It is part of the names of AUTO logs.`,
	},
	{
		Name: "directory", Type: DirectoryValue, Unset: "no change of directory", Since: "3.0", Example: "/tmp",
		Short: "directory to change to; default none",
		Help:  `The directory that supervisord changes to when it becomes a daemon. %(here)s may be used.`,
	},
	{
		Name: "nocleanup", Type: BoolValue, Default: "false", Since: "3.0", Example: "true",
		Short: "keep old AUTO logs at start; default false",
		Help:  `If true, the AUTO logs of an earlier daemon with the same identifier are not removed at start.`,
	},
	{
		Name: "childlogdir", Type: DirectoryValue, Unset: "$TMPDIR, or /tmp", Since: "3.0", Example: "/var/log/supervisor",
		Short: "directory of AUTO logs; default $TMPDIR",
		Help:  `The directory in which the AUTO logs of the programs are made. %(here)s may be used.`,
	},
	{
		Name: "environment", Type: EnvironmentValue, Unset: "nothing is added", Since: "3.0", Example: `KEY="value",KEY2="value2"`, Secret: true,
		Short: "environment added to every program",
		Help: `Variables that are added to the environment of every program, as KEY="value" with commas between them. A value
with other characters than letters, digits and _/.+-(): needs quotes. The variables can be used as %(ENV_KEY)s
in the sections of programs. Expansions are made twice in this option, so that a percent sign is written %%%%.`,
	},
	{
		Name: "strip_ansi", Type: BoolValue, Default: "false", Since: "3.0", Example: "false",
		Short: "remove colour codes from program logs; default false",
		Help:  `If true, the ANSI escape sequences of colours and the like are removed from the logs of the programs.`,
	},
	{
		Name: "subreaper", Type: BoolValue, Default: "false", Extension: true, Example: "false",
		Short: "adopt the orphans of the programs",
		Help: `If true, processes whose parent has died become children of supervisord rather than of process 1, and
supervisord reaps them. As process 1 it always does so. Linux only.`,
	},
	{
		Name: "http_port", Type: AddressValue, Unset: "no server", Since: "3.0a3", Example: "127.0.0.1:9001",
		Deprecated: "a section [unix_http_server] or [inet_http_server]",
		Help:       `The address of the only server of Supervisor 3.0a3: host:port, or the path of a UNIX socket.`,
	},
	{
		Name: "http_username", Type: TextValue, Unset: "no authentication", Since: "3.0a3", Example: "user",
		Deprecated: "username in the section of the server",
		Help:       `The user name for the server of http_port.`,
	},
	{
		Name: "http_password", Type: TextValue, Unset: "no authentication", Since: "3.0a3", Example: "123", Secret: true,
		Deprecated: "password in the section of the server",
		Help:       `The password for the server of http_port.`,
	},
	{
		Name: "sockchmod", Type: OctalValue, Default: "0700", Since: "3.0a3", Example: "0700",
		Deprecated: "chmod in [unix_http_server]",
		Help:       `The permissions of the socket of http_port.`,
	},
	{
		Name: "sockchown", Type: OwnerValue, Unset: "the user and group of supervisord", Since: "3.0a3", Example: "user.group",
		Deprecated: "chown in [unix_http_server]",
		Help:       `The owner of the socket of http_port: a user, or user.group with a dot.`,
	},
}

var supervisorctlOptions = []Option{
	{
		Name: "serverurl", Type: URLValue, Default: "http://localhost:9001", Since: "3.0", Example: "unix:///run/supervisor.sock",
		Short: "where supervisord listens: a unix:// or http:// URL",
		Help: `The URL of the supervisord to control: http://host:port, or unix:///path for a UNIX socket. %(here)s may be
used.`,
	},
	{
		Name: "username", Type: TextValue, Unset: "none", Since: "3.0", Example: "chris",
		Short: "the same as in the section of the server",
		Help:  `The user name for a server that asks for one.`,
	},
	{
		Name: "password", Type: TextValue, Unset: "none", Since: "3.0", Example: "123", Secret: true,
		Short: "the same as in the section of the server",
		Help:  `The password for a server that asks for one, in clear text.`,
	},
	{
		Name: "prompt", Type: TextValue, Default: "supervisor", Since: "3.0", Example: "mysupervisor",
		Short: "prompt of the shell; default supervisor",
		Help:  `What the interactive shell prints before each command.`,
	},
	{
		Name: "history_file", Type: PathValue, Unset: "the history is not kept", Since: "3.0a5", Example: "~/.sc_history",
		Short: "file that keeps the command history",
		Help:  `The file in which the interactive shell keeps its history. %(here)s and ~ may be used.`,
	},
}
