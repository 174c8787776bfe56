package cases

import (
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

const knownDiffers = "Sections and options that are not known are warned about once."

// configFiles are whole configurations, read for what becomes of them.
func configFiles() []suite.Case {
	show := func(name, conf string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			if tryConfig(t, conf) == nil {
				return
			}
			showConfigs(t)
			t.ShowLog("WARN")
		}}
	}
	off := "autostart=false\n"
	return []suite.Case{
		show("empty", ""),
		show("comments", "; a comment\n# another\n[program:p] ; after a section\ncommand=echo a ; comment\n; between\n  ; indented\n"+off),
		show("continuation", "[program:p]\ncommand=echo\n a\n\tb\n\n c\n"+off),
		show("continuation-comment", "[program:p]\ncommand=echo\n a\n ; no\n b\n"+off),
		show("colon", "[program:p]\ncommand: echo a\nautostart : false\n"),
		show("case", "[program:P]\nCommand=echo a\nAUTOSTART=false\n"),
		better(knownDiffers, show("section-case", "[Program:p]\ncommand=echo a\n")),
		show("spaces", "[program:p]\n  command   =   echo a   \n"+off),
		show("section-spaces", "[program: p ]\ncommand=echo a\n"+off),
		show("repeated-section", "[program:p]\ncommand=echo a\n[program:q]\ncommand=echo q\n"+off+"[program:p]\n"+off),
		show("repeated-key", "[program:p]\ncommand=echo a\ncommand=echo b\n"+off),
		better("The reference cannot start with options in [DEFAULT], because it hands them to its RPC interface; ours takes them as defaults of the other sections.", show("default-section", "[DEFAULT]\nautostart=false\npriority=5\n[program:p]\ncommand=echo a\n")),
		better(knownDiffers, show("unknown-section", "[nosuch:x]\na=b\n[program:p]\ncommand=echo a\n"+off)),
		show("quotes-kept", "[program:p]\ncommand=\"echo\" 'a b'\n"+off),
		show("crlf", "[program:p]\r\ncommand=echo a\r\nautostart=false\r\n"),
		show("no-last-newline", "[program:p]\nautostart=false\ncommand=echo a"),
		show("bom-free-utf8", "[program:p]\ncommand=echo ü€\n"+off),
		show("numprocs", "[program:p]\ncommand=echo %(process_num)s\nnumprocs=3\nprocess_name=%(program_name)s_%(process_num)02d\n"+off),
		show("numprocs-start", "[program:p]\ncommand=echo %(process_num)s\nnumprocs=2\nnumprocs_start=5\nprocess_name=%(process_num)d\n"+off),
		show("numprocs-zero", "[program:p]\ncommand=echo\nnumprocs=0\nprocess_name=%(process_num)d\n"+off),
		show("numprocs-formats", "[program:p]\ncommand=echo %(process_num)5d|%(process_num)-5d|%(process_num)x|%(process_num)o|%(process_num)s|%(process_num)+d|%(process_num)e\nnumprocs=1\nnumprocs_start=17\nprocess_name=%(process_num)03d\n"+off),
		show("numprocs-logs", "[program:p]\ncommand=echo\nnumprocs=2\nprocess_name=%(process_num)d\nstdout_logfile={DIR}/p%(process_num)d.log\ndirectory=/tmp/%(process_num)d\nenvironment=N=\"%(process_num)d\"\n"+off),
		show("group", quiet("a", "autostart=false", "priority=3")+quiet("b", "autostart=false")+quiet("c", "autostart=false")+"[group:g]\nprograms=b,a\npriority=7\n"),
		show("group-spaces", quiet("a", "autostart=false")+quiet("b", "autostart=false")+"[group:g]\nprograms = b , a\n"),
		show("group-name-expansion", "[program:p]\ncommand=echo %(group_name)s %(program_name)s\n"+off+"[group:g]\nprograms=p\n"),
		show("listener", "[eventlistener:l]\ncommand=cat\nevents=PROCESS_STATE,TICK_5\nbuffer_size=7\nautostart=false\n"),
		show("listener-defaults", "[eventlistener:l]\ncommand=cat\nevents=EVENT\nautostart=false\nautorestart=true\n"),
		show("listener-numprocs", "[eventlistener:l]\ncommand=cat\nevents=EVENT\nautostart=false\nnumprocs=2\nprocess_name=%(process_num)d\n"),
		show("fcgi", "[fcgi-program:f]\ncommand=cat\nsocket=unix://{DIR}/f.sock\nsocket_mode=0777\nautostart=false\n"),
		show("fcgi-tcp", "[fcgi-program:f]\ncommand=cat\nsocket=tcp://localhost:39183\nautostart=false\nnumprocs=2\nprocess_name=%(process_num)d\n"),
		show("fcgi-expansion", "[fcgi-program:f]\ncommand=cat\nsocket=unix://%(here)s/%(program_name)s.sock\nautostart=false\n"),
		show("priorities", quiet("z", "autostart=false", "priority=1")+quiet("a", "autostart=false", "priority=2")+quiet("m", "autostart=false", "priority=1")),
		show("env-expansion", "[supervisord]\nenvironment=X=\"sup\"\n[program:p]\ncommand=echo %(ENV_X)s %(ENV_HOME)s\n"+off),
		show("env-own-expansion", "[program:p]\nenvironment=Y=\"own\"\ncommand=echo %(ENV_Y)s\n"+off),
		show("redirect-warning", "[program:p]\ncommand=true\nredirect_stderr=true\nstderr_logfile={DIR}/e\n"+off),
		show("no-rotation-warning", "[program:p]\ncommand=true\nstdout_logfile_maxbytes=0\nstderr_logfile_maxbytes=0\n"+off),
		show("percent-in-include", "[include]\nfiles=%(here)s/*.inc\n"),
		show("two-unix-servers", "[unix_http_server:two]\nfile={DIR}/s2\n"),
		{Name: "include", Run: func(t *T) {
			t.Write("conf.d/b.conf", "[program:b]\ncommand=echo b %(here)s\nautostart=false\n")
			t.Write("conf.d/a.conf", "[program:a]\ncommand=echo a\nautostart=false\n")
			t.Write("conf.d/ignored.txt", "[program:x]\ncommand=echo x\n")
			t.Write("more/c.ini", "[program:a]\ncommand=echo overridden\n[supervisord]\nidentifier=changed\n")
			if tryConfig(t, "[include]\nfiles = conf.d/*.conf\n more/c.ini nosuch/*.conf\n") != nil {
				showConfigs(t)
				t.RPC("getIdentification")
				t.ShowLog("Included|include|WARN")
			}
		}},
		{Name: "include-bad", Run: func(t *T) {
			t.Write("conf.d/a.conf", "[program:a\ncommand=echo a\n")
			tryConfig(t, "[include]\nfiles = conf.d/*.conf\n")
		}},
		{Name: "include-twice", Run: func(t *T) {
			t.Write("a.conf", "[program:a]\ncommand=echo a\nautostart=false\n[include]\nfiles=b.conf\n")
			t.Write("b.conf", "[program:b]\ncommand=echo b\nautostart=false\n")
			if tryConfig(t, "[include]\nfiles = a.conf\n") != nil {
				showConfigs(t)
			}
		}},
		{Name: "include-expansion", Run: func(t *T) {
			t.Write("conf.d/a.conf", "[program:a]\ncommand=echo a\nautostart=false\n")
			if tryConfig(t, "[include]\nfiles = %(ENV_HOME)s/conf.d/*.conf\n") != nil {
				showConfigs(t)
			}
		}},
		{Name: "unset-everything", Run: func(t *T) {
			t.Write("c", "[supervisord]\n")
			d := t.LaunchArgs("-n", "-c", t.Path("c"))
			t.Until("the daemon to start", func() bool { return d.Over() || strings.Contains(d.Out.String(), "started with pid") })
			t.Printf("ended: %v", d.Over())
			say(t, "log", d.Out.String(), "INFO")
			t.Printf("files: log %v pid %v", t.Read("supervisord.log") != "(no such file)", t.Read("supervisord.pid") != "(no such file)")
		}},
	}
}

// showConfigs writes down what getAllConfigInfo has of each process that tells
// configurations apart.
func showConfigs(t *T) {
	all, _ := t.Call("getAllConfigInfo").(harness.Array)
	for _, e := range all {
		s, _ := e.(harness.Struct)
		part := harness.Struct{}
		for _, k := range []string{"group", "name", "command", "group_prio", "process_prio", "autostart", "directory", "stdout_logfile", "stderr_logfile", "inuse"} {
			part[k] = s[k]
		}
		t.Printf("%s", harness.Show(part))
	}
}
