package harness

import (
	"regexp"
	"sort"
	"strings"
)

type rule struct {
	re *regexp.Regexp
	to string
}

// The rules that replace what differs from run to run. A number that is zero is
// never hidden: "pid 0" is an observation.
var rules = []rule{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`), "{TIME}"},
	{regexp.MustCompile(`uptime (\d+ days?, )?\d+:\d\d:\d\d`), "uptime {UPTIME}"},
	{regexp.MustCompile(`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d \d\d:\d\d [AP]M`), "{DATE}"},
	{regexp.MustCompile(`(?i)\b(pid[ :=]+)[1-9]\d*`), "${1}{PID}"},
	{regexp.MustCompile(`\([1-9]\d*\) (with|to send)`), "({PID}) $1"},
	{regexp.MustCompile(`(-(?:stdout|stderr)---[^/\s"']*?-)[A-Za-z0-9_]{8}(\.log)`), "${1}{RAND}$2"},
	// An exception of the reference's client, and a sentence of ours.
	{regexp.MustCompile(`(?m)^(\s*)error: .*$`), "${1}error: {WHAT}"},
	{regexp.MustCompile(`when:\d+`), "when:{TIME}"},
	{regexp.MustCompile(`\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`), "{HTTPDATE}"},
}

// Normalise replaces times, process numbers and random names.
func Normalise(s string) string {
	for _, r := range rules {
		s = r.re.ReplaceAllString(s, r.to)
	}
	return s
}

// longestFirst builds a replacer that prefers longer texts.
func longestFirst(pairs []string) *strings.Replacer {
	type pair struct{ from, to string }
	var ps []pair
	for i := 0; i+1 < len(pairs); i += 2 {
		ps = append(ps, pair{pairs[i], pairs[i+1]})
	}
	sort.SliceStable(ps, func(i, j int) bool { return len(ps[i].from) > len(ps[j].from) })
	flat := make([]string, 0, len(pairs))
	for _, p := range ps {
		flat = append(flat, p.from, p.to)
	}
	return strings.NewReplacer(flat...)
}

// Lines returns the lines of s that match a regular expression.
func Lines(s, pattern string) []string {
	re := regexp.MustCompile(pattern)
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l != "" && re.MatchString(l) {
			out = append(out, l)
		}
	}
	return out
}

// Indent puts two spaces before every line.
func Indent(s string) string {
	if s == "" {
		return ""
	}
	nl := strings.HasSuffix(s, "\n")
	s = "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ")
	if !nl {
		s += "\\ no newline"
	}
	return s + "\n"
}
