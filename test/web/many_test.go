package web

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const thousand = `[program:worker]
command = /bin/sleep 100000
process_name = w%(process_num)04d
numprocs = 1000
startsecs = 0
stdout_logfile = NONE
stderr_logfile = NONE
`

// A thousand processes are all there, and a change of one touches one row.
func TestThousandProcesses(t *testing.T) {
	d := startDaemon(t, thousand)
	until(t, "a thousand processes", func() (bool, string) {
		_, body, err := d.request("GET", "/api/v1/groups", "", nil)
		return err == nil && strings.Contains(body, `"RUNNING":1000`), body
	})
	b := newTab(t)
	b.openLive(d.url(""))
	b.waitFor(`document.querySelectorAll("#rows tr.p").length === 1000`)
	b.waitFor(`document.querySelector(".sum").textContent === "1000 processes · 1000 running"`)
	b.waitFor(`document.getElementById("usage").textContent !== ""`) // the stream has told all
	// From now on every row that is made, removed or written to is noted.
	b.do(`(() => {
		window.rows = [...document.querySelectorAll("#rows tr.p")];
		window.touched = new Set();
		new MutationObserver((list) => { for (const m of list) { const r = (m.target.nodeType === 1 ? m.target : m.target.parentElement)?.closest("tr.p");
			if (r && !m.target.closest?.(".up, .cpu, .mem")) touched.add(r.dataset.id); for (const n of m.addedNodes) if (n.tagName === "TR") touched.add("new " + n.dataset.id); } })
			.observe(document.getElementById("rows"), { childList: true, subtree: true, characterData: true, attributes: true });
	})()`)
	before := d.process("worker:w0500").PID
	d.kill("worker:w0500")
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .rst').textContent === "1"`, row("worker:w0500")))
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .pid').textContent !== "%d"`, row("worker:w0500"), before))
	if got := b.text(`[...touched].filter(Boolean).join(" ")`); got != "worker:w0500" {
		t.Errorf("one process has changed, and these rows were touched: %.300s", got)
	}
	b.do(`(filter.value = "w09", filter.dispatchEvent(new Event("input")))`)
	b.waitFor(`document.querySelectorAll("#rows tr.p").length === 100`)
	b.do(`(filter.value = "", filter.dispatchEvent(new Event("input")))`)
	b.waitFor(`document.querySelectorAll("#rows tr.p").length === 1000`)
	if got := b.text(`window.rows.every((r) => r.isConnected)`); got != "true" {
		t.Error("rows were made anew")
	}
	// The outcome is seen wherever one is.
	b.click(button("restart process worker:w0999"))
	b.waitFor(`scrollY > 1000 && (({ top, bottom }) => top > 0 && bottom <= innerHeight)(document.querySelector(".message").getBoundingClientRect())`)
	b.message("Restarted worker:w0999.")
	b.click(`tr.g .fold`)
	b.waitFor(`document.querySelectorAll("#rows tr.p").length === 0`)
	b.click(`tr.g .fold`)
	b.waitFor(`document.querySelectorAll("#rows tr.p").length === 1000`)
	b.click(button("stop group worker"))
	b.message("Stopped 1000 processes of group worker.")
	b.waitFor(`document.querySelector(".sum").textContent === "1000 processes · 1000 stopped"`)
}

// BenchmarkTenViewers measures what ten open pages with a thousand processes
// cost the daemon: with nothing happening, and with five processes killed and
// restarted each second.
func BenchmarkTenViewers(b *testing.B) {
	d := startDaemon(b, thousand)
	until(b, "a thousand processes", func() (bool, string) {
		_, body, err := d.request("GET", "/api/v1/groups", "", nil)
		return err == nil && strings.Contains(body, `"RUNNING":1000`), body
	})
	const seconds = 10
	shares := map[string]float64{}
	measure := func(what string, during func(stop <-chan struct{})) {
		stop := make(chan struct{})
		ended := make(chan struct{})
		before := d.cpuTicks()
		go func() {
			during(stop)
			close(ended)
		}()
		<-time.After(seconds * time.Second)
		used := d.cpuTicks() - before
		close(stop)
		<-ended
		shares[what] = float64(used) / seconds
	}
	quiet := func(stop <-chan struct{}) { <-stop }
	measure("nobody", quiet)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range 10 {
		watch(b, ctx, d)
	}
	measure("10-viewers", quiet)
	measure("10-viewers-5-restarts/s", func(stop <-chan struct{}) {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				if p := d.process(fmt.Sprintf("worker:w%04d", n)); p.PID > 0 {
					syscall.Kill(p.PID, syscall.SIGKILL)
				}
			}
		}
	})
	if rss, err := os.ReadFile("/proc/" + strconv.Itoa(d.cmd.Process.Pid) + "/status"); err == nil {
		for line := range strings.Lines(string(rss)) {
			if strings.HasPrefix(line, "VmRSS") {
				b.Log(strings.TrimSpace(line))
			}
		}
	}
	for b.Loop() { // what was measured is above
	}
	for what, share := range shares {
		b.ReportMetric(share, "%cpu-"+what)
	}
	b.ReportMetric(0, "ns/op")
}

// watch reads the stream of events as a page does.
func watch(tb testing.TB, ctx context.Context, d *daemon) {
	req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("http://127.0.0.1:%d/api/v1/events", d.port), nil)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	first := make(chan struct{})
	go func() {
		defer resp.Body.Close()
		lines := bufio.NewReaderSize(resp.Body, 1<<20)
		for n := 0; ; n++ {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "event: snapshot") {
				close(first)
			}
		}
	}()
	<-first
}
