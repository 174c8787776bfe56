package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/actlog"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/daemon"
	"github.com/supervisor-go/supervisor/supervisord/internal/fcgi"
	"github.com/supervisor-go/supervisor/supervisord/internal/httpd"
	"github.com/supervisor-go/supervisor/supervisord/internal/listenfd"
	"github.com/supervisor-go/supervisor/supervisord/internal/plugin"
	"github.com/supervisor-go/supervisor/supervisord/internal/pump"
	"github.com/supervisor-go/supervisor/supervisord/internal/spawn"
	"github.com/supervisor-go/supervisor/supervisord/internal/stdio"
)

// instance is the daemon between two restarts: the parts made from one
// configuration.
type instance struct {
	cfg     *config.Config
	log     *actlog.Log
	stdio   *stdio.Set
	pump    *pump.Pump
	loop    *core.Loop
	sockets []*listenfd.Listener
	server  *httpd.Server
	pidfile *daemon.Pidfile
	helpers *launcher
	undo    []func() // run in reverse order by end
}

// goodbye bounds how long calls in progress and slow logs are waited for once
// everything has stopped.
const goodbye = 2 * time.Second

// later registers what is to be undone when the instance ends.
func (in *instance) later(fn func()) { in.undo = append(in.undo, fn) }

func (in *instance) laterWithin(fn func(context.Context) error) {
	in.later(func() {
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		_ = fn(ctx) // what could not be said in time is lost with us
	})
}

func (in *instance) end() {
	for len(in.undo) > 0 {
		last := len(in.undo) - 1
		in.undo[last]()
		in.undo = in.undo[:last]
	}
}

// openLog opens the activity log and says what has gathered until now.
func (in *instance) openLog(foreground bool) error {
	d := &in.cfg.Supervisord
	in.stdio = stdio.NewSet(nil)
	in.log = actlog.New(d.LogLevel)
	if err := in.log.Open(actlog.Options{
		Path: d.LogFile, MaxBytes: d.LogFileMaxBytes, Backups: d.LogFileBackups,
		Stdout: foreground && !d.Silent, Stdio: in.stdio,
	}); err != nil {
		return fmt.Errorf("cannot open the activity log %s: %w", d.LogFile, err)
	}
	in.laterWithin(in.log.Close)
	return nil
}

// say writes the messages of the configuration and of the start to the log.
func (in *instance) say(criticals, infos []string) {
	for _, msg := range append(criticals, in.cfg.Criticals...) {
		in.log.Log(config.LevelCritical, msg)
	}
	for _, msg := range in.cfg.Warnings {
		in.log.Log(config.LevelWarn, msg)
	}
	for _, msg := range append(in.cfg.Infos, infos...) {
		in.log.Log(config.LevelInfo, msg)
	}
}

// makeLoop plugs the owners of streams, children and state together.
func (in *instance) makeLoop(load func() (*config.Config, error)) error {
	in.helpers = newLauncher(in)
	relay := newRelay(in.helpers)
	scarce := in.scarce()
	var err error
	if in.pump, err = pump.New(pump.Options{
		Sink: relay, Log: in.log, Stdio: in.stdio, NullSinks: scarce, ParkStdin: scarce,
	}); err != nil {
		return err
	}
	in.laterWithin(in.pump.Close)
	spawner, err := spawn.Start(spawn.Options{
		Children: relay, Opener: opener{in.pump}, Log: in.log, Subreaper: in.cfg.Supervisord.Subreaper,
	})
	if err != nil {
		return err
	}
	in.later(spawner.Close)
	in.helpers.spawner = spawner
	in.loop, err = core.New(core.Options{
		Config: in.cfg, Load: load, Spawner: spawner, Streams: in.pump, Log: in.log,
		Resolve: resolve, AutoLog: in.autoLog, ServerURL: serverURL(in.cfg),
		Sockets: func(c *config.FastCGISocket) core.Socket { return fcgi.New(c, in.log) },
	})
	if err != nil {
		return err
	}
	relay.connect(in.loop)
	return nil
}

// openSockets opens the sockets of the servers. It comes before anything that
// could disturb another daemon of the same configuration, which holds them.
func (in *instance) openSockets() error {
	open, err := listenfd.Open(in.cfg.Servers, os.Stderr)
	if err != nil {
		var detail *listenfd.OpenError
		if errors.As(err, &detail) {
			in.log.Log(config.LevelCritical, detail.Detail())
		}
		return err
	}
	in.later(func() { listenfd.CloseAll(open) })
	in.sockets = open
	return nil
}

// makeServer makes the server of the open sockets; it serves once started.
func (in *instance) makeServer() error {
	registry, err := in.registry()
	if err != nil {
		return err
	}
	var listeners []httpd.Listener
	for _, l := range in.sockets {
		listeners = append(listeners, httpd.Listener{Listener: l, Config: l.Server})
	}
	site := in.site()
	in.server = httpd.New(httpd.Options{
		Listeners: listeners, Registry: registry, Source: in.loop, MainLog: in.logPath,
		Follower: follower{in}, Web: site, Admit: site.Admit, Log: in.log,
	})
	in.laterWithin(in.server.Shutdown)
	in.later(site.Close) // its streams end before the server waits for them
	return nil
}

// registry makes the namespaces of the [rpcinterface:x] sections.
func (in *instance) registry() (*api.Registry, error) {
	registry := api.NewRegistry()
	set, err := plugin.Install(plugin.Options{
		Sections: in.cfg.RPCInterfaces, Registry: registry, Log: in.log, Launcher: in.helpers, ServerURL: serverURL(in.cfg),
		Daemon: api.Options{Supervisor: in.loop, Log: logFile{in}, Identifier: in.cfg.Supervisord.Identifier, PID: os.Getpid()},
	})
	if err != nil {
		return nil, err
	}
	in.later(set.Close)
	return registry, nil
}

// logPath returns the path of the activity log if it is a file of its own.
func (in *instance) logPath() string {
	path := in.cfg.Supervisord.LogFile
	if path == "syslog" || stdio.Is(path) {
		return ""
	}
	return path
}

// logFile is the activity log as clients see it.
type logFile struct{ in *instance }

func (f logFile) Path() string { return f.in.logPath() }

func (f logFile) Clear() error { return f.in.log.Clear() }

// Sync makes what was logged so far readable.
func (f logFile) Sync(ctx context.Context) error { return f.in.log.Sync(ctx) }

// follower tells of changes of any log.
type follower struct{ in *instance }

func (f follower) Follow(path string) (<-chan struct{}, func()) {
	if path == f.in.logPath() {
		return f.in.log.Follow()
	}
	return f.in.pump.Follow(path)
}

// opener adapts the pump to the interface that spawn declares.
type opener struct{ pump *pump.Pump }

func (o opener) Open(spec core.StreamSpec) (spawn.Conn, error) {
	conn, err := o.pump.Open(spec)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// resolve tells whether the command of a process can be started.
func resolve(p *config.Process) error {
	_, _, err := spawn.Resolve(p)
	var bad *spawn.CommandError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad) && bad.Cause == spawn.NotFound:
		return wire.NewFault(wire.NoFile, err.Error())
	default:
		return wire.NewFault(wire.NotExecutable, err.Error())
	}
}

func (in *instance) autoLog(process string, ch core.Channel) (string, error) {
	d := &in.cfg.Supervisord
	return daemon.AutoLog(d.ChildLogDir, d.Identifier, process, ch)
}

// serverURL is what children find in SUPERVISOR_SERVER_URL: the first UNIX
// socket, else the first TCP server.
func serverURL(cfg *config.Config) string {
	url := ""
	for i := range cfg.Servers {
		s := &cfg.Servers[i]
		if s.Kind == config.UnixServer {
			return "unix://" + s.Path
		}
		if url == "" {
			host := s.Host
			switch {
			case host == "":
				host = "localhost"
			case strings.Contains(host, ":") && !strings.HasPrefix(host, "["):
				host = "[" + host + "]"
			}
			url = "http://" + host + ":" + strconv.Itoa(s.Port)
		}
	}
	return url
}
