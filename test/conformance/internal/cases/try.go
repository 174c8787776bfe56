package cases

import (
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
)

// outcome starts a daemon with the given arguments and tells whether it runs,
// or how it ended. It returns nil when it ended.
func outcome(t *T, args ...string) *harness.Daemon {
	d := t.LaunchArgs(args...)
	up := false
	t.Until("supervisord to answer or to end", func() bool {
		if d.Over() {
			return true
		}
		_, err := d.Try("supervisor.getPID")
		up = err == nil
		return up
	})
	if !up {
		return nil
	}
	return d
}

// tryConfig tells whether a configuration (after the header) is accepted.
func tryConfig(t *T, conf string) *harness.Daemon {
	t.Write("c", harness.Header+conf)
	d := outcome(t, "-n", "-c", t.Path("c"))
	if d == nil {
		t.Printf("refused, %s", t.D.Ended())
		return nil
	}
	t.Printf("accepted")
	return d
}

// ended writes down how a daemon ended and what it said.
func ended(t *T) {
	t.Printf("%s", t.D.Ended())
	t.Printf("%s", harness.Indent(t.D.Out.String()))
}

// say writes one line per given line of text that contains a word.
func say(t *T, title, text, word string) {
	t.Printf("%s:", title)
	for _, l := range strings.Split(text, "\n") {
		if l != "" && strings.Contains(l, word) {
			t.Printf("  %s", l)
		}
	}
}
