package config

import (
	_ "embed"
	"fmt"
	"strings"
)

// The comments of the sample that do not describe a single option.
//
//go:embed sample.txt
var sampleTexts string

// sampleSection is one section of the sample configuration.
type sampleSection struct {
	text    string // name of its introduction in sample.txt
	header  string
	kind    SectionKind
	active  bool // not commented out
	options []sampleOption
}

// sampleOption is one line of the sample. A value of "" stands for the example
// in the table.
type sampleOption struct {
	name, value string
	active      bool
}

// Sample returns a commented configuration that works as it is: the output of
// echo_supervisord_conf. It shows the sections and options of Supervisor 4;
// extensions are left to the manual.
func Sample() string {
	var b strings.Builder
	b.WriteString(sampleText("start"))
	for _, s := range sampleSections {
		b.WriteString("\n" + sampleText(s.text))
		if s.active {
			fmt.Fprintf(&b, "\n[%s]\n", s.header)
		} else {
			fmt.Fprintf(&b, "\n;[%s]\n", s.header)
		}
		for _, o := range s.options {
			b.WriteString(o.line(s.kind))
		}
	}
	return b.String()
}

// sampleText returns one of the texts of sample.txt: the lines below "== NAME".
func sampleText(name string) string {
	_, rest, found := strings.Cut("\n"+sampleTexts, "\n== "+name+"\n")
	if !found {
		panic("sample.txt has no text " + name)
	}
	text, _, _ := strings.Cut(rest, "\n==")
	return strings.TrimRight(text, "\n") + "\n"
}

// line renders one option with its comment.
func (o sampleOption) line(kind SectionKind) string {
	doc := LookupOption(kind, o.name)
	value := o.value
	if value == "" {
		value = doc.Example
	}
	setting := o.name + "=" + value
	if !o.active {
		setting = ";" + setting
	}
	return fmt.Sprintf("%-40s ; %s\n", setting, doc.Short)
}

var sampleSections = []sampleSection{
	{text: "unix", header: "unix_http_server", kind: UnixServerSection, active: true, options: []sampleOption{
		{"file", "/tmp/supervisor.sock", true},
		{"chmod", "", false},
		{"chown", "", false},
		{"username", "", false},
		{"password", "", false},
	}},
	{text: "inet", header: "inet_http_server", kind: InetServerSection, options: []sampleOption{
		{"port", "", false},
		{"username", "", false},
		{"password", "", false},
	}},
	{text: "supervisord", header: "supervisord", kind: SupervisordSection, active: true, options: []sampleOption{
		{"logfile", "/tmp/supervisord.log", true},
		{"logfile_maxbytes", "", true},
		{"logfile_backups", "", true},
		{"loglevel", "", true},
		{"pidfile", "/tmp/supervisord.pid", true},
		{"nodaemon", "", true},
		{"silent", "", true},
		{"minfds", "", true},
		{"minprocs", "", true},
		{"umask", "", false},
		{"user", "", false},
		{"identifier", "", false},
		{"directory", "", false},
		{"nocleanup", "", false},
		{"childlogdir", "/tmp", false},
		{"environment", `KEY="value"`, false},
		{"strip_ansi", "", false},
	}},
	{text: "rpcinterface", header: "rpcinterface:supervisor", kind: RPCInterfaceSection, active: true, options: []sampleOption{
		{factoryKeyRPC, "", true},
	}},
	{text: "supervisorctl", header: "supervisorctl", kind: SupervisorctlSection, active: true, options: []sampleOption{
		{"serverurl", "unix:///tmp/supervisor.sock", true},
		{"serverurl", "http://127.0.0.1:9001", false},
		{"username", "", false},
		{"password", "", false},
		{"prompt", "", false},
		{"history_file", "", false},
	}},
	{text: "program", header: "program:theprogramname", kind: ProgramSection, options: sampleProcess(ProgramSection)},
	{text: "eventlistener", header: "eventlistener:theeventlistenername", kind: EventListenerSection, options: sampleProcess(EventListenerSection)},
	{text: "group", header: "group:thegroupname", kind: GroupSection, options: []sampleOption{
		{"programs", "progname1,progname2", false},
		{"priority", "", false},
	}},
	{text: "include", header: "include", kind: IncludeSection, options: []sampleOption{
		{"files", "relative/directory/*.ini", false},
	}},
}

// sampleProcess lists the options of a program or an event listener.
func sampleProcess(kind SectionKind) []sampleOption {
	listener := kind == EventListenerSection
	list := []sampleOption{
		{"command", map[bool]string{false: "/bin/cat", true: "/bin/eventlistener"}[listener], false},
		{"process_name", "%(program_name)s", false},
		{"numprocs", "1", false},
	}
	if listener {
		list = append(list, sampleOption{"events", "EVENT", false}, sampleOption{"buffer_size", "", false})
	}
	for _, name := range []string{
		"directory", "umask", "priority", "autostart", "startsecs", "startretries", "autorestart", "exitcodes",
		"stopsignal", "stopwaitsecs", "stopasgroup", "killasgroup", "user", "redirect_stderr",
	} {
		list = append(list, sampleOption{name: name})
	}
	for _, channel := range []string{"stdout", "stderr"} {
		list = append(list,
			sampleOption{channel + "_logfile", "/a/path", false},
			sampleOption{name: channel + "_logfile_maxbytes"},
			sampleOption{name: channel + "_logfile_backups"})
		if !listener {
			list = append(list, sampleOption{name: channel + "_capture_maxbytes"})
		}
		list = append(list, sampleOption{name: channel + "_events_enabled"}, sampleOption{name: channel + "_syslog"})
	}
	return append(list, sampleOption{name: "environment"}, sampleOption{name: "serverurl"})
}
