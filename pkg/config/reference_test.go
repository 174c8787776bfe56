package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

// testEnviron is the environment of both readers.
var testEnviron = []string{"HOME=/root", "PATH=/usr/bin:/bin", "NUM=7", "TEXT=some text", "PERCENT=50%", "EMPTY=", "TMPDIR=/tmp", "USER=root", "LANG=C.UTF-8"}

// reference asks the Python version to read a configuration.
func reference(python *pyref.Python, args []string) (any, *pyref.Error) {
	return python.Call("config", args)
}

// TestSameAsReference compares whole configurations, or the first error, over
// random documents.
func TestSameAsReference(t *testing.T) {
	python := pyref.Start(t, testEnviron...)
	dir := t.TempDir()
	for _, name := range []string{"conf.d", "logs"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	g := generator{Rand: rand.New(rand.NewPCG(5, 103)), dir: dir}
	failed := 0
	const cases = 2000
	for range cases {
		files := g.files()
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args, overrides := g.commandLine()
		main := filepath.Join(dir, "main.conf")
		want, wantErr := reference(python, append([]string{"-c", main}, args...))
		got, err := Load(LoadOptions{File: main, Overrides: overrides, Environ: testEnviron})
		explain := func() string {
			var b strings.Builder
			for name, text := range files {
				fmt.Fprintf(&b, "--- %s\n%s\n", name, text)
			}
			return b.String() + fmt.Sprint(args)
		}
		switch {
		case (err == nil) != (wantErr == nil):
			t.Fatalf("error %v\nPython %v\n%s", err, wantErr, explain())
		case err != nil:
			failed++
			if ours := err.(Errors).Reference(); !sameMasked(ours, wantErr.Message) {
				t.Fatalf("error  %q\nPython %q\n%v\n%s", ours, wantErr.Message, err, explain())
			}
		default:
			if diff := gocmp.Diff(normal(want), normal(asReference(got))); diff != "" {
				t.Fatalf("Python -, we +:\n%s\n%s", diff, explain())
			}
		}
		for name := range files {
			os.Remove(filepath.Join(dir, name))
		}
	}
	if failed < cases/10 || failed > cases*6/10 {
		t.Errorf("%d of %d configurations were wrong; the generator should make both kinds", failed, cases)
	}
}

// sameMasked compares messages of which ours may have something masked.
func sameMasked(ours, theirs string) bool {
	before, after, masked := strings.Cut(ours, mask)
	if !masked {
		return ours == theirs
	}
	before, after = strings.TrimRight(before, "'"), strings.TrimLeft(after, "'")
	return strings.HasPrefix(theirs, before) && strings.HasSuffix(theirs, after)
}

// normal passes a value through JSON, so that all numbers have one type.
func normal(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}

type object = map[string]any

// asReference renders a configuration as the driver renders the reference's.
func asReference(c *Config) object {
	d := c.Supervisord
	groups := []any{}
	for _, g := range c.Groups {
		groups = append(groups, groupAsReference(g))
	}
	servers := []any{}
	for _, s := range c.Servers {
		servers = append(servers, serverAsReference(s))
	}
	rpc := []any{}
	for _, i := range c.RPCInterfaces {
		rpc = append(rpc, []any{i.Name, i.Options})
	}
	return object{
		"supervisord": object{
			"logfile": d.LogFile, "logfile_maxbytes": d.LogFileMaxBytes, "logfile_backups": d.LogFileBackups,
			"loglevel": int(d.LogLevel), "pidfile": d.PidFile, "identifier": d.Identifier,
			"nodaemon": d.Nodaemon, "silent": d.Silent, "minfds": d.MinFDs, "minprocs": d.MinProcs,
			"umask": d.Umask, "user": unset(d.User, d.isSet("user")), "directory": unset(d.Directory, d.Directory != ""),
			"childlogdir": d.ChildLogDir, "nocleanup": d.NoCleanup, "strip_ansi": d.StripANSI,
		},
		"environment":   envAsReference(d.Environment),
		"uid":           unset(d.UID, d.UID >= 0),
		"gid":           unset(d.GID, d.GID >= 0),
		"groups":        groups,
		"servers":       servers,
		"rpcinterfaces": rpc,
		"warnings":      referenceWarnings(c.Warnings),
		"infos":         append([]string{}, c.Infos...),
	}
}

// unset gives Python's None for what is not set.
func unset(v any, set bool) any {
	if !set {
		return nil
	}
	return v
}

func envAsReference(env []EnvVar) []any {
	list := []any{}
	for _, v := range slices.SortedFunc(slices.Values(env), func(a, b EnvVar) int { return cmp.Compare(a.Key, b.Key) }) {
		list = append(list, []any{v.Key, v.Value})
	}
	return list
}

func groupAsReference(g Group) object {
	processes := []any{}
	for _, p := range g.Processes {
		processes = append(processes, processAsReference(p))
	}
	class := map[GroupKind]string{ProgramGroup: "ProcessGroupConfig", ListenerPool: "EventListenerPoolConfig", FastCGIGroup: "FastCGIGroupConfig"}[g.Kind]
	o := object{"class": class, "name": g.Name, "priority": g.Priority, "processes": processes, "socket": nil}
	if s := g.Socket; s != nil {
		o["socket"] = object{
			"url":     s.URL,
			"backlog": unset(s.Backlog, s.Backlog > 0),
			"mode":    unset(s.Mode, s.Path != ""),
			"owner":   unset([]int{s.UID, s.GID}, s.UID >= 0),
		}
	}
	if g.Kind == ListenerPool {
		o["events"], o["buffer_size"] = g.Events, g.BufferSize
	}
	return o
}

func processAsReference(p Process) object {
	restart := map[AutoRestart]any{RestartNever: false, RestartUnexpected: "unexpected", RestartAlways: "always"}
	o := object{
		"name": p.Name, "uid": unset(p.UID, p.UID >= 0), "command": p.Command, "directory": unset(p.Directory, p.Directory != ""),
		"umask": unset(p.Umask, p.Umask >= 0), "priority": p.Priority, "autostart": p.Autostart, "autorestart": restart[p.AutoRestart],
		"startsecs": p.StartSecs, "startretries": p.StartRetries, "stopsignal": p.StopSignal, "stopwaitsecs": p.StopWaitSecs,
		"stopasgroup": p.StopAsGroup, "killasgroup": p.KillAsGroup, "exitcodes": p.ExitCodes, "redirect_stderr": p.RedirectStderr,
		"environment": envAsReference(p.Environment), "serverurl": unset(p.ServerURL, p.ServerURL != "" || p.NoServerURL),
	}
	for prefix, out := range map[string]Output{"stdout": p.Stdout, "stderr": p.Stderr} {
		o[prefix+"_logfile"] = map[LogKind]any{LogNone: nil, LogAuto: "auto", LogFile: out.Path}[out.Kind]
		o[prefix+"_logfile_maxbytes"] = out.MaxBytes
		o[prefix+"_logfile_backups"] = out.Backups
		o[prefix+"_capture_maxbytes"] = out.CaptureBytes
		o[prefix+"_events_enabled"] = out.Events
		o[prefix+"_syslog"] = out.Syslog
	}
	return o
}

func serverAsReference(s Server) object {
	o := object{
		"section":  s.Section,
		"username": unset(s.Username, s.HasAuth), "password": unset(s.Password, s.HasAuth),
		"host": nil, "port": nil, "file": nil, "chmod": nil, "chown": nil,
		"inet": s.Kind == InetServer,
	}
	if s.Kind == InetServer {
		o["host"], o["port"] = s.Host, s.Port
	} else {
		o["file"], o["chmod"], o["chown"] = s.Path, s.Mode, []int{s.UID, s.GID}
	}
	return o
}

// referenceWarnings leaves out the warnings that only we give.
func referenceWarnings(warnings []string) []string {
	list := []string{}
	for _, w := range warnings {
		if strings.HasPrefix(w, "For [") || strings.HasPrefix(w, "No file matches") {
			list = append(list, w)
		}
	}
	return list
}
