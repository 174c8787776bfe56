package e2e

import (
	"strings"
	"testing"
)

// The exit statuses of supervisorctl, in every state that matters to scripts.
func TestExitStatuses(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:up]
command=/bin/sleep 1000
startsecs=0
[program:down]
command=/bin/sleep 1000
startsecs=0
autostart=false
[program:fatal]
command=/bin/false
startretries=0
autostart=false
[program:gone]
command=/no/such/file
autostart=false
[program:exited]
command=/bin/true
startsecs=0
autorestart=false
stdout_logfile=NONE
[group:g]
programs=up,down
`)
	d.state("exited", "EXITED")
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"status g:up", 0, "RUNNING"},
		{"status g:down", 3, "STOPPED"},
		{"status exited", 3, "EXITED"},
		{"status", 3, "fatal"},
		{"status nope", 4, "no such process"},
		{"status g:up nope", 4, ""},
		{"pid", 0, ""},
		{"pid g:up", 0, ""},
		{"pid g:down", 7, "0"},
		{"pid nope", 1, ""},
		{"start", 2, "requires"},
		{"stop", 1, "requires"},
		{"start g:up", 0, "already started"},
		{"start fatal", 7, "ERROR"},
		{"status fatal", 3, "FATAL"},
		{"start gone", 1, "ERROR"},
		{"start nope", 1, "ERROR"},
		{"stop nope", 1, "ERROR"},
		{"stop g:down", 0, "not running"},
		{"start g:down", 0, "started"},
		{"restart g:down", 0, "started"},
		{"stop g:*", 0, "stopped"},
		{"start g:*", 0, "started"},
		{"signal HUP nope", 1, "ERROR"},
		{"signal NONSENSE g:up", 1, ""},
		{"signal CONT g:up", 0, "signalled"},
		{"tail nope", 1, "ERROR"},
		{"clear g:up", 0, "cleared"},
		{"clear nope", 1, "ERROR"},
		{"avail", 0, "in use"},
		{"reread", 0, "No config updates"},
		{"update", 0, ""},
		{"remove g", 1, "ERROR"},
		{"remove exited", 0, "removed"},
		{"add exited", 0, "added"},
		{"add nope", 1, "ERROR"},
		{"version", 0, "4.2.5"},
		{"maintail", 0, ""},
		{"nonsense", 1, ""},
		{"help", 0, "start"},
		{"help start", 0, "start"},
	} {
		status, out := d.ctl(strings.Fields(c.args)...)
		if status != c.status || !strings.Contains(out, c.says) || strings.Contains(out, "goroutine") {
			t.Errorf("%s: exit status %d, want %d: %s", c.args, status, c.status, out)
		}
	}
	if status, out := d.ctl("shutdown"); status != 0 {
		t.Errorf("shutdown: exit status %d, %s", status, out)
	}
	d.ended()
	for args, want := range map[string]int{"status": 4, "start g:up": 7, "pid": 7, "update": 1} {
		if status, out := d.ctl(strings.Fields(args)...); status != want {
			t.Errorf("%s without a daemon: exit status %d, want %d: %s", args, status, want, out)
		}
	}
}
