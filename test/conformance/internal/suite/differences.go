package suite

import (
	"fmt"
	"sort"
	"strings"
)

const differencesHead = `# Where we differ from Supervisor 4.2.5 on purpose

Everything that the conformance suite observes is equal to the reference except
what is listed here. The list is made from the cases of test/conformance (run
` + "`go run . -docs` there); a test fails when it is stale." + `

`

// Differences renders docs/differences.md.
func Differences(suites []*Suite) string {
	var b strings.Builder
	b.WriteString(differencesHead)
	ordered := append([]*Suite(nil), suites...)
	Sort(ordered)
	for _, s := range ordered {
		byReason := map[string][]string{}
		var reasons []string
		for i := range s.Cases {
			c := &s.Cases[i]
			if c.Differs == "" {
				continue
			}
			if byReason[c.Differs] == nil {
				reasons = append(reasons, c.Differs)
			}
			byReason[c.Differs] = append(byReason[c.Differs], c.Name)
		}
		if len(reasons) == 0 {
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n", s.Name)
		for _, r := range reasons {
			names := byReason[r]
			sort.Strings(names)
			fmt.Fprintf(&b, "- %s (%s)\n", r, caseList(names))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func caseList(names []string) string {
	if len(names) > 4 {
		return fmt.Sprintf("cases %s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	if len(names) == 1 {
		return "case " + names[0]
	}
	return "cases " + strings.Join(names, ", ")
}
