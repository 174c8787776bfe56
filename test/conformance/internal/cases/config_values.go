package cases

import (
	"fmt"
	"os"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{
		acceptedValues(),
		{Name: "config-refused", Slow: 30, Cases: refusedValues()},
		{Name: "config-files", Slow: 20, Cases: configFiles()},
	}
})

// programOptions are values that are accepted, by option.
var programOptions = []struct {
	option, field string
	values        []string
}{
	{"priority", "process_prio", []string{"0", "1", "-5", "999", "+3", "007", " 12 ", "1_000", "2147483647"}},
	{"autostart", "autostart", []string{"true", "false", "yes", "no", "on", "off", "1", "0", "True", "FALSE", "Yes", "NO", "On", "oFF"}},
	{"startsecs", "startsecs", []string{"0", "1", "3600", "-1", "+3"}},
	{"startretries", "startretries", []string{"0", "1", "100", "-1"}},
	{"exitcodes", "exitcodes", []string{"0", "0,2", " 1, 2 ,3", "255", "0,0"}},
	{"stopsignal", "stopsignal", []string{"TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "term", "SIGTERM", "sigint", "15", "9", "1", "WINCH", "STOP", "CONT", "34", "64", "RTMIN", "RTMAX", "CLD", "POLL", "CHLD"}},
	{"stopwaitsecs", "stopwaitsecs", []string{"0", "10", "+5"}},
	{"stopasgroup", "stopasgroup", []string{"true", "false"}},
	{"killasgroup", "killasgroup", []string{"true", "false"}},
	{"redirect_stderr", "redirect_stderr", []string{"true", "false", "on"}},
	{"stdout_logfile", "stdout_logfile", []string{"AUTO", "auto", "NONE", "none", "off", "/tmp/x.log", "relative.log", "%(here)s/x.log", "{DIR}/%(program_name)s.log", "/dev/null", "/dev/stdout", "syslog", "./x", "~/x"}},
	{"stderr_logfile", "stderr_logfile", []string{"AUTO", "NONE", "/tmp/x.log", "syslog"}},
	{"stdout_logfile_maxbytes", "stdout_logfile_maxbytes", []string{"0", "1", "1KB", "1kb", "50MB", "1GB", "2 MB", "1Kb", "0MB", "10mB"}},
	{"stdout_logfile_backups", "stdout_logfile_backups", []string{"0", "1", "10", "1000"}},
	{"stderr_logfile_maxbytes", "stderr_logfile_maxbytes", []string{"0", "1MB"}},
	{"stderr_logfile_backups", "stderr_logfile_backups", []string{"0", "3"}},
	{"stdout_capture_maxbytes", "stdout_capture_maxbytes", []string{"0", "1MB", "100"}},
	{"stderr_capture_maxbytes", "stderr_capture_maxbytes", []string{"0", "1MB"}},
	{"stdout_events_enabled", "stdout_events_enabled", []string{"true", "false", "0"}},
	{"stderr_events_enabled", "stderr_events_enabled", []string{"true", "false"}},
	{"stdout_syslog", "stdout_syslog", []string{"true", "false"}},
	{"stderr_syslog", "stderr_syslog", []string{"true", "false"}},
	{"command", "command", []string{"true", "sh -c 'echo a'", "sh -c \"echo %%\"", "echo %(program_name)s %(group_name)s %(process_num)d %(numprocs)d", "echo %(process_num)02d %(here)s",
		"echo a ; b", "echo a;b", "echo a # b", "echo a#b", "sh -c 'a ; b'", "%(ENV_HOME)s/x", "echo a\n b\n c", "echo \"unbalanced", "echo ä", "echo \\", "echo a\t;b"}},
	{"directory", "directory", []string{"/tmp", "relative", "%(here)s", "/nonexistent", "~"}},
	{"umask", "", []string{"022", "0", "777", "0o22"}},
	{"serverurl", "serverurl", []string{"AUTO", "auto", "http://localhost:9001", "unix:///tmp/x", "NONE", "nonsense"}},
	{"user", "uid", []string{"root", "0"}},
	{"environment", "", []string{`A="1"`, `A="1",B="2"`, `A=1`, `A='x'`, `A="a,b"`, `A="%(program_name)s"`, `A="1",`, `A="%%"`, "A=\"1\",\n B=\"2\"", `A="x=y"`, `A=x-y.z/w:v`, `A="",B="2"`, `A="a b"`}},
	{"nosuchoption", "", []string{"1"}},
}

// acceptedValues shows what the daemon makes of each value.
func acceptedValues() *suite.Suite {
	s := &suite.Suite{Name: "config-values", Slow: 10, Needs: suite.Root}
	var conf strings.Builder
	for _, o := range programOptions {
		for i, v := range o.values {
			name := fmt.Sprintf("%s_%d", o.option, i)
			line := o.option + "=" + v
			if o.option == "command" {
				conf.WriteString(section("program:"+name, line, "autostart=false"))
				continue
			}
			if o.option == "stopasgroup" && v == "false" {
				line += "\nkillasgroup=true"
			}
			lines := []string{"command=true", line}
			if o.option != "autostart" {
				lines = append(lines, "autostart=false")
			}
			conf.WriteString(section("program:"+name, lines...))
		}
	}
	s.Config = conf.String()
	for _, o := range programOptions {
		s.Cases = append(s.Cases, suite.Case{Name: o.option, Run: func(t *T) {
			for i, v := range o.values {
				name := fmt.Sprintf("%s_%d", o.option, i)
				c := t.Config(name, name)
				if o.field == "" {
					t.Printf("%q accepted: %v", v, c["name"] == name)
					continue
				}
				t.Printf("%q -> %s", v, harness.Show(c[o.field]))
			}
		}})
	}
	s.Config += section("program:host", "command=echo %(host_node_name)s", "autostart=false")
	s.Cases = append(s.Cases, suite.Case{Name: "host_node_name", Run: func(t *T) {
		host, _ := os.Hostname()
		t.Printf("right: %v", t.Config("host", "host")["command"] == "echo "+host)
	}}, suite.Case{Name: "all-fields", Run: func(t *T) {
		for _, k := range []string{"priority_0", "exitcodes_1", "redirect_stderr_0"} {
			t.Printf("%s", harness.Show(t.Config(k, k)))
		}
	}}, suite.Case{Name: "warnings", Run: func(t *T) {
		t.ShowLog("WARN For")
	}})
	return s
}

// refusedValues are configurations the reference does not start with. What it
// says is in its own words; that it refuses, and how, counts.
func refusedValues() []suite.Case {
	values := map[string][]string{
		"priority": {"x", "", "1.5"}, "autostart": {"maybe", "2", ""}, "startsecs": {"x", "1s"}, "startretries": {"x"},
		"exitcodes": {"x", "256", "-1", "0,,1", ""}, "stopsignal": {"FOO", "0", "99", "35", "", "SIGFOO"}, "stopwaitsecs": {"x"},
		"killasgroup": {"perhaps"}, "redirect_stderr": {"x"}, "numprocs": {"x", "2"}, "numprocs_start": {"x"},
		"stdout_logfile_maxbytes": {"x", "1TB", "MB", "1.5MB"}, "stdout_logfile_backups": {"x"}, "stdout_capture_maxbytes": {"x"},
		"stdout_events_enabled": {"x"}, "stdout_syslog": {"x"}, "umask": {"9", "x", "-"}, "user": {"nosuchuser", "987654", ""},
		"environment": {"A", "A=", "=1", "A=1 B=2", "A=\"1", "A=%(nosuch)s"}, "autorestart": {"sometimes", ""}, "process_name": {"a:b", "a b", "a/b", "", "%(nosuch)s"},
		"command": {"%(nosuch)s", "%(ENV_NOSUCH)s", "%", "%(here", "%(process_num)z"},
	}
	var out []suite.Case
	refuse := func(name, conf string) {
		out = append(out, suite.Case{Name: name, Run: func(t *T) { tryConfig(t, conf) }})
	}
	for _, option := range sortedNames(values) {
		for i, v := range values[option] {
			command := "command=true\n"
			if option == "command" {
				command = ""
			}
			refuse(fmt.Sprintf("%s-%d", option, i), fmt.Sprintf("[program:p]\n%s%s=%s\n", command, option, v))
		}
	}
	supervisord := map[string]string{
		"logfile": "{DIR}/nosuch/x", "logfile_maxbytes": "x", "logfile_backups": "x", "loglevel": "bogus", "pidfile": "{DIR}/nosuch/x",
		"umask": "9", "nodaemon": "x", "silent": "x", "minfds": "x", "minprocs": "x", "nocleanup": "x", "childlogdir": "{DIR}/nosuch",
		"user": "nosuchuser", "directory": "{DIR}/nosuch", "strip_ansi": "x", "environment": "A",
	}
	for _, k := range sortedNames(supervisord) {
		refuse("supervisord-"+k, "[supervisord]\n"+k+"="+supervisord[k]+"\n")
	}
	whole := map[string]string{
		"no-command":               "[program:p]\nautostart=false\n",
		"group-without-programs":   "[group:g]\n",
		"group-unknown-program":    "[group:g]\nprograms=nosuch\n",
		"group-priority":           quiet("p") + "[group:g]\nprograms=p\npriority=x\n",
		"listener-without-events":  "[eventlistener:l]\ncommand=cat\n",
		"listener-unknown-event":   "[eventlistener:l]\ncommand=cat\nevents=NOSUCH\n",
		"listener-redirect":        "[eventlistener:l]\ncommand=cat\nevents=EVENT\nredirect_stderr=true\n",
		"listener-buffer-size":     "[eventlistener:l]\ncommand=cat\nevents=EVENT\nbuffer_size=0\n",
		"listener-buffer-x":        "[eventlistener:l]\ncommand=cat\nevents=EVENT\nbuffer_size=x\n",
		"listener-capture":         "[eventlistener:l]\ncommand=cat\nevents=EVENT\nstdout_capture_maxbytes=x\n",
		"listener-result-handler":  "[eventlistener:l]\ncommand=cat\nevents=EVENT\nresult_handler=nosuch:x\n",
		"fcgi-without-socket":      "[fcgi-program:f]\ncommand=cat\n",
		"fcgi-bad-socket":          "[fcgi-program:f]\ncommand=cat\nsocket=nonsense\n",
		"fcgi-owner-on-tcp":        "[fcgi-program:f]\ncommand=cat\nsocket=tcp://localhost:9002\nsocket_owner=root\n",
		"fcgi-mode-on-tcp":         "[fcgi-program:f]\ncommand=cat\nsocket=tcp://localhost:9002\nsocket_mode=0700\n",
		"fcgi-bad-mode":            "[fcgi-program:f]\ncommand=cat\nsocket=unix://{DIR}/f\nsocket_mode=9\n",
		"fcgi-bad-owner":           "[fcgi-program:f]\ncommand=cat\nsocket=unix://{DIR}/f\nsocket_owner=nosuchuser\n",
		"fcgi-relative-path":       "[fcgi-program:f]\ncommand=cat\nsocket=unix://relative\n",
		"fcgi-bad-backlog":         "[fcgi-program:f]\ncommand=cat\nsocket=unix://{DIR}/f\nsocket_backlog=x\n",
		"unix-without-file":        "[unix_http_server:two]\nchmod=0700\n",
		"unix-bad-chmod":           "[unix_http_server]\nchmod=9\n",
		"unix-bad-chown":           "[unix_http_server]\nchown=nosuchuser\n",
		"unix-user-only":           "[unix_http_server]\nusername=u\n",
		"unix-password-only":       "[unix_http_server]\npassword=p\n",
		"inet-without-port":        "[inet_http_server]\n",
		"inet-bad-port":            "[inet_http_server]\nport=x\n",
		"inet-port-70000":          "[inet_http_server]\nport=127.0.0.1:70000\n",
		"inet-user-only":           "[inet_http_server]\nport=127.0.0.1:0\nusername=u\n",
		"rpcinterface-without":     "[rpcinterface:x]\nfoo=1\n",
		"rpcinterface-unknown":     "[rpcinterface:x]\nsupervisor.rpcinterface_factory=nosuch:nosuch\n",
		"log-in-missing-directory": "[program:p]\ncommand=true\nstdout_logfile={DIR}/missing/x\n",
		"line-without-section":     "", // replaced below
		"numprocs-name":            "[program:p]\ncommand=true\nnumprocs=2\nprocess_name=p\n",
		"stopasgroup-killasgroup":  "[program:p]\ncommand=true\nstopasgroup=true\nkillasgroup=false\n",
		"program-name-colon":       "[program:a:b]\ncommand=true\n",
		"program-name-empty":       "[program:]\ncommand=true\n",
		"program-name-space":       "[program:a b]\ncommand=true\n",
		"group-name-colon":         quiet("p") + "[group:a:b]\nprograms=p\n",
		"junk-line":                "[program:p]\ncommand=true\njunk\n",
		"unclosed-section":         "[program:p\ncommand=true\n",
		"include-without-files":    "[include]\n",
		"duplicate-process-names":  "[program:p]\ncommand=true\nprocess_name=x\n[program:q]\ncommand=true\nprocess_name=x\n[group:g]\nprograms=p,q\n",
		"two-groups-one-program":   quiet("p", "autostart=false") + "[group:g]\nprograms=p\n[group:h]\nprograms=p\n",
		"group-and-program-equal":  quiet("p", "autostart=false") + quiet("g", "autostart=false") + "[group:g]\nprograms=p\n",
		"value-without-key":        "[program:p]\ncommand=true\n=x\n",
		"env-expansion-supervisor": "[supervisord]\nidentifier=%(ENV_NOSUCH)s\n",
	}
	delete(whole, "line-without-section")
	for _, k := range sortedNames(whole) {
		refuse(k, whole[k])
		if k == "listener-result-handler" {
			out[len(out)-1].Differs = "result_handler names a Python function, which is not loaded: any is accepted, with a warning that OK and FAIL decide."
		}
	}
	out = append(out, suite.Case{Name: "line-before-section", Run: func(t *T) {
		t.Write("c", "key=value\n"+harness.Header)
		if outcome(t, "-n", "-c", t.Path("c")) == nil {
			t.Printf("refused, %s", t.D.Ended())
		}
	}}, suite.Case{Name: "not-utf8", Differs: "A configuration file need not be UTF-8: other bytes are passed on as they are. The reference refuses the file where its locale is UTF-8.", Run: func(t *T) {
		tryConfig(t, "[program:p]\ncommand=echo \xff\nautostart=false\n")
	}}, suite.Case{Name: "nul-byte", Run: func(t *T) {
		tryConfig(t, "[program:p]\ncommand=echo \x00\nautostart=false\n")
	}}, suite.Case{Name: "nameless-expansion", Differs: "A format without a name, such as `%s`, is refused; the reference puts all its variables there, those of its environment included.", Run: func(t *T) {
		tryConfig(t, "[program:p]\ncommand=echo %s\nautostart=false\n")
	}})
	return out
}
