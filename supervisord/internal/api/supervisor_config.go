package api

import (
	"context"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

var groupParam = Param{Name: "name", Type: String, Doc: "the name of the process group"}

// configMethods read the configuration and bring the daemon in line with it.
func (s *supervisor) configMethods() []Method {
	return []Method{
		{
			Name: "reloadConfig",
			Doc: `Read the configuration file again. Nothing that runs is touched: the result
tells which process groups are new, which have changed and which are gone, and
addProcessGroup, removeProcessGroup and updateProcessGroup act on it.

The arrays of names are the elements of an array that is itself the only element
of the result.`,
			Returns: Result{Type: Array, Doc: "[[added, changed, removed]]"},
			Fn: func(ctx context.Context, _ []any) (any, error) {
				added, changed, removed, err := s.core.Reread(ctx)
				if err != nil {
					return nil, err
				}
				return []any{[]any{added, changed, removed}}, nil
			},
		},
		{
			Name:    "addProcessGroup",
			Doc:     "Activate a process group of the configuration that was read last. Its processes\nwith autostart are started.",
			Params:  []Param{groupParam},
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      onGroup(s.core.AddGroup),
		},
		{
			Name:    "removeProcessGroup",
			Doc:     "Deactivate a process group. All its processes must have been stopped.",
			Params:  []Param{groupParam},
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      onGroup(s.core.RemoveGroup),
		},
		{
			Name: "updateProcessGroup",
			Doc: `Bring an active process group in line with the configuration that was read last.
Only the processes that differ are touched: members of the result name those
that were added, removed, restarted, and changed without a restart (applied).`,
			Params:    []Param{groupParam},
			Returns:   Result{Type: Struct, Doc: "the members added, removed, restarted and applied (arrays of strings)"},
			Extension: true,
			Fn:        s.updateGroup,
		},
		{
			Name: "getAllConfigInfo",
			Doc: `Return the configuration of every process as it was read last, whether its group
is active (inuse) or not. What is not set is "none", what supervisord chooses
itself is "auto".`,
			Returns: Result{Type: Array, Doc: "a struct for each process, sorted by name"},
			Fn:      s.allConfigInfo,
		},
	}
}

// onGroup makes a method's function of an operation on a group.
func onGroup(operate func(context.Context, string) error) Func {
	return func(ctx context.Context, args []any) (any, error) {
		name, err := key(args[0])
		if err != nil {
			return nil, err
		}
		if name == "" {
			return nil, badName(name)
		}
		if err := operate(ctx, name); err != nil {
			return nil, err
		}
		return true, nil
	}
}

func (s *supervisor) updateGroup(ctx context.Context, args []any) (any, error) {
	name, err := key(args[0])
	if err != nil {
		return nil, err
	}
	u, err := s.core.UpdateGroup(ctx, name)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{Name: "added", Value: u.Added}, {Name: "removed", Value: u.Removed},
		{Name: "restarted", Value: u.Restarted}, {Name: "applied", Value: u.Applied},
	}, nil
}

func (s *supervisor) allConfigInfo(context.Context, []any) (any, error) {
	cfg, active := s.core.Config()
	logs := s.autoLogs()
	var infos []configured
	for i := range cfg.Groups {
		g := &cfg.Groups[i]
		for j := range g.Processes {
			p := &g.Processes[j]
			infos = append(infos, configured{p.Name, configInfo(g, p, active[g.Name], logs)})
		}
	}
	slices.SortStableFunc(infos, func(a, b configured) int { return strings.Compare(a.name, b.name) })
	structs := make([]wire.Struct, len(infos))
	for i := range infos {
		structs[i] = infos[i].info
	}
	return structs, nil
}

type configured struct {
	name string
	info wire.Struct
}

// member names a process in the tables of allConfigInfo.
type member struct{ group, process string }

// logPaths are the paths of the logs that a process writes to.
type logPaths struct{ stdout, stderr string }

// autoLogs returns the paths that were chosen for the AUTO logs of the active
// processes.
func (s *supervisor) autoLogs() map[member]logPaths {
	logs := map[member]logPaths{}
	for _, v := range s.core.Processes() {
		if v.Config.Stdout.Kind == config.LogAuto || v.Config.Stderr.Kind == config.LogAuto {
			logs[member{v.Group, v.Config.Name}] = logPaths{v.StdoutLog, v.StderrLog}
		}
	}
	return logs
}

// configInfo describes one process. The order of the members is the reference's.
func configInfo(g *config.Group, p *config.Process, inuse bool, logs map[member]logPaths) wire.Struct {
	chosen := logs[member{g.Name, p.Name}]
	stderrLog := logOption(&p.Stderr, chosen.stderr)
	if p.RedirectStderr {
		stderrLog = none
	}
	return wire.Struct{
		{Name: "autostart", Value: p.Autostart},
		{Name: "directory", Value: textOrNone(p.Directory)},
		{Name: "uid", Value: idOrNone(p.UID)},
		{Name: "command", Value: p.Command},
		{Name: "exitcodes", Value: p.ExitCodes},
		{Name: "group", Value: g.Name},
		{Name: "group_prio", Value: g.Priority},
		{Name: "inuse", Value: inuse},
		{Name: "killasgroup", Value: p.KillAsGroup},
		{Name: "name", Value: p.Name},
		{Name: "process_prio", Value: p.Priority},
		{Name: "redirect_stderr", Value: p.RedirectStderr},
		{Name: "startretries", Value: p.StartRetries},
		{Name: "startsecs", Value: p.StartSecs},
		{Name: "stdout_capture_maxbytes", Value: p.Stdout.CaptureBytes},
		{Name: "stdout_events_enabled", Value: p.Stdout.Events},
		{Name: "stdout_logfile", Value: logOption(&p.Stdout, chosen.stdout)},
		{Name: "stdout_logfile_backups", Value: p.Stdout.Backups},
		{Name: "stdout_logfile_maxbytes", Value: p.Stdout.MaxBytes},
		{Name: "stdout_syslog", Value: p.Stdout.Syslog},
		{Name: "stopsignal", Value: p.StopSignal},
		{Name: "stopwaitsecs", Value: p.StopWaitSecs},
		{Name: "stderr_capture_maxbytes", Value: p.Stderr.CaptureBytes},
		{Name: "stderr_events_enabled", Value: p.Stderr.Events},
		{Name: "stderr_logfile", Value: stderrLog},
		{Name: "stderr_logfile_backups", Value: p.Stderr.Backups},
		{Name: "stderr_logfile_maxbytes", Value: p.Stderr.MaxBytes},
		{Name: "stderr_syslog", Value: p.Stderr.Syslog},
		{Name: "serverurl", Value: serverURLOption(p)},
	}
}

// none stands for options that are not set: XML-RPC has no null.
const none = "none"

func textOrNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func serverURLOption(p *config.Process) string {
	if p.NoServerURL {
		return ""
	}
	return textOrNone(p.ServerURL)
}

func idOrNone(id int) any {
	if id < 0 {
		return none
	}
	return id
}

// logOption returns the path of a log, "auto" for one that has not been chosen
// yet.
func logOption(o *config.Output, chosen string) string {
	switch o.Kind {
	case config.LogFile:
		return o.Path
	case config.LogAuto:
		if chosen != "" {
			return chosen
		}
		return "auto"
	}
	return none
}
