package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// One broken include: the configuration in force stays in force as a whole, and
// the error names the file and the line.
func TestBrokenInclude(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	must(t, os.Mkdir(d.path("conf.d"), 0o755))
	d.write("conf.d/a.conf", "[program:a]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	d.write("conf.d/b.conf", "[program:b]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	d.configure("[include]\nfiles=conf.d/*.conf\n")
	d.launch()
	d.up()
	a, b := d.state("a", "RUNNING").PID, d.state("b", "RUNNING").PID
	d.write("conf.d/a.conf", "[program:a]\ncommand=/bin/sleep 2000\nstartsecs=0\n")
	d.write("conf.d/c.conf", "[program:c]\ncommand=/bin/sleep 1000\n")
	d.write("conf.d/b.conf", "; a comment\n[program:b]\ncommand=/bin/sleep 1000\nautostart=maybe\n")
	place := regexp.MustCompile(`conf\.d/b\.conf:4: .*autostart`)
	for _, verb := range [][]string{{"reread"}, {"update"}, {"add", "c"}} {
		status, out := d.ctl(verb...)
		if status == 0 || verb[0] != "add" && !place.MatchString(out) {
			t.Errorf("%v: exit status %d, %s", verb, status, out)
		}
	}
	if now := d.info("a").PID; now != a {
		t.Errorf("a had pid %d and has %d", a, now)
	}
	if now := d.info("b").PID; now != b {
		t.Errorf("b had pid %d and has %d", b, now)
	}
	d.write("conf.d/b.conf", "[program:b]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	if status, out := d.ctl("update"); status != 0 {
		t.Errorf("update: exit status %d, %s", status, out)
	}
	d.state("c", "RUNNING", "STARTING")
	if now := d.info("a").PID; now == a {
		t.Error("a was not restarted")
	}
	if now := d.info("b").PID; now != b {
		t.Error("b was restarted")
	}
	d.bookkeeping()
}

// Only what has changed is restarted, and only if it has to be.
func TestUpdateTouchesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	conf := func(a, b, c, events string) string {
		return "[program:a]\ncommand=/bin/sleep 1000\nstartsecs=0\n" + a + "[program:b]\ncommand=/bin/sleep 1000\nstartsecs=0\n" + b +
			"[group:g]\nprograms=a,b\n[program:c]\nprocess_name=c%(process_num)d\ncommand=/bin/sleep 1000\nstartsecs=0\nnumprocs=" + c +
			"\n[eventlistener:l]\ncommand=/bin/sleep 1000\nstartsecs=0\nevents=" + events + "\n"
	}
	d := start(t, conf("", "", "3", "TICK_60"))
	names := []string{"g:a", "g:b", "c:c0", "c:c1", "c:c2", "l"}
	pids := func() map[string]int {
		m := map[string]int{}
		for _, name := range names {
			if _, err := d.rpc.ProcessInfo(d.ctx(), name); err == nil {
				m[name] = d.state(name, "RUNNING").PID
			}
		}
		return m
	}
	for _, step := range []struct {
		conf    string
		changed []string // that have another pid, or are there or not
	}{
		{conf("autorestart=true\nstopwaitsecs=3\npriority=5\nexitcodes=0,1\n", "", "3", "TICK_60"), nil},
		{conf("environment=A=\"1\"\n", "", "3", "TICK_60"), []string{"g:a"}},
		{conf("", "", "3", "TICK_60"), []string{"g:a"}},
		{conf("", "", "2", "TICK_60"), []string{"c:c2"}},
		{conf("", "", "3", "TICK_60"), []string{"c:c2"}},
		{conf("", "directory=/\n", "3", "TICK_60"), []string{"g:b"}},
	} {
		before := pids()
		d.replaceConf(step.conf)
		if status, out := d.ctl("update"); status != 0 {
			t.Errorf("update: exit status %d, %s", status, out)
		}
		after := pids()
		var changed []string
		for _, name := range names {
			if before[name] != after[name] {
				changed = append(changed, name)
			}
		}
		if fmt.Sprint(changed) != fmt.Sprint(step.changed) {
			t.Errorf("changed %v, want %v", changed, step.changed)
		}
	}
	d.replaceConf(conf("", "directory=/\n", "3", "TICK_5,PROCESS_STATE"))
	if _, out := d.ctl("reread"); !strings.Contains(out, "l: changed") {
		t.Errorf("reread after a change of events: %s", out)
	}
	if status, out := d.ctl("update"); status != 0 {
		t.Errorf("update: exit status %d, %s", status, out)
	}
	d.bookkeeping()
}

// Values mean the same in every section: percent signs, variables, quotes,
// comments, continued lines.
func TestValues(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.env = []string{"E2E_VALUE=from outside", "E2E_PERCENT=100%"}
	d.write("show", "#!/bin/sh\nprintf '<%s>\\n' \"$@\" \"$A\" \"$B\" \"$C\"\nexec sleep 1000\n")
	d.configure(`[supervisord]
identifier = %%id-%(ENV_E2E_VALUE)s ; a comment
environment = B="s;u,per",A="hidden"
[program:p]
# a comment
command = {D}/show
    "one word" 'two ''quoted' %% %(program_name)s %(process_num)03d %(ENV_E2E_VALUE)s
    a\ b ; a comment
environment = A="it's, 100%%",C='%(here)s'
stdout_logfile = {D}/%(program_name)s.log
startsecs = 0
process_name = %(program_name)s-%(process_num)d
numprocs = 1
`)
	d.launch()
	d.up()
	want := "<one word>\n<two quoted>\n<%>\n<p>\n<000>\n<from>\n<outside>\n<a b>\n<it's, 100%>\n<s;u,per>\n<" + d.dir + ">\n"
	d.has("p.log", "<"+d.dir+">")
	if got := d.read("p.log"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if id, err := d.rpc.Identification(d.ctx()); err != nil || id != "%id-from outside" {
		t.Errorf("identifier %q, %v", id, err)
	}
}

// Names that would be trouble in names of files, of groups or in URLs are
// refused when the configuration is read; nothing is ever made of them.
func TestNames(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	for _, name := range []string{"a:b", "a/b", "../up", "a b", "", "a\x01b", "a[b", " "} {
		d.configure("[program:x]\ncommand=/bin/true\nprocess_name=" + name + "\n[program:" + name + "]\ncommand=/bin/true\n")
		status, out := d.run("supervisord", "--check", "-c", d.path("c"))
		if status == 0 && !strings.Contains(out, "warning") {
			t.Errorf("%q is accepted: %s", name, out)
		}
		if strings.Contains(out, "goroutine") {
			t.Errorf("%q: %s", name, out)
		}
	}
	// Shell syntax is nothing special: no shell sees a name.
	for _, name := range []string{"a;touch$IFS{D}-pwned", "$(id)", "`id`", "a'b", `a"b`, "a&b", "a|b", "-x", "--help", "%n", "été", "日本", "<b>x</b>"} {
		name = strings.ReplaceAll(name, "%", "%%")
		if strings.Contains(name, "/") {
			name = strings.ReplaceAll(name, "{D}", "")
		}
		d.write("c", header+"[program:"+name+"]\ncommand=/bin/sleep 1000\nstartsecs=0\nautostart=true\n")
		status, out := d.run("supervisord", "--check", "-c", d.path("c"))
		if strings.Contains(out, "goroutine") {
			t.Errorf("%q: %s", name, out)
		}
		if status != 0 {
			continue // refused, with a message
		}
		d.launch()
		d.up()
		all, err := d.rpc.AllProcessInfo(d.ctx())
		must(t, err)
		if len(all) != 1 {
			t.Fatalf("%q: %d processes", name, len(all))
		}
		d.state(all[0].Group+":"+all[0].Name, "RUNNING")
		for _, verb := range [][]string{{"status"}, {"tail", all[0].Name}, {"stop", all[0].Name}, {"start", all[0].Name}, {"clear", all[0].Name}} {
			d.ctl(verb...)
		}
		if status, page := d.get("/"); status == 200 && strings.Contains(page, "<b>x</b>") {
			t.Error("a name is markup in the page")
		}
		d.stop()
	}
	for _, e := range names(t, tmp, "*pwned*") {
		t.Errorf("%s was made", e)
	}
}

// Values of a quarter of a megabyte are read in no time worth speaking of, whatever they are
// made of.
func TestHugeValues(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	const size = 256 << 10
	for _, piece := range []string{"x", "x ", "%%", "'", `"`, `\`, `\"`, "a=1,", `A="b",`, "%(here)s", "%(ENV_", "%(", ";", " ;", "\n ", "\n\t;", "[", "=", ":", "%(x)", `"a" `, "0", "9,"} {
		value := strings.Repeat(piece, size/len(piece))
		d.write("c", "[supervisord]\n[program:p]\ncommand=/bin/echo "+value+"\nenvironment="+value+"\nexitcodes="+value+"\nstdout_logfile_maxbytes="+value+"\n")
		// With a limit of its processor time: quadratic would need hours.
		status, out := d.run("sh", "-c", `ulimit -t 10; exec "$@"`, "sh", filepath.Join(bin, "supervisord"), "--check", "-c", d.path("c"))
		if status != 0 && status != 2 {
			t.Errorf("%q: exit status %d", piece, status)
		}
		if strings.Contains(out, "goroutine") || len(out) > 100<<10 {
			t.Errorf("%q: %d bytes of output, %s", piece, len(out), tail(out, 500))
		}
	}
}

// Every option of the command line does something.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	base := "[supervisord]\npidfile={D}/pid\nlogfile={D}/log\nchildlogdir={D}\n[unix_http_server]\nfile={D}/s\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
	program := "[program:p]\ncommand=/bin/sh -c 'umask >{D}/umask; pwd >{D}/pwd; id -u >{D}/uid; printf \"\\033[31mred\\n\"; exec sleep 1000'\nstartsecs=0\nstdout_logfile={D}/p.log\n"
	run := func(t *testing.T, args ...string) *daemon {
		d := newDaemon(t)
		for i := range args {
			args[i] = d.fill(args[i])
		}
		d.write("c", base+program)
		must(t, os.Mkdir(d.path("sub"), 0o777))
		must(t, os.Chmod(d.path("sub"), 0o777))
		d.launch(args...)
		d.up()
		d.state("p", "RUNNING")
		return d
	}
	type check = func(t *testing.T, d *daemon)
	for _, c := range []struct {
		name  string
		args  []string
		check check
	}{
		{"-i", []string{"-i", "other"}, func(t *testing.T, d *daemon) {
			if id, err := d.rpc.Identification(d.ctx()); err != nil || id != "other" {
				t.Errorf("%q, %v", id, err)
			}
		}},
		{"--identifier", []string{"--identifier=third"}, func(t *testing.T, d *daemon) {
			if id, err := d.rpc.Identification(d.ctx()); err != nil || id != "third" {
				t.Errorf("%q, %v", id, err)
			}
		}},
		{"-l", []string{"-l", "{D}/sub/log"}, func(t *testing.T, d *daemon) { d.has("sub/log", "spawned: 'p'") }},
		{"-j", []string{"-j", "{D}/sub/pid"}, func(t *testing.T, d *daemon) { d.has("sub/pid", strconv.Itoa(d.pid)) }},
		{"-e", []string{"-e", "debug"}, func(t *testing.T, d *daemon) { d.has("log", " DEBG ") }},
		{"-e warn", []string{"--loglevel=warn"}, func(t *testing.T, d *daemon) {
			d.stopp("p")
			d.has("log", "WARN stopped: p")
			if strings.Contains(d.log(), " INFO ") {
				t.Error("info in the log")
			}
		}},
		{"-y -z", []string{"-y", "200", "-z", "2"}, func(t *testing.T, d *daemon) {
			for range 5 {
				d.stopp("p")
				d.startp("p")
			}
			d.eventually("backups", func() (bool, any) { return exists(d.path("log.2")), nil })
			if exists(d.path("log.3")) {
				t.Error("three backups")
			}
		}},
		{"-t", []string{"-t"}, func(t *testing.T, d *daemon) {
			if log := d.has("p.log", "red"); log != "red\n" {
				t.Errorf("%q", log)
			}
		}},
		{"no -t", nil, func(t *testing.T, d *daemon) {
			if log := d.has("p.log", "red\n"); log != "\x1b[31mred\n" {
				t.Errorf("%q", log)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := run(t, c.args...)
			c.check(t, d)
		})
	}
	t.Run("-u", func(t *testing.T) {
		t.Parallel()
		needRoot(t)
		d := newDaemon(t)
		d.write("c", base+program)
		must(t, os.Chown(d.dir, nobody, nobody))
		d.launch("-u", "nobody")
		d.up()
		d.has("uid", strconv.Itoa(nobody))
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.pid)); err != nil || !regexp.MustCompile(`(?m)^Uid:(\s+65534){4}$`).Match(b) {
			t.Errorf("%v %s", err, b)
		}
	})
	t.Run("-q -k", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		d.write("c", strings.ReplaceAll(base, "childlogdir={D}\n", "")+"[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
		must(t, os.Mkdir(d.path("auto"), 0o755))
		for i, args := range [][]string{{"-q", d.path("auto")}, {"-k", "-q", d.path("auto")}, {"--childlogdir=" + d.path("auto")}} {
			d.launch(args...)
			d.up()
			d.state("p", "RUNNING")
			if n, want := len(names(t, d.path("auto"), "p-stdout---*")), []int{1, 2, 1}[i]; n != want {
				t.Errorf("%v: %d AUTO logs, want %d", args, n, want)
			}
			d.stop()
		}
	})
	t.Run("background with -d and -m", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		d.write("c", base+program)
		must(t, os.Mkdir(d.path("sub"), 0o755))
		status, out := d.run("supervisord", "-c", d.path("c"), "-d", d.path("sub"), "-m", "027")
		if status != 0 {
			t.Fatalf("exit status %d, %s", status, out)
		}
		d.pid = d.pidIn("pid")
		d.state("p", "RUNNING")
		if got := d.has("pwd", "\n"); got != d.path("sub")+"\n" {
			t.Errorf("directory %q", got)
		}
		if got := d.has("umask", "\n"); got != "0027\n" {
			t.Errorf("umask %q", got)
		}
		if s := stat(d.pid); s[3] != strconv.Itoa(d.pid) {
			t.Errorf("session %s of %d", s[3], d.pid)
		}
		must(t, syscall.Kill(d.pid, syscall.SIGTERM))
		d.gone(d.pid)
		if exists(d.path("pid")) {
			t.Error("the pid file is left")
		}
	})
	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		d.write("c", base)
		for _, args := range [][]string{
			{"-a", "999999999"}, {"--minfds=x"}, {"-e", "loud"}, {"-m", "9"}, {"-y", "much"}, {"-u", "no-such-user"},
			{"-x"}, {"--nonsense"}, {"word"}, {"-c"}, {"-l", "/no/such/dir/log"}, {"-q", "/no/such/dir"}, {"-c", "/no/such/file"},
		} {
			words := append([]string{"supervisord", "-n"}, args...)
			if args[0] != "-c" {
				words = append(words, "-c", d.path("c"))
			}
			if status, out := d.run(words...); status != 2 || !strings.Contains(out, "Error: ") || strings.Contains(out, "goroutine") {
				t.Errorf("%v: exit status %d, %s", args, status, out)
			}
		}
		for _, args := range [][]string{{"-h"}, {"--help"}, {"-v"}, {"--version"}} {
			if status, out := d.run(append([]string{"supervisord"}, args...)...); status != 0 || out == "" {
				t.Errorf("%v: exit status %d, %s", args, status, out)
			}
		}
	})
}
