package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

// compare runs the cases against both sides and prints what came of it.
func (o *options) compare(suites []*suite.Suite, want func(string) bool) error {
	recorded, err := suite.Load(filepath.Join(o.data, "recorded"))
	if err != nil {
		return err
	}
	pinned, err := suite.Load(filepath.Join(o.data, "ours"))
	if err != nil {
		return err
	}
	began := time.Now()
	ours := o.runner(o.bin, want).Run(suites)
	oursTook := time.Since(began)
	began = time.Now()
	ref := o.reference(suites, want, recorded)
	refTook := time.Since(began)
	if o.recordOurs {
		return o.pin(suites, ours)
	}
	verdicts := judge(suites, ours, ref, pinned)
	o.retry(suites, verdicts, ours, ref, recorded, pinned)

	report := reportText(suites, verdicts, ours, ref)
	if o.report != "" {
		if err := os.WriteFile(o.report, []byte(report), 0o644); err != nil {
			return err
		}
	} else {
		fmt.Print(report)
	}
	fmt.Println(suite.Table(suites, verdicts))
	fmt.Printf("ours %.0f s, reference %.0f s%s\n", oursTook.Seconds(), refTook.Seconds(), o.refNote())
	bad := 0
	for _, v := range verdicts {
		if v.Bad() {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d cases need a look", bad)
	}
	return nil
}

func (o *options) refNote() string {
	if o.live() {
		return " (live)"
	}
	return " (recorded observations)"
}

func (o *options) live() bool { return o.ref != "" && !o.recordedOnly }

// reference returns the reference's side, live or from the records.
func (o *options) reference(suites []*suite.Suite, want func(string) bool, recorded map[string]string) map[string]suite.Outcome {
	if o.live() {
		return o.runner(o.ref, want).Run(suites)
	}
	out := map[string]suite.Outcome{}
	for key := range known(suites) {
		if !want(key) {
			continue
		}
		if text, ok := recorded[key]; ok {
			out[key] = suite.Outcome{Text: text}
		} else {
			out[key] = suite.Outcome{Skipped: "never recorded"}
		}
	}
	return out
}

func judge(suites []*suite.Suite, ours, ref map[string]suite.Outcome, pinned map[string]string) map[string]suite.Verdict {
	verdicts := map[string]suite.Verdict{}
	for _, s := range suites {
		for i := range s.Cases {
			c := &s.Cases[i]
			key := suite.Key(s, c)
			a, ok := ours[key]
			b, ok2 := ref[key]
			if ok && ok2 {
				verdicts[key] = suite.Judge(c, a, b, pinned[key])
			}
		}
	}
	return verdicts
}

// retry gives cases that need a look a second chance with less beside them: a
// loaded machine makes the reference's seconds visible.
func (o *options) retry(suites []*suite.Suite, verdicts map[string]suite.Verdict, ours, ref map[string]suite.Outcome, recorded, pinned map[string]string) {
	again := map[string]bool{}
	for k, v := range verdicts {
		if v == suite.Deviates || v == suite.Drifted || v == suite.Broken {
			again[k] = true
		}
	}
	if len(again) == 0 {
		return
	}
	want := func(k string) bool { return again[k] }
	jobs := o.jobs
	o.jobs = 2
	defer func() { o.jobs = jobs }()
	ours2 := o.runner(o.bin, want).Run(suites)
	ref2 := o.reference(suites, want, recorded)
	for k, v := range judge(suites, ours2, ref2, pinned) {
		ours[k], ref[k], verdicts[k] = ours2[k], ref2[k], v
	}
}

func (o *options) pin(suites []*suite.Suite, ours map[string]suite.Outcome) error {
	texts, differing := map[string]string{}, map[string]bool{}
	for _, s := range suites {
		for i := range s.Cases {
			c := &s.Cases[i]
			if c.Differs == "" {
				continue
			}
			key := suite.Key(s, c)
			differing[key] = true
			if r, ok := ours[key]; ok && r.Failed == "" && r.Skipped == "" {
				texts[key] = r.Shown()
			}
		}
	}
	fmt.Printf("%d of our own observations recorded\n", len(texts))
	return suite.Save(filepath.Join(o.data, "ours"), texts, differing)
}

func reportText(suites []*suite.Suite, verdicts map[string]suite.Verdict, ours, ref map[string]suite.Outcome) string {
	var keys []string
	for k, v := range verdicts {
		if v.Bad() {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "### %s: %s\n\n", k, verdicts[k])
		if verdicts[k] == suite.Obsolete {
			b.WriteString("a reason for a difference is given, but there is none\n\n")
			continue
		}
		b.WriteString("```diff\n" + suite.Diff(ref[k].Shown(), ours[k].Shown()) + "```\n\n")
	}
	return b.String()
}
