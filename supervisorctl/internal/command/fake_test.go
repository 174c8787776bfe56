package command

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

func proc(group, name string, state int, stateName string) wire.ProcessInfo {
	p := wire.ProcessInfo{Group: group, Name: name, State: state, StateName: stateName, Now: 1000, Description: "about " + name}
	if state == stateRunning {
		p.PID, p.Start = 42, 940
	}
	return p
}

// noInput is a terminal at whose keyboard nobody sits.
type noInput struct{}

func (noInput) ReadLine(context.Context, string) (string, error)     { return "", io.EOF }
func (noInput) ReadPassword(context.Context, string) (string, error) { return "", io.EOF }

// typed is a terminal at which lines are typed.
type typed struct {
	lines []string
	asked []string
}

func (y *typed) ReadLine(_ context.Context, prompt string) (string, error) {
	y.asked = append(y.asked, prompt)
	if len(y.lines) == 0 {
		return "", io.EOF
	}
	line := y.lines[0]
	y.lines = y.lines[1:]
	return line, nil
}

func (y *typed) ReadPassword(ctx context.Context, prompt string) (string, error) {
	return y.ReadLine(ctx, prompt)
}

type run struct {
	out, err string
	exit     int
}

// do runs command lines against a daemon, all with one Ctl.
func do(t *testing.T, f *fake.Daemon, s Settings, lines ...string) run {
	t.Helper()
	var out, errs bytes.Buffer
	s.ServerURL = f.URL
	st := Streams{Out: &out, Err: &errs, Term: noInput{}}
	c := New(&s, st)
	for _, line := range lines {
		c.Run(t.Context(), line)
	}
	return run{out.String(), errs.String(), c.Exit}
}
