// Package pyref lets tests ask Python and the Python version of Supervisor how
// they behave: one interpreter answers all questions of a test over a pipe.
package pyref

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

//go:embed testdata/driver.py
var driver string

const interpreter = "/usr/bin/python3"

// Python is a running interpreter.
type Python struct {
	t      testing.TB
	stdin  io.Writer
	stdout *bufio.Reader
}

// Error is an exception that a call raised.
type Error struct {
	Type    string // name of its class
	Message string
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Start starts an interpreter, which ends with the test. environ is its
// whole environment, as "name=value". The test is skipped if the reference is not
// installed.
func Start(t testing.TB, environ ...string) *Python {
	t.Helper()
	if err := exec.Command(interpreter, "-c", "import supervisor.options").Run(); err != nil {
		t.Skip("the Python version of Supervisor is not installed, so there is nothing to compare with")
	}
	cmd := exec.Command(interpreter, "-B", "-X", "utf8", "-W", "ignore", "-c", driver)
	cmd.Env = append([]string{}, environ...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the Python driver failed: %v", err)
		}
	})
	return &Python{t: t, stdin: stdin, stdout: bufio.NewReader(stdout)}
}

// Call carries out an operation of the driver. The result consists of nil,
// bool, json.Number, string, []any and map[string]any; texts are as in Python,
// in UTF-8, with bytes that are not UTF-8 kept.
func (p *Python) Call(operation string, arguments ...any) (any, *Error) {
	p.t.Helper()
	request, err := json.Marshal(toWire(append([]any{operation}, arguments...)))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.stdin.Write(append(request, '\n')); err != nil {
		p.t.Fatalf("the Python driver is gone: %v", err)
	}
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		p.t.Fatalf("the Python driver is gone: %v", err)
	}
	var answer struct {
		OK    any       `json:"ok"`
		Error [2]string `json:"error"`
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		p.t.Fatal(err)
	}
	if answer.Error[0] != "" {
		return nil, &Error{Type: answer.Error[0], Message: fromLatin1(answer.Error[1])}
	}
	return fromWire(answer.OK), nil
}

func toWire(v any) any {
	switch v := v.(type) {
	case string:
		return toLatin1(v)
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = toWire(x)
		}
		return list
	case []string:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = toLatin1(x)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[toLatin1(k)] = toWire(x)
		}
		return m
	}
	return v
}

func fromWire(v any) any {
	switch v := v.(type) {
	case string:
		return fromLatin1(v)
	case []any:
		for i, x := range v {
			v[i] = fromWire(x)
		}
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[fromLatin1(k)] = fromWire(x)
		}
		return m
	}
	return v
}

// toLatin1 makes a character of each byte.
func toLatin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func fromLatin1(s string) string {
	bytes := make([]byte, 0, len(s))
	for _, r := range s {
		bytes = append(bytes, byte(r))
	}
	return string(bytes)
}
