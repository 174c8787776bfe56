package config

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random configurations that are right more often than not.
type generator struct {
	*rand.Rand
	dir string
}

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// rare returns rarely one of list, and else usual.
func (g generator) rare(usual string, list ...string) string {
	if g.IntN(50) == 0 {
		return g.pick(list...)
	}
	return usual
}

func (g generator) files() map[string]string {
	files := map[string]string{"main.conf": g.document(true)}
	for i := range g.IntN(3) {
		files[fmt.Sprintf("conf.d/%d.%s", i, g.pick("ini", "ini", "conf"))] = g.document(false)
	}
	return files
}

func (g generator) document(main bool) string {
	var b strings.Builder
	if g.IntN(10) == 0 {
		fmt.Fprintf(&b, "[DEFAULT]\n%s=%s\n", g.pick("startsecs", "unknown", "directory"), g.pick("3", "%(here)s/x"))
	}
	if g.IntN(30) == 0 {
		fmt.Fprintf(&b, "[DEFAULT]\n%s", g.process())
	}
	if main && g.IntN(60) > 0 {
		b.WriteString(g.supervisord())
	}
	if main && g.IntN(3) == 0 {
		fmt.Fprintf(&b, "[include]\nfiles = %s\n", g.rare(g.pick("conf.d/*.ini", "conf.d/*", "%(here)s/conf.d/[01].ini", "conf.d/0.ini\n  conf.d/1.ini"), "nothing/*", "%(nope)s", "%(ENV_HOME)s/x", "[x"))
	}
	for range g.IntN(4) {
		b.WriteString(g.section())
	}
	return b.String()
}

func (g generator) section() string {
	switch g.IntN(12) {
	case 0:
		return "[unix_http_server" + g.pick("", "", ":two") + "]\n" +
			g.options("file", "chmod", "chown", "username", "password")
	case 1:
		return "[inet_http_server" + g.pick("", "", ":two", "3") + "]\n" +
			g.options("port", "username", "password")
	case 2:
		return "[rpcinterface:" + g.pick("supervisor", "x") + "]\n" + g.options("factory", "retries")
	case 3:
		return "[group:" + g.rare(g.pick("g", "h"), "a/b", "a b") + "]\nprograms=" + g.rare(g.pick("a", "a,b", "b , a", "f"), "nope", "a,nope", "", "e") + "\n" + g.options("priority")
	case 4, 5:
		return "[eventlistener:" + g.rare(g.pick("a", "e"), "x:y") + "]\n" + g.process() + g.options("events", "buffer_size")
	case 6:
		return "[fcgi-program:" + g.pick("f", "g") + "]\n" + g.process() + g.options("socket", "socket_backlog", "socket_owner", "socket_mode")
	}
	return "[program:" + g.rare(g.pick("a", "b", "c", " d "), "a:b", "x/y", "é", "", " ", "a\tb") + "]\n" + g.process()
}

func (g generator) supervisord() string {
	return "[supervisord]\n" + g.options("logfile", "logfile_maxbytes", "logfile_backups", "loglevel", "pidfile", "nodaemon",
		"silent", "minfds", "minprocs", "umask", "user", "identifier", "directory", "nocleanup", "childlogdir", "senvironment", "strip_ansi")
}

func (g generator) process() string {
	return g.options("command", "numprocs+process_name", "numprocs_start", "directory", "umask", "priority", "autostart", "autorestart",
		"startsecs", "startretries", "exitcodes", "stopsignal", "stopwaitsecs", "stopasgroup", "killasgroup", "user",
		"redirect_stderr", "stdout_logfile", "stdout_logfile_maxbytes", "stdout_logfile_backups", "stdout_capture_maxbytes",
		"stdout_events_enabled", "stdout_syslog", "stderr_logfile", "stderr_logfile_maxbytes", "stderr_logfile_backups",
		"stderr_capture_maxbytes", "stderr_events_enabled", "stderr_syslog", "environment", "serverurl")
}

// options writes some of the options.
func (g generator) options(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		needed := name == "command" || name == "events" || name == "socket" || name == "file" || name == "port" || name == "factory"
		if needed && g.IntN(40) > 0 || g.IntN(5) == 0 {
			b.WriteString(g.option(name))
		}
	}
	return b.String()
}

func (g generator) option(name string) string {
	key := name
	switch name {
	case "senvironment":
		key = "environment"
	case "factory":
		return "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
	case "numprocs+process_name":
		return g.numprocs()
	}
	return key + "=" + g.value(name) + g.rare("", " ; comment", " # x", "\n  more") + "\n"
}

func (g generator) numprocs() string {
	if g.IntN(3) == 0 {
		return "process_name=" + g.rare(g.pick("%(program_name)s", "%(group_name)s_x", "n%%m", "%(host_node_name)s"),
			"a b", "%(nope)s", "%(program_name)d", "%q", "%", "%(process_num", "a/b", "%(ENV_NUM)s") + "\n"
	}
	return "numprocs=" + g.rare(g.pick("2", "3", "1", "0"), "x", "-1", "") + "\nprocess_name=" +
		g.rare(g.pick("%(program_name)s_%(process_num)02d", "p%(process_num)s", "%(process_num)5.3d", "%(process_num)x-%(numprocs)o"),
			"same", "%(process_num)q", "%(process_num)", "%(numprocs)s") + "\n"
}

// value makes a value for an option, by its kind.
func (g generator) value(name string) string {
	switch {
	case strings.HasSuffix(name, "_maxbytes"):
		return g.rare(g.pick("0", "100", "1KB", "2MB", "1 mb", "3gb", "%(ENV_NUM)skb"), "x", "1.5MB", "", "MB", "-1", "1_0", "%(ENV_TEXT)s")
	case strings.HasSuffix(name, "_backups"), name == "priority", name == "startsecs", name == "startretries", name == "stopwaitsecs",
		name == "numprocs_start", name == "minfds", name == "minprocs", name == "buffer_size", name == "socket_backlog":
		return g.rare(g.pick("1", "5", "20", "+3", "1_000", "%(ENV_NUM)s"), "0", "-5", "x", "", "1.0", "0x10", "٣", "%(process_num)d", "%(nope)s", "5 5", "__", "1__0", "_1")
	case strings.HasSuffix(name, "_events_enabled"), strings.HasSuffix(name, "_syslog"), name == "nodaemon", name == "silent", name == "nocleanup",
		name == "strip_ansi", name == "autostart", name == "stopasgroup", name == "killasgroup", name == "redirect_stderr":
		return g.rare(g.pick("true", "false", "Yes", "no", "ON", "off", "1", "0"), "maybe", "", "2", "%(ENV_NUM)s", "t")
	case strings.HasSuffix(name, "_logfile"), name == "logfile", name == "pidfile":
		return g.rare(g.pick("AUTO", "none", "logs/x.log", "%(here)s/logs/%%%%s", "/tmp/a.log", "~/x.log", "/dev/null", "x.log", "syslog", "OFF"),
			"/nonexistent/x.log", "%(here)s/%(program_name)s", "~nobody/x", "~nosuchuser/x", "%(here)s/nope/x", "%(process_num)d.log", "%%%%", "%%(here)s", "")
	}
	switch name {
	case "umask", "chmod", "socket_mode":
		return g.rare(g.pick("022", "0700", "777", "0o22", "2_2"), "9", "x", "", "0x1")
	case "user":
		return g.rare(g.pick("root", "0", "nobody"), "nosuchuser", "99999", "", "%(ENV_USER)s")
	case "chown", "socket_owner":
		return g.rare(g.pick("root", "root:root", "0:0", "nobody:nogroup"), "root:nope", "nosuchuser", ":", "root:", "")
	case "loglevel":
		return g.rare(g.pick("info", "DEBUG", "warn", "error", "critical", "trace", "blather"), "warning", "", "verbose")
	case "directory", "childlogdir":
		return g.rare(g.pick("/tmp", "%(here)s", "~", "/"), "/nonexistent", "%(here)s/%(program_name)s", "")
	case "autorestart":
		return g.rare(g.pick("true", "false", "unexpected", "UNEXPECTED", "1"), "maybe", "")
	case "exitcodes":
		return g.rare(g.pick("0", "0,2", "1 , 3", "255"), "256", "-1", "x", "0,", "")
	case "stopsignal":
		return g.rare(g.pick("TERM", "hup", "SIGINT", "9", "usr1", " Quit", "SIGRTMIN", "34", "CLD"), "NOPE", "35", "", "SIG", "-1", "99", "0")
	case "environment", "senvironment":
		return g.rare(g.pick(`A="1"`, `A=1,B="two words"`, `A="%(ENV_TEXT)s"`, `P="%(here)s",A=2`, "A='x',\n  C=\"y\"", `PATH="/x:%(ENV_PATH)s"`, `NUM=9`, ""),
			`A`, `A=`, `A="unclosed`, `A=é`, `A="%(nope)s"`, `A="100%%"`, `A="100%%%%"`, `A=1 B=2`, `A=1#x,B=2`, `N="%(process_num)d"`, `=1`, `A==1`)
	case "serverurl":
		return g.pick("AUTO", "auto ", "http://localhost:9001", "unix:///x", "")
	case "command":
		return g.rare(g.pick("/bin/cat", "/bin/sh -c 'a b'", "x --port=80%(process_num)02d", "%(program_name)s %(group_name)s %(numprocs)d", "c %(ENV_A)s", "date +%%Y", "%(ENV_NUM)s%(here)s"),
			"date +%Y", "%(nope)s", "%(ENV_TEXT)d", "a % b", "", "%(process_num)q", "%(ENV_PERCENT)s", "%(process_num)+5.2f|%(process_num)-4x|%(here)10.3s|%(process_num)#o|%(ENV_TEXT)r", "%(here)s %d", "100%", "%(process_num)*d")
	case "identifier", "username", "password", "retries":
		return g.rare(g.pick("x", "a b", "%(ENV_TEXT)s", "p%%w"), "%(nope)s", "", "%", "%(here)s")
	case "file":
		return g.rare(g.pick("/tmp/x.sock", "%(here)s/x.sock", "~/y.sock", "rel.sock", "//tmp//z/../s"), "", "%(nope)s")
	case "port":
		return g.rare(g.pick("9001", "*:9001", "127.0.0.1:80", "LocalHost:9", ":7"), "x", "a:x", "0", "65536", "a:", "", "%(here)s:1", "a:b:3")
	case "events":
		return g.rare(g.pick("PROCESS_STATE", "tick_5,TICK_60", "EVENT , PROCESS_LOG", "PROCESS_STATE,PROCESS_STATE"), "NOPE", "", "TICK_5,", "%(nope)s")
	case "socket":
		return g.rare(g.pick("unix:///tmp/f.sock", "tcp://localhost:9002", "unix://%(here)s/%(program_name)s.sock", "tcp://A:1"),
			"unix://rel", "tcp://x", "tcp://a:0", "", "http://x", "unix:///tmp/%(process_num)d", "tcp://a:99999", "tcp://a b:1")
	}
	panic("no values for " + name)
}

// commandLine makes arguments of supervisord.
func (g generator) commandLine() (args []string, o Overrides) {
	if g.IntN(5) > 0 {
		return nil, o
	}
	for _, options := range [][]string{
		{"nodaemon", ""}, {"silent", ""}, {"loglevel", "debug"}, {"logfile_maxbytes", "5KB"}, {"identifier", "i"},
		{"user", "nobody", "nosuchuser"}, {"logfile", "/tmp/o.log", "syslog"}, {"umask", "077"}, {"minfds", "5"}, {"directory", "/"},
	} {
		option, values := options[0], options[1:]
		if g.IntN(6) > 0 {
			continue
		}
		text := g.pick(values...)
		args = append(args, "--"+option)
		if text != "" {
			args[len(args)-1] += "=" + text
		}
		if _, err := o.SetText(option, text); err != nil {
			panic(err)
		}
	}
	return args, o
}
