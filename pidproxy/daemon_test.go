package main

import (
	"os"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// TestUnderSupervisord runs pidproxy where it belongs. The wrapper ignores all
// signals, as mysqld_safe does: only a server that got them can end it.
func TestUnderSupervisord(t *testing.T) {
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		d := tooltest.StartDaemon(t, binary, `
[program:db]
command=pidproxy %DIR%/server.pid %DIR%/wrapper
startsecs=0
stopwaitsecs=60
stdout_logfile=%DIR%/db.out
stderr_logfile=%DIR%/db.err
exitcodes=7
`, map[string]string{
			"wrapper": "#!/bin/sh\ntrap '' HUP INT QUIT TERM\n%DIR%/server\nexit $?\n",
			"server": `#!/usr/bin/perl
use strict; $| = 1;
$SIG{HUP} = sub { print "reloaded\n" };
$SIG{TERM} = sub { print "bye\n"; exit 7 };
$SIG{USR2} = sub { exit 3 };
open(my $f, '>', '%DIR%/server.pid') or die; print $f "$$\n"; close $f;
print "ready\n";
select(undef, undef, undef, 1000) while 1;
`,
		})
		out := d.Path("db.out")
		tooltest.UntilFile(t, out, "ready")
		tooltest.Until(t, "signal HUP", func() (bool, string) {
			answer := d.Ctl(t, "signal", "HUP", "db")
			return strings.Contains(answer, "signalled"), answer
		})
		tooltest.UntilFile(t, out, "reloaded")

		// The daemon sees the server's own exit status.
		d.Ctl(t, "signal", "USR2", "db")
		tooltest.UntilFile(t, d.Path("daemon.log"), "exited: db (exit status 3; not expected)")
		tooltest.Until(t, "a new server", func() (bool, string) {
			b, _ := os.ReadFile(out)
			return strings.Count(string(b), "ready") == 2, string(b)
		})

		// A stop ends the server, and only then is pidproxy gone.
		if answer := d.Ctl(t, "stop", "db"); !strings.Contains(answer, "db: stopped") {
			t.Errorf("stop answered %q", answer)
		}
		tooltest.UntilFile(t, out, "bye")
		log := tooltest.UntilFile(t, d.Path("daemon.log"), "stopped: db (exit status 7)")
		if strings.Contains(log, "killing 'db'") {
			t.Error("the daemon had to kill pidproxy")
		}
		if b, _ := os.ReadFile(d.Path("db.err")); len(b) > 0 {
			t.Errorf("pidproxy said: %s", b)
		}
	})
}
