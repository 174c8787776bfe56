package config

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/ini"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// maxProcesses is more processes than any machine runs; a section that asks for
// more has a slip in it.
const maxProcesses = 100_000

// processes makes the processes of a section, in Supervisor's order: first what
// they have in common, then what may differ by process_num.
func (r *reader) processes(sec *ini.Section, kind SectionKind, group string) []Process {
	s := r.scope(sec, kind, nil)
	s.process = true
	program, err := ParseName(s.name())
	if err != nil {
		s.badName(err)
		program = s.name()
	}
	s.exp = r.expansions(map[string]expansion{
		"program_name":   textExpansion(program),
		"host_node_name": textExpansion(r.host),
		"group_name":     textExpansion(group),
	})
	b := builder{scope: s}
	b.common = Process{Section: sec.Name(), Program: program, Group: group, Set: s.written()}
	b.readCommon()
	return b.build()
}

// builder makes the processes of one section.
type builder struct {
	*scope
	common      Process
	name        string // process_name, not expanded
	numprocs    int
	start       int    // numprocs_start
	environment string // not expanded
}

// readCommon reads what is the same for all processes of the section.
func (b *builder) readCommon() {
	s, p := b.scope, &b.common
	p.Priority = valueOr(s, "priority", defaultPriority, ParseInt)
	p.Autostart = value(s, "autostart", ParseBool)
	p.AutoRestart = value(s, "autorestart", ParseAutoRestart)
	p.StartSecs = value(s, "startsecs", ParseInt)
	p.StartRetries = value(s, "startretries", ParseInt)
	p.StopSignal = value(s, "stopsignal", ParseSignal)
	p.StopWaitSecs = value(s, "stopwaitsecs", ParseInt)
	p.StopAsGroup = value(s, "stopasgroup", ParseBool)
	p.KillAsGroup = valueOr(s, "killasgroup", fmt.Sprint(p.StopAsGroup), ParseBool)
	p.ExitCodes = value(s, "exitcodes", ParseExitCodes)
	p.RedirectStderr = value(s, "redirect_stderr", ParseBool)
	b.numprocs = value(s, "numprocs", ParseInt)
	b.start = value(s, "numprocs_start", ParseInt)
	b.environment, _, _ = s.raw("environment")
	for _, o := range []struct {
		prefix string
		output *Output
	}{{"stdout", &p.Stdout}, {"stderr", &p.Stderr}} {
		o.output.CaptureBytes = value(s, o.prefix+"_capture_maxbytes", ParseByteSize)
		o.output.Events = value(s, o.prefix+"_events_enabled", ParseBool)
	}
	p.ServerURL, p.NoServerURL = s.serverURL()
	b.readUser()
	p.Umask = -1
	if mask, ok := optional(s, "umask", ParseOctal); ok {
		p.Umask = int(mask)
	}
	b.readName()
	if p.StopAsGroup && !p.KillAsGroup {
		s.badSection("killasgroup", "stopasgroup=true needs killasgroup=true", "true, or stopasgroup=false",
			"Cannot set stopasgroup=true and killasgroup=false")
	}
	b.readExtensions()
}

// serverURL reads serverurl; url is "" for AUTO, and for an empty one, which says
// that there is none.
func (s *scope) serverURL() (url string, none bool) {
	url, ok := s.text("serverurl")
	if strings.ToUpper(pytext.Strip(url)) == "AUTO" {
		return "", false
	}
	return url, ok && url == ""
}

func (b *builder) readUser() {
	p := &b.common
	p.UID = -1
	u, ok := optional(b.scope, "user", func(t string) (User, error) { return resolveUser(b.r.opts.Lookup, t) })
	if ok {
		p.User, _ = b.text("user")
		p.UID = u.UID
	}
}

// readName reads process_name, which is checked before and expanded after the
// processes are counted.
func (b *builder) readName() {
	b.name = b.options["process_name"].Default
	if raw, _, ok := b.raw("process_name"); ok {
		name, err := ParseName(raw)
		if err != nil {
			b.bad("process_name", err)
		} else {
			b.name = name
		}
	}
	if b.numprocs > 1 && !strings.Contains(b.name, "%(process_num)") {
		b.badSection("process_name", "numprocs is more than 1, but all processes would have one name",
			"a name that contains %(process_num)s, such as %(program_name)s_%(process_num)02d",
			"%(process_num) must be present within process_name when numprocs > 1")
		b.numprocs = 1
	}
	if b.numprocs > maxProcesses {
		b.badSection("numprocs", "these are too many processes", fmt.Sprintf("a number up to %d", maxProcesses), "")
		b.numprocs = 1
	}
}

// build makes the processes one by one.
func (b *builder) build() []Process {
	if b.numprocs <= 0 {
		return nil
	}
	list := make([]Process, 0, b.numprocs)
	var left map[string]string
	if b.numprocs > 1 {
		left = map[string]string{}
	}
	for num := b.start; num < b.start+b.numprocs; num++ {
		b.exp.names["process_num"] = numberExpansion(int64(num))
		b.exp.names["numprocs"] = numberExpansion(int64(b.numprocs))
		b.exp.own, b.exp.left = nil, left
		p := b.common
		p.Num = num
		b.finish(&p)
		list = append(list, p)
		if left != nil {
			for _, v := range p.Environment {
				left[v.Key] = v.Value
			}
		}
	}
	return list
}

// finish reads what may differ between the processes of the section.
func (b *builder) finish(p *Process) {
	b.readEnvironment(p)
	p.Directory, _ = b.text("directory")
	b.readOutput("stdout", &p.Stdout)
	b.readOutput("stderr", &p.Stderr)
	if p.RedirectStderr {
		b.dropStderr(&p.Stderr)
	}
	b.readCommand(p)
	name, err := expand(b.name, b.exp, "process_name")
	if err != nil {
		b.bad("process_name", err)
		name = b.name
	}
	p.Name = name
}

func (b *builder) readEnvironment(p *Process) {
	if b.environment == "" {
		return
	}
	text, err := expand(b.environment, b.exp, "environment")
	if err != nil {
		b.bad("environment", err)
		return
	}
	env, err := ParseEnvironment(text)
	if err != nil {
		b.bad("environment", err)
		return
	}
	p.Environment = env
	b.exp.own = make(map[string]string, len(env))
	for _, v := range env {
		b.exp.own[v.Key] = v.Value
	}
}

func (b *builder) readCommand(p *Process) {
	if _, _, ok := b.raw("command"); !ok {
		b.badSection("", "there is no option command", "command = the program to run, with its arguments",
			fmt.Sprintf("program section %s does not specify a command", b.sec.Name()))
		return
	}
	p.Command, _ = b.text("command")
}

// readOutput reads the log options of one channel.
func (b *builder) readOutput(prefix string, o *Output) {
	key := prefix + "_logfile"
	kind, path := b.logFile(key)
	o.Backups = value(b.scope, key+"_backups", ParseInt)
	o.MaxBytes = value(b.scope, key+"_maxbytes", ParseByteSize)
	o.Syslog = value(b.scope, prefix+"_syslog", ParseBool)
	o.Kind, o.Path = kind, path
	if kind == logSyslog {
		b.r.warn(fmt.Sprintf("For [%s], %s=syslog but this is deprecated and will be removed.  Use %s_syslog=true to enable syslog instead.",
			b.sec.Name(), key, prefix))
		o.Kind, o.Syslog = LogNone, true
	}
	if kind == LogAuto && o.MaxBytes == 0 {
		b.r.warn(fmt.Sprintf("For [%s], AUTO logging used for %s without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally",
			b.sec.Name(), key))
	}
}

// logSyslog is the deprecated log name "syslog".
const logSyslog LogKind = -1

// logFile reads a log name. It is expanded twice, as Supervisor does it.
func (b *builder) logFile(key string) (LogKind, string) {
	text, ok := b.text(key)
	if !ok {
		return LogAuto, ""
	}
	text, err := expand(text, b.exp, key)
	if err != nil {
		b.bad(key, err)
		return LogAuto, ""
	}
	kind, path, err := b.r.paths.logName(text)
	if err != nil {
		b.bad(key, err)
	}
	return kind, path
}

// logName reads AUTO, NONE (or OFF), syslog or a path in a directory that exists.
func (p *paths) logName(s string) (LogKind, string, error) {
	switch strings.ToLower(s) {
	case "none", "off", "":
		return LogNone, "", nil
	case "auto":
		return LogAuto, "", nil
	case "syslog":
		return logSyslog, "", nil
	}
	path, err := p.existingDirPath(s)
	return LogFile, path, err
}

// dropStderr removes the log of a channel that goes to stdout.
func (b *builder) dropStderr(o *Output) {
	if o.Kind == LogFile {
		b.r.warn(fmt.Sprintf("For [%s], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored",
			b.sec.Name()))
	}
	o.Kind, o.Path = LogNone, ""
}
