package e2e

import (
	"encoding/json"
	"testing"
)

// The JSON of status and wait tells how a process has ended last, whether that
// was an exit, the end of a start that failed, or a death before a restart.
func TestExitStatusInJSON(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:fast]
command=/bin/sh -c 'exit 3'
startretries=0
[program:done]
command=/bin/sh -c 'exit 4'
startsecs=0
exitcodes=4
[program:killed]
command=/bin/sleep 1000
startsecs=0
autorestart=true
[program:never]
command=/bin/sleep 1000
autostart=false
`)
	d.state("fast", "FATAL")
	d.state("done", "EXITED")
	old := d.state("killed", "RUNNING").PID
	status, _ := d.ctl("signal", "KILL", "killed")
	if status != 0 {
		t.Fatalf("exit status %d", status)
	}
	d.eventually("the next one", func() (bool, any) { i := d.info("killed"); return i.StateName == "RUNNING" && i.PID != old, i })

	type process struct {
		Name       string
		ExitStatus *int `json:"exit_status"`
		Expected   *bool
		Restarts   *int
	}
	number := func(n int) *int { return &n }
	flag := func(b bool) *bool { return &b }
	want := map[string]process{
		"fast":   {"fast", number(3), flag(false), number(0)},
		"done":   {"done", number(4), flag(true), number(0)},
		"killed": {"killed", number(-1), flag(false), number(1)},
		"never":  {"never", nil, nil, number(0)},
	}
	check := func(words ...string) {
		t.Helper()
		_, out := d.ctl(append(words, "--output", "json")...)
		var doc struct{ Processes []process }
		must(t, json.Unmarshal([]byte(out), &doc))
		for _, p := range doc.Processes {
			got, err := json.Marshal(p)
			must(t, err)
			if expected, _ := json.Marshal(want[p.Name]); string(got) != string(expected) {
				t.Errorf("%q: %s, not %s", words, got, expected)
			}
		}
		if len(doc.Processes) == 0 {
			t.Errorf("%q: %s", words, out)
		}
	}
	check("status")
	check("wait", "fast", "--for", "FATAL")
	check("wait", "killed")
	check("wait", "never", "--timeout", "0.01")
}
