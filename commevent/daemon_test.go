package main

import (
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// TestUnderSupervisord guards the whole way from a script to a listener.
func TestUnderSupervisord(t *testing.T) {
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		d := tooltest.StartDaemon(t, binary, `
[program:job]
command=%DIR%/job
autostart=true
autorestart=false
startsecs=0
stdout_capture_maxbytes=1MB
stderr_capture_maxbytes=1MB
stdout_logfile=%DIR%/job.out
stderr_logfile=%DIR%/job.err

[eventlistener:ear]
command=%DIR%/ear
events=PROCESS_COMMUNICATION
stderr_logfile=%DIR%/heard
`, map[string]string{
			// Waits until the listener is there.
			"job": `#!/bin/sh
until grep listening %DIR%/heard >/dev/null; do sleep 0.05; done
echo the first line of the output
commevent "a message"
seq 1 20000 | commevent
commevent --stderr "from stderr"
echo the last line of the output
`,
			"ear": `#!/usr/bin/python3 -u
import sys
from hashlib import md5
sys.stderr.write("listening\n")
while True:
    sys.stdout.write("READY\n"); sys.stdout.flush()
    head = dict(t.split(":") for t in sys.stdin.readline().split())
    body = sys.stdin.read(int(head["len"]))
    line, data = body.split("\n", 1)
    if len(data) > 100: data = md5(data.encode()).hexdigest()
    sys.stderr.write("%s %s %s.\n" % (head["eventname"], line.split()[0], data))
    sys.stdout.write("RESULT 2\nOK"); sys.stdout.flush()
`,
		})
		heard := tooltest.UntilFile(t, d.Path("heard"), "from stderr.")
		for _, want := range []string{
			"PROCESS_COMMUNICATION_STDOUT processname:job a message.\n",
			// md5 of what seq printed
			"PROCESS_COMMUNICATION_STDOUT processname:job e071f707df7bbeee2a6a1eb48011ddd0.\n",
			"PROCESS_COMMUNICATION_STDERR processname:job from stderr.\n",
		} {
			if !strings.Contains(heard, want) {
				t.Errorf("not heard: %q in:\n%s", want, heard)
			}
		}
		out := tooltest.UntilFile(t, d.Path("job.out"), "the last line of the output\n")
		if out != "the first line of the output\nthe last line of the output\n" {
			t.Errorf("the program's log: %q", out)
		}
	})
}
