package config

import (
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

func TestCtlSameAsReference(t *testing.T) {
	python := pyref.Start(t, testEnviron...)
	for _, text := range []string{
		"[supervisorctl]\n",
		"[supervisorctl]\nserverurl=unix:///tmp//x.sock\nprompt=p %(ENV_NUM)s\nusername=u\npassword=100%%\nhistory_file=~/h\n",
		"[supervisorctl]\nserverurl=unix://%(here)s/../x.sock\nhistory_file=%(here)s/h\n",
		"[supervisorctl]\nserverurl=http://Host:80\nprompt=%(here)s\n",
		"[supervisorctl]\nserverurl=%(nope)s\n",
		"[supervisord]\n",
		"[supervisorctl]\n[ctlplugin:x]\n",
		"[supervisorctl]\nhistory_file=\n",
	} {
		path := write(t, text)
		want, wantErr := python.Call("ctl", path)
		got, err := LoadCtl(path, testEnviron)
		switch {
		case (err == nil) != (wantErr == nil):
			t.Errorf("%q: error %v; reference %v", text, err, wantErr)
		case err != nil:
			if err.(Errors).Reference() != wantErr.Message {
				t.Errorf("%q: error %q; reference %q", text, err.(Errors).Reference(), wantErr.Message)
			}
		default:
			ours := []any{got.ServerURL, unset(got.Username, got.Username != ""), unset(got.Password, got.Password != ""), got.Prompt, unset(got.HistoryFile, got.HistoryFile != "")}
			if diff := gocmp.Diff(want, any(ours)); diff != "" {
				t.Errorf("%q: reference -, we +:\n%s", text, diff)
			}
		}
	}
}

func TestCtlFollowsInclude(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"main.conf":  "[include]\nfiles=c/*.conf\n",
		"c/one.conf": "[supervisorctl]\nserverurl=unix://%(here)s/s\n[ctlplugin:top]\ncommand=/bin/top -x\ndepth=3\n[ctlplugin:old]\nsupervisor.ctl_factory=a:b\n",
	}
	if err := os.Mkdir(filepath.Join(dir, "c"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctl, err := LoadCtl(filepath.Join(dir, "main.conf"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &Ctl{ServerURL: "unix://" + dir + "/c/s", Prompt: "supervisor", Plugins: []CtlPlugin{
		{Name: "top", Command: "/bin/top -x", Options: map[string]string{"depth": "3"}},
		{Name: "old", Factory: "a:b", Options: map[string]string{}},
	}}
	if diff := gocmp.Diff(want, ctl); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
}

func TestFindFile(t *testing.T) {
	python := pyref.Start(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "bin", "supervisord")
	for _, argv0 := range []string{program, "./supervisord", "bin/supervisord", "/supervisord", "/usr/bin/supervisord"} {
		_, searched, _ := FindFile(argv0)
		want, err := python.Call("paths", argv0)
		if err != nil {
			t.Fatal(err)
		}
		var ours []any
		for _, path := range searched {
			ours = append(ours, path)
		}
		if diff := gocmp.Diff(want, any(ours)); diff != "" {
			t.Errorf("%s: reference -, we +:\n%s", argv0, diff)
		}
	}
	file := filepath.Join(dir, "etc", "supervisord.conf")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, _, err := FindFile(program); err != nil || path != file {
		t.Errorf("FindFile = %q, %v; want %q", path, err, file)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "/nonexistent:"+filepath.Join(dir, "bin"))
	if path, _, err := FindFile("supervisord"); err != nil || path != file {
		t.Errorf("FindFile by PATH = %q, %v; want %q", path, err, file)
	}
}
