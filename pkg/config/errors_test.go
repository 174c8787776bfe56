package config

import (
	"runtime"
	"strings"
	"testing"
)

// load reads a text as the main file, with fake users and a small environment.
func load(t *testing.T, text string) (*Config, Errors) {
	t.Helper()
	uid := 1000
	c, err := Load(LoadOptions{
		File: write(t, text), Lookup: fakeUsers{}, Environ: []string{"HOME=/root", "PW=topsecret", "NONE="}, Hostname: "host", EffectiveUID: &uid,
	})
	if err == nil {
		return c, nil
	}
	return nil, err.(Errors)
}

// short takes the directory off a message.
func short(message string) string {
	for {
		i := strings.Index(message, "/tmp/Test")
		if i < 0 {
			return message
		}
		j := strings.Index(message[i:], "supervisord.conf")
		message = message[:i] + message[i+j:]
	}
}

const header = "[supervisord]\n"

func TestErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want, reference string }{
		{"number", header + "[program:a]\ncommand=x\nstartsecs = soon\n",
			"supervisord.conf:4: [program:a] startsecs = soon: not a number; allowed: a whole number",
			"invalid literal for int() with base 10: 'soon' in section 'program:a' (file: 'supervisord.conf')"},
		{"truth", header + "nodaemon=perhaps\n",
			"supervisord.conf:2: [supervisord] nodaemon = perhaps: not a truth value; allowed: true or false (also yes, no, on, off, 1, 0)",
			"not a valid boolean value: 'perhaps'"},
		{"no command", header + "[program:a]\n",
			"supervisord.conf:2: [program:a]: there is no option command; allowed: command = the program to run, with its arguments",
			"program section program:a does not specify a command in section 'program:a' (file: 'supervisord.conf')"},
		{"name", header + "[program:a/b]\ncommand=x\n",
			"supervisord.conf:2: [program:a/b]: not a name; allowed: a name without blanks, colons and slashes",
			"Invalid name: 'a/b' because of character: '/'"},
		{"expansion", header + "[program:a]\ncommand=x %(nope)s\n",
			"supervisord.conf:3: [program:a] command = x %(nope)s: %(nope)s cannot be expanded here; allowed: group_name, here, host_node_name, numprocs, process_num, program_name, ENV_x for the environment variable x",
			"Format string 'x %(nope)s' for 'program:a.command' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_NONE, ENV_PW, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:a' (file: 'supervisord.conf')"},
		{"variable", header + "identifier=%(ENV_NOPE)s\n",
			"supervisord.conf:2: [supervisord] identifier = %(ENV_NOPE)s: there is no environment variable NOPE to expand %(ENV_NOPE)s; allowed: here, ENV_x for the environment variable x",
			"Format string '%(ENV_NOPE)s' for 'supervisord.identifier' contains names ('ENV_NOPE') which cannot be expanded. Available names: ENV_HOME, ENV_NONE, ENV_PW, here"},
		{"percent", header + "[program:a]\ncommand=date +%Y\n",
			"supervisord.conf:3: [program:a] command = date +%Y: a % does not begin a valid expansion (unsupported format character 'Y' (0x59) at index 7); allowed: %(name)s for a value, %% for a percent sign",
			"Format string 'date +%Y' for 'program:a.command' is badly formatted: unsupported format character 'Y' (0x59) at index 7 in section 'program:a' (file: 'supervisord.conf')"},
		{"all values at once", header + "[program:a]\ncommand=date +%s\n",
			"supervisord.conf:3: [program:a] command = date +%s: a % does not begin a valid expansion (%s without a name in parentheses); allowed: %(name)s for a value, %% for a percent sign",
			"Format string 'date +%s' for 'program:a.command' is badly formatted: %s without a name in parentheses in section 'program:a' (file: 'supervisord.conf')"},
		{"password", header + "[inet_http_server]\nport=1\npassword=topsecret%(x)s\nusername=u",
			"supervisord.conf:4: [inet_http_server] password = ***: %(x)s cannot be expanded here; allowed: ENV_x for the environment variable x",
			"Format string '***' for 'inet_http_server.password' contains names ('x') which cannot be expanded. Available names: ENV_HOME, ENV_NONE, ENV_PW"},
		{"password without user", header + "[inet_http_server]\nport=1\npassword=topsecret",
			"supervisord.conf:4: [inet_http_server] password = ***: there is no username; allowed: both or none of username and password",
			"Section [inet_http_server] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified"},
		{"environment", header + "environment=A=\"topsecret\",B\n",
			"supervisord.conf:2: [supervisord] environment = ***: not a list of KEY=\"value\" pairs; allowed: " + environmentAllowed,
			"Unexpected end of key/value pairs in value '***'"},
		{"environment quote", header + "[program:a]\ncommand=x\nenvironment=A=\"topsecret\n",
			"supervisord.conf:4: [program:a] environment = ***: a quote is not closed; allowed: " + environmentAllowed,
			"No closing quotation in section 'program:a' (file: 'supervisord.conf')"},
		{"value of a variable", header + "[program:a]\ncommand=x\nstopsignal=%(ENV_PW)s\n",
			"supervisord.conf:4: [program:a] stopsignal = %(ENV_PW)s: not a signal; allowed: a signal of this system by name or number, such as TERM, HUP, INT, QUIT, KILL, USR1 or 10",
			"value *** is not a valid signal name in section 'program:a' (file: 'supervisord.conf')"},
		{"value of a variable in a log name", header + "[program:a]\ncommand=x\nstdout_logfile=/tmp/%(ENV_PW)s%%(x)s\n",
			"supervisord.conf:4: [program:a] stdout_logfile = /tmp/%(ENV_PW)s%%(x)s: %(x)s cannot be expanded here; allowed: group_name, here, host_node_name, numprocs, process_num, program_name, ENV_x for the environment variable x",
			"Format string '***' for 'stdout_logfile' contains names ('x') which cannot be expanded. Available names: ENV_HOME, ENV_NONE, ENV_PW, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:a' (file: 'supervisord.conf')"},
		{"user", header + "[program:a]\ncommand=x\nuser=carol\n",
			"supervisord.conf:4: [program:a] user = carol: no such user or group on this system; allowed: the name or number of one that exists",
			"Invalid user name carol in section 'program:a' (file: 'supervisord.conf')"},
		{"own user", header + "user=carol\n",
			"supervisord.conf:2: [supervisord] user = carol: no such user or group on this system; allowed: the name or number of one that exists",
			"Invalid user name carol"},
		{"directory of a log", header + "[program:a]\ncommand=x\nstdout_logfile=/nonexistent/x.log\n",
			"supervisord.conf:4: [program:a] stdout_logfile = /nonexistent/x.log: the directory of this file does not exist; allowed: a path in a directory that exists",
			"The directory named as part of the path /nonexistent/x.log does not exist in section 'program:a' (file: 'supervisord.conf')"},
		{"numprocs", header + "[program:a]\ncommand=x\nnumprocs=2\n",
			"supervisord.conf:2: [program:a] process_name: numprocs is more than 1, but all processes would have one name; allowed: a name that contains %(process_num)s, such as %(program_name)s_%(process_num)02d",
			"%(process_num) must be present within process_name when numprocs > 1 in section 'program:a' (file: 'supervisord.conf')"},
		{"too many", header + "[program:a]\ncommand=x\nnumprocs=99999999\nprocess_name=%(process_num)s",
			"supervisord.conf:4: [program:a] numprocs = 99999999: these are too many processes; allowed: a number up to 100000",
			"supervisord.conf:4: [program:a] numprocs = 99999999: these are too many processes; allowed: a number up to 100000"},
		{"stop as group", header + "[program:a]\ncommand=x\nstopasgroup=true\nkillasgroup=false\n",
			"supervisord.conf:5: [program:a] killasgroup = false: stopasgroup=true needs killasgroup=true; allowed: true, or stopasgroup=false",
			"Cannot set stopasgroup=true and killasgroup=false in section 'program:a' (file: 'supervisord.conf')"},
		{"group", header + "[program:abc]\ncommand=x\n[group:g]\nprograms=acb\n",
			"supervisord.conf:5: [group:g] programs = acb: there is no program acb; allowed: names of [program:x] and [fcgi-program:x] sections; did you mean abc?",
			"[group:g] names unknown program or fcgi-program acb"},
		{"ambiguous", header + "[program:a]\ncommand=x\n[fcgi-program:a]\ncommand=x\nsocket=tcp://x:1\n[group:g]\nprograms=a\n",
			"supervisord.conf:8: [group:g] programs = a: a is both a program and a fcgi-program; allowed: names that stand for one section only",
			"[group:g] name a is ambiguous (exists as program and fcgi-program)"},
		{"events", header + "[eventlistener:a]\ncommand=x\nevents=PROCES_STATE\n",
			"supervisord.conf:4: [eventlistener:a] events = PROCES_STATE: there is no event type \"PROCES_STATE\"; allowed: a type listed in the manual; did you mean PROCESS_STATE?",
			"Unknown event type PROCES_STATE in [eventlistener:a] events"},
		{"no events", header + "[eventlistener:a]\ncommand=x\n",
			"supervisord.conf:2: [eventlistener:a] events: an event listener needs event types; allowed: events = names of event types with commas between them",
			"[eventlistener:a] section requires an \"events\" line"},
		{"buffer", header + "[eventlistener:a]\ncommand=x\nevents=TICK\nbuffer_size=0\n",
			"supervisord.conf:5: [eventlistener:a] buffer_size = 0: the buffer is too small; allowed: a number of events of at least 1",
			"[eventlistener:a] section sets invalid buffer_size (0)"},
		{"port", header + "[inet_http_server]\nport=localhost:http\n",
			"supervisord.conf:3: [inet_http_server] port = localhost:http: not a port; allowed: " + addressAllowed,
			"invalid literal for int() with base 10: 'http'"},
		{"no file", header + "[unix_http_server]\n",
			"supervisord.conf:2: [unix_http_server]: there is no option file; allowed: file = path of the socket",
			"section [unix_http_server] has no file value"},
		{"no supervisord", "[program:a]\ncommand=x\n",
			"supervisord.conf: there is no section [supervisord]; allowed: a section [supervisord], which may be empty",
			".ini file does not include supervisord section"},
		{"no factory", header + "[rpcinterface:a]\n",
			"supervisord.conf:2: [rpcinterface:a]: there is no option supervisor.rpcinterface_factory; allowed: supervisor.rpcinterface_factory = the factory of the plug-in",
			"section [rpcinterface:a] does not specify a supervisor.rpcinterface_factory"},
		{"include", header + "[include]\nfile=x\n",
			"supervisord.conf:2: [include]: there is no option files; allowed: files = the paths of the files to include, separated by white space",
			".ini file has [include] section, but no files setting"},
		{"socket", header + "[fcgi-program:a]\ncommand=x\nsocket=tcp:x\n",
			"supervisord.conf:4: [fcgi-program:a] socket = tcp:x: not a socket; allowed: unix:///absolute/path or tcp://host:port",
			"('Bad socket format %s', 'tcp:x') in [fcgi-program:a] socket"},
		{"empty socket", header + "[fcgi-program:a]\ncommand=x\nsocket=%(ENV_NONE)s\n",
			"supervisord.conf:4: [fcgi-program:a] socket = %(ENV_NONE)s: a FastCGI program needs a socket; allowed: unix:///absolute/path or tcp://host:port",
			"[fcgi-program:a] section requires a \"socket\" line"},
		{"rotation", header + "[program:a]\ncommand=x\nstdout_logfile_rotation=daily\n",
			"supervisord.conf:4: [program:a] stdout_logfile_rotation = daily: not a style of rotation; allowed: numbered or timestamp",
			"not a style of rotation: 'daily'"},
		{"before the first section", "a=1\n[supervisord]\n",
			"supervisord.conf:1: an option stands before the first section; allowed: a line such as [supervisord] before the first option",
			"File contains no section headers.\nfile: 'supervisord.conf', line: 1\n'a=1\\n'"},
		{"a secret before the first section", "password = topsecret\n[supervisord]\n",
			"supervisord.conf:1: an option stands before the first section; allowed: a line such as [supervisord] before the first option",
			"File contains no section headers.\nfile: 'supervisord.conf', line: 1\n'password =***\\n'"},
		{"not a line", "[supervisord]\nnodaemon\n",
			"supervisord.conf:2: this line is neither a section nor an option; allowed: [section], key = value, a comment, or an indented line that continues a value",
			"Source contains parsing errors: 'supervisord.conf'\n\t[line  2]: 'nodaemon\\n'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, errs := load(t, test.text)
			if len(errs) == 0 {
				t.Fatal("no error")
			}
			if got := short(errs.Error()); got != test.want {
				t.Errorf("error\n%s\nwant\n%s", got, test.want)
			}
			if got := short(errs.Reference()); got != test.reference {
				t.Errorf("reference\n%s\nwant\n%s", got, test.reference)
			}
			if all := errs.Error() + errs.Reference(); strings.Contains(all, "topsecret") {
				t.Errorf("there is a secret in %s", all)
			}
		})
	}
}

// TestAllErrorsAtOnce has an error of every kind in one file.
func TestAllErrorsAtOnce(t *testing.T) {
	_, errs := load(t, `x=1
[supervisord]
loglevel=loud
nonsense
minfds=many
[unix_http_server]
file=/tmp/x
chmod=rwx
[program:b]
command=x
user=nobody-here
numprocs=3
process_name=b%(process_num)s
stopsignal=BANG
environment=A="%(nope)s"
[program:c]
directory=%(nope)s
[eventlistener:d]
command=x
events=NOTHING,NOBODY
redirect_stderr=true
`)
	var lines []string
	for _, e := range errs {
		key := e.Key
		if key == "" {
			key = "-"
		}
		lines = append(lines, strings.TrimPrefix(e.Origin.String(), errs[0].Origin.File+":")+" "+key)
	}
	want := "1 -|4 -|5 minfds|3 loglevel|14 stopsignal|11 user|15 environment|17 directory|16 -|20 events|20 events|21 redirect_stderr|8 chmod"
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("errors at\n%s\nwant\n%s\n%v", got, want, errs)
	}
	printed := strings.Split(errs.Error(), "\n")
	if len(printed) != len(errs) || !strings.Contains(printed[0], ":1: ") || !strings.Contains(printed[1], ":3: ") {
		t.Errorf("the errors are not printed one a line in the order of lines:\n%v", errs)
	}
}

func TestErrorsOfSeveralFiles(t *testing.T) {
	at := func(file string, line int) Error { return Error{Origin: Origin{file, line}, Problem: "x"} }
	errs := Errors{at("b", 5), at("a", 2), at("b", 1), at("a", 1), at("c", 0)}
	if got, want := errs.Error(), "b:1: x\nb:5: x\na:1: x\na:2: x\nc: x"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFileErrors(t *testing.T) {
	_, err := Load(LoadOptions{File: "/nonexistent/x.conf"})
	errs := err.(Errors)
	if got, want := errs.Reference(), "could not find config file /nonexistent/x.conf"; got != want {
		t.Errorf("missing file: %s; want %s", got, want)
	}
	if got, want := errs.Error(), "/nonexistent/x.conf: cannot find this file"; got != want {
		t.Errorf("missing file: %s; want %s", got, want)
	}
	_, err = Load(LoadOptions{File: t.TempDir()})
	errs = err.(Errors)
	if got := errs.Error(); !strings.HasSuffix(got, ": cannot read this file: is a directory") {
		t.Errorf("a directory as a file: %s", got)
	}
	if got := errs.Reference(); !strings.HasPrefix(got, "could not read config file ") {
		t.Errorf("a directory as a file: %s", got)
	}
}

func TestUserOfTheCommandLine(t *testing.T) {
	user := "carol"
	_, err := Load(LoadOptions{File: write(t, header), Lookup: fakeUsers{}, Overrides: Overrides{User: &user}})
	want := "cannot run as user carol: no such user or group on this system; allowed: the name or number of one that exists"
	if errs := err.(Errors); errs.Error() != want || errs.Reference() != "Invalid user name carol" {
		t.Errorf("error %v, reference %s", errs, errs.Reference())
	}
}

// TestFileOfAnotherKind reads a file that is no configuration at all, such as a
// log or a program: each of its lines is wrong, and their errors must not repeat
// all others.
func TestFileOfAnotherKind(t *testing.T) {
	const lines = 4000
	text := header + strings.Repeat("not a configuration\n", lines)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, errs := load(t, text)
	runtime.ReadMemStats(&after)
	if len(errs) != lines {
		t.Errorf("%d errors for %d lines", len(errs), lines)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%d bytes were used to read %d", used, len(text))
	}
}

// TestEveryItem names all that is wrong in lists and in the options of a socket,
// and not only the first.
func TestEveryItem(t *testing.T) {
	_, errs := load(t, header+"[group:g]\nprograms=no1,no2,no1\n[eventlistener:e]\ncommand=x\nevents=NO3,NO4\n"+
		"[fcgi-program:f]\ncommand=x\nsocket=tcp://x\nsocket_backlog=0\nsocket_owner=no5\nsocket_mode=9\n")
	if errs == nil {
		t.Fatal("no errors")
	}
	text := errs.Error()
	for _, want := range []string{"no program no1", "no program no2", `"NO3"`, `"NO4"`, "] socket = ", "socket_backlog = ", "socket_owner = ", "socket_mode = "} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, text)
		}
	}
	if len(errs) != 8 {
		t.Errorf("%d errors, want 8:\n%s", len(errs), text)
	}
}

// TestNoEnvironmentInLists expands variables in lists of names that do not exist.
func TestNoEnvironmentInLists(t *testing.T) {
	_, errs := load(t, header+"[group:g]\nprograms=%(ENV_PW)s\n[eventlistener:e]\ncommand=x\nevents=%(ENV_PW)s\n")
	if len(errs) != 2 || strings.Contains(strings.ToLower(errs.Error()+errs.Reference()), "topsecret") {
		t.Errorf("errors\n%v\n%s", errs, errs.Reference())
	}
	c, errs := load(t, header+"[eventlistener:e]\ncommand=x\nevents=TICK_5\nresult_handler=%(ENV_PW)s\n")
	if errs != nil {
		t.Fatal(errs)
	}
	if len(c.Warnings) != 1 || strings.Contains(c.Warnings[0], "topsecret") {
		t.Errorf("warnings %q", c.Warnings)
	}
}

// TestNoPasswordsOfURLs has a URL with a password in a command, where its percent
// sign is wrong, and in an address.
func TestNoPasswordsOfURLs(t *testing.T) {
	_, errs := load(t, header+"[program:a]\ncommand=curl http://me:top%40secret@host/\n[inet_http_server]\nport=http://me:topsecret@host:0\n")
	if len(errs) != 2 || strings.Contains(errs.Error(), "secret") || strings.Contains(errs.Reference(), "secret") {
		t.Errorf("errors\n%v\n%s", errs, errs.Reference())
	}
}
