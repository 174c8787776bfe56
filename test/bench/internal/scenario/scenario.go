// Package scenario measures what issues a supervisor has to deal with, each in
// the same way for every contender.
package scenario

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// Env is one run of one scenario for one contender.
type Env struct {
	C     *target.Contender
	Quick bool
	Self  string // this program

	name    string
	figures *report.Figures
}

// Add notes one value.
func (e *Env) Add(metric string, u report.Unit, v float64) {
	e.figures.Add(report.Key{Scenario: e.name, Metric: metric}, u, e.C.Name, v)
}

// Note remarks something about a figure.
func (e *Env) Note(metric string, u report.Unit, text string) {
	e.figures.Note(report.Key{Scenario: e.name, Metric: metric}, u, e.C.Name, text)
}

// Time notes how long a piece of work took.
func (e *Env) Time(metric string, f func() error) error {
	began := time.Now()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", metric, err)
	}
	e.Add(metric, report.Seconds, time.Since(began).Seconds())
	return nil
}

// For chooses between the full and the quick size of something.
func For[V any](e *Env, full, quick V) V {
	if e.Quick {
		return quick
	}
	return full
}

// Scenario is one way to load a contender.
type Scenario struct {
	Name string
	// InQuick tells whether it is part of the quick benchmark.
	InQuick bool
	// Runs limits the number of runs; 0 leaves it to the caller.
	Runs int
	Run  func(e *Env) error
	// Targets are the aims by metric, for the table.
	Targets map[string]string
}

// Carry runs a scenario once for a contender and notes its figures.
func (s *Scenario) Carry(c *target.Contender, quick bool, self string, f *report.Figures) error {
	e := &Env{C: c, Quick: quick, Self: self, name: s.Name, figures: f}
	return s.Run(e)
}

// All returns the scenarios in the order of the table.
func All(full bool) []*Scenario {
	list := []*Scenario{fleet(10), fleet(100), fleet(1000)}
	if full {
		list = append(list, fleet(10000), piped(10000))
	}
	list = append(list, respawn(), churn(10), churn(200))
	list = append(list, outputs()...)
	list = append(list, flood(), extras(), flapping(), burst(), programs())
	return list
}

// quietProgram is a program that runs until it is stopped and logs nothing.
func quietProgram(name string, lines ...string) string {
	return fmt.Sprintf("[program:%s]\ncommand=/bin/sleep 1000000\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n%s\n", name, strings.Join(lines, "\n"))
}

// role renders the command by which this program plays a part.
func (e *Env) role(args ...string) string { return e.Self + " role " + strings.Join(args, " ") }

// tempDir makes a directory in the place where daemons have theirs.
func tempDir() (string, error) { return os.MkdirTemp("", "bench") }
