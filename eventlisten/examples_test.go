package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
	"github.com/supervisor-go/supervisor/pkg/tracked"
)

const examples = "../examples/listeners"

// exampleDir returns the absolute path of the examples, and has the test cache
// notice their changes.
func exampleDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(examples)
	if err == nil {
		err = tracked.Trees(examples)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// snippet returns the sections of an example's conf as a test can use them:
// with the scripts where they are in the tree, and with whatever else is
// replaced.
func snippet(t *testing.T, name string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	dir := exampleDir(t)
	s := strings.ReplaceAll(string(text), "/usr/local/lib/supervisor/listeners", dir)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(s, replace[i]) {
			t.Fatalf("%s does not have %q", name, replace[i])
		}
		s = strings.ReplaceAll(s, replace[i], replace[i+1])
	}
	return s
}

// words returns the arguments of the command in a snippet.
func words(t *testing.T, conf string) []string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^command=eventlisten (.*)$`).FindStringSubmatch(conf)
	if m == nil {
		t.Fatalf("no command in\n%s", conf)
	}
	return strings.Fields(m[1])
}

const fails = `
[program:web]
command=sh -c "echo no port >&2; exit 1"
startretries=0
stderr_logfile=%DIR%/web.err
`

func TestExampleFatalMail(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		dir := t.TempDir()
		sendmail := filepath.Join(dir, "sendmail")
		os.WriteFile(sendmail, []byte("#!/bin/sh\necho \"args: $*\" >"+dir+"/new\ncat >>"+dir+"/new\nmv "+dir+"/new "+dir+"/mail\n"), 0o755)
		conf := snippet(t, "fatal-mail.conf") + "environment=SENDMAIL=" + sendmail + "\n"
		tooltest.StartDaemon(t, binary, conf+fails, nil)
		mail := tooltest.UntilFile(t, dir+"/mail", "no port")
		for _, want := range []string{"args: -i root\nTo: root\nSubject: [", "] web is FATAL\n", "given up starting web."} {
			if !strings.Contains(mail, want) {
				t.Errorf("no %q in\n%s", want, mail)
			}
		}
	})
}

func TestExampleFatalWebhook(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		posts := make(chan map[string]string, 10)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var post map[string]string
			body, _ := io.ReadAll(r.Body)
			if err := json.Unmarshal(body, &post); err != nil || r.Method != "POST" {
				t.Errorf("%s %q: %v", r.Method, body, err)
			}
			posts <- post
		}))
		defer server.Close()
		tooltest.StartDaemon(t, binary, snippet(t, "fatal-webhook.conf", "https://hooks.example.org", server.URL)+`
[program:expected]
command=sh -c "exit 0"
startsecs=0
autorestart=false
[program:unexpected]
command=sh -c "exit 1"
startsecs=0
autorestart=false
`+fails, nil)
		got := map[string]string{}
		for range 2 {
			p := <-posts
			got[p["program"]] = p["event"] + " " + p["server"] + " " + p["text"]
		}
		host, _ := os.Hostname()
		want := map[string]string{
			"web":        "PROCESS_STATE_FATAL supervisor web on " + host + " could not be started and is FATAL",
			"unexpected": "PROCESS_STATE_EXITED supervisor unexpected on " + host + " ended unexpectedly",
		}
		for name, text := range want {
			if got[name] != text {
				t.Errorf("%s: %q, want %q", name, got[name], text)
			}
		}
	})
}

func TestExampleStopOnFatal(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		// Another program's end is none of its business: web goes second.
		d := tooltest.StartDaemon(t, binary, snippet(t, "stop-on-fatal.conf")+`
[program:other]
command=sh -c "exit 1"
startretries=0
priority=1
[program:stays]
command=sleep 1000
`+strings.Replace(fails, "sh -c \"", "sh -c \"until grep -q 'entered FATAL state.*other\\|other entered FATAL' %DIR%/daemon.log; do sleep 0.05; done; ", 1), nil)
		if err := d.Wait(); err != nil {
			t.Errorf("the daemon ended with %v", err)
		}
		log, _ := os.ReadFile(d.Path("daemon.log"))
		for _, want := range []string{"gave up: other entered FATAL state", "gave up: web entered FATAL state", "received SIGTERM", "stopped: stays"} {
			if !strings.Contains(string(log), want) {
				t.Errorf("no %q in the activity log", want)
			}
		}
	})
}

// handlerBeside runs an example as eventlisten would run it under the given
// daemon, with the test sending the ticks.
func handlerBeside(t *testing.T, d *tooltest.Daemon, conf string) *under {
	t.Helper()
	tooltest.Until(t, "all programs running", func() (bool, string) {
		s := d.Ctl(t, "status")
		return strings.Contains(s, "RUNNING") && !strings.Contains(s, "STARTING") && !strings.Contains(s, "no such file"), s
	})
	env := []string{"SUPERVISOR_SERVER_URL=unix://" + d.Path("s.sock"), "SUPERVISORCTL=" + d.CtlPath(), "PAUSE=0"}
	return startEnv(t, env, "", words(t, conf)...)
}

func TestExampleMemoryLimit(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		// The memory is in a grandchild.
		fat := `#!/usr/bin/perl
if (!fork) { my $x = 'x' x 60_000_000; open(my $f, '>>', '%DIR%/fat'); print $f "fat\n"; close $f; sleep 1000 while 1 }
$SIG{TERM} = sub { kill 'KILL', $k; exit };
sleep 1000 while 1;
`
		d := tooltest.StartDaemon(t, binary, `
[program:web]
command=%DIR%/fat.pl
startsecs=0
stopasgroup=true
killasgroup=true
[program:worker]
command=sleep 1000
startsecs=0
[program:off]
command=sleep 1000
autostart=false
`, map[string]string{"fat.pl": fat})
		tooltest.UntilFile(t, d.Path("fat"), "fat\n")
		before := d.Ctl(t, "pid", "worker")
		u := handlerBeside(t, d, snippet(t, "memory-limit.conf", "web=500MB worker=2GB", "off=1 web=40MB worker=2GB nope=1KB"))
		u.event("TICK_60", "when:60")
		tooltest.UntilFile(t, d.Path("fat"), "fat\nfat\n")
		u.ready()
		if s := u.stderr(); !strings.Contains(s, "more than 40MB: restarting it") || strings.Contains(s, "worker uses") {
			t.Errorf("said %q", s)
		}
		if after := d.Ctl(t, "pid", "worker"); after != before {
			t.Errorf("worker was pid %s and is %s", before, after)
		}
	})
}

func TestExampleHTTPCheck(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		sick := make(chan bool, 1)
		asked := make(chan bool, 100)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-sick:
				sick <- true
				w.WriteHeader(500)
			default:
			}
			asked <- true
		}))
		defer server.Close()
		d := tooltest.StartDaemon(t, binary, `
[program:web]
command=sh -c "echo started; exec sleep 1000"
startsecs=0
stdout_logfile=%DIR%/web.out
[program:off]
command=sleep 1000
autostart=false
`, nil)
		conf := snippet(t, "http-check.conf", "web=http://127.0.0.1:8080", "off="+server.URL+"/off web="+server.URL)
		u := handlerBeside(t, d, conf)
		u.event("TICK_60", "when:60")
		if n := len(asked); n != 1 {
			t.Errorf("asked %d times", n)
		}
		sick <- true
		u.event("TICK_60", "when:120")
		tooltest.UntilFile(t, d.Path("web.out"), "started\nstarted\n")
		u.untilSaid("web does not answer at " + server.URL + "/health: restarting it")
		if n := len(asked); n != 4 {
			t.Errorf("asked %d times", n)
		}
		u.ready()
	})
}

// TestExamplesCannotAsk guards that a listener that is not let in by supervisord
// says so, and does not look as if all were well.
func TestExamplesCannotAsk(t *testing.T) {
	for script, arg := range map[string]string{"http-check.sh": "web=http://127.0.0.1:1/", "memory-limit.sh": "web=1MB"} {
		cmd := exec.Command(filepath.Join(exampleDir(t), script), arg)
		cmd.Env = append(os.Environ(), "SUPERVISORCTL=echo Server requires authentication:")
		out, err := cmd.CombinedOutput()
		if want := "cannot look after web: Server requires authentication:"; err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %q, want %q", script, err, out, want)
		}
	}
}

// TestExampleProtocol guards the listeners that speak the protocol themselves.
func TestExampleProtocol(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		dir := exampleDir(t)
		conf := ""
		langs := []string{"sh", "py", "pl"}
		for _, lang := range langs {
			conf += "[eventlistener:" + lang + "]\ncommand=" + dir + "/protocol/listener." + lang +
				"\nevents=PROCESS_STATE,REMOTE_COMMUNICATION\nbuffer_size=100\nstderr_logfile=%DIR%/" + lang + ".err\n"
		}
		d := tooltest.StartDaemon(t, binary, conf+"[program:web]\ncommand=sleep 1000\nautostart=false\nstartsecs=0\n", nil)
		d.WaitRunning(t, langs...)
		d.Ctl(t, "start", "web")
		d.Ctl(t, "stop", "web")
		d.Ctl(t, "start", "web")
		for _, lang := range langs {
			text := tooltest.UntilFile(t, d.Path(lang+".err"), "eventname:PROCESS_STATE_STOPPED")
			for _, want := range []string{
				" pool:" + lang + " ",
				"eventname:PROCESS_STATE_RUNNING",
				"processname:web groupname:web from_state:STARTING pid:",
				"processname:web groupname:web from_state:STOPPED tries:0\n",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %q in\n%s", lang, want, text)
				}
			}
		}
		if s := d.Ctl(t, "status"); strings.Contains(s, "UNKNOWN") {
			t.Error(s)
		}
	})
}

// TestExampleLines guards the handlers that are fed lines.
func TestExampleLines(t *testing.T) {
	t.Parallel()
	tooltest.EachDaemon(t, func(t *testing.T, binary string) {
		file := filepath.Join(t.TempDir(), "states.json")
		conf := snippet(t, "lines.conf", "/run/states.json", file)
		conf = strings.ReplaceAll(conf, "buffer_size", "stderr_logfile=%DIR%/%(program_name)s.err\nbuffer_size")
		d := tooltest.StartDaemon(t, binary, conf+"[program:web]\ncommand=sleep 1000\nautostart=false\nstartsecs=0\n", nil)
		d.WaitRunning(t, "states", "count")
		d.Ctl(t, "start", "web")
		tooltest.UntilFile(t, file, `"web:web": "RUNNING"`)
		d.Ctl(t, "stop", "web")
		tooltest.UntilFile(t, file, `"web:web": "STOPPED"`)
		d.Ctl(t, "stop", "count")
		text := tooltest.UntilFile(t, d.Path("count.err"), "PROCESS_STATE_STOPPED")
		if !strings.Contains(text, "1 PROCESS_STATE_STOPPED\n") {
			t.Errorf("counts:\n%s", text)
		}
	})
}
