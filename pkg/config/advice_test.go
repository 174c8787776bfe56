package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// mustLoad reads a text that is right.
func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	c, errs := load(t, text)
	if errs != nil {
		t.Fatal(errs)
	}
	return c
}

func shortAll(messages []string) []string {
	list := []string{}
	for _, m := range messages {
		list = append(list, short(m))
	}
	return list
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"unknown option", header + "nodeamon=true\nzzz=1\n", []string{
			"supervisord.conf:2: [supervisord] nodeamon: this option is not known and has no effect; did you mean nodaemon?",
			"supervisord.conf:3: [supervisord] zzz: this option is not known and has no effect",
		}},
		{"unknown option, once", header + "[program:a]\ncommand=x\nstdout_logfle=/tmp/x\nnumprocs=3\nprocess_name=%(process_num)s\n", []string{
			"supervisord.conf:4: [program:a] stdout_logfle: this option is not known and has no effect; did you mean stdout_logfile?",
		}},
		{"unknown section", header + "[progam:x]\na=b\n[foo]\n", []string{
			"supervisord.conf:2: [progam:x]: this section is not known and has no effect; did you mean [program:x]?",
			"supervisord.conf:4: [foo]: this section is not known and has no effect",
		}},
		{"default section", "[DEFAULT]\nstartsecs=2\nnonsense=1\n" + header, []string{
			"supervisord.conf:3: [DEFAULT] nonsense: this option is not known to any section",
		}},
		{"options of plug-ins", header + "[rpcinterface:x]\nsupervisor.rpcinterface_factory=a:b\nanything=1\n", []string{}},
		{"cut in quotes", header + "[program:a]\ncommand=sh -c 'a ; b'\nenvironment=A=\"1 # 2\",B=2\n", nil},
		{"comment with a quote", header + "[program:a]\ncommand=sh -c 'a' ; it's 'fine'\n", []string{}},
		{"syslog", header + "[program:a]\ncommand=x\nstdout_logfile=syslog\nnumprocs=2\nprocess_name=%(process_num)s", []string{
			"For [program:a], stdout_logfile=syslog but this is deprecated and will be removed.  Use stdout_syslog=true to enable syslog instead.",
		}},
		{"no rollover", header + "[program:a]\ncommand=x\nstdout_logfile_maxbytes=0\nstderr_logfile_maxbytes=0\nstderr_logfile=NONE\n", []string{
			"For [program:a], AUTO logging used for stdout_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally",
		}},
		{"redirected", header + "[program:a]\ncommand=x\nstderr_logfile=/tmp/x\nredirect_stderr=true\n", []string{
			"For [program:a], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored",
		}},
		{"two groups of one name", header + "[program:a]\ncommand=x\n[group:a]\nprograms=b\n[program:b]\ncommand=x\n", []string{
			"[group:a] and [program:a] both make a group named a; only one of them will run",
		}},
		{"two processes of one name", header + "[program:a]\ncommand=x\nprocess_name=p\n[group:g]\nprograms=a,b\n[program:b]\ncommand=x\nprocess_name=p\n", []string{
			"[group:g]: the group has several processes named p; only one of them will run",
		}},
		{"compression without timestamps", header + "[program:a]\ncommand=x\nstdout_logfile_compress=true\n", []string{
			"supervisord.conf:4: [program:a] stdout_logfile_compress: this has no effect without stdout_logfile_rotation = timestamp",
		}},
		{"result handler", header + "[eventlistener:a]\ncommand=x\nevents=TICK\nresult_handler=my:handler\n", []string{
			"supervisord.conf:5: [eventlistener:a] result_handler: my:handler is a Python function and is not called; a result OK accepts an event, and FAIL rejects it",
		}},
		{"member without socket", header + "[fcgi-program:a]\ncommand=x\n[group:g]\nprograms=a\n", []string{
			"supervisord.conf:2: [fcgi-program:a] socket: the program runs without a FastCGI socket: socket: a FastCGI program needs a socket",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, errs := load(t, test.text)
			if test.want == nil {
				// The environment above is wrong without its end.
				return
			}
			if errs != nil {
				t.Fatal(errs)
			}
			if diff := gocmp.Diff(test.want, shortAll(c.Warnings)); diff != "" {
				t.Errorf("wanted -, got +:\n%s", diff)
			}
		})
	}
}

func TestCutInsideQuotes(t *testing.T) {
	c := mustLoad(t, header+"[program:a]\ncommand=sh -c 'a ; b'\n[program:b]\ncommand=x\ndirectory=/it's ; isn't\n")
	want := []string{"supervisord.conf:3: [program:a] command: the value ends inside a quote, because a ; or # after white space begins a comment even there"}
	if diff := gocmp.Diff(want, shortAll(c.Warnings)); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
	if got := c.Groups[0].Processes[0].Command; got != "sh -c 'a" {
		t.Errorf("command = %q", got)
	}
	// A value that is wrong because of the cut is an error and warned of.
	errs, warnings := Check(LoadOptions{File: write(t, header+"environment=A=\"1 # 2\",B=2\n")})
	if len(errs) != 1 || len(warnings) != 1 || !strings.Contains(warnings[0], "the value ends inside a quote") {
		t.Errorf("errors %v, warnings %q", errs, warnings)
	}
}

func TestPermissions(t *testing.T) {
	root, other := 0, 1000
	path := write(t, header)
	if err := os.Chmod(path, 0o662); err != nil {
		t.Fatal(err)
	}
	check := func(uid *int) []string {
		_, warnings := Check(LoadOptions{File: path, EffectiveUID: uid})
		return shortAll(warnings)
	}
	if got := check(&other); len(got) > 0 {
		t.Errorf("warnings for an ordinary user: %q", got)
	}
	want := "supervisord.conf: this file can be changed by others than its owner (mode 0662), who can thereby run programs as root"
	if got := check(&root); !slices.Contains(got, want) {
		t.Errorf("warnings for root: %q; want %q", got, want)
	}
	if os.Getuid() != 0 {
		return // only root can give a file away
	}
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
	want = "supervisord.conf: this file belongs to the user with the id 12345, who can thereby run programs as root"
	if got := check(&root); !slices.Contains(got, want) {
		t.Errorf("warnings for root: %q; want %q", got, want)
	}
}

// TestOldDialect reads a file of Supervisor 3.0a3.
func TestOldDialect(t *testing.T) {
	c := mustLoad(t, `[supervisord]
http_port=/tmp/old.sock
http_username=me
http_password=topsecret
sockchmod=0770
sockchown=bob.smith.web.admins
logfile_backups=0
[program:a]
command=x
stdout_capturefile=AUTO
stderr_capturefile=NONE
[program:b]
command=x
stdout_capturefile=/tmp/c
stdout_capture_maxbytes=1KB
[eventlistener:e]
command=x
events=process_state_change_exited_from_runnning, EVENT_BUFFER_OVERFLOW,TICK_5
`)
	server := c.Servers[0]
	if server.Kind != UnixServer || server.Path != "/tmp/old.sock" || server.Mode != 0o770 || server.UID != 1002 || server.GID != 11 ||
		server.Username != "me" || server.Password != "topsecret" || !server.HasAuth || len(c.Servers) != 1 {
		t.Errorf("server %+v", c.Servers)
	}
	a, b, e := c.Groups[1].Processes[0], c.Groups[2].Processes[0], c.Groups[0]
	if a.Stdout.CaptureBytes != 2<<20 || a.Stderr.CaptureBytes != 0 || b.Stdout.CaptureBytes != 1024 {
		t.Errorf("capture sizes %d %d %d", a.Stdout.CaptureBytes, a.Stderr.CaptureBytes, b.Stdout.CaptureBytes)
	}
	if want := []string{"EVENT_BUFFER_OVERFLOW", "PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING", "TICK_5"}; !slices.Equal(e.Events, want) {
		t.Errorf("events %q", e.Events)
	}
	want := []string{
		"supervisord.conf:10: [program:a] stdout_capturefile: this is deprecated; use stdout_capture_maxbytes = 2MB",
		"supervisord.conf:11: [program:a] stderr_capturefile: this is deprecated; use stderr_capture_maxbytes = 2MB",
		"supervisord.conf:14: [program:b] stdout_capturefile: this is deprecated; use stdout_capture_maxbytes = 2MB",
		"supervisord.conf:18: [eventlistener:e] events: PROCESS_STATE_CHANGE_EXITED_FROM_RUNNNING is an event type of Supervisor 3.0a3 and is deprecated",
		"supervisord.conf:18: [eventlistener:e] events: EVENT_BUFFER_OVERFLOW is an event type of Supervisor 3.0a3 and is deprecated",
		"supervisord.conf:2: [supervisord] http_port: this is deprecated; use a section [unix_http_server] or [inet_http_server]",
		"supervisord.conf:3: [supervisord] http_username: this is deprecated; use username in the section of the server",
		"supervisord.conf:4: [supervisord] http_password: this is deprecated; use password in the section of the server",
		"supervisord.conf:5: [supervisord] sockchmod: this is deprecated; use chmod in [unix_http_server]",
		"supervisord.conf:6: [supervisord] sockchown: this is deprecated; use chown in [unix_http_server]",
		"supervisord.conf:7: [supervisord] logfile_backups: 0 keeps no backups; it meant any number of them in Supervisor 3.0a3, which is deprecated",
		"supervisord.conf:6: [supervisord] sockchown: user.group with a dot is deprecated; use a colon",
	}
	if diff := gocmp.Diff(want, shortAll(c.Warnings)); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
}

func TestOldPort(t *testing.T) {
	c := mustLoad(t, header+"http_port=127.0.0.1:9001\n[unix_http_server]\nfile=/tmp/x\nchown=alice.wheel\n")
	if len(c.Servers) != 2 || c.Servers[0].Kind != InetServer || c.Servers[0].Host != "127.0.0.1" || c.Servers[0].Port != 9001 {
		t.Errorf("servers %+v", c.Servers)
	}
	if c.Servers[1].UID != 1000 || c.Servers[1].GID != 10 {
		t.Errorf("chown with a dot: %+v", c.Servers[1])
	}
	if c := mustLoad(t, header+"http_port=NONE\n"); len(c.Servers) != 0 {
		t.Errorf("servers %+v", c.Servers)
	}
	if c := mustLoad(t, header+"logfile_backups=0\n"); len(c.Warnings) != 0 {
		t.Errorf("warnings for a file of today: %q", c.Warnings)
	}
}

func TestExtensions(t *testing.T) {
	c := mustLoad(t, header+`subreaper=true
[inet_http_server]
port=[::1]:9001
web_get_actions=true
web_hosts=Apps.Example.org, *.corp.example.org
[program:a]
command=x
stdout_logfile_rotation=Timestamp
stdout_logfile_compress=yes
stdout_logfile_maxage=1d12h
[eventlistener:e]
command=x
events=TICK
restart_unknown=true
buffer_size=20
[rpcinterface:x]
rpcinterface.command=/bin/plugin --x
retries=3
[rpcinterface:y]
rpcinterface.url=unix:///tmp/y
[fcgi-program:f]
command=x
socket=unix:///tmp/f.sock
socket_owner=alice:wheel
socket_mode=0660
socket_backlog=5
[group:g]
programs=f
`)
	if !c.Supervisord.Subreaper {
		t.Error("subreaper is not set")
	}
	if s := c.Servers[0]; s.Host != "::1" || s.Port != 9001 || !s.WebGetAction ||
		!slices.Equal(s.WebHosts, []string{"apps.example.org", "*.corp.example.org"}) {
		t.Errorf("server %+v", s)
	}
	out := c.Groups[1].Processes[0].Stdout
	if out.Rotation != RotateTimestamp || !out.Compress || out.MaxAge != 36*time.Hour {
		t.Errorf("output %+v", out)
	}
	if e := c.Groups[0]; !e.RestartUnknown || !e.BufferSizeSet || e.BufferSize != 20 || e.Kind != ListenerPool {
		t.Errorf("listener %+v", e)
	}
	if x, y := c.RPCInterfaces[0], c.RPCInterfaces[1]; x.Command != "/bin/plugin --x" || x.Options["retries"] != "3" || len(x.Options) != 1 || y.URL != "unix:///tmp/y" {
		t.Errorf("interfaces %+v", c.RPCInterfaces)
	}
	want := &FastCGISocket{URL: "unix:///tmp/f.sock", Path: "/tmp/f.sock", Mode: 0o660, UID: 1000, GID: 10, Backlog: 5}
	g := c.Groups[2]
	if diff := gocmp.Diff(want, g.Processes[0].Socket); diff != "" || g.Kind != ProgramGroup || g.Socket != nil {
		t.Errorf("member of a group: %+v\n%s", g, diff)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %q", c.Warnings)
	}
}

func TestUnknownFactory(t *testing.T) {
	opts := LoadOptions{File: write(t, header+"[rpcinterface:x]\nsupervisor.rpcinterface_factory=my.pkg:make\n")}
	if _, err := Load(opts); err != nil {
		t.Errorf("without KnownFactory: %v", err)
	}
	opts.KnownFactory = func(string) bool { return false }
	_, err := Load(opts)
	if got, want := err.(Errors).Reference(), "my.pkg:make cannot be resolved within [rpcinterface:x]"; got != want {
		t.Errorf("reference %s; want %s", got, want)
	}
}

// TestIncludes reads files in other directories, with %(here)s in each.
func TestIncludes(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"main.conf":     "[DEFAULT]\ndirectory=%(here)s/d\n[supervisord]\nidentifier=%(here)s\n[include]\nfiles=sub/*.ini /nothing/*.x missing.ini\n[program:m]\ncommand=%(here)s/m\n",
		"sub/b.ini":     "[program:b]\ncommand=%(here)s/b\n[program:m]\npriority=5\nuser=%(here)s\n",
		"sub/a.ini":     "\ufeff[program:a]\r\ncommand=%(here)s/a\r\n[include]\r\nfiles=never.ini\r\n",
		"sub/c.ini/x":   "",
		"d/x":           "",
		"sub/.hid.ini":  "[program:hidden]\n",
		"sub/never.ini": "[program:b]\nstartsecs=7\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	uid := 1000
	_, err := Load(LoadOptions{File: filepath.Join(dir, "main.conf"), Lookup: fakeUsers{}, EffectiveUID: &uid})
	// user=%(here)s shows where %(here)s was replaced.
	want := "Invalid user name " + dir + "/sub in section 'program:m' (file: '" + dir + "/main.conf')"
	if errs, _ := err.(Errors); len(errs) != 1 || errs.Reference() != want || errs[0].Origin != (Origin{dir + "/sub/b.ini", 5}) {
		t.Fatalf("errors %v; want %s", err, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "sub/b.ini"), []byte("[program:b]\ncommand=%(here)s/b\n[program:m]\npriority=5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(LoadOptions{File: filepath.Join(dir, "main.conf"), EffectiveUID: &uid})
	if err != nil {
		t.Fatal(err)
	}
	if c.Supervisord.Identifier != dir || c.Here != dir {
		t.Errorf("here is %q, identifier %q", c.Here, c.Supervisord.Identifier)
	}
	got := map[string]string{}
	for _, g := range c.Groups {
		got[g.Name] = g.Processes[0].Command + " in " + g.Processes[0].Directory
	}
	if diff := gocmp.Diff(map[string]string{
		"m": dir + "/m in " + dir + "/d", "a": dir + "/sub/a in " + dir + "/sub/d", "b": dir + "/sub/b in " + dir + "/sub/d",
	}, got); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
	if origin, _ := c.Groups[0].Set.Of("priority"); c.Groups[0].Name != "m" || origin != (Origin{dir + "/sub/b.ini", 4}) {
		t.Errorf("origin of the priority of %s: %v", c.Groups[0].Name, origin)
	}
	wantInfos := []string{}
	for _, name := range []string{"a.ini", "b.ini", "c.ini", "never.ini"} {
		wantInfos = append(wantInfos, `Included extra file "`+dir+"/sub/"+name+`" during parsing`)
	}
	if diff := gocmp.Diff(wantInfos, c.Infos); diff != "" {
		t.Errorf("infos: wanted -, got +:\n%s", diff)
	}
	if diff := gocmp.Diff([]string{
		dir + "/sub/c.ini: cannot read this included file, which is left out: is a directory",
		`No file matches via include "/nothing/*.x"`,
		`No file matches via include "` + dir + `/missing.ini"`,
		dir + "/sub/a.ini:4: [include]: an [include] in an included file is not followed",
	}, c.Warnings); diff != "" {
		t.Errorf("warnings: wanted -, got +:\n%s", diff)
	}
}

func TestLenientText(t *testing.T) {
	c := mustLoad(t, "\ufeff[supervisord]\r\nidentifier = caf\xe9 \x00\r\n\t; comment\r[program:a]\rcommand = x\r")
	if c.Supervisord.Identifier != "caf\xe9 \x00" || c.Groups[0].Processes[0].Command != "x" {
		t.Errorf("identifier %q, groups %+v", c.Supervisord.Identifier, c.Groups)
	}
}

func TestOrigins(t *testing.T) {
	level := LevelDebug
	path := write(t, "[supervisord]\nloglevel=info\nminfds=5\n[program:a]\ncommand=x\n\nstartsecs\n =3\n")
	_, err := Load(LoadOptions{File: path})
	if err == nil {
		t.Fatal("a line without = is no error")
	}
	path = write(t, "[supervisord]\nloglevel=info\nminfds=5\n[program:a]\ncommand=x\n\nstartsecs=\n  3\n")
	c, err := Load(LoadOptions{File: path, Overrides: Overrides{LogLevel: &level, Nodaemon: true}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Supervisord.Set; got["loglevel"] != (Origin{}) || got["minfds"] != (Origin{path, 3}) || got["nodaemon"] != (Origin{}) || len(got) != 3 {
		t.Errorf("origins of [supervisord]: %v", got)
	}
	if origin, ok := c.Groups[0].Processes[0].Set.Of("startsecs"); !ok || origin != (Origin{path, 7}) {
		t.Errorf("origin of startsecs: %v %v", origin, ok)
	}
	if c.Supervisord.LogLevel != LevelDebug || !c.Supervisord.Nodaemon || c.Groups[0].Processes[0].StartSecs != 3 {
		t.Errorf("values %+v", c.Supervisord)
	}
}
