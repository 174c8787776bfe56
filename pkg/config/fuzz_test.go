package config

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var manyProcesses = regexp.MustCompile(`(?i)numprocs\s*[=:][\s_+]*([\d_]{3}|\D)`)

// FuzzLoad reads anything as a configuration. Whatever it is, it gives a
// configuration that can be dumped, or errors that have messages.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(header + "[program:a]\ncommand=x %(process_num)02d\nnumprocs=3\nprocess_name=%(process_num)d\nenvironment=A=\"%(ENV_HOME)s\"\n"))
	f.Add([]byte(header + "[eventlistener:a]\ncommand=x\nevents=TICK,EVENT\n[fcgi-program:b]\nsocket=unix:///x\ncommand=x\n[group:g]\nprograms=b\n"))
	f.Add([]byte("[DEFAULT]\na=%(here)s\n[supervisord]\nhttp_port=x:1\nsockchown=a.b\n\xff=\x00\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 || bytes.Contains(text, []byte("include")) || manyProcesses.Match(text) {
			return // nothing to learn from big configurations, and no reading of other files
		}
		path := filepath.Join(t.TempDir(), "x.conf")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(LoadOptions{File: path, Environ: testEnviron, Lookup: fakeUsers{}, Hostname: "host"})
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, path) {
					t.Errorf("message without a place: %q", line)
				}
			}
			if err.(Errors).Reference() == "" {
				t.Error("an error without a message of the reference")
			}
			return
		}
		var dump bytes.Buffer
		if err := c.Dump(&dump); err != nil {
			t.Fatal(err)
		}
		if changes := Diff(c, c); len(changes.Groups)+len(changes.Daemon) > 0 && len(c.Warnings) == 0 {
			t.Errorf("a configuration differs from itself: %q", describeChanges(changes))
		}
	})
}
