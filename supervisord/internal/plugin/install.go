package plugin

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Options say for what daemon the namespaces are made.
type Options struct {
	Sections []config.RPCInterface
	Registry *api.Registry
	Daemon   api.Options
	Log      core.Logger
	// Launcher runs the programs of rpcinterface.command. Without one, a section
	// with that option is an error.
	Launcher Launcher
	// ServerURL is where programs find supervisord; "" for nowhere.
	ServerURL string
}

// Launcher runs programs.
type Launcher interface {
	// Launch starts a program. Its error says why it could not be started.
	Launch(Program) (Running, error)
}

// Program is what a Launcher is to start.
type Program struct {
	Name    string // the namespace, for messages and logs
	Command string // as written; to be split as command= of a program is
	// Socket is to become its standard input. It is a listening socket and stays
	// the caller's.
	Socket *os.File
	// Environ is to be added to the environment.
	Environ []config.EnvVar
}

// Running is a program that was started.
type Running interface {
	// Exited is closed when the program has ended.
	Exited() <-chan struct{}
	// Stop ends the program and waits for that: politely first, and for certain.
	Stop()
}

// timing is how patient we are with a plug-in.
type timing struct {
	call     time.Duration // for one call, and for its description as a whole
	least    time.Duration // first pause before another try
	most     time.Duration // the pause doubles up to this
	settled  time.Duration // a program that ran for so long starts over at least
	maxCalls int           // calls at one time
}

var defaultTiming = timing{
	call: 30 * time.Second, least: time.Second, most: time.Minute, settled: time.Minute, maxCalls: 16,
}

// Set is the namespaces that were made.
type Set struct {
	cancel  context.CancelFunc
	remotes []*remote
	wg      sync.WaitGroup
}

// Install makes the namespaces of all sections. Those of plug-ins out of process
// have no methods until the plug-in has described itself, which is not waited
// for. An error names the section at fault; nothing is left running then.
func Install(o Options) (*Set, error) { return install(o, defaultTiming) }

func install(o Options, t timing) (*Set, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Set{cancel: cancel}
	for i := range o.Sections {
		if err := s.add(ctx, &o, &o.Sections[i], t); err != nil {
			s.Close()
			return nil, fmt.Errorf("cannot make the RPC interface of [%s]: %w", o.Sections[i].Section, err)
		}
	}
	for _, r := range s.remotes {
		s.wg.Go(func() { r.run(ctx) })
	}
	return s, nil
}

func (s *Set) add(ctx context.Context, o *Options, section *config.RPCInterface, t timing) error {
	if section.Command == "" && section.URL == "" {
		f, err := lookup(section.Factory)
		if err != nil {
			return err
		}
		methods, err := f(o.Daemon, section.Options)
		if err != nil {
			return err
		}
		return o.Registry.Add(section.Name, methods...)
	}
	r, err := newRemote(o, section, t)
	if err != nil {
		return err
	}
	s.remotes = append(s.remotes, r)
	return o.Registry.Add(section.Name)
}

// Close ends all plug-ins and waits for that. Calls that are being carried out
// fail.
func (s *Set) Close() {
	s.cancel()
	s.wg.Wait()
	for _, r := range s.remotes {
		r.close()
	}
}

// environ is what a program is told of its section.
func environ(o *Options, section *config.RPCInterface) []config.EnvVar {
	env := []config.EnvVar{
		{Key: "SUPERVISOR_ENABLED", Value: "1"},
		{Key: "SUPERVISOR_RPC_NAMESPACE", Value: section.Name},
	}
	if o.ServerURL != "" {
		env = append(env, config.EnvVar{Key: "SUPERVISOR_SERVER_URL", Value: o.ServerURL})
	}
	for key, value := range section.Options {
		env = append(env, config.EnvVar{Key: "SUPERVISOR_RPC_OPTION_" + variable(key), Value: value})
	}
	return env
}

// variable makes an option's name part of the name of an environment variable.
func variable(key string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, key)
}
