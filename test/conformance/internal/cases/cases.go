// Package cases holds the conformance cases, one file per subject.
package cases

import (
	"fmt"
	"sort"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

// T is the state of one run of a case.
type T = harness.T

// Shorthands for parameters of calls.
type (
	array = harness.Array
	strct = harness.Struct
	raw   = harness.Raw
)

// sources are the functions that make the suites.
var sources []func() []*suite.Suite

func register(f func() []*suite.Suite) bool {
	sources = append(sources, f)
	return true
}

// All returns every suite, sorted by name.
func All() []*suite.Suite {
	var all []*suite.Suite
	for _, f := range sources {
		all = append(all, f()...)
	}
	suite.Sort(all)
	return all
}

// prog renders a [program:x] section with a command and further lines.
func prog(name, command string, lines ...string) string {
	return section("program:"+name, append([]string{"command=" + command}, lines...)...)
}

func section(name string, lines ...string) string {
	return fmt.Sprintf("[%s]\n%s\n", name, strings.Join(lines, "\n"))
}

// quiet is a program that runs until it is stopped.
func quiet(name string, lines ...string) string {
	return prog(name, "sleep 1000", append([]string{"startsecs=0"}, lines...)...)
}

// sortedNames returns the keys of a map in order.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

const harnessHeader = harness.Header
