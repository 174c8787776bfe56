package cases

import (
	"strings"
)

// states are the ways a process can be found in; each makes a program of the
// given name that gets there and stays there.
var states = []struct {
	name  string
	state string // the state's name
	conf  func(name string) string
}{
	{"stopped", "STOPPED", func(n string) string { return quiet(n, "autostart=false") }},
	{"starting", "STARTING", func(n string) string { return prog(n, "sleep 1000", "startsecs=1000") }},
	{"running", "RUNNING", func(n string) string { return quiet(n) }},
	{"backoff", "BACKOFF", func(n string) string {
		return prog(n, "sleep 1000", "startretries=1000", "stdout_logfile={DIR}/directory")
	}},
	{"nofile", "BACKOFF", func(n string) string { return prog(n, "/nonexistent/x", "startretries=1000") }},
	{"stopping", "STOPPING", func(n string) string {
		return prog(n, `sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'`,
			"startsecs=0", "stopwaitsecs=1000", "stdout_logfile={DIR}/"+n+".log")
	}},
	{"exited", "EXITED", func(n string) string {
		return prog(n, "sh -c 'test -e {DIR}/"+n+".ran && exec sleep 1000; touch {DIR}/"+n+".ran; echo out; echo err >&2; sleep 0.2; exit 3'", "startsecs=0", "autorestart=false")
	}},
	{"fatal", "FATAL", func(n string) string { return prog(n, "/nonexistent/x", "startretries=0") }},
	{"quick", "FATAL", func(n string) string {
		return prog(n, "sh -c 'exit 3'", "startretries=0", "startsecs=1")
	}},
}

// matrixConfig makes a program in every state for every verb.
func matrixConfig(verbs []string) string {
	var b strings.Builder
	for _, v := range verbs {
		for _, s := range states {
			b.WriteString(s.conf(v + "_" + s.name))
		}
	}
	return b.String()
}

// matrixBefore makes the directory that cannot be a log.
func matrixBefore(t *T) { t.Write("directory/x", "") }

// matrixSetup waits until every program is in its state.
func matrixSetup(verbs []string) func(t *T) {
	return func(t *T) {
		for _, v := range verbs {
			n := v + "_stopping"
			t.Until(n+" to ignore TERM", func() bool { return strings.Contains(t.Read(n+".log"), "ready") })
			t.Call("stopProcess", n, false)
		}
		for _, v := range verbs {
			for _, s := range states {
				t.Await(v+"_"+s.name, s.state)
			}
		}
	}
}
