package main

import (
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// TestUnderSupervisord guards the whole way: a real daemon's events, with text
// that is not ASCII, an event that is rejected and comes again, a listener that
// is killed over one, and an orderly end.
func TestUnderSupervisord(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		d := tooltest.StartDaemon(t, binary, `
[program:web]
command=%DIR%/web
autostart=false
autorestart=false
startsecs=0
exitcodes=0
stdout_capture_maxbytes=1MB

[eventlistener:ear]
command=eventlisten --retry-delay 0 -- %DIR%/handler
events=PROCESS_STATE,PROCESS_COMMUNICATION,REMOTE_COMMUNICATION
buffer_size=100
stderr_logfile=%DIR%/ear.err

[eventlistener:many]
command=eventlisten --jobs 4 --events PROCESS_STATE_EXITED -- %DIR%/slow
events=EVENT
buffer_size=100
numprocs=2
process_name=%(program_name)s_%(process_num)d
stderr_logfile=%DIR%/%(program_name)s_%(process_num)d.err
`, map[string]string{
			"web": "#!/bin/sh\ncommevent 'grüße, 世界'\nseq 1 3000 | sed 's/$/ é/' | commevent\nexit 4\n",
			"handler": `#!/bin/sh
cat >%DIR%/payload.$EVENT_SERIAL
echo "$EVENT_SERIAL $EVENT_NAME $EVENT_PROCESSNAME $EVENT_EXPECTED" >>%DIR%/handled
if [ $EVENT_NAME.$EVENT_PROCESSNAME = PROCESS_STATE_EXITED.web ] && [ ! -e %DIR%/rejected ]; then
	echo $EVENT_SERIAL >%DIR%/rejected
	exit 1
fi
if [ $EVENT_NAME = PROCESS_STATE_STARTING ] && [ $EVENT_PROCESSNAME = web ] && [ ! -e %DIR%/killed ]; then
	echo $EVENT_SERIAL >%DIR%/killed
	kill -KILL $PPID
	exec sleep 1000
fi
exit 0
`,
			"slow": "#!/bin/sh\necho $EVENT_POOL $EVENT_PROCESSNAME >>%DIR%/slow.out\n",
		})
		d.WaitRunning(t, "ear", "many:many_0", "many:many_1")
		d.Ctl(t, "start", "web")
		tooltest.Until(t, "the exit handled twice", func() (bool, string) {
			s := d.Read("handled")
			return strings.Count(s, "PROCESS_STATE_EXITED web 0\n") == 2, s
		})
		serial := strings.TrimSpace(d.Read("rejected"))
		if n := strings.Count(d.Read("handled"), serial+" PROCESS_STATE_EXITED web 0\n"); n != 2 {
			t.Errorf("the rejected event %s was handled %d times", serial, n)
		}
		serial = strings.TrimSpace(d.Read("killed"))
		if n := strings.Count(d.Read("handled"), serial+" PROCESS_STATE_STARTING web \n"); n != 2 {
			t.Errorf("the event %s of the killed listener was handled %d times", serial, n)
		}
		var comm []string
		for line := range strings.Lines(d.Read("handled")) {
			if f := strings.Fields(line); f[1] == "PROCESS_COMMUNICATION_STDOUT" {
				comm = append(comm, d.Read("payload."+f[0]))
			}
		}
		if len(comm) != 2 {
			t.Fatalf("%d communication events", len(comm))
		}
		if !strings.HasSuffix(comm[0], "\ngrüße, 世界") {
			t.Errorf("payload %q", comm[0])
		}
		if !strings.HasSuffix(comm[1], "\n2999 é\n3000 é\n") || strings.Count(comm[1], "\n") != 3001 {
			t.Errorf("the long payload has %d bytes: ...%q", len(comm[1]), comm[1][max(0, len(comm[1])-40):])
		}
		tooltest.UntilFile(t, d.Path("slow.out"), "many web\n")
		d.Signal(t, syscall.SIGTERM)
		if err := d.Wait(); err != nil {
			t.Error(err)
		}
		log := d.Read("daemon.log")
		for _, want := range []string{"stopped: ear (exit status 0)", "stopped: many_0 (exit status 0)", "stopped: many_1 (exit status 0)"} {
			if !strings.Contains(log, want) {
				t.Errorf("no %q in the activity log", want)
			}
		}
		if strings.Contains(log, "-> UNKNOWN") {
			t.Error("a listener broke the protocol")
		}
	})
}
