package suite

import (
	"fmt"
	"sort"
	"strings"
)

// Verdict is how two observations of one case relate.
type Verdict string

// The verdicts.
const (
	Same     Verdict = "same"      // equal
	Meant    Verdict = "differs"   // different, with a reason, and as recorded
	Drifted  Verdict = "DRIFTED"   // different with a reason, but not as recorded
	Obsolete Verdict = "NOW SAME"  // equal although a reason for a difference is given
	Deviates Verdict = "DEVIATES"  // different without a reason
	Broken   Verdict = "REF FAILS" // the reference's side could not be carried out
	Skipped  Verdict = "skipped"
)

// Bad tells whether a verdict calls for action.
func (v Verdict) Bad() bool {
	return v == Deviates || v == Drifted || v == Obsolete || v == Broken
}

// Judge compares. ours and ref are the observations, pinned the recorded form
// of our own in a case that differs ("" when none was recorded).
func Judge(c *Case, ours, ref Outcome, pinned string) Verdict {
	switch {
	case ours.Skipped != "" || ref.Skipped != "":
		return Skipped
	case ref.Failed != "":
		return Broken
	case ours.Shown() == ref.Shown():
		if c.Differs != "" {
			return Obsolete
		}
		return Same
	case c.Differs == "":
		return Deviates
	case ours.Failed != "" || pinned != "" && pinned != ours.Shown():
		return Drifted
	}
	return Meant
}

// Diff shows two texts line by line: "-" the reference's, "+" ours.
func Diff(ref, ours string) string {
	a, b := strings.SplitAfter(ref, "\n"), strings.SplitAfter(ours, "\n")
	// The longest common subsequence, by the plain table: observations are short.
	n, m := len(a), len(b)
	lcs := make([][]int, n+1)
	for i := range lcs {
		lcs[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	var out strings.Builder
	put := func(mark, line string) {
		if line != "" {
			out.WriteString(mark + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && a[i] == b[j]:
			put("  ", a[i])
			i, j = i+1, j+1
		case i < n && (j == m || lcs[i+1][j] >= lcs[i][j+1]):
			put("- ", a[i])
			i++
		default:
			put("+ ", b[j])
			j++
		}
	}
	return out.String()
}

// Table renders the numbers of verdicts by suite in Markdown.
func Table(suites []*Suite, verdicts map[string]Verdict) string {
	kinds := []Verdict{Same, Meant, Deviates, Drifted, Obsolete, Broken, Skipped}
	var b strings.Builder
	b.WriteString("| suite | cases |")
	for _, k := range kinds {
		fmt.Fprintf(&b, " %s |", k)
	}
	b.WriteString("\n|---|---:|" + strings.Repeat("---:|", len(kinds)) + "\n")
	total := map[Verdict]int{}
	names := make([]*Suite, len(suites))
	copy(names, suites)
	sort.Slice(names, func(i, j int) bool { return names[i].Name < names[j].Name })
	for _, s := range names {
		count := map[Verdict]int{}
		n := 0
		for i := range s.Cases {
			if v, ok := verdicts[Key(s, &s.Cases[i])]; ok {
				count[v]++
				total[v]++
				n++
			}
		}
		if n > 0 {
			b.WriteString(row(s.Name, n, kinds, count))
		}
	}
	b.WriteString(row("all", len(verdicts), kinds, total))
	return b.String()
}

func row(name string, n int, kinds []Verdict, count map[Verdict]int) string {
	s := fmt.Sprintf("| %s | %d |", name, n)
	for _, k := range kinds {
		if count[k] == 0 {
			s += " |"
		} else {
			s += fmt.Sprintf(" %d |", count[k])
		}
	}
	return s + "\n"
}
