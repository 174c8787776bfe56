package boot

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/account"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/daemon"
)

// spareThreads is more than are ever busy in system calls at the same time, as
// far as is known.
const spareThreads = 16

// serve runs the daemon, in the background unless told otherwise, and again
// with a new configuration after each restart.
func (p *program) serve(cfg *config.Config) (int, error) {
	if !cfg.Supervisord.Nodaemon && p.background == nil {
		return daemon.Respawn(p.stderr), nil
	}
	daemon.SealDescriptors()
	criticals, infos, err := becomeUser(cfg)
	if err != nil {
		return 0, err
	}
	more, err := daemon.RaiseLimits(cfg.Supervisord.MinFDs, cfg.Supervisord.MinProcs)
	if err != nil {
		return 0, err
	}
	infos = append(infos, more...)
	daemon.SpareThreads(spareThreads)
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR2)
	for first := true; ; first = false {
		mood, err := p.once(cfg, first, criticals, infos, signals)
		if err != nil || mood != core.MoodRestarting {
			return exitOK, err
		}
		if cfg, err = p.load(); err != nil {
			return 0, err
		}
		infos = nil
	}
}

// becomeUser gives up root, if user= says so.
func becomeUser(cfg *config.Config) (criticals, infos []string, err error) {
	uid := -1
	if name := cfg.Supervisord.User; name != "" {
		if uid, err = config.UserID(name); err != nil {
			return nil, nil, err
		}
	}
	critical, info, err := daemon.Become(uid, account.NewBook())
	if critical != "" {
		criticals = append(criticals, critical)
	}
	if info != "" {
		infos = append(infos, info)
	}
	return criticals, infos, err
}

// once runs the daemon until a shutdown or a restart.
func (p *program) once(cfg *config.Config, first bool, criticals, infos []string, signals chan os.Signal) (core.Mood, error) {
	in := &instance{cfg: cfg}
	defer in.end()
	if err := in.openLog(p.background == nil); err != nil {
		return 0, err
	}
	in.say(criticals, infos)
	if err := in.startProfile(); err != nil {
		return 0, err
	}
	if err := in.openSockets(); err != nil {
		return 0, err
	}
	if !cfg.Supervisord.NoCleanup {
		daemon.ClearAutoLogs(cfg.Supervisord.ChildLogDir, cfg.Supervisord.Identifier, in.log)
	}
	if err := in.makeLoop(p.load); err != nil {
		return 0, err
	}
	if err := in.makeServer(); err != nil {
		return 0, err
	}
	in.server.Start()
	if p.background != nil && first {
		if err := p.background.Detach(cfg.Supervisord.Directory, cfg.Supervisord.Umask, in.log); err != nil {
			return 0, err
		}
	}
	in.pidfile = daemon.WritePidfile(cfg.Supervisord.PidFile, in.log)
	in.later(in.pidfile.Remove)
	if p.background != nil && first {
		p.background.Up()
	}
	stop := make(chan struct{})
	defer close(stop)
	go in.handleSignals(signals, stop)
	in.tidy()
	return in.loop.Run(), nil
}

// handleSignals does what signals ask for until stop is closed.
func (in *instance) handleSignals(signals <-chan os.Signal, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case sig := <-signals:
			in.handleSignal(sig.(syscall.Signal))
		}
	}
}

func (in *instance) handleSignal(sig syscall.Signal) {
	name := core.SignalName(int(sig))
	switch sig {
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT:
		in.log.Log(config.LevelWarn, "received "+name+" indicating exit request")
		in.loop.Shutdown()
	case syscall.SIGHUP:
		if in.loop.Mood() == core.MoodShutdown {
			in.log.Log(config.LevelWarn, "ignored "+name+" indicating restart request (shutdown in progress)")
			return
		}
		in.log.Log(config.LevelWarn, "received "+name+" indicating restart request")
		_ = in.loop.Restart() // it tells the log why not
	case syscall.SIGUSR2:
		in.log.Log(config.LevelInfo, "received "+name+" indicating log reopen request")
		if err := in.log.Reopen(); err != nil {
			in.log.Log(config.LevelError, fmt.Sprintf("cannot reopen the activity log: %v", err))
		}
		in.pump.Reopen()
	}
}
