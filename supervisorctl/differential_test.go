package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// programs has a process in every state that a test can rely on.
const programs = `
[inet_http_server]
port=127.0.0.1:%PORT%
username=me
password=secret
[program:cat]
command=cat
startsecs=0
[program:off]
command=sleep 1000
autostart=false
startsecs=0
[program:nofile]
command=%DIR%/does-not-exist
autostart=false
[program:noexec]
command=%DIR%/plain.txt
autostart=false
[program:fatal]
command=sh -c "echo oops >&2; exit 3"
startretries=0
autostart=false
[program:writer]
command=sh -c "echo one; echo two; echo err >&2; exec sleep 1000"
startsecs=0
[program:nolog]
command=sleep 1000
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:grp]
command=sleep 1000
process_name=%(program_name)s_%(process_num)d
numprocs=2
startsecs=0
[program:mix_a]
command=sleep 1000
startsecs=0
autostart=false
[program:mix_b]
command=%DIR%/does-not-exist
autostart=false
[group:mix]
programs=mix_a,mix_b
`

var programFiles = map[string]string{"plain.txt": "no program\n", "nosection.conf": "[supervisord]\n"}

// step is one run of supervisorctl in a test.
type step struct {
	args  string // after -c; separated by white space
	stdin string
	// first compares only the first line: the help that follows is in our words.
	first bool
	// anyOrder compares the lines of the output without regard to their order,
	// and of the status only whether all went well: the last failure decides it.
	anyOrder bool
	// ours is our output where it is to differ, and why.
	ours *outcome
	why  string
}

func (tw *twins) check(t *testing.T, s step) {
	t.Helper()
	args := append([]string{"-c", "%DIR%/supervisord.conf"}, strings.Fields(s.args)...)
	ref, own := tw.both(t, s.stdin, args...)
	if s.first {
		ref.Out, _, _ = strings.Cut(ref.Out, "\n")
		own.Out, _, _ = strings.Cut(own.Out, "\n")
	}
	if s.anyOrder {
		ref, own = sorted(ref), sorted(own)
		ref.Status, own.Status = min(ref.Status, 1), min(own.Status, 1)
	}
	if s.ours != nil {
		if cmp.Equal(ref, *s.ours) {
			t.Errorf("%s: the reference does not differ (%s)", s.args, s.why)
		}
		ref = *s.ours
	}
	if d := cmp.Diff(ref, own); d != "" {
		t.Errorf("supervisorctl %s: (-reference +ours)\n%s", s.args, d)
	}
}

func (tw *twins) checkAll(t *testing.T, steps ...string) {
	t.Helper()
	for _, args := range steps {
		tw.check(t, step{args: args})
	}
}

func ok(out string) *outcome { return &outcome{Out: out} }

// sorted puts the lines of an output in order: the reference's own order
// depends on the moment at which it looks at its processes.
func sorted(o outcome) outcome {
	lines := strings.SplitAfter(o.Out, "\n")
	slices.Sort(lines)
	o.Out = strings.Join(lines, "")
	return o
}

// ready starts twins whose programs are all up.
func ready(t *testing.T, more string) *twins {
	t.Parallel()
	tw := startTwins(t, programs+more, programFiles)
	for _, name := range []string{"cat", "writer", "nolog", "grp:grp_0", "grp:grp_1"} {
		tw.until(t, name, "RUNNING")
	}
	for _, d := range tw.pair {
		c := rpc(t, d)
		tooltest.Until(t, "the writer's output", func() (bool, string) {
			out, _ := c.ReadProcessLog(t.Context(), "writer", "stdout", 0, 0)
			errs, _ := c.ReadProcessLog(t.Context(), "writer", "stderr", 0, 0)
			return out == "one\ntwo\n" && errs == "err\n", out + errs
		})
	}
	return tw
}

func TestLookingSameAsReference(t *testing.T) {
	tw := ready(t, "")
	t.Run("status", func(t *testing.T) {
		tw.checkAll(t, "status", "status all", "status cat", "status grp:*", "status grp:", "status grp:grp_0",
			"status nope", "status nope:*", "status nope:x", "status grp:nope", "status grp", "status cat off",
			"status nope cat", "status cat nope", "status nope all", "status cat cat", "status mix:mix_a off:off")
	})
	t.Run("pid", func(t *testing.T) {
		tw.checkAll(t, "pid", "pid all", "pid cat", "pid off", "pid nope", "pid cat nope", "pid nope cat", "pid off cat", "pid grp:grp_0")
	})
	t.Run("arguments", func(t *testing.T) {
		for _, c := range []string{"start", "stop", "restart", "clear", "signal", "signal HUP", "tail", "tail a b c d", "maintail a b",
			"fg", "avail x", "reread x", "version x", "version -x", "shutdown x", "reload x"} {
			tw.check(t, step{args: c, first: true})
		}
		tw.checkAll(t, "tail -f", "tail -", "tail -x cat", "tail cat sideways", "tail cat it's", "tail a b c", "maintail x", "maintail -x", "maintail -",
			"fg a b", "open", "open foo", "open ftp://x", "nope", "nope x", "-x", "!ls", "status-x", "EOF", "exit", "quit", "exit now",
			"add", "remove", "help nope", "help help x", "help start x", "?nope")
	})
	t.Run("tail", func(t *testing.T) {
		tw.checkAll(t, "tail writer", "tail writer stdout", "tail writer stderr", "tail writer STDERR", "tail -4 writer", "tail -0 writer", "tail -+4 writer", "tail --4 writer",
			"tail -100 writer stderr", "tail nope", "tail nope:x", "tail grp:*", "tail nolog", "tail nolog stderr", "tail cat", "tail -1_0 writer")
		for _, c := range []string{"maintail -0", "maintail", "maintail -40"} {
			ref, own := tw.both(t, "", "-c", "%DIR%/supervisord.conf", c)
			if ref.Status != 0 || own.Status != 0 || own.Out == "" || ref.Err != own.Err {
				t.Errorf("%s: %+v, ours %+v", c, ref, own)
			}
		}
		tw.checkAll(t, "tail -f nope", "tail -f nolog", "tail -f grp:*")
	})
	t.Run("version and open", func(t *testing.T) {
		tw.checkAll(t, "version", "open unix://%DIR%/s.sock", "open unix://%DIR%/none", "open http://127.0.0.1:%PORT%")
	})
	t.Run("fg", func(t *testing.T) {
		tw.checkAll(t, "fg nope", "fg off", "fg grp:*")
	})
	t.Run("help", tw.help)
	t.Run("command line", tw.commandLine)
	t.Run("shell", tw.shell)
}

// help compares which commands there are and the ways to write them; what they
// do is told in our own words.
func (tw *twins) help(t *testing.T) {
	ref, own := tw.both(t, "", "-c", "%DIR%/supervisord.conf", "help")
	if !strings.HasPrefix(own.Out, ref.Out) || own.Status != ref.Status {
		t.Errorf("the list of commands begins otherwise: %s", own.Out)
	}
	for _, name := range strings.Fields(strings.Join(strings.Split(ref.Out, "\n")[3:], " ")) {
		ref, own := tw.both(t, "", "-c", "%DIR%/supervisord.conf", "help", name)
		have := synopses(own.Out)
		for _, s := range synopses(ref.Out) {
			if !slices.Contains(have, s) {
				t.Errorf("help %s has no %q", name, s)
			}
		}
		if own.Status != ref.Status || own.Err != ref.Err || len(have) == 0 {
			t.Errorf("help %s: %+v", name, own)
		}
	}
}

// synopses returns what stands before the tabs.
func synopses(help string) []string {
	var out []string
	for _, line := range strings.Split(help, "\n") {
		if synopsis, _, ok := strings.Cut(line, "\t"); ok && synopsis != "" {
			out = append(out, strings.TrimSpace(synopsis))
		}
	}
	return out
}

func (tw *twins) commandLine(t *testing.T) {
	unix, inet := "unix://%DIR%/s.sock", "http://127.0.0.1:%PORT%"
	for _, args := range [][]string{
		{"-s", unix, "version"}, {"-s" + unix, "version"}, {"--serverurl", unix, "version"}, {"--serverurl=" + unix, "version"},
		{"--server", unix, "version"}, {"--s=" + unix, "version"},
		{"-s", inet, "version"}, {"-s", inet, "-u", "me", "-p", "secret", "version"}, {"-s", inet, "-u", "me", "-p", "wrong", "version"},
		{"-s", inet, "-u", "me", "status"}, {"-s", inet, "-p", "secret", "status"}, {"-s", inet, "start", "cat"}, {"-s", inet, "avail"},
		{"-s", inet, "-ume", "-psecret", "status", "cat"}, {"-s", inet, "--username", "me", "--password=secret", "pid", "cat"},
		{"-s", inet + "/any/path", "-ume", "-psecret", "version"},
		{"-iu", "me", "version"}, {"-i", "-i", "version"}, {"-s", unix, "-s", unix, "version"}, {"-u", "a", "--username=a", "version"},
		{"-s", "foo", "version"}, {"--serverurl", "http://", "version"}, {"-s", "it's:", "version"}, {"-s", "foo:bar", "version"}, {"-s", "ftp://x/y", "status"},
		{"-x"}, {"--nope"}, {"--nope=1"}, {"-s"}, {"--serverurl"}, {"--interactive=1"}, {"--user"}, {"--p", "x", "version"}, {"--", "version"},
		{"--help=1"}, {"--i"}, {"-c"}, {"-r"}, {"-r", "%DIR%/hist", "version"}, {"--history_file=%DIR%/hist", "version"},
		{"-s", "unix://%DIR%/none", "version"}, {"-s", "unix://%DIR%/none", "status"}, {"-s", "unix://%DIR%/none", "pid"},
		{"-", "version"}, {""}, {" "}, {"  version  "}, {"status cat"},
	} {
		ref, own := tw.both(t, "", append([]string{"-c", "%DIR%/supervisord.conf"}, args...)...)
		if d := cmp.Diff(ref, own); d != "" {
			t.Errorf("%q (-reference +ours):\n%s", args, d)
		}
	}
	// The help and what is wrong with a configuration are told in words of our
	// own.
	for _, args := range [][]string{{"-c", "%DIR%/none", "version"}, {"-c", "%DIR%/nosection.conf", "version"}, {"-c", "", "version"},
		{"-h"}, {"--help"}, {"-?"}, {"-ih"}, {"--h"}, {"-h", "-c", "none"}, {"-hx"}} {
		ref, own := tw.both(t, "", args...)
		if ref.Status != own.Status || (ref.Out == "") != (own.Out == "") || (ref.Err == "") != (own.Err == "") || !strings.HasSuffix(own.Err, lastLine(ref.Err)) {
			t.Errorf("%q: reference %+v\nours %+v", args, ref, own)
		}
	}
}

func (tw *twins) shell(t *testing.T) {
	for _, stdin := range []string{
		"", "\n", "exit\n", "quit", "status cat\nexit\n", "nope\n\n  \nversion\nexit\nversion\n", "EOF\nversion", "  version  \n",
		"shutdown\nn\nversion\n", "reload\n\nversion\n", "open foo\nversion\n",
		"open unix://%DIR%/none\nversion\nopen unix://%DIR%/s.sock\nversion\n", "!x\n?nope\n", "pid\npid off\nexit", "shutdown\n", "reload\n",
	} {
		tw.check(t, step{stdin: stdin})
	}
	tw.check(t, step{args: "-i version", stdin: "exit\n"})
	tw.check(t, step{args: "-i shutdown", stdin: "no\n"})
}

func TestStartSameAsReference(t *testing.T) {
	tw := ready(t, `
[program:once]
command=sh -c "sleep 1; echo done"
startsecs=0
autorestart=false
autostart=false
`)
	tw.checkAll(t, "start cat", "start nope", "start nope:*", "start nope:x", "start grp:nope", "start nofile", "start noexec",
		"start off", "start off", "stop off", "start grp:*", "start mix:*", "stop mix:*", "start cat off", "stop off",
		"start nope off", "start off nope", "stop off", "start nofile nope:* off", "stop off", "start off nofile")
	tw.until(t, "off", "RUNNING")
	tw.checkAll(t, "stop off", "start fatal", "status fatal", "pid fatal", "start once")
	tw.until(t, "once", "EXITED")
	tw.checkAll(t, "status once", "start once")
}

func TestStopSameAsReference(t *testing.T) {
	tw := ready(t, "")
	tw.checkAll(t, "stop off", "stop nope", "stop nope:*", "stop nope:x", "stop grp:nope", "stop cat", "stop cat", "status cat", "start cat",
		"stop grp:grp_0", "stop grp:*", "stop grp:*", "start grp:*", "stop cat nope", "start cat", "stop nope cat", "start cat", "stop nope off")
}

func TestRestartSameAsReference(t *testing.T) {
	tw := ready(t, "")
	tw.checkAll(t, "restart cat", "restart off", "restart nope", "restart nope:*", "restart nofile", "restart cat nope", "stop off")
	tw.check(t, step{args: "restart grp:*", anyOrder: true})
}

func TestSignalAndClearSameAsReference(t *testing.T) {
	tw := ready(t, "")
	tw.checkAll(t, "signal CONT cat", "signal SIGCONT cat", "signal 18 cat", "signal NOPE cat", "signal 99 cat", "signal CONT off",
		"signal CONT nope", "signal CONT nope:*", "signal CONT grp:*", "signal CONT cat nope off", "signal CONT cat grp:*", "signal NOPE grp:*", "signal CONT all", "signal NOPE all")
	tw.checkAll(t, "clear cat", "clear nope", "clear cat nope", "clear nope cat", "clear grp:grp_0", "clear grp:nope", "clear writer", "tail writer", "clear all")
	tw.check(t, step{args: "clear grp:*", ours: ok("grp:grp_0: cleared\ngrp:grp_1: cleared\n"), why: "the reference knows no groups here"})
	tw.check(t, step{args: "clear nope:*", ours: &outcome{Out: "nope: ERROR (no such group)\n", Status: 1}, why: "the reference prints None"})
}

func TestConfigurationSameAsReference(t *testing.T) {
	tw := ready(t, "")
	tw.checkAll(t, "avail", "reread", "update", "update all", "update nope", "update cat", "update cat nope", "add cat", "add nope",
		"add cat nope", "add nope cat", "remove cat", "remove nope", "remove cat nope", "remove off", "remove off", "avail", "status off", "add off", "status off", "remove fatal off", "update", "status off")
	tw.edit(t, "[program:cat]", "[program:new]\ncommand=cat\nstartsecs=0\n[program:cat]\nenvironment=A=b\n")
	tw.edit(t, "programs=mix_a,mix_b", "programs=mix_a")
	tw.edit(t, "[program:nolog]", "[program:silent]")
	tw.checkAll(t, "reread", "avail", "update new", "reread", "update cat nope", "reread", "update", "reread", "status")
	tw.edit(t, "startsecs=0", "startsecs=soon")
	tw.checkAll(t, "reread")
	// The reference shows an exception here.
	ref, own := tw.both(t, "", "-c", "%DIR%/supervisord.conf", "update")
	if ref.Status != 1 || own.Status != 1 || !strings.HasPrefix(own.Out, "ERROR: CANT_REREAD: ") {
		t.Errorf("update with a broken file: reference %+v\nours %+v", ref, own)
	}
}

// edit changes the configuration files of both.
func (tw *twins) edit(t *testing.T, from, to string) {
	t.Helper()
	for _, d := range tw.pair {
		file := d.Path("supervisord.conf")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), from, to)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAllSameAsReference(t *testing.T) {
	tw := ready(t, "")
	for _, args := range []string{"stop all", "status", "start off nope all", "stop nope all"} {
		tw.check(t, step{args: args, anyOrder: true})
	}
}

func lastLine(s string) string {
	lines := strings.SplitAfter(s, "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "")
}

// Every command against a server that is not there, and one that refuses.
func TestServerDownSameAsReference(t *testing.T) {
	t.Parallel()
	tw := startTwins(t, "", programFiles)
	for _, d := range tw.pair {
		d.Stop(t)
	}
	stale := listen(t)
	_ = stale.Close()
	for _, url := range []string{"unix://%DIR%/s.sock", "http://" + stale.Addr().String(), "http://no.such.host.invalid:1", "unix://%DIR%/plain.txt"} {
		for _, cmd := range []string{"status", "status cat", "start cat", "start", "stop cat", "stop", "restart cat", "restart", "signal HUP cat", "signal", "clear cat", "clear",
			"pid", "pid cat", "tail cat", "tail -f cat", "maintail", "maintail -f", "avail", "reread", "update", "add cat", "add", "remove cat", "remove",
			"shutdown", "reload", "version", "fg cat", "fg", "exit", "nope", "open " + url} {
			tw.check(t, step{args: fmt.Sprintf("-s %s %s", url, cmd)})
		}
	}
	tw.check(t, step{stdin: "version\nshutdown\ny\nexit\n"})
}
