// Package config reads a Supervisor configuration file into typed values.
//
// The values here are plain data: everything is parsed, expanded, checked and
// sorted, and nothing refers back to the text it came from except through
// Origin. A *Config is never changed after Load has returned it.
package config

import "time"

// Origin tells where a value was written.
type Origin struct {
	File string // path as opened; "" for a built-in default or the command line
	Line int    // first line of the option, counted from 1; 0 if unknown
}

// Origins tells which options of a section were written, and where.
type Origins []OptionOrigin

// OptionOrigin tells where one option was written.
type OptionOrigin struct {
	Option string
	Origin Origin
}

// Of returns the origin of an option; ok is false if it was not written.
func (o Origins) Of(option string) (origin Origin, ok bool) {
	for _, e := range o {
		if e.Option == option {
			return e.Origin, true
		}
	}
	return Origin{}, false
}

// Config is one configuration, read whole.
type Config struct {
	File string // path of the main file, as given
	Here string // absolute directory of the main file: the value of %(here)s

	Supervisord   Supervisord
	Servers       []Server       // inet servers first, then unix servers, each in file order (as the reference)
	Groups        []Group        // ascending by priority, then by name
	RPCInterfaces []RPCInterface // in file order

	Criticals []string // to be logged at CRIT once the activity log is open
	Warnings  []string // to be logged at WARN
	Infos     []string // to be logged at INFO (e.g. included files)

	// Environ is the set of ENV_x expansions that were in force (os environ
	// plus [supervisord] environment), by full name, e.g. "ENV_HOME".
	Environ map[string]string

	// texts holds what is written, by section and option, for values that cannot
	// be shown as they are: because they differ between the processes of a
	// section, or contain environment variables.
	texts map[string]map[string]string
}

// Supervisord holds the [supervisord] section, after command-line overrides.
type Supervisord struct {
	LogFile         string // absolute path, or "syslog", or "/dev/stdout" and the like
	LogFileMaxBytes int64  // 0: never rotate
	LogFileBackups  int
	LogLevel        LogLevel
	PidFile         string // absolute path
	Identifier      string
	Nodaemon        bool
	Silent          bool
	MinFDs          int
	MinProcs        int
	Umask           uint32
	User            string // "" when not set
	UID, GID        int    // of User and of its primary group, -1 when User is not set
	Directory       string // "" when not set
	ChildLogDir     string
	NoCleanup       bool
	StripANSI       bool
	Subreaper       bool     // extension: PR_SET_CHILD_SUBREAPER
	Environment     []EnvVar // in file order, duplicates resolved (the last one wins)
	ProfileOptions  string   // --profile_options, "" when not set

	// Set tells which options were written (file or command line), by option name.
	Set map[string]Origin
}

// EnvVar is one KEY=value of an environment= option.
type EnvVar struct{ Key, Value string }

// LogLevel is a level of the activity log; a higher number is more severe. The
// numbers are the reference's.
type LogLevel int

// The levels, most severe first.
const (
	LevelCritical LogLevel = 50 // CRIT
	LevelError    LogLevel = 40 // ERRO
	LevelWarn     LogLevel = 30 // WARN
	LevelInfo     LogLevel = 20 // INFO
	LevelDebug    LogLevel = 10 // DEBG
	LevelTrace    LogLevel = 5  // TRAC
	LevelBlather  LogLevel = 3  // BLAT
)

// ServerKind is the family of a listening server.
type ServerKind int

// The kinds of server.
const (
	UnixServer ServerKind = iota + 1
	InetServer
)

// Server is one [unix_http_server] or [inet_http_server] section.
type Server struct {
	Kind    ServerKind
	Section string // section name as written, e.g. "unix_http_server" or "inet_http_server:two"

	Path         string // unix: absolute socket path
	Mode         uint32 // unix: permission bits, 0700 by default
	UID, GID     int    // unix: owner, -1 to leave as is
	Host         string // inet: lower case; "" means every address
	Port         int    // inet: 1..65535
	Username     string
	Password     string   // clear text, or "{SHA}" and a hex digest
	HasAuth      bool     // a username was given (an empty one counts as none)
	WebGetAction bool     // extension web_get_actions: GET links on the web page may change state
	WebHosts     []string // extension web_hosts: further names by which browsers may reach the page; lower case

	Set Origins // which options were written
}

// GroupKind tells programs, event listener pools and FastCGI programs apart.
type GroupKind int

// The kinds of group.
const (
	ProgramGroup GroupKind = iota + 1
	ListenerPool
	FastCGIGroup
)

// Group is a process group: a [program:x], [group:x], [eventlistener:x] or
// [fcgi-program:x] section after expansion.
type Group struct {
	Kind      GroupKind
	Name      string
	Section   string // the section that made the group
	Priority  int
	Processes []Process // ascending by priority, then by name

	// Event listener pools only.
	BufferSize     int
	BufferSizeSet  bool     // buffer_size was written, not defaulted
	Events         []string // upper case, sorted, without duplicates; legacy names are kept
	RestartUnknown bool     // extension restart_unknown: restart a listener that entered UNKNOWN

	// FastCGI groups only. In a heterogeneous [group:x] the sockets sit on the
	// processes (Process.Socket).
	Socket *FastCGISocket

	Set Origins // which options of Section were written
}

// FastCGISocket is the shared listening socket of an [fcgi-program:x].
type FastCGISocket struct {
	URL      string // as the reference prints it: unix:///path or tcp://host:port
	Path     string // unix sockets
	Mode     uint32
	UID, GID int // -1 to leave as is
	Host     string
	Port     int
	Backlog  int // 0: the system's SOMAXCONN
}

// AutoRestart is the autorestart= option.
type AutoRestart int

// The values of autorestart=.
const (
	RestartNever AutoRestart = iota
	RestartUnexpected
	RestartAlways
)

// Process is one process: one number of a numprocs= section.
type Process struct {
	Name    string // process name
	Group   string // group name
	Section string // the section it came from
	Program string // program name: the section's part after the colon
	Num     int    // process_num

	Command        string // unexpanded by any shell; split with shlex at spawn
	Directory      string // "" when not set
	Umask          int    // -1 when not set
	Priority       int
	Autostart      bool
	AutoRestart    AutoRestart
	StartSecs      int
	StartRetries   int
	User           string // as written; "" when not set
	UID            int    // -1 when user= is not set
	StopSignal     int
	StopWaitSecs   int
	StopAsGroup    bool
	KillAsGroup    bool
	ExitCodes      []int
	RedirectStderr bool
	Environment    []EnvVar       // [supervisord] environment, then the program's own, merged
	ServerURL      string         // "" means AUTO, or none
	NoServerURL    bool           // serverurl is written and empty: the process is told none
	Socket         *FastCGISocket // non-nil: fd 0 is this socket

	Stdout, Stderr Output

	// Set tells which options of Section were written. It is shared by the
	// processes of the section.
	Set Origins
}

// LogKind tells what a log option names.
type LogKind int

// The kinds of log.
const (
	LogNone LogKind = iota // NONE
	LogAuto                // AUTO: a file made in childlogdir
	LogFile                // a path
)

// Output holds the options of one output channel of a process.
type Output struct {
	Kind         LogKind
	Path         string // LogFile only, as configured (may be relative, may be /dev/stdout ...)
	MaxBytes     int64
	Backups      int
	CaptureBytes int64 // 0: no capture mode
	Events       bool  // PROCESS_LOG events
	Syslog       bool

	Rotation Rotation      // extension: style of the backups
	Compress bool          // extension: gzip backups (timestamp style)
	MaxAge   time.Duration // extension: remove older backups (timestamp style); 0 keeps them
}

// Rotation is the style of rotated files.
type Rotation int

// The styles of rotation.
const (
	RotateNumbered  Rotation = iota // NAME.1 ... NAME.N
	RotateTimestamp                 // NAME-2006-01-02T15-04-05.000, by lumberjack
)

// RPCInterface is one [rpcinterface:x] section.
type RPCInterface struct {
	Name    string // the namespace
	Section string
	Factory string            // supervisor.rpcinterface_factory
	Command string            // extension rpcinterface.command: an out-of-process plug-in
	URL     string            // extension rpcinterface.url
	Options map[string]string // the remaining keys
}

// Ctl holds the [supervisorctl] section and plug-ins.
type Ctl struct {
	ServerURL   string
	Username    string
	Password    string
	Prompt      string
	HistoryFile string
	Plugins     []CtlPlugin
}

// CtlPlugin is one [ctlplugin:x] section.
type CtlPlugin struct {
	Name    string
	Factory string // supervisor.ctl_factory
	Command string // extension: the executable
	Options map[string]string
}
