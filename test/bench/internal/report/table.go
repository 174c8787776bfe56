package report

import (
	"fmt"
	"math"
	"strings"
)

// Key names one figure: a scenario and what was measured in it.
type Key struct{ Scenario, Metric string }

// Figures collects the values of all runs.
type Figures struct {
	order  []Key
	units  map[Key]Unit
	values map[Key]map[string][]float64 // by contender
	notes  map[Key]map[string]string
}

// NewFigures returns an empty collection.
func NewFigures() *Figures {
	return &Figures{units: map[Key]Unit{}, values: map[Key]map[string][]float64{}, notes: map[Key]map[string]string{}}
}

// Add adds one value.
func (f *Figures) Add(k Key, u Unit, contender string, v float64) {
	if f.values[k] == nil {
		f.values[k] = map[string][]float64{}
		f.order = append(f.order, k)
		f.units[k] = u
	}
	f.values[k][contender] = append(f.values[k][contender], v)
}

// Note remarks something about a contender's figure, e.g. why there is none.
func (f *Figures) Note(k Key, u Unit, contender, text string) {
	if f.values[k] == nil {
		f.values[k] = map[string][]float64{}
		f.order = append(f.order, k)
		f.units[k] = u
	}
	if f.notes[k] == nil {
		f.notes[k] = map[string]string{}
	}
	f.notes[k][contender] = text
}

// Get returns the values of a contender.
func (f *Figures) Get(k Key, contender string) []float64 { return f.values[k][contender] }

// Markdown renders a table: a row for each figure, a column for each contender
// (median and spread), and the ratios of the first contender to the others.
// Ratios are such that a number above one means better than the other.
func (f *Figures) Markdown(contenders []string, targets map[Key]string) string {
	var b strings.Builder
	b.WriteString("| scenario | figure |")
	for _, c := range contenders {
		b.WriteString(" " + c + " |")
	}
	for _, c := range contenders[1:] {
		fmt.Fprintf(&b, " %s is to %s |", contenders[0], c)
	}
	b.WriteString(" target |\n|---|---|" + strings.Repeat("---:|", 2*len(contenders)-1) + "---|\n")
	for _, k := range f.order {
		u := f.units[k]
		fmt.Fprintf(&b, "| %s | %s |", k.Scenario, k.Metric)
		for _, c := range contenders {
			b.WriteString(" " + f.cell(k, u, c) + " |")
		}
		for _, c := range contenders[1:] {
			b.WriteString(" " + f.ratio(k, u, contenders[0], c) + " |")
		}
		b.WriteString(" " + targets[k] + " |\n")
	}
	return b.String()
}

func (f *Figures) cell(k Key, u Unit, c string) string {
	v := f.values[k][c]
	note := f.notes[k][c]
	if len(v) == 0 {
		if note != "" {
			return note
		}
		return "–"
	}
	s := "**" + u.Format(Median(v)) + "**"
	if lo, hi := Spread(v); len(v) > 1 && lo != hi {
		s += fmt.Sprintf(" (%s–%s)", trimUnit(u.Format(lo), u.Format(hi)), u.Format(hi))
	}
	if note != "" {
		s += " " + note
	}
	return s
}

// trimUnit leaves a unit away that the second text repeats.
func trimUnit(a, b string) string {
	na, ua, ok := strings.Cut(a, " ")
	_, ub, ok2 := strings.Cut(b, " ")
	if ok && ok2 && ua == ub {
		return na
	}
	return strings.TrimSuffix(a, "/s")
}

// ratio tells how a relates to b as a plain quotient of medians, with an arrow
// to say whether that is better.
func (f *Figures) ratio(k Key, u Unit, a, b string) string {
	va, vb := Median(f.values[k][a]), Median(f.values[k][b])
	switch {
	case math.IsNaN(va) || math.IsNaN(vb):
		return ""
	case va == vb:
		return "1.00 ×"
	case vb == 0 || va == 0:
		return rounded(va) + " : " + rounded(vb)
	}
	q := va / vb
	better := q < 1
	if u.MoreIsBetter() {
		better = q > 1
	}
	if better {
		return rounded(q) + " × ✓"
	}
	return rounded(q) + " ×"
}
