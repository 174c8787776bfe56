package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// idle reports whether nobody watches the daemon.
func (r *rig) idle() bool {
	r.monitor.mu.Lock()
	defer r.monitor.mu.Unlock()
	return !r.monitor.running
}

func TestStream(t *testing.T) {
	r := newRig(t)
	if !r.idle() || len(r.daemon.Calls()) > 0 {
		t.Fatal("the daemon is watched although nobody looks")
	}
	e := r.follow("/api/v1/events")
	var s Snapshot
	e.as(&s, e.next("snapshot"))
	if got := names(s.Processes); got != "shop:shop RUNNING, worker:a RUNNING, worker:b STOPPED" || s.Daemon.PID != 4711 {
		t.Errorf("%s %+v", got, s.Daemon)
	}
	r.daemon.Start(t.Context(), "worker:b", true)
	r.daemon.Notices <- core.Notice{Name: "PROCESS_STATE_RUNNING"}
	var p Patch
	e.as(&p, e.next("patch"))
	if got := names(p.Processes); got != "worker:b RUNNING" || len(p.Usage)+len(p.Gone) > 0 {
		t.Errorf("%+v", p)
	}
	r.post("/api/v1/processes/shop/stop", "{}")
	var op Operation
	e.as(&op, e.next("operation"))
	if !op.Done || op.Message != "Stopped shop." || op.Results == nil || len(op.Results) > 0 {
		t.Errorf("%+v", op)
	}
	r.daemon.SetMood(core.MoodShutdown)
	until(t, "news of the shutdown", func() bool {
		e.as(&p, e.next("patch"))
		return p.State == "SHUTDOWN"
	})
	e.next("beat")
	e.cancel()
	until(t, "the end of the watch", r.idle)
	if calls := r.daemon.Calls(); !slices.Contains(calls, "unsubscribe") {
		t.Errorf("%v", calls)
	}
	// And again.
	e = r.follow("/api/v1/events")
	e.next("snapshot")
	e.cancel()
}

func TestHeadOfAStream(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/v1/events", "/api/v1/daemon/log/follow"} {
		if got := r.ask("HEAD", path, ""); got.StatusCode != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/event-stream") {
			t.Errorf("%s: %s %v", path, got.Status, got.Header)
		}
	}
	if !r.idle() {
		t.Error("somebody watches")
	}
}

func TestStreamEndsWithTheLoop(t *testing.T) {
	r := newRig(t)
	e := r.follow("/api/v1/events")
	e.next("snapshot")
	close(r.daemon.Notices)
	for {
		if _, err := e.read(); err != nil {
			break
		}
	}
	until(t, "the end of the watch", r.idle)
}

func TestCloseEndsStreams(t *testing.T) {
	r := newRig(t)
	a, b := r.follow("/api/v1/events"), r.follow("/api/v1/processes/shop/logs/stdout/follow")
	a.next("snapshot")
	r.Close() // returns only when they have ended
	for _, e := range []*events{a, b} {
		for {
			if _, err := e.read(); err != nil {
				break
			}
		}
	}
}

func TestCompare(t *testing.T) {
	row := func(name string, pid int, cpu float64) Process {
		p := describe(ptr(apitest.Process("g", name, life.Running)))
		p.PID, p.CPU, p.Memory = pid, some(cpu), some(int64(1))
		return p
	}
	m := &monitor{rows: []Process{row("a", 1, 0), row("b", 2, 0), row("d", 3, 0)}, state: "RUNNING"}
	fresh := func() []Process { return slices.Clone(m.rows) }
	for name, test := range map[string]struct {
		rows     []Process
		measured bool
		want     string
	}{
		"nothing":            {fresh(), true, ""},
		"usage":              {[]Process{row("a", 1, 5), row("b", 2, 0), row("d", 3, 0)}, true, "usage g:a;"},
		"usage not measured": {[]Process{row("a", 1, 5), row("b", 2, 0), row("d", 3, 0)}, false, ""},
		"restarted":          {[]Process{row("a", 9, 0), row("b", 2, 0), row("d", 3, 0)}, false, "g:a;"},
		"gone":               {[]Process{row("b", 2, 0)}, true, "gone g:a;gone g:d;"},
		"all gone":           {nil, true, "gone g:a;gone g:b;gone g:d;"},
		"new":                {[]Process{row("a", 1, 0), row("b", 2, 0), row("c", 4, 0), row("d", 3, 0), row("e", 5, 0)}, true, "g:c;g:e;"},
		"exchanged":          {[]Process{row("a", 1, 0), row("c", 4, 0), row("d", 3, 0)}, true, "g:c;gone g:b;"},
	} {
		p, differs := m.compare(test.rows, "RUNNING", test.measured)
		got := ""
		for _, row := range p.Processes {
			got += row.ID + ";"
		}
		for _, u := range p.Usage {
			got += "usage " + u.ID + ";"
		}
		for _, id := range p.Gone {
			got += "gone " + id + ";"
		}
		if got != test.want || differs != (test.want != "") {
			t.Errorf("%s: %q %v, want %q", name, got, differs, test.want)
		}
	}
	if p, differs := m.compare(fresh(), "SHUTDOWN", true); !differs || p.State != "SHUTDOWN" {
		t.Errorf("%+v", p)
	}
}

func ptr[T any](v T) *T { return &v }

// Who is too slow to take all differences gets a snapshot instead.
func TestSlowViewer(t *testing.T) {
	r := newRig(t)
	m := r.monitor
	v := m.join()
	defer v.leave()
	<-v.news
	if list, more := v.take(); len(list) != 1 || list[0].event != "snapshot" || !more {
		t.Fatalf("%v", list)
	}
	big := message{"patch", []byte(strings.Repeat("x", maxWaiting/3))}
	for range 5 {
		m.mu.Lock()
		m.tell(big)
		m.mu.Unlock()
	}
	list, _ := v.take()
	if len(list) != 1 || list[0].event != "snapshot" {
		t.Errorf("%d messages", len(list))
	}
	m.mu.Lock()
	m.tell(message{"patch", []byte("{}")})
	m.mu.Unlock()
	if list, _ := v.take(); len(list) != 1 || list[0].event != "patch" {
		t.Errorf("%v", list)
	}
}

func TestManyViewersComeAndGo(t *testing.T) {
	r := newRig(t)
	done := make(chan struct{})
	for range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 50 {
				v := r.monitor.join()
				<-v.news
				if list, _ := v.take(); len(list) == 0 || list[0].event != "snapshot" {
					t.Errorf("%v", list)
				}
				v.leave()
			}
		}()
	}
	for range 8 {
		<-done
	}
	until(t, "the end of the watch", r.idle)
}

// BenchmarkRefresh is what one look at a thousand processes costs when nothing
// has changed.
func BenchmarkRefresh(b *testing.B) {
	var views []core.View
	for i := range 1000 {
		views = append(views, view("/tmp", "worker", fmt.Sprintf("w%04d", i), life.Running))
	}
	r := newRigOf(b, b.TempDir(), views...)
	m := newMonitor(r.Site)
	m.viewers[&viewer{monitor: m, news: make(chan struct{}, 1)}] = struct{}{}
	m.refresh(nil)
	b.ReportAllocs()
	for b.Loop() {
		m.refresh(nil)
	}
}
