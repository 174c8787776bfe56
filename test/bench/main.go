// Command bench measures supervisord beside Debian's Supervisor, other daemons
// that read the same configuration, and the floor: the least that the operating
// system asks for the same work. It prints a Markdown table and asserts nothing.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/role"
	"github.com/supervisor-go/supervisor/test/bench/internal/scenario"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

type options struct {
	bin, ref, only, out string
	others              list
	runs                int
	quick, full         bool
	noFloor, noRef      bool
	soak                bool
	self                string
}

// list is a flag that can be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ", ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	if len(os.Args) > 1 && os.Args[1] == "role" {
		if err := role.Main(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.bin, "bin", "", "directory of our binaries")
	flag.StringVar(&o.ref, "ref", "/usr/bin", "directory of the reference's binaries")
	flag.StringVar(&o.only, "only", "", "run only the scenarios whose name matches this regular expression")
	flag.StringVar(&o.out, "out", "", "write the table into this document, between its marks (docs/performance.md)")
	flag.Var(&o.others, "daemon", "a further daemon, as 'NAME=CMD {conf}'; may be given several times")
	flag.IntVar(&o.runs, "runs", 0, "runs of each scenario (default 3, quick 1)")
	flag.BoolVar(&o.quick, "quick", false, "the main scenarios, small and once: under three minutes")
	flag.BoolVar(&o.full, "full", false, "also 10,000 programs, and as many with two logs each as the limit of descriptors allows")
	flag.BoolVar(&o.noFloor, "no-floor", false, "leave the floor out")
	flag.BoolVar(&o.noRef, "no-ref", false, "leave the reference out")
	flag.BoolVar(&o.soak, "soak", false, "restarts, calls and reloads in bulk, with figures before and after")
	flag.Parse()
	go stopWhenInterrupted()
	if err := o.main(); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// stopWhenInterrupted leaves no daemon behind, which would go on with what it was
// given to do.
func stopWhenInterrupted() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	target.StopAll()
	os.Exit(1)
}

func (o *options) main() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.self = self
	if o.runs == 0 {
		o.runs = 3
		if o.quick {
			o.runs = 1
		}
	}
	contenders, err := o.contenders()
	if err != nil {
		return err
	}
	if o.soak {
		return soak(contenders[0], o.quick)
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("cannot use -only: %w", err)
	}
	began := time.Now()
	text := o.measure(contenders, only)
	text = fmt.Sprintf("%s\n\n%s\nTook %s.\n", o.machine(), text, time.Since(began).Round(time.Second))
	fmt.Print(text)
	if o.out != "" {
		return insert(o.out, text)
	}
	return nil
}

// contenders returns what is to be measured: ours first, then the others.
func (o *options) contenders() ([]*target.Contender, error) {
	var all []*target.Contender
	if o.bin != "" {
		bin, err := filepath.Abs(o.bin)
		if err != nil {
			return nil, err
		}
		all = append(all, installed("ours", bin))
	}
	if _, err := exec.LookPath(o.ref + "/supervisord"); err == nil && !o.noRef {
		all = append(all, installed("reference", o.ref))
	}
	for _, d := range o.others {
		name, cmd, ok := strings.Cut(d, "=")
		if !ok || len(strings.Fields(cmd)) == 0 {
			return nil, fmt.Errorf("cannot use -daemon %q: it should be 'NAME=CMD {conf}'", d)
		}
		words := strings.Fields(cmd)
		all = append(all, &target.Contender{Name: name, Command: words, Binary: words[0], Foreign: true})
	}
	if !o.noFloor {
		all = append(all, &target.Contender{Name: "floor"})
	}
	if len(all) == 0 || all[0].IsFloor() {
		return nil, fmt.Errorf("cannot measure anything without -bin DIR or -daemon 'NAME=CMD {conf}'")
	}
	return all, nil
}

func installed(name, dir string) *target.Contender {
	return &target.Contender{Name: name, Command: []string{dir + "/supervisord", "-n", "-s", "-c", "{conf}"}, Ctl: dir + "/supervisorctl", Binary: dir + "/supervisord"}
}

// measure carries out all scenarios, the contenders taking turns in every run,
// and returns the table.
func (o *options) measure(contenders []*target.Contender, only *regexp.Regexp) string {
	figures := report.NewFigures()
	targets := map[report.Key]string{}
	failures := ""
	for _, s := range scenario.All(o.full) {
		if o.quick && !s.InQuick || !only.MatchString(s.Name) {
			continue
		}
		for metric, t := range s.Targets {
			targets[report.Key{Scenario: s.Name, Metric: metric}] = t
		}
		runs := o.runs
		if s.Runs > 0 {
			runs = min(runs, s.Runs)
		}
		for run := range runs {
			for _, c := range contenders {
				began := time.Now()
				err := s.Carry(c, o.quick, o.self, figures)
				fmt.Fprintf(os.Stderr, "%s, run %d, %s: %.1f s\n", s.Name, run+1, c.Name, time.Since(began).Seconds())
				if err != nil {
					fmt.Fprintf(os.Stderr, "  %v\n", err)
					failures += fmt.Sprintf("- %s, run %d, %s: %v\n", s.Name, run+1, c.Name, err)
				}
			}
		}
	}
	var names []string
	for _, c := range contenders {
		names = append(names, c.Name)
	}
	text := figures.Markdown(names, targets)
	if failures != "" {
		text += "\nWhat could not be measured:\n\n" + failures
	}
	return text
}

// machine describes where and how the figures were taken.
func (o *options) machine() string {
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	model := ""
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, l := range strings.Split(string(b), "\n") {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	memory := ""
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		first, _, _ := strings.Cut(string(b), "\n")
		memory = strings.Join(strings.Fields(first), " ")
	}
	loadavg, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("Measured on %s: %d cores (%s), %s, %s %s %s, %s. Load when it ended: %s.\nCommand: `bench %s`.",
		time.Now().Format("2006-01-02"), runtime.NumCPU(), model, memory, runtime.GOOS, strings.TrimSpace(string(kernel)), runtime.GOARCH, runtime.Version(),
		strings.TrimSpace(string(loadavg)), strings.Join(os.Args[1:], " "))
}

const (
	beginMark = "<!-- table: begin -->"
	endMark   = "<!-- table: end -->"
)

// insert puts a text between the marks of a document.
func insert(file, text string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), beginMark)
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return fmt.Errorf("cannot write the table: %s has no lines %q and %q", file, beginMark, endMark)
	}
	return os.WriteFile(file, []byte(before+beginMark+"\n"+text+endMark+after), 0o644)
}
