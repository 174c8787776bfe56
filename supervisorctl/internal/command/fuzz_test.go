package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

// Whatever is typed, there is an answer, and in JSON it is JSON.
func FuzzCommandLine(f *testing.F) {
	for _, cmd := range Commands() {
		for _, form := range cmd.Forms {
			f.Add(form.Synopsis)
			f.Add(form.Synopsis + " --output json")
		}
	}
	for _, line := range []string{"", " ", "?", "!", "status --watch=x", "wait a --for", "tail - x", "events --types", "start [", "a\x00b", "status é*", "--output", "__complete a ."} {
		f.Add(line)
	}
	f.Setenv("PATH", "")
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "open") {
			return // it would leave the machine
		}
		for _, format := range []Format{Text, JSON} {
			var out, errs bytes.Buffer
			c := New(&Settings{ServerURL: "unix:///nonexistent/socket", Format: format}, Streams{Out: &out, Err: &errs, Term: noInput{}})
			c.Run(t.Context(), line)
			if c.Exit < 0 || c.Exit > 255 || errs.Len() > 0 {
				t.Errorf("%q: exit status %d, stderr %q", line, c.Exit, errs.String())
			}
			if format == JSON && strings.TrimSpace(line) != "" && !strings.Contains(line, "--output") && !json.Valid(out.Bytes()) {
				t.Errorf("%q: %q is not JSON", line, out.String())
			}
		}
	})
}

func FuzzSettings(f *testing.F) {
	for _, args := range []string{"", "-h", "-c\nx", "--config=x\nstatus", "-is\nunix:///x", "--history-file", "-u\n\n-p", "--", "-", "--output\njson"} {
		f.Add(args)
	}
	none := files("", nil, errors.New("there is none"))
	f.Fuzz(func(t *testing.T, args string) {
		s, err := ParseSettings(append([]string{"ctl"}, strings.Split(args, "\n")...), nil, none)
		var u *UsageError
		if err != nil && !errors.Is(err, ErrHelp) && !errors.Is(err, ErrVersion) && !errors.As(err, &u) {
			t.Errorf("%q: %v", args, err)
		}
		if err == nil && s.ServerURL == "" {
			t.Errorf("%q: %+v", args, s)
		}
	})
}

// What a daemon answers cannot harm: every result that the API does not promise
// is an error.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"", "x", "3.0", "\x1b[2J", "<&>"} {
		f.Add(s, 3)
	}
	d := fake.Start(f)
	var answer atomic.Pointer[any]
	for _, m := range []string{"getAllProcessInfo", "getAllConfigInfo", "reloadConfig", "getPID", "startProcessGroup", "getSupervisorVersion", "readLog", "getProcessInfo", "system.listMethods"} {
		d.Answer[m] = func([]any) any { return *answer.Load() }
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		for _, v := range []any{s, n, []any{s}, []any{map[string]any{"name": s, "group": n}}, map[string]any{s: s}, []any{[]any{s}}} {
			answer.Store(&v)
			for _, line := range []string{"status", "avail", "reread", "update", "pid", "start x:*", "version", "maintail", "fg x", "wait x --timeout=0.001"} {
				do(t, d, Settings{}, line)
				do(t, d, Settings{Format: JSON}, line)
			}
		}
	})
}
