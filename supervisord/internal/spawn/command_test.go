package spawn

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// commandDirs makes a directory with files of every kind that a command can
// name, and returns it.
func commandDirs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{
		"one/tool": 0o755, "two/tool": 0o755, "two/plain": 0o644, "three/plain": 0o755, "two/with space": 0o755,
		"two/it's": 0o644, "two/tab\there": 0o644, "two/é\x01": 0o644,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "two/dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

type resolved struct {
	File  string
	Argv  []string
	Kind  string
	Error string
}

func ours(command, path string) resolved {
	p := program(command)
	if path != "" {
		p.Environment = []config.EnvVar{{Key: "PATH", Value: path}}
	}
	file, argv, err := Resolve(p)
	var wrong *CommandError
	if errors.As(err, &wrong) {
		kind := map[Cause]string{BadCommand: "BadCommand", NotFound: "NotFound",
			NotExecutable: "NotExecutable", NoPermission: "NoPermission"}[wrong.Cause]
		return resolved{Kind: kind, Error: wrong.Msg}
	}
	return resolved{File: file, Argv: argv}
}

func TestResolve(t *testing.T) {
	dir := commandDirs(t)
	path := dir + "/one:" + dir + "/two:" + dir + "/three"
	for _, c := range []struct {
		command, path string
		want          resolved
	}{
		{"tool -a 'b c'", path, resolved{File: dir + "/one/tool", Argv: []string{"tool", "-a", "b c"}}},
		{"tool", dir + "/two/", resolved{File: dir + "/two/tool", Argv: []string{"tool"}}},
		{dir + "/two/tool", "", resolved{File: dir + "/two/tool", Argv: []string{dir + "/two/tool"}}},
		{"plain", path, resolved{Kind: "NotExecutable", Error: "command at '" + dir + "/two/plain' is not executable"}},
		{"dir", path, resolved{Kind: "NotExecutable", Error: "command at '" + dir + "/two/dir' is a directory"}},
		{"nothing", path, resolved{Kind: "NotFound", Error: "can't find command 'nothing'"}},
		{"./nothing", path, resolved{Kind: "NotFound", Error: "can't find command './nothing'"}},
		{"", path, resolved{Kind: "BadCommand", Error: "command is empty"}},
		{"  ", path, resolved{Kind: "BadCommand", Error: "command is empty"}},
		{"a 'b", path, resolved{Kind: "BadCommand", Error: `can't parse command "a 'b": No closing quotation`}},
	} {
		if got := ours(c.command, c.path); !same(got, c.want) {
			t.Errorf("%q\n got  %+v\n want %+v", c.command, got, c.want)
		}
	}
}

func same(a, b resolved) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

const referenceResolve = `
import json, sys
from supervisor.options import ServerOptions, ProcessConfig, ProcessException
from supervisor.process import Subprocess
class Config(ProcessConfig):
    def __init__(self, command, path):
        self.options = ServerOptions()
        self.command = command
        self.environment = {'PATH': path} if path else None
answers = []
for command, path in json.load(sys.stdin):
    try:
        file, argv = Subprocess(Config(command, path)).get_execv_args()
        answers.append(dict(File=file, Argv=argv, Kind='', Error=''))
    except ProcessException as e:
        answers.append(dict(File='', Argv=None, Kind=type(e).__name__, Error=e.args[0]))
json.dump(answers, sys.stdout)
`

func TestResolveAsTheReference(t *testing.T) {
	if _, err := os.Stat("/usr/lib/python3/dist-packages/supervisor"); err != nil {
		t.Skip("the reference is not installed")
	}
	dir := commandDirs(t)
	path := dir + "/one:" + dir + "/two:" + dir + "/three"
	commands := []string{"tool", "tool x", "plain", "dir", "nothing", "", " ", "'", `"`, `\`, `a\`, "'with space' b",
		dir + "/two/tool", dir + "/two", dir + "/two/dir/", dir + "/two/tool/x", dir + "/two/plain", "./x", "../x", "..", ".",
		`"it's"`, `"it's" "`, "'tab\there'", "é\x01", "nö", "no\nline", "é\u00a0", "日本", "x\u200b", "x\U0001F600", "''", `'' a`, "sh -c 'x"}
	paths := []string{"", path, ":", dir + "/two//", dir + "/none:" + dir + "/two", "relative:" + dir + "/one", dir + "/three:" + dir + "/two"}
	var questions [][2]string
	for _, c := range commands {
		for _, p := range paths {
			questions = append(questions, [2]string{c, p})
		}
	}
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-W", "ignore", "-c", referenceResolve)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() { stdin.Write(in); stdin.Close() }()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []resolved
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	for i, q := range questions {
		if got := ours(q[0], q[1]); !same(got, answers[i]) {
			t.Errorf("%q along %q\n got  %+v\n want %+v", q[0], q[1], got, answers[i])
		}
	}
}
