// Command conformance runs the same scenarios against Supervisor 4.2.5 and
// against our binaries and compares what a user can observe.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/cases"
	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

type options struct {
	bin, ref, run, data, report string
	jobs                        int
	record, recordOurs          bool
	recordedOnly                bool
	list, docs, verbose         bool
}

func main() {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child-") {
		if err := child(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.bin, "bin", "", "directory of the binaries to test")
	flag.StringVar(&o.ref, "ref", "/usr/bin", "directory of the reference's binaries")
	flag.StringVar(&o.run, "run", "", "run only the cases whose name matches this regular expression")
	flag.StringVar(&o.data, "data", sourceDir("testdata"), "directory of the recorded observations")
	flag.StringVar(&o.report, "report", "", "write the differences to this file")
	flag.IntVar(&o.jobs, "j", 6, "cases to run side by side")
	flag.BoolVar(&o.record, "record", false, "record the reference's observations and end")
	flag.BoolVar(&o.recordOurs, "record-ours", false, "record our observations of the cases that differ on purpose")
	flag.BoolVar(&o.recordedOnly, "recorded", false, "compare with the recorded observations only")
	flag.BoolVar(&o.list, "list", false, "list the cases")
	flag.BoolVar(&o.docs, "docs", false, "write docs/differences.md")
	flag.BoolVar(&o.verbose, "v", false, "print every case's outcome as it ends")
	flag.Parse()
	if err := o.main(); err != nil {
		fmt.Fprintf(os.Stderr, "conformance: %v\n", err)
		os.Exit(1)
	}
}

// child is what this program does as a child of the daemon under test.
func child(role string, args []string) error {
	switch role {
	case "child-listener":
		return harness.ListenerMain(args, os.Stdin, os.Stdout)
	case "child-accept":
		return cases.AcceptMain()
	}
	return fmt.Errorf("no such role: %s", role)
}

// sourceDir returns a directory beside this source file.
func sourceDir(name string) string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), name)
}

func (o *options) main() error {
	suites := cases.All()
	switch {
	case o.list:
		for _, s := range suites {
			for i := range s.Cases {
				fmt.Println(suite.Key(s, &s.Cases[i]))
			}
		}
		return nil
	case o.docs:
		return os.WriteFile(sourceDir("../../docs/differences.md"), []byte(suite.Differences(suites)), 0o644)
	}
	want, err := wanted(o.run)
	if err != nil {
		return err
	}
	if _, err := os.Stat(o.ref + "/supervisord"); err != nil {
		o.ref = ""
	}
	if o.record {
		return o.recordReference(suites, want)
	}
	if o.bin == "" {
		return fmt.Errorf("cannot test anything without -bin DIR")
	}
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return err
	}
	return o.compare(suites, want)
}

func wanted(pattern string) (func(string) bool, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("cannot use -run: %w", err)
	}
	return re.MatchString, nil
}

func (o *options) runner(bin string, want func(string) bool) *suite.Runner {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	r := &suite.Runner{Bin: bin, Ref: o.ref, Self: self, Jobs: o.jobs, Want: want}
	if o.verbose {
		r.Progress = func(key string, out suite.Outcome) {
			note := ""
			if out.Failed != "" {
				note = "  FAILED: " + out.Failed
			}
			fmt.Printf("%6.2fs %s%s%s\n", out.Took.Seconds(), key, note, out.Skipped)
		}
	}
	return r
}

func known(suites []*suite.Suite) map[string]bool {
	all := map[string]bool{}
	for _, s := range suites {
		for i := range s.Cases {
			all[suite.Key(s, &s.Cases[i])] = true
		}
	}
	return all
}

func (o *options) recordReference(suites []*suite.Suite, want func(string) bool) error {
	if o.ref == "" {
		return fmt.Errorf("cannot record: the reference is not installed")
	}
	began := time.Now()
	results := o.runner(o.ref, want).Run(suites)
	texts := map[string]string{}
	var failed []string
	for k, r := range results {
		switch {
		case r.Failed != "":
			failed = append(failed, k+": "+r.Failed)
		case r.Skipped == "":
			texts[k] = r.Text
		}
	}
	if err := suite.Save(filepath.Join(o.data, "recorded"), texts, known(suites)); err != nil {
		return err
	}
	fmt.Printf("%d observations recorded in %.0f s\n", len(texts), time.Since(began).Seconds())
	sort.Strings(failed)
	for _, f := range failed {
		fmt.Println("not recorded:", f)
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d cases could not be carried out", len(failed))
	}
	return nil
}
