// Package report turns measured values into a table.
package report

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// Unit says how a value is printed and compared.
type Unit int

// The units.
const (
	Seconds Unit = iota // a time; less is better
	Bytes               // an amount of memory; less is better
	Rate                // per second; more is better
	Speed               // bytes per second; more is better
	Count               // a number; less is better
	Share               // a part of one; more is better
)

// MoreIsBetter tells in which direction a unit improves.
func (u Unit) MoreIsBetter() bool { return u == Rate || u == Speed || u == Share }

// Format renders a value for people.
func (u Unit) Format(v float64) string {
	switch u {
	case Seconds:
		return duration(v)
	case Bytes:
		return size(v)
	case Rate:
		return rounded(v) + "/s"
	case Speed:
		return rounded(v/1e6) + " MB/s"
	case Share:
		return fmt.Sprintf("%.4g %%", 100*v)
	}
	return rounded(v)
}

func duration(s float64) string {
	switch d := time.Duration(s * 1e9); {
	case d == 0:
		return "0"
	case d < time.Millisecond:
		return rounded(s*1e6) + " µs"
	case d < time.Second:
		return rounded(s*1e3) + " ms"
	}
	return rounded(s) + " s"
}

func size(v float64) string {
	switch {
	case v >= 1<<20:
		return rounded(v/(1<<20)) + " MiB"
	case v >= 1<<10:
		return rounded(v/(1<<10)) + " KiB"
	}
	return rounded(v) + " B"
}

// rounded keeps three significant digits.
func rounded(v float64) string {
	switch a := math.Abs(v); {
	case a == 0:
		return "0"
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

// Median returns the middle of some values, NaN of none.
func Median(v []float64) float64 { return Quantile(v, 0.5) }

// Quantile returns the value below which a part q of the values lies, between
// two of them where need be; NaN of none.
func Quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := append([]float64(nil), v...)
	sort.Float64s(s)
	pos := q * float64(len(s)-1)
	i := int(pos)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (pos-float64(i))*(s[i+1]-s[i])
}

// Spread returns the least and the greatest value.
func Spread(v []float64) (lo, hi float64) {
	if len(v) == 0 {
		return math.NaN(), math.NaN()
	}
	lo, hi = v[0], v[0]
	for _, x := range v {
		lo, hi = math.Min(lo, x), math.Max(hi, x)
	}
	return lo, hi
}
