package report

import (
	"math"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		u    Unit
		v    float64
		want string
	}{
		{Seconds, 0, "0"}, {Seconds, 0.0000123, "12.3 µs"}, {Seconds, 0.0123, "12.3 ms"}, {Seconds, 12.3, "12.3 s"},
		{Bytes, 512, "512 B"}, {Bytes, 2048, "2.00 KiB"}, {Bytes, 5 << 20, "5.00 MiB"},
		{Rate, 12345, "12345/s"}, {Speed, 728e6, "728 MB/s"}, {Count, 3, "3.00"}, {Share, 0.5, "50 %"}, {Share, 1, "100 %"},
	} {
		if got := c.u.Format(c.v); got != c.want {
			t.Errorf("%v of unit %d is %q, not %q", c.v, c.u, got, c.want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	v := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 0.5: 2.5, 1: 4} {
		if got := Quantile(v, q); got != want {
			t.Errorf("quantile %v is %v, not %v", q, got, want)
		}
	}
	if v[0] != 4 {
		t.Error("the values were sorted in place")
	}
	if !math.IsNaN(Median(nil)) {
		t.Error("nothing has a median")
	}
	if lo, hi := Spread(v); lo != 1 || hi != 4 {
		t.Errorf("spread %v to %v", lo, hi)
	}
}

func TestMarkdown(t *testing.T) {
	f := NewFigures()
	speed, wait := Key{"s", "speed"}, Key{"s", "wait"}
	for _, v := range []float64{1e6, 3e6, 2e6} {
		f.Add(speed, Speed, "a", v)
	}
	f.Add(speed, Speed, "b", 1e6)
	f.Add(wait, Seconds, "a", 2)
	f.Add(wait, Seconds, "b", 1)
	f.Note(wait, Seconds, "c", "not tried")
	got := f.Markdown([]string{"a", "b", "c"}, map[Key]string{wait: "≤ b"})
	want := []string{
		"| scenario | figure | a | b | c | a is to b | a is to c | target |",
		"| s | speed | **2.00 MB/s** (1.00–3.00 MB/s) | **1.00 MB/s** | – | 2.00 × ✓ |  |  |",
		"| s | wait | **2.00 s** | **1.00 s** | not tried | 2.00 × |  | ≤ b |",
	}
	for _, line := range want {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
}
