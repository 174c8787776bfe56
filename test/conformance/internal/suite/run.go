package suite

import (
	"fmt"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
)

// Outcome is what one implementation showed in one case.
type Outcome struct {
	Text    string
	Skipped string // why the case was not run
	Failed  string // why it could not be carried out
	Took    time.Duration
}

// Shown returns the text to compare.
func (o Outcome) Shown() string {
	if o.Failed != "" {
		return o.Text + "!! " + harness.Normalise(o.Failed) + "\n"
	}
	return o.Text
}

// Runner runs cases against one implementation.
type Runner struct {
	Bin, Ref, Self string
	Jobs           int
	Want           func(key string) bool // nil: all
	Progress       func(key string, o Outcome)

	mu      sync.Mutex
	results map[string]Outcome
}

// Run carries out all wanted cases and returns their outcomes by key.
func (r *Runner) Run(suites []*Suite) map[string]Outcome {
	r.results = map[string]Outcome{}
	jobs := make(chan func())
	var wg sync.WaitGroup
	for range max(r.Jobs, 1) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for f := range jobs {
				f()
			}
		}()
	}
	for _, f := range r.plan(suites) {
		jobs <- f
	}
	close(jobs)
	wg.Wait()
	return r.results
}

// plan returns the pieces that can run side by side, slow ones first.
func (r *Runner) plan(suites []*Suite) []func() {
	ordered := append([]*Suite(nil), suites...)
	sort.SliceStable(ordered, func(i, j int) bool { return ordered[i].Slow > ordered[j].Slow })
	var plan []func()
	for _, s := range ordered {
		cases := r.wanted(s)
		if len(cases) == 0 {
			continue
		}
		if why := s.Needs.Missing(r.Ref); why != "" {
			for _, c := range cases {
				r.record(Key(s, c), Outcome{Skipped: why})
			}
			continue
		}
		if s.Config != "" {
			plan = append(plan, func() { r.shared(s, cases) })
			continue
		}
		for _, c := range cases {
			plan = append(plan, func() { r.single(s, c) })
		}
	}
	return plan
}

func (r *Runner) wanted(s *Suite) []*Case {
	var out []*Case
	for i := range s.Cases {
		c := &s.Cases[i]
		if r.Want != nil && !r.Want(Key(s, c)) {
			continue
		}
		if why := c.Needs.Missing(r.Ref); why != "" {
			r.record(Key(s, c), Outcome{Skipped: why})
			continue
		}
		out = append(out, c)
	}
	return out
}

func (r *Runner) record(key string, o Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.results[key]; twice {
		o.Failed = "two cases have this name"
	}
	r.results[key] = o
	if r.Progress != nil {
		r.Progress(key, o)
	}
}

func (r *Runner) single(s *Suite, c *Case) {
	began := time.Now()
	t, err := harness.New(r.Bin, r.Ref, r.Self)
	if err != nil {
		r.record(Key(s, c), Outcome{Failed: err.Error()})
		return
	}
	o := guard(t, c.Run)
	o.Took = time.Since(began)
	t.Close()
	r.record(Key(s, c), o)
}

func (r *Runner) shared(s *Suite, cases []*Case) {
	t, err := harness.New(r.Bin, r.Ref, r.Self)
	if err != nil {
		r.record(Key(s, cases[0]), Outcome{Failed: err.Error()})
		return
	}
	defer t.Close()
	start := guard(t, func(t *harness.T) {
		if s.Before != nil {
			s.Before(t)
		}
		if s.AwaitLog != "" {
			t.Launch(harness.Header+s.Config, s.Args...)
			t.AwaitLog(s.AwaitLog, 1)
		} else {
			t.Start(s.Config, s.Args...)
		}
		if s.Setup != nil {
			s.Setup(t)
		}
	})
	for _, c := range cases {
		if start.Failed != "" {
			r.record(Key(s, c), Outcome{Failed: "shared daemon: " + start.Failed})
			continue
		}
		began := time.Now()
		sub := t.Sub()
		o := guard(sub, c.Run)
		sub.Close()
		o.Took = time.Since(began)
		r.record(Key(s, c), o)
	}
}

// guard runs a case and turns its panic into an outcome.
func guard(t *harness.T, f func(*harness.T)) (o Outcome) {
	defer func() {
		o.Text = t.Observation()
		switch p := recover().(type) {
		case nil:
		case harness.Failure:
			o.Failed = strings.ReplaceAll(p.Text, t.Dir, "{DIR}")
		default:
			o.Failed = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	f(t)
	return
}
