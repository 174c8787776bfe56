// Package suite runs cases against one or two implementations and compares
// what they observed.
package suite

import (
	"os"
	"sort"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
)

// Case is one observation.
type Case struct {
	Name string
	// Differs is why our observation is meant to be another than the
	// reference's; "" when it must be equal. One sentence for users: it is
	// printed in docs/differences.md.
	Differs string
	Needs   Needs // what this case needs besides its suite's needs
	Run     func(t *harness.T)
}

// Needs tells what a suite cannot do without.
type Needs int

// What a suite may need.
const (
	Root   Needs = 1 << iota // to run as root
	Python                   // a python3 command
	// Reference needs the reference to be installed whatever is tested, because
	// its programs take part.
	Reference
)

// Suite is a set of cases, by subject.
type Suite struct {
	Name  string
	Needs Needs
	// Config, where not empty, is the configuration (after harness.Header) of a
	// daemon that all cases share; they run one after another then. Otherwise
	// every case starts what it needs, and they run side by side.
	Config string
	// Args are further arguments of the shared daemon.
	Args []string
	// Setup prepares a shared daemon after it is up.
	Setup func(t *harness.T)
	// Before prepares the directory of a shared daemon.
	Before func(t *harness.T)
	// AwaitLog, where not empty, is a log line by which a shared daemon that does
	// not answer strangers is known to be up.
	AwaitLog string
	// Slow is a hint for the order: about the seconds the suite takes.
	Slow  int
	Cases []Case
}

// Key names a case among all.
func Key(s *Suite, c *Case) string { return s.Name + "/" + c.Name }

// Missing says which of the needs are not met, or "".
func (n Needs) Missing(refDir string) string {
	switch {
	case n&Root != 0 && os.Geteuid() != 0:
		return "needs root"
	case n&Python != 0 && harness.PythonPath() == "":
		return "needs python3"
	case n&Reference != 0 && refDir == "":
		return "needs the reference"
	}
	return ""
}

// Sort orders suites by name, for output that does not depend on package
// initialisation.
func Sort(suites []*Suite) {
	sort.Slice(suites, func(i, j int) bool { return suites[i].Name < suites[j].Name })
}
