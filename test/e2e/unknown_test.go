package e2e

import (
	"fmt"
	"testing"
)

// restart_unknown brings a listener back that broke the protocol, with the event
// that it had; one that does so each time is left alone after startretries.
func TestRestartUnknown(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	// The first one answers nonsense, the second one well.
	d.write("once", `#!/bin/sh
echo READY
read -r header
len=${header##*len:}
dd bs=1 count=$len of={D}/event.$$ 2>/dev/null
if mkdir {D}/first 2>/dev/null; then echo nonsense; exec sleep 1000; fi
cp {D}/event.$$ {D}/got
printf 'RESULT 2\nOKREADY\n'
exec sleep 1000
`)
	d.configure(`[eventlistener:once]
command={D}/once
events=REMOTE_COMMUNICATION
startsecs=0
restart_unknown=true
[eventlistener:ever]
command=/bin/sh -c 'echo $$ >>{D}/runs; echo nonsense; exec sleep 1000'
events=TICK_3600
startsecs=0
startretries=2
restart_unknown=true
`)
	d.launch()
	d.up()
	must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "hello", "again"))
	if got := d.has("got", "again"); got != "type:hello\nagain" {
		t.Errorf("%q", got)
	}
	d.has("log", "CRIT gave up restarting ever")
	last := d.state("ever", "RUNNING").PID
	if n := d.lines("runs", ""); n != 3 || d.lines("runs", fmt.Sprint(last)) != 1 {
		t.Errorf("%d runs, %d is left: %q", n, last, d.read("runs"))
	}
	d.stopp("ever")
	_ = d.rpc.StartProcess(d.ctx(), "ever", false) // it may be stopped again before the call returns
	d.eventually("another chance", func() (bool, any) { n := d.lines("runs", ""); return n > 4, n })
}
