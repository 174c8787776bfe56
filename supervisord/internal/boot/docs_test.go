package boot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/docgen"
	"github.com/supervisor-go/supervisor/pkg/man"
)

//go:generate go test -run ^TestCommandLineDocs$ . -update

const (
	chapter    = "../../../docs/running.md"
	manualPage = "../../../docs/man/supervisord.1"
)

// TestCommandLineDocs keeps the list of options in the manual and the man page
// true.
func TestCommandLineDocs(t *testing.T) {
	docgen.CheckPart(t, chapter, "options", optionTable())
	docgen.Check(t, manualPage, daemonPage(t))
}

// written is an option as it is typed.
func written(f flag) string {
	name := "--" + f.long
	if f.short != "" {
		name = "-" + f.short + ", " + name
	}
	if f.value != "" {
		name += " " + f.value
	}
	return name
}

func optionTable() string {
	var b strings.Builder
	b.WriteString("| option | meaning |\n|---|---|\n")
	for _, f := range flags {
		fmt.Fprintf(&b, "| `%s` | %s |\n", written(f), docgen.Cell(f.help))
	}
	b.WriteString("\nNot in the Python Supervisor, and never abbreviated:\n\n| option | meaning |\n|---|---|\n")
	for _, f := range extras {
		fmt.Fprintf(&b, "| `%s` | %s |\n", written(f), docgen.Cell(f.help))
	}
	return b.String()
}

func daemonPage(t *testing.T) []byte {
	p := man.New("supervisord", 1, "Supervisor", "Made from the table of options and docs/running.md. Run \"make generate\" to renew it.")
	p.Name("supervisord", "start programs and keep them running")
	p.Synopsis("supervisord", "[OPTION...]")
	p.Section("Description")
	p.Text("supervisord starts the programs of its configuration file as its children, restarts those that end when they should "+
		"not, writes their output to logs, tells event listeners what happens, and is controlled by supervisorctl(1), by a web "+
		"page and over XML-RPC.",
		"It goes into the background unless `-n` or nodaemon=true keeps it in the foreground. The configuration file is "+
			"described in supervisord.conf(5), which also tells where it is searched without `-c`.")
	p.Section("Options")
	p.Text("An option wins over the configuration file. Short options can be combined, long ones abbreviated.")
	for _, f := range flags {
		p.Items(man.Item{Term: written(f), Text: f.help})
	}
	p.Text("The following are not in the Python Supervisor, and cannot be abbreviated.")
	for _, f := range extras {
		p.Items(man.Item{Term: written(f), Text: f.help})
	}
	for _, title := range []string{"In the background", "Signals", "Exit status", "Environment", "As root", "In a container"} {
		p.Section(title)
		p.Markdown(docgen.Section(t, chapter, title))
	}
	p.Section("Examples")
	p.Text("See what is wrong with a configuration:")
	p.Code("supervisord -c /etc/supervisord.conf --check")
	p.Text("Find out why something does not start:")
	p.Code("supervisord -n -e debug -c /etc/supervisord.conf")
	p.SeeAlso("supervisorctl(1)", "supervisord.conf(5)", "echo_supervisord_conf(1)", "pidproxy(1)", "eventlisten(1)", "commevent(1)",
		"supervisor-logrotate(1)")
	return p.Bytes()
}
