package web

import (
	"math"
	"runtime"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/rotate"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
	"github.com/supervisor-go/supervisor/supervisord/internal/version"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/usage"
)

// daemonInfo tells of supervisord as it is now.
func (s *Site) daemonInfo(now int64) DaemonInfo {
	o := &s.options
	return DaemonInfo{
		Identifier: o.Identifier, State: o.Daemon.Mood().String(), Version: version.Product,
		Supervisor: version.Supervisor, PID: o.PID, ConfigFile: o.ConfigFile, Started: o.Started.Unix(), Now: now,
		Goroutines: runtime.NumGoroutine(),
	}
}

// fullName is how the API names a process.
func fullName(v *core.View) string { return v.Group + ":" + v.Config.Name }

// describe tells of a process what the API tells, without usage.
func describe(v *core.View) Process {
	p := steady(v)
	if v.State == life.Running {
		p.Description = api.Describe(v)
	}
	return p
}

// steady is describe for streams: the description of a RUNNING process, which
// changes every second, is left to those who see it.
func steady(v *core.View) Process {
	p := Process{
		ID: fullName(v), Group: v.Group, Name: v.Config.Name, State: v.State.String(), PID: v.PID,
		Started: v.Start, Stopped: v.Stop, SpawnError: v.SpawnErr,
		LastExit: v.Cause, Restarts: v.Restarts, Listener: v.Listener,
		Stdout: hasLog(v, core.Stdout), Stderr: hasLog(v, core.Stderr),
	}
	if v.HasExit {
		p.ExitStatus = some(v.ExitStatus)
	}
	if v.State != life.Running {
		p.Description = api.Describe(v)
	}
	return p
}

// hasLog reports whether a process has a log of a channel in a file.
func hasLog(v *core.View, ch core.Channel) bool {
	path := api.LogOf(v, ch)
	_, inherited := rotate.Descriptor(path)
	return path != "" && !inherited
}

// output returns the configuration of a channel.
func output(p *config.Process, ch core.Channel) *config.Output {
	if ch == core.Stderr {
		return &p.Stderr
	}
	return &p.Stdout
}

// Figures are rounded, so that a stream is not kept busy by what nobody sees.
const memoryStep = 64 << 10

func (p *Process) use(s usage.Sample) {
	p.CPU = some(math.Round(s.CPU*10) / 10)
	p.Memory = some((s.Memory + memoryStep/2) / memoryStep * memoryStep)
}

// useAll adds the usage of processes.
func useAll(m *usage.Meter, rows []Process) {
	pids := make([]int, 0, len(rows))
	for i := range rows {
		if rows[i].PID > 0 {
			pids = append(pids, rows[i].PID)
		}
	}
	samples := m.Read(pids)
	for i := range rows {
		if sample, ok := samples[rows[i].PID]; ok && rows[i].PID > 0 {
			rows[i].use(sample)
		}
	}
}

// groupsOf counts the processes of each group; they are sorted by group.
func groupsOf(views []core.View) []Group {
	groups := []Group{}
	for i := range views {
		v := &views[i]
		if len(groups) == 0 || groups[len(groups)-1].Name != v.Group {
			groups = append(groups, Group{Name: v.Group, States: map[string]int{}})
		}
		g := &groups[len(groups)-1]
		g.Processes++
		g.States[v.State.String()]++
	}
	return groups
}
