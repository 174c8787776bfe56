package group_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/supervisord/internal/group"
)

// parse reads items written as "group/priority:name/priority".
func parse(t *testing.T, list ...string) []group.Item {
	t.Helper()
	var items []group.Item
	for i, s := range list {
		it := group.Item{ID: uint64(i)}
		left, right, _ := strings.Cut(s, ":")
		for part, dst := range map[string]struct {
			name *string
			prio *int
		}{left: {&it.Group, &it.GroupPriority}, right: {&it.Name, &it.Priority}} {
			name, prio, _ := strings.Cut(part, "/")
			*dst.name = name
			if _, err := fmt.Sscan(prio, dst.prio); err != nil {
				t.Fatal(err)
			}
		}
		items = append(items, it)
	}
	return items
}

func names(items []group.Item) string {
	var list []string
	for _, it := range items {
		list = append(list, it.Group+":"+it.Name)
	}
	return strings.Join(list, " ")
}

func TestOrder(t *testing.T) {
	items := parse(t, "web/999:a/999", "db/1:b/2", "db/1:a/2", "db/1:z/1", "cache/1:c/5", "app/-3:x/0", "web/999:b/1")
	group.StartOrder(items)
	if got, want := names(items), "app:x cache:c db:z db:a db:b web:b web:a"; got != want {
		t.Errorf("start: %s, want %s", got, want)
	}
	group.StopOrder(items)
	if got, want := names(items), "web:a web:b db:b db:a db:z cache:c app:x"; got != want {
		t.Errorf("stop: %s, want %s", got, want)
	}
}

// levels plays a plan in which everything is up and goes down when told to, and
// returns the levels.
func levels(t *testing.T, items []group.Item, wait group.Wait) string {
	t.Helper()
	byID := map[uint64]group.Item{}
	for _, it := range items {
		byID[it.ID] = it
	}
	p := group.NewPlan(items, wait)
	var out []string
	for !p.Done() {
		var level []group.Item
		now := p.Next(func(uint64) bool { return false })
		if len(now) == 0 || len(p.Waiting()) != len(now) {
			t.Fatalf("stuck after %v", out)
		}
		for i, id := range now {
			level = append(level, byID[id])
			if last := p.Down(id); last != (i == len(now)-1) {
				t.Fatalf("level ended at %d of %d", i+1, len(now))
			}
			if p.Down(id) {
				t.Fatal("the same process went down twice")
			}
		}
		out = append(out, names(level))
	}
	return strings.Join(out, " | ")
}

func TestPlan(t *testing.T) {
	items := parse(t, "web/999:a/999", "db/1:b/2", "db/1:a/2", "db/1:z/1", "cache/1:c/5", "app/-3:x/0", "web/999:b/1", "www/999:a/500")
	for _, c := range []struct {
		wait group.Wait
		want string
	}{
		{group.ForGroups, "www:a web:a web:b | db:b db:a db:z cache:c | app:x"},
		{group.ForProcesses, "web:a | www:a | web:b | cache:c | db:b db:a | db:z | app:x"},
		{group.ForNothing, "www:a web:a web:b db:b db:a db:z cache:c app:x"},
	} {
		if got := levels(t, items, c.wait); got != c.want {
			t.Errorf("%v: %s, want %s", c.wait, got, c.want)
		}
	}
	if names(items) != "web:a db:b db:a db:z cache:c app:x web:b www:a" {
		t.Errorf("the plan changed its argument: %s", names(items))
	}
	empty := group.NewPlan(nil, group.ForGroups)
	if !empty.Done() || empty.Next(nil) != nil || empty.Down(1) || len(empty.Waiting()) != 0 {
		t.Errorf("an empty plan has something to do")
	}
}

// TestExtremePriorities: priorities are compared, not subtracted.
func TestExtremePriorities(t *testing.T) {
	const most = int(^uint(0) >> 1)
	items := []group.Item{{ID: 1, Group: "a", Name: "low", Priority: -most}, {ID: 2, Group: "a", Name: "high", Priority: most}}
	p := group.NewPlan(items, group.ForProcesses)
	if got := p.Next(func(uint64) bool { return false }); !slices.Equal(got, []uint64{2}) {
		t.Errorf("first: %v", got)
	}
}

// TestPlanIsKept plays random plans in a world where processes may be down
// already, go down unasked at any time, or come up again: a process is only
// asked to stop when all those of higher levels have been down, everything is
// asked in order and at most once, and the plan ends.
func TestPlanIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for steps := 0; !w.plan.Done(); steps++ {
			if steps > 20*len(w.items)+20 {
				t.Fatalf("the plan does not end; waiting for %v", w.plan.Waiting())
			}
			w.ask()
			w.something()
		}
		if got := w.plan.Next(w.isDown); got != nil {
			t.Fatalf("more to do after the end: %v", got)
		}
	})
}

type world struct {
	t     *rapid.T
	wait  group.Wait
	items []group.Item
	plan  *group.Plan
	up    map[uint64]bool
	gone  map[uint64]bool // was down when its turn came or since
	asked map[uint64]bool
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, wait: rapid.SampledFrom([]group.Wait{group.ForGroups, group.ForProcesses, group.ForNothing}).Draw(t, "wait"),
		up: map[uint64]bool{}, gone: map[uint64]bool{}, asked: map[uint64]bool{}}
	priority := rapid.SampledFrom([]int{-1, 1, 5, 999})
	groups := map[string]int{}
	for i := range rapid.IntRange(0, 12).Draw(t, "processes") {
		g := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "group")
		if _, ok := groups[g]; !ok {
			groups[g] = priority.Draw(t, "group priority")
		}
		w.items = append(w.items, group.Item{ID: uint64(i), Group: g, GroupPriority: groups[g],
			Name: fmt.Sprint("p", i), Priority: priority.Draw(t, "priority")})
		w.up[uint64(i)] = rapid.Bool().Draw(t, "up")
	}
	w.plan = group.NewPlan(w.items, w.wait)
	return w
}

func (w *world) isDown(id uint64) bool {
	if !w.up[id] {
		w.gone[id] = true
	}
	return !w.up[id]
}

// before reports whether a has to be down before b may be stopped.
func (w *world) before(a, b group.Item) bool {
	switch {
	case w.wait == group.ForNothing:
		return false
	case a.GroupPriority != b.GroupPriority || w.wait == group.ForGroups:
		return a.GroupPriority > b.GroupPriority
	default:
		return a.Priority > b.Priority
	}
}

func (w *world) ask() {
	now := w.plan.Next(w.isDown)
	for i, id := range now {
		it := w.items[id]
		if w.asked[id] {
			w.t.Fatalf("%v is asked twice", it)
		}
		w.asked[id] = true
		for _, other := range w.items {
			if w.before(other, it) && !w.gone[other.ID] {
				w.t.Fatalf("%v is asked before %v is down", it, other)
			}
		}
		if i > 0 {
			last := w.items[now[i-1]]
			if last.Group == it.Group && last.Priority < it.Priority {
				w.t.Fatalf("%v is asked after %v", it, last)
			}
		}
	}
}

// something happens: a process that was asked goes down, or any other does or
// comes up again.
func (w *world) something() {
	waiting := w.plan.Waiting()
	slices.Sort(waiting)
	if len(waiting) > 0 && rapid.IntRange(0, 2).Draw(w.t, "asked") > 0 {
		w.goDown(rapid.SampledFrom(waiting).Draw(w.t, "who"))
		return
	}
	if len(w.items) == 0 {
		return
	}
	id := rapid.SampledFrom(w.items).Draw(w.t, "anyone").ID
	if w.up[id] {
		w.goDown(id)
	} else if !slices.Contains(waiting, id) {
		w.up[id] = true
	}
}

func (w *world) goDown(id uint64) {
	w.up[id] = false
	if w.asked[id] {
		w.gone[id] = true
	}
	w.plan.Down(id)
}

func BenchmarkPlan(b *testing.B) {
	var items []group.Item
	for i := range 10000 {
		items = append(items, group.Item{ID: uint64(i), Group: fmt.Sprint("g", i), Name: "p", GroupPriority: i % 10})
	}
	for b.Loop() {
		p := group.NewPlan(items, group.ForGroups)
		for !p.Done() {
			for _, id := range p.Next(func(uint64) bool { return false }) {
				p.Down(id)
			}
		}
	}
}
