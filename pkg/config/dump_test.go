package config

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestDumpLoadsAgain reads random configurations, dumps them, reads the dump and
// compares. Lines with secrets, which are masked in the dump, are left out.
func TestDumpLoadsAgain(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"conf.d", "logs"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	g := generator{Rand: rand.New(rand.NewPCG(7, 8)), dir: dir}
	compared := 0
	for range 400 {
		text := withoutSecrets(g.document(true))
		main := filepath.Join(dir, "main.conf")
		before, err := loadText(t, main, text)
		if err != nil || len(before.Warnings) > 0 {
			continue
		}
		compared++
		var dump bytes.Buffer
		if err := before.Dump(&dump); err != nil {
			t.Fatal(err)
		}
		after, err := loadText(t, filepath.Join(dir, "dump.conf"), dump.String())
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, text, dump.String())
		}
		unifyPriorities(before)
		unifyPriorities(after)
		if diff := gocmp.Diff(before, after, sameValues); diff != "" {
			t.Fatalf("before -, after +:\n%s\n%s\n%s", diff, text, dump.String())
		}
	}
	if compared < 50 {
		t.Errorf("only %d configurations were good enough to compare", compared)
	}
}

// unifyPriorities gives event listeners the priority of their pool: the defaults
// of the two differ, but they have one option.
func unifyPriorities(c *Config) {
	for _, g := range c.Groups {
		for i := range g.Processes {
			if g.Kind == ListenerPool {
				g.Processes[i].Priority = g.Priority
			}
		}
	}
}

// sameValues compares configurations without regard to where the values came
// from.
var sameValues = gocmp.Options{
	cmpopts.IgnoreFields(Config{}, "File", "Warnings", "Infos"),
	cmpopts.IgnoreFields(Supervisord{}, "Set"),
	cmpopts.IgnoreFields(Server{}, "Set"),
	cmpopts.IgnoreFields(Group{}, "Set", "BufferSizeSet"),
	cmpopts.IgnoreFields(Process{}, "Set"),
	cmpopts.IgnoreFields(RPCInterface{}, "Options"),
	cmpopts.IgnoreUnexported(Config{}),
	cmpopts.EquateEmpty(),
}

func loadText(t *testing.T, path, text string) (*Config, error) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(LoadOptions{File: path, Environ: testEnviron})
}

func withoutSecrets(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, "ENV_") || strings.HasPrefix(line, "environment") || strings.HasPrefix(line, "password") ||
			strings.HasPrefix(line, "username") || strings.HasPrefix(line, "  C=") {
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestDumpOfEmptyValues dumps options that are written without a value, which
// is not the same as leaving them out.
func TestDumpOfEmptyValues(t *testing.T) {
	text := header + "[program:a]\ncommand=\nexitcodes=\nserverurl=\ndirectory=\n"
	before, errs := load(t, text)
	if errs != nil {
		t.Fatal(errs)
	}
	var dump bytes.Buffer
	if err := before.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	after, errs := load(t, dump.String())
	if errs != nil {
		t.Fatal(errs)
	}
	if diff := gocmp.Diff(before.Groups, after.Groups, sameValues); diff != "" {
		t.Errorf("before -, after +:\n%s\n%s", diff, dump.String())
	}
	if p := after.Groups[0].Processes[0]; len(p.ExitCodes) != 0 || !p.NoServerURL {
		t.Errorf("exitcodes %v, no server URL %v, want none of both", p.ExitCodes, p.NoServerURL)
	}
}

func TestDumpMasksSecrets(t *testing.T) {
	c, err := Load(LoadOptions{
		Environ: []string{"TOKEN=topsecret"},
		File: write(t, `
[supervisord]
environment=A="topsecret"
[unix_http_server]
file=/tmp/x.sock
username=me
password=topsecret
[inet_http_server]
port=9001
username=me
password=%(ENV_TOKEN)s
[rpcinterface:x]
rpcinterface.url=http://me:topsecret@localhost/
key=topsecret
[program:a]
command=/bin/a --token=%(ENV_TOKEN)s %(ENV_A)s
environment=B="topsecret"
numprocs=2
process_name=%(process_num)s
serverurl=http://me:topsecret@localhost:9001
`)})
	if err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if err := c.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump.String(), "topsecret") {
		t.Errorf("the dump contains a secret:\n%s", dump.String())
	}
	for _, want := range []string{
		"password = ***", `environment = A="***",B="***"`, "command = /bin/a --token=%(ENV_TOKEN)s %(ENV_A)s",
		"serverurl = http://me:***@localhost:9001", "numprocs = 2", "rpcinterface.url = http://me:***@localhost/",
	} {
		if !strings.Contains(dump.String(), want) {
			t.Errorf("the dump does not contain %q:\n%s", want, dump.String())
		}
	}
}
