package boot

import (
	"os"
	"path/filepath"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/web"
)

// site makes the web page.
func (in *instance) site() *web.Site {
	return web.New(web.Options{
		Daemon: in.loop, Activity: logFile{in}, ActivityBackups: in.cfg.Supervisord.LogFileBackups, Follower: follower{in},
		Identifier: in.cfg.Supervisord.Identifier, ConfigFile: filepath.Join(in.cfg.Here, filepath.Base(in.cfg.File)), PID: os.Getpid(), Started: time.Now(),
	})
}
