package main

import (
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/docgen"
	"github.com/supervisor-go/supervisor/pkg/man"
)

//go:generate go test -run ^TestManPage$ . -update

// TestManPage keeps the man page true.
func TestManPage(t *testing.T) {
	p := man.New("echo_supervisord_conf", 1, "Supervisor", "Made by a test in supervisord/cmd/echo_supervisord_conf. Run \"make generate\" to renew it.")
	p.Name("echo_supervisord_conf", "print a sample configuration of supervisord")
	p.Synopsis("echo_supervisord_conf")
	p.Section("Description")
	p.Text("echo_supervisord_conf writes a commented configuration file to standard output. It works as it is: supervisord "+
		"listens on a UNIX socket in /tmp, and supervisorctl finds it there. Programs and everything else that is optional "+
		"are commented out, with their defaults or an example.",
		"It shows the options of Supervisor 4. Those that only this supervisord has are in supervisord.conf(5).")
	p.Section("Exit status")
	p.Items(man.Item{Term: "0", Text: "the file was written"}, man.Item{Term: "1", Text: "standard output could not be written"})
	p.Section("Examples")
	p.Text("Begin a configuration of your own:")
	p.Code("echo_supervisord_conf > supervisord.conf")
	p.Text("It begins like this:")
	p.Code(strings.Join(strings.SplitAfter(config.Sample(), "\n")[:6], ""))
	p.SeeAlso("supervisord(1)", "supervisorctl(1)", "supervisord.conf(5)")
	docgen.Check(t, "../../../docs/man/echo_supervisord_conf.1", p.Bytes())
}
