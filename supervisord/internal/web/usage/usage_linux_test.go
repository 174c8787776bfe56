package usage

import (
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	// The name is chosen by the process.
	line := "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 20 0 1 0 900 1000 7 18446744073709551615 1 1\n"
	l, ok := parseStat([]byte(line))
	if !ok || l.ticks != 300 || l.start != 900 || l.sample.Memory != 7*pageSize {
		t.Errorf("%+v %v", l, ok)
	}
	for _, bad := range []string{"", "4711", "4711 (a", "4711 (a) S 1 2 3"} {
		if _, ok := parseStat([]byte(bad)); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("1 (x) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 20 0 1 0 900 1000 7 8 9"))
	f.Fuzz(func(t *testing.T, line []byte) { parseStat(line) })
}

func TestSince(t *testing.T) {
	const second = time.Second
	first := look{at: 100 * second, ticks: 500, start: 5000} // began 50 s ago, used 5 s
	first = first.since(look{})
	if first.sample.CPU != 10 {
		t.Errorf("first look: %v %%, want the average since the start", first.sample.CPU)
	}
	second1 := look{at: 102 * second, ticks: 600, start: 5000}.since(first)
	if second1.sample.CPU != 50 {
		t.Errorf("second look: %v %%", second1.sample.CPU)
	}
	soon := look{at: 102*second + 1, ticks: 601, start: 5000, sample: Sample{Memory: 7}}.since(second1)
	if soon.sample.CPU != 50 || soon.at != second1.at || soon.sample.Memory != 7 {
		t.Errorf("a look right after another: %+v", soon)
	}
	other := look{at: 104 * second, ticks: 100, start: 10300}.since(second1)
	if other.sample.CPU != 100 {
		t.Errorf("another process of the same number: %v %%", other.sample.CPU)
	}
}

func TestReadSelf(t *testing.T) {
	var m Meter
	samples := m.Read([]int{os.Getpid(), 1 << 30})
	if len(samples) != 1 {
		t.Fatalf("%v", samples)
	}
	if s := samples[os.Getpid()]; s.Memory < 1<<20 || s.CPU < 0 {
		t.Errorf("%+v", s)
	}
	if m.Read(nil); len(m.seen) != 0 {
		t.Error("processes that are not asked for are not forgotten")
	}
}

func BenchmarkRead(b *testing.B) {
	var m Meter
	self := []int{os.Getpid()}
	b.ReportAllocs()
	for b.Loop() {
		m.Read(self)
	}
}
