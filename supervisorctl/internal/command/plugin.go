package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/shlex"
)

// pluginPrefix begins the names of programs on PATH that are commands.
const pluginPrefix = "supervisorctl-"

// plugin is a command that is a program of its own.
type plugin struct {
	name    string
	argv    []string // program and arguments; nil if it cannot be run
	section *config.CtlPlugin
}

func (p *plugin) about() string {
	if p.argv == nil {
		return "A plug-in that cannot run: " + p.unusable()
	}
	return "A plug-in: runs " + strings.Join(p.argv, " ")
}

// unusable says why a plug-in of the configuration cannot be run.
func (p *plugin) unusable() string {
	if p.section.Command != "" {
		return fmt.Sprintf("[ctlplugin:%s] command = %s cannot be split into words", p.name, p.section.Command)
	}
	return fmt.Sprintf("[ctlplugin:%s] names a Python factory (%s), which only the Python Supervisor can load; "+
		"command= names a program instead", p.name, p.section.Factory)
}

// plugin finds a plug-in command: in the configuration first, then on PATH.
func (c *Ctl) plugin(name string) (*plugin, bool) {
	if name == "" || strings.ContainsRune(name, '/') {
		return nil, false
	}
	for i := range c.settings.Plugins {
		if s := &c.settings.Plugins[i]; s.Name == name {
			p := &plugin{name: name, section: s}
			if argv, err := shlex.Split(s.Command); err == nil && len(argv) > 0 {
				p.argv = argv
			}
			return p, true
		}
	}
	if path, err := exec.LookPath(pluginPrefix + name); err == nil {
		return &plugin{name: name, argv: []string{path}}, true
	}
	return nil, false
}

// pluginNames lists the plug-in commands.
func (c *Ctl) pluginNames() []string {
	var names []string
	for _, p := range c.settings.Plugins {
		names = append(names, p.Name)
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name, ok := strings.CutPrefix(e.Name(), pluginPrefix)
			if ok && name != "" && executable(filepath.Join(dir, e.Name())) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// runPluginLine runs a plug-in with the arguments of a line of our own shell.
// Here, unlike in the arguments of commands, quotes group and a backslash takes
// the next character literally: a program has no other way to be told of blanks.
func (c *Ctl) runPluginLine(ctx context.Context, p *plugin, arg string) {
	args, err := shlex.Split(arg)
	if err != nil {
		c.fail(fmt.Sprintf("error: the arguments of %s cannot be split into words: %s", p.name, err))
		c.Exit = ExitUsage
		return
	}
	c.runPlugin(ctx, p, args)
}

// runPlugin runs a plug-in with the arguments, on our own standard streams. Its
// exit status becomes ours. Server and credentials are in its environment.
func (c *Ctl) runPlugin(ctx context.Context, p *plugin, args []string) {
	if p.argv == nil {
		c.fail("error: " + p.unusable())
		c.Exit = ExitFailure
		return
	}
	// A ctrl-C reaches the plug-in through the terminal; it decides what to do,
	// and we wait for it.
	ctx, stop := interruptible(ctx)
	defer stop()
	argv := append(slices.Clone(p.argv), args...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(slices.Clone(c.settings.Environ), c.pluginEnviron(p)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, c.out, c.err
	cmd.Cancel = func() error { return nil }
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		c.Exit = exit.ExitCode()
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			c.Exit = exitSignalled + int(ws.Signal())
		}
	default:
		why := err
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			why = path.Err // without the name of the system call
		}
		c.fail(fmt.Sprintf("error: cannot run the plug-in %s: %s: %s", p.name, argv[0], why))
		c.Exit = ExitNotExecutable
		if errors.Is(err, fs.ErrNotExist) {
			c.Exit = ExitFailure
		}
	}
}

// pluginEnviron is what a plug-in needs to know: where the server is, and the
// other options of its section.
func (c *Ctl) pluginEnviron(p *plugin) []string {
	env := []string{
		EnvServerURL + "=" + c.settings.ServerURL,
		EnvUsername + "=" + c.settings.Username,
		EnvPassword + "=" + c.settings.Password,
	}
	if p.section != nil {
		for key, value := range p.section.Options {
			env = append(env, "SUPERVISOR_PLUGIN_"+strings.ToUpper(key)+"="+value)
		}
	}
	slices.Sort(env)
	return env
}
