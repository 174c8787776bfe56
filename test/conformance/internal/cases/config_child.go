package cases

import (
	"os"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{childSuite(), childRootSuite()}
})

// childCase is an option seen in the child that runs under it.
type childCase struct {
	name  string
	lines []string
	look  func(t *T, c harness.Child)
}

func childEnv(t *T, c harness.Child) {
	for _, e := range c.Environ() {
		if !strings.HasPrefix(e, "PYTHON") {
			t.Printf("  %s", e)
		}
	}
}

func childSuiteOf(name string, needs suite.Needs, head string, rows []childCase) *suite.Suite {
	s := &suite.Suite{Name: name, Needs: needs, Slow: 5, Config: head}
	for _, r := range rows {
		lines := append([]string{"startsecs=0"}, r.lines...)
		command := "command=sleep 1000"
		for _, l := range r.lines {
			if strings.HasPrefix(l, "command=") {
				command = ""
			}
		}
		s.Config += section("program:"+r.name, append([]string{command}, lines...)...)
		s.Cases = append(s.Cases, suite.Case{Name: r.name, Run: func(t *T) {
			t.Await(r.name, "RUNNING")
			r.look(t, harness.Child{PID: t.PID(r.name)})
		}})
	}
	return s
}

func childSuite() *suite.Suite {
	status := func(fields ...string) func(t *T, c harness.Child) {
		return func(t *T, c harness.Child) {
			for _, f := range fields {
				t.Printf("%s %s", f, c.Status(f))
			}
		}
	}
	args := func(t *T, c harness.Child) { t.Printf("%q", c.Cmdline()) }
	s := childSuiteOf("config-child", 0, "[supervisord]\nenvironment=GLOBAL=\"g\",SHARED=\"global\"\n", []childCase{
		{"environment", []string{`environment=A="1",B="two words",SHARED="own",C="%(program_name)s %(process_num)d"`}, childEnv},
		{"environment-none", nil, childEnv},
		{"serverurl", []string{"serverurl=http://example:1"}, childEnv},
		{"serverurl-auto", []string{"serverurl=AUTO"}, childEnv},
		{"umask", []string{"umask=077"}, status("Umask")},
		{"umask-none", nil, status("Umask")},
		{"directory", []string{"directory=/tmp"}, func(t *T, c harness.Child) { t.Printf("%s", c.Dir()) }},
		{"directory-none", nil, func(t *T, c harness.Child) { t.Printf("%s", c.Dir()) }},
		{"descriptors", nil, func(t *T, c harness.Child) { t.Printf("%v", c.FDs()) }},
		{"descriptors-nolog", []string{"stdout_logfile=NONE", "stderr_logfile=NONE"}, func(t *T, c harness.Child) { t.Printf("%v", c.FDs()) }},
		{"redirect", []string{"redirect_stderr=true"}, func(t *T, c harness.Child) { t.Printf("%v, same: %v", c.FDs(), c.SameFD(1, 2)) }},
		{"redirect-not", nil, func(t *T, c harness.Child) { t.Printf("same: %v", c.SameFD(1, 2)) }},
		{"group", nil, func(t *T, c harness.Child) {
			t.Printf("leads a process group: %v, session is the daemon's: %v", c.LeadsGroup(), c.Session() == harness.Child{PID: t.D.PID}.Session())
		}},
		{"priority-is-no-nice", []string{"priority=1"}, func(t *T, c harness.Child) { t.Printf("nice %d", c.Nice()) }},
		{"limits", nil, func(t *T, c harness.Child) {
			for _, l := range []string{"Max open files", "Max core file size", "Max stack size", "Max processes"} {
				t.Printf("%s as the daemon's parent: %v", l, c.Limit(l) == harness.Child{PID: os.Getppid()}.Limit(l))
			}
		}},
		{"blocked-signals", nil, status("SigBlk", "SigCgt")},
		{"command-quotes", []string{`command=sh -c 'sleep 1000; : "a b" c' x\ y "z'z"`}, args},
		{"command-expansion", []string{`command=sh -c "sleep 1000; :" %(program_name)s %(group_name)s %(process_num)03d %(numprocs)d %%`}, args},
		{"command-lines", []string{"command=sh -c 'sleep 1000; :'\n  a\n  b"}, args},
		{"command-cut", []string{`command=sh -c "sleep 1000" ; comment`}, args},
		{"command-unicode", []string{`command=sh -c "sleep 1000; :" ü€`}, args},
		{"command-relative", []string{"command=./bin/run"}, func(t *T, c harness.Child) { t.Printf("%q", c.Cmdline()) }},
		{"command-path", []string{"command=env -u X sleep 1000"}, args},
		{"command-own-path", []string{"command=run", `environment=PATH="{DIR}/bin:/usr/bin:/bin"`}, args},
		{"command-dollar", []string{"command=sh -c 'sleep 1000; :' $HOME `x` *"}, args},
		{"no-new-privileges", nil, status("NoNewPrivs")},
	})
	s.Before = func(t *T) { t.Script("bin/run", "#!/bin/sh\nsleep 1000\n") }
	// Found through the child's own PATH by no version of the reference.
	s.Cases = append(s.Cases, suite.Case{
		Name:    "signal-dispositions",
		Differs: "The reference leaves SIGPIPE and SIGXFSZ ignored in its children, which breaks pipelines of shells; ours have the default dispositions.",
		Run: func(t *T) {
			t.Await("umask", "RUNNING")
			t.Printf("SigIgn %s", harness.Child{PID: t.PID("umask")}.Status("SigIgn"))
		},
	})
	return s
}

func childRootSuite() *suite.Suite {
	ids := func(t *T, c harness.Child) {
		for _, f := range []string{"Uid", "Gid", "Groups"} {
			t.Printf("%s %s", f, c.Status(f))
		}
		for _, e := range c.Environ() {
			if strings.HasPrefix(e, "USER=") || strings.HasPrefix(e, "HOME=") || strings.HasPrefix(e, "LOGNAME=") {
				t.Printf("%s", e)
			}
		}
	}
	s := childSuiteOf("config-child-root", suite.Root, "", []childCase{
		{"user-name", []string{"user=nobody"}, ids},
		{"user-number", []string{"user=65534"}, ids},
		{"user-root", []string{"user=root"}, ids},
		{"user-none", nil, ids},
		{"user-daemon", []string{"user=daemon"}, ids},
		{"user-log-owner", []string{"user=nobody", "stdout_logfile={DIR}/user.log"}, func(t *T, c harness.Child) {
			info, err := os.Stat(t.Path("user.log"))
			t.Must(err)
			t.Printf("%v %v", info.Mode(), harness.Owner(info))
		}},
	})
	return s
}
