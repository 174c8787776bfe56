package main

import (
	"os"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// TestUnderSupervisord guards the tool at the end of a pipe under a daemon, as
// the man page has it: when the program is stopped, its last words are in the
// log, and nobody has to be killed.
func TestUnderSupervisord(t *testing.T) {
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		d := tooltest.StartDaemon(t, binary, `
[program:server]
command=sh -c "trap : TERM; %DIR%/server | logrotate -p -s 1KB -n 3 %DIR%/server.log"
startsecs=0
stopasgroup=true
killasgroup=true
stderr_logfile=%DIR%/server.err
`, map[string]string{
			"server": "#!/bin/sh\ntrap 'sleep 0.2; echo last words; exit 0' TERM\nseq 1 1000\nwhile :; do sleep 0.05; done\n",
		})
		tooltest.UntilFile(t, d.Path("server.log"), "1000\n")
		d.Ctl(t, "stop", "server")
		all := ""
		for _, name := range []string{"server.log.3", "server.log.2", "server.log.1", "server.log"} {
			all += d.Read(name)
		}
		if !strings.HasSuffix(all, "\n999\n1000\nlast words\n") {
			t.Errorf("the logs end with %q", all[max(0, len(all)-40):])
		}
		for _, name := range []string{"server.log.3", "server.log.2", "server.log.1"} {
			if info, err := os.Stat(d.Path(name)); err != nil || info.Size() < 1024 || info.Size() > 1024+5 {
				t.Errorf("%s: %v, %v", name, info, err)
			}
		}
		if log := d.Read("daemon.log"); strings.Contains(log, "with SIGKILL") {
			t.Error("somebody had to be killed")
		}
		if s := d.Read("server.err"); strings.Contains(s, "logrotate:") {
			t.Errorf("said %q", s)
		}
	})
}
