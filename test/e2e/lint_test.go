package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What .ci/vuln makes of what govulncheck says: a finding and a failure are
// failures, a database that is out of reach is told and is none.
func TestVulnerabilityCheck(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	script, err := filepath.Abs("../../.ci/vuln")
	must(t, err)
	for _, c := range []struct {
		tool   string
		status int
		want   string
	}{
		{"exit 0", 0, "govulncheck: pkg: no known vulnerabilities\ngovulncheck: pidproxy: no known vulnerabilities\n"},
		{"echo GO-2030-1; exit 3", 1, "GO-2030-1\ngovulncheck: pkg: vulnerable\n"},
		{"echo 'govulncheck: fetching vulnerabilities: no such host' >&2; exit 1", 0,
			"govulncheck: its database cannot be reached; NOTHING was looked for. The last it said:\n    govulncheck: fetching vulnerabilities: no such host\n"},
		{"echo 'package x: no such package'; exit 1", 1, "package x: no such package\n"},
		{`[ "$1 $2" = "-tags x" ] && [ -f go.mod ] && exec true; exit 3`, 0,
			"govulncheck: pkg: no known vulnerabilities\ngovulncheck: pidproxy: no known vulnerabilities\n"},
	} {
		d.write("tool", "#!/bin/sh\n"+c.tool+"\n")
		d.env = []string{"GOVULNCHECK=" + d.path("tool"), "TAGS=x"}
		if status, out := d.run(script, "pkg", "pidproxy"); status != c.status || out != c.want {
			t.Errorf("%s: exit status %d\n%s", c.tool, status, out)
		}
	}
	// Without a proxy there is no tool either.
	d.env = []string{"GOPROXY=off", "GOMODCACHE=" + d.path("mod"), "GOCACHE=" + d.path("cache"), "GO=" + goCommand(t)}
	if status, out := d.run(script, "pkg"); status != 0 || !strings.Contains(out, "NOTHING was looked for") {
		t.Errorf("exit status %d\n%s", status, out)
	}
}

// goCommand returns the path of the go command that runs the tests.
func goCommand(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if path := filepath.Join(dir, "go"); exists(path) {
			return path
		}
	}
	t.Fatal("no go command")
	return ""
}
