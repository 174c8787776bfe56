package boot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/daemon"
	"github.com/supervisor-go/supervisor/supervisord/internal/plugin"
	"github.com/supervisor-go/supervisor/supervisord/internal/version"
)

// The exit statuses of supervisord.
const (
	exitOK    = 0
	exitUsage = 2 // a bad command line, a bad configuration, or a start that failed
)

// program is one run of supervisord.
type program struct {
	args   []string // without the program's name
	name   string   // as called
	stdout io.Writer
	stderr io.Writer

	cl         *commandLine
	file       string             // the configuration file
	background *daemon.Background // non-nil in the process that runs in the background
}

// Main runs supervisord and returns its exit status.
func Main() int {
	p := &program{args: os.Args[1:], name: os.Args[0], stdout: os.Stdout, stderr: os.Stderr,
		background: daemon.InBackground()}
	status, err := p.run()
	if err != nil {
		return p.usage(err)
	}
	return status
}

// usage tells what is wrong, in the form that scripts know from the reference.
func (p *program) usage(err error) int {
	var list config.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			fmt.Fprintf(p.stderr, "Error: %s\n", e.Error())
		}
	} else {
		fmt.Fprintf(p.stderr, "Error: %s\n", err)
	}
	fmt.Fprintf(p.stderr, "For help, use %s -h\n", p.name)
	return exitUsage
}

func (p *program) run() (int, error) {
	var err error
	if p.cl, err = parse(p.args); err != nil {
		return 0, err
	}
	switch {
	case p.cl.help:
		fmt.Fprint(p.stdout, helpText(p.name))
		return exitOK, nil
	case p.cl.version:
		fmt.Fprintln(p.stdout, version.Supervisor)
		return exitOK, nil
	case p.cl.about:
		fmt.Fprintf(p.stdout, "supervisord %s (behaves as Supervisor %s; %s, %s/%s)\n",
			version.Product, version.Supervisor, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitOK, nil
	}
	if err := p.findFile(); err != nil {
		return 0, err
	}
	if p.cl.check {
		return p.check(), nil
	}
	cfg, err := p.load()
	if err != nil {
		return 0, err
	}
	if p.cl.dump {
		return exitOK, cfg.Dump(p.stdout)
	}
	return p.serve(cfg)
}

func (p *program) findFile() error {
	if p.cl.file != "" {
		p.file = p.cl.file
		return nil
	}
	if os.Getuid() == 0 && p.background == nil {
		fmt.Fprintln(p.stderr, "Warning: supervisord runs as root and searches for its configuration file, "+
			"also in the current directory; name the file with -c to be sure which one is used.")
	}
	file, _, err := config.FindFile(p.name)
	p.file = file
	return err
}

func (p *program) load() (*config.Config, error) {
	return config.Load(config.LoadOptions{File: p.file, Overrides: p.cl.overrides, KnownFactory: plugin.Known})
}

// check tells everything that is wrong with the configuration, and starts
// nothing.
func (p *program) check() int {
	errs, warnings := config.Check(config.LoadOptions{File: p.file, Overrides: p.cl.overrides, KnownFactory: plugin.Known})
	for _, w := range warnings {
		fmt.Fprintf(p.stdout, "warning: %s\n", w)
	}
	for _, e := range errs {
		fmt.Fprintf(p.stdout, "error: %s\n", e.Error())
	}
	if len(errs) > 0 {
		fmt.Fprintf(p.stdout, "%s: %s, %s\n", p.file, plural(len(errs), "error"), plural(len(warnings), "warning"))
		return exitUsage
	}
	fmt.Fprintf(p.stdout, "%s: no errors, %s\n", p.file, plural(len(warnings), "warning"))
	return exitOK
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
