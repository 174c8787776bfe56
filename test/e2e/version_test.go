package e2e

import (
	"regexp"
	"testing"
)

// supervisord -v is the version whose behaviour it has; that of the program
// itself is told by options that the Python Supervisor does not know.
func TestVersions(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	for _, c := range []struct {
		words  []string
		status int
		out    string
	}{
		{[]string{"supervisord", "-v"}, 0, `4\.2\.5`},
		{[]string{"supervisord", "--version"}, 0, `4\.2\.5`},
		{[]string{"supervisord", "--about"}, 0, `supervisord \S+ \(behaves as Supervisor 4\.2\.5; go\S+, linux/\w+\)`},
		{[]string{"supervisord", "--abou"}, 2, `Error: option --abou not recognized\nFor help, use \S+ -h`},
		{[]string{"supervisorctl", "--version"}, 0, `supervisorctl \S+`},
		{[]string{"supervisorctl", "-c", "/none", "--version", "status"}, 0, `supervisorctl \S+`},
		{[]string{"supervisorctl", "--version=1"}, 2, `Error: option --version must not have an argument\nFor help, use \S+ -h`},
		{[]string{"supervisorctl", "-v"}, 2, `Error: option -v not recognized\nFor help, use \S+ -h`},
		{[]string{"eventlisten", "--version"}, 0, `eventlisten \S+`},
		{[]string{"pidproxy", "--version"}, 0, `pidproxy \S+`},
	} {
		status, out := d.run(c.words...)
		if status != c.status || !regexp.MustCompile(`^`+c.out+`\n$`).MatchString(out) {
			t.Errorf("%q: exit status %d, %q", c.words, status, out)
		}
	}
}
