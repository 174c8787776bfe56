package web

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const pair = `[program:sleeper]
command = /bin/sleep 10000
[program:pair]
command = /bin/sleep 10000
process_name = p%(process_num)d
numprocs = 2
startsecs = 0
`

// Every button of a process, of a group and of all does what it says.
func TestButtons(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	const sleeper = "sleeper:sleeper"
	b.waitShown(sleeper, "running")

	b.click(button("stop process " + sleeper))
	b.message("Stopped sleeper.")
	b.waitShown(sleeper, "stopped")
	d.waitState(sleeper, "STOPPED")
	if b.text(fmt.Sprintf(`document.querySelector('%s').getAttribute("aria-disabled")`, button("stop process "+sleeper))) != "true" {
		t.Error("a process that is stopped can be stopped")
	}
	b.click(button("start process " + sleeper))
	b.message("Started sleeper.")
	b.waitShown(sleeper, "running")
	before := d.process(sleeper).PID
	b.click(button("restart process " + sleeper))
	b.message("Restarted sleeper.")
	if after := d.waitState(sleeper, "RUNNING").PID; after == before {
		t.Error("it was not restarted")
	}
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .pid').textContent === "%d"`, row(sleeper), d.process(sleeper).PID))
	b.click(button("clear process " + sleeper))
	b.message("Cleared the logs of sleeper.")

	b.click(button("stop group pair"))
	b.message("Stopped 2 processes of group pair.")
	b.waitShown("pair:p0", "stopped")
	b.waitShown("pair:p1", "stopped")
	b.waitFor(`document.querySelector('tr.g[data-group="pair"] .sum').textContent === "2 processes · 2 stopped"`)
	b.click(button("start group pair"))
	b.message("Started 2 processes of group pair.")
	b.click(button("restart group pair"))
	b.message("Restarted 2 processes of group pair.")
	b.click(button("clear group pair"))
	b.message("Cleared the logs of 2 processes of group pair.")

	b.click(button("stop all"))
	b.waitFor(`document.querySelector("dialog[open] h2").textContent === "Stop all processes?"`)
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor(`!document.querySelector("dialog[open]")`)
	if d.process(sleeper).State != "RUNNING" {
		t.Error("stopped although the answer was no")
	}
	b.click(button("stop all"))
	b.confirm()
	b.message("Stopped 3 processes.")
	b.click(button("start all"))
	b.message("Started 3 processes.")
	b.click(button("restart all"))
	b.confirm()
	b.message("Restarted 3 processes.")
	b.click(button("clear all"))
	b.confirm()
	b.message("Cleared the logs of 3 processes.")
}

// What goes wrong is told in the words of the daemon, and what takes long is
// seen to go on.
func TestErrorsAndProgress(t *testing.T) {
	d := newDaemon(t, `[program:missing]
command = %DIR%/no-such-program
autostart = false
[program:crasher]
command = /bin/sh -c 'exit 7'
autostart = false
startretries = 0
[program:slow]
command = /bin/sh %DIR%/slow.sh
`)
	d.write("slow.sh", "trap 'while [ ! -e %DIR%/go ]; do sleep 0.05; done; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n")
	d.start()
	b := newTab(t)
	b.expect("409") // the browser notes that
	b.openLive(d.url(""))
	b.click(button("start process missing:missing"))
	b.message("Cannot start missing: can't find command '" + d.dir + "/no-such-program'.")
	b.click(button("start process crasher:crasher"))
	b.message("Cannot start crasher: ")
	b.waitShown("crasher:crasher", "fatal")
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .exit').textContent.startsWith("exit status 7")`, row("crasher:crasher")))
	b.waitFor(`document.title.startsWith("(1) ")`)

	b.waitShown("slow:slow", "running")
	stop := button("stop process slow:slow")
	b.click(stop)
	b.waitFor(fmt.Sprintf(`document.querySelector('%s').matches(".busy[aria-busy=true]") && document.querySelector('%s').getAttribute("aria-busy") === "true"`, stop, row("slow:slow")))
	b.waitShown("slow:slow", "stopping")
	// The request has been answered meanwhile; the outcome comes by the stream.
	b.waitFor(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/stop") && e.responseEnd > 0)`)
	d.write("go", "")
	b.message("Stopped slow.")
	b.waitFor(fmt.Sprintf(`!document.querySelector('%s').matches(".busy") && !document.querySelector('%s').hasAttribute("aria-busy")`, stop, row("slow:slow")))
	// The focus is where it was.
	if b.text(`document.activeElement.value`) != "stop process slow:slow" {
		t.Error("the focus was lost")
	}
}

// What happens outside is seen without reloading.
func TestLive(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	const sleeper = "sleeper:sleeper"
	b.waitShown(sleeper, "running")
	d.waitState(sleeper, "RUNNING")
	b.do(`window.mark = document.querySelector('` + row(sleeper) + `').mark = 42`)
	d.kill(sleeper)
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .rst').textContent === "1" && document.querySelector('%s .exit').textContent.startsWith("terminated by SIGKILL")`, row(sleeper), row(sleeper)))
	now := d.waitState(sleeper, "RUNNING")
	b.waitShown(sleeper, "running")
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .pid').textContent === "%d"`, row(sleeper), now.PID))
	if b.text(`window.mark + document.querySelector('`+row(sleeper)+`').mark`) != "84" {
		t.Error("the page or the row was made anew")
	}
	// Usage and uptime go on.
	b.waitFor(fmt.Sprintf(`/^[0-9.]+ %%$/.test(document.querySelector('%s .cpu').textContent) && /^[0-9.]+ (K|M)iB$/.test(document.querySelector('%s .mem').textContent)`, row(sleeper), row(sleeper)))
	b.do(`window.up = document.querySelector('` + row(sleeper) + ` .up').textContent`)
	b.waitFor(`document.querySelector('` + row(sleeper) + ` .up').textContent !== window.up`)
	// So it is of groups and of all.
	b.waitFor(`/^[0-9.]+ %$/.test(document.querySelector('tr.g[data-group="pair"] .cpu').textContent) && /^[0-9.]+ (K|M)iB$/.test(document.querySelector('tr.g[data-group="pair"] .mem').textContent)`)
	b.waitFor(`/^[0-9.]+ % CPU, [0-9.]+ (K|M)iB$/.test(document.getElementById("usage").textContent)`)
	b.waitFor(`document.querySelector('` + row(sleeper) + ` .up').title.startsWith("Started ")`)
	// Two who look see the same.
	other := newTab(t)
	other.openLive(d.url(""))
	d.do("processes/" + sleeper + "/stop")
	b.waitShown(sleeper, "stopped")
	other.waitShown(sleeper, "stopped")
}

func (b *tab) expectRows(want string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf(`[...document.querySelectorAll("#rows tr")].map((r) => r.dataset.group ? "[" + r.dataset.group + "]" : r.dataset.id).join(" ") === %q`, want))
}

// Filter, sort, groups: what the page shows is chosen in the page, and
// remembered.
func TestChoosing(t *testing.T) {
	d := startDaemon(t, pair+"[program:zz]\ncommand = /bin/sleep 1000\nautostart = false\n")
	b := newTab(t)
	b.openLive(d.url(""))
	b.expectRows("[pair] pair:p0 pair:p1 sleeper:sleeper zz:zz")
	b.waitShown("sleeper:sleeper", "running")

	b.run(chromedp.KeyEvent("/"))
	b.waitFor(`document.activeElement.id === "filter"`)
	b.do(`document.activeElement.value = ""`) // a real key would not have typed the slash
	b.run(chromedp.KeyEvent("P1"))
	b.expectRows("[pair] pair:p1")
	b.run(chromedp.KeyEvent(kb.Enter)) // must not press a button
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor(`document.getElementById("filter").value === ""`)
	b.expectRows("[pair] pair:p0 pair:p1 sleeper:sleeper zz:zz")
	b.run(chromedp.KeyEvent("nothing like that"))
	b.waitFor(`!document.getElementById("empty").hidden`)
	b.run(chromedp.KeyEvent(kb.Escape))

	b.click(`.chip[data-filter="STOPPED"]`)
	b.expectRows("zz:zz")
	if got := b.text(`location.hash`); got != "#state=STOPPED" {
		t.Errorf("the address has %q", got)
	}
	// One comes back from a log to what was looked for, and the address shows it to others.
	b.click(row("zz:zz") + " .who a")
	b.waitFor(`location.pathname === "/log.html" && document.getElementById("link").dataset.state === "live"`)
	b.click(".back")
	b.waitFor(`location.hash === "#state=STOPPED" && document.getElementById("link").dataset.state === "live"`)
	b.expectRows("zz:zz")
	b.click(`.chip[data-filter=""]`)
	b.expectRows("[pair] pair:p0 pair:p1 sleeper:sleeper zz:zz")
	other := newTab(t)
	other.openLive(d.url("#find=P1+running"))
	other.waitFor(`document.getElementById("filter").value === "P1 running"`)
	other.expectRows("[pair] pair:p1")
	other.do(`document.querySelector(".skip").click()`)
	other.waitFor(`location.hash === "#main"`)
	other.expectRows("[pair] pair:p1")
	other.open(d.url("#state=STOPPED"))
	other.expectRows("zz:zz")

	b.click(`tr.g .fold`)
	b.expectRows("[pair] sleeper:sleeper zz:zz")
	b.click(`#fold-all`)
	b.expectRows("[pair] pair:p0 pair:p1 sleeper:sleeper zz:zz")
	b.click(`#grouped`)
	b.expectRows("pair:p0 pair:p1 sleeper:sleeper zz:zz")
	b.click(`th[data-sort=name] button`)
	b.expectRows("zz:zz sleeper:sleeper pair:p1 pair:p0")
	if b.text(`document.querySelector("th[data-sort=name]").getAttribute("aria-sort")`) != "descending" {
		t.Error("the order is not told")
	}
	b.click(`th[data-sort=state] button`)
	b.waitFor(`document.querySelector("#rows").lastElementChild.dataset.id === "zz:zz"`)
	b.click(`th[data-sort=state] button`)
	b.waitFor(`document.querySelector("#rows").firstElementChild.dataset.id === "zz:zz"`)
	for _, key := range []string{"pid", "uptime", "cpu", "memory", "restarts", "exit"} {
		b.click(`th[data-sort=` + key + `] button`)
		b.waitFor(`document.querySelector("th[data-sort=` + key + `]").getAttribute("aria-sort") === "ascending"`)
	}
	b.click(`th[data-sort=name] button`)
	b.click(`th[data-sort=name] button`)
	b.openLive(d.url("index.html"))
	b.expectRows("zz:zz sleeper:sleeper pair:p1 pair:p0")
}

// An update is shown before it is done.
func TestUpdate(t *testing.T) {
	d := startDaemon(t, pair+"[program:old]\ncommand = /bin/sleep 1000\n")
	b := newTab(t)
	b.openLive(d.url(""))
	d.waitState("old", "RUNNING")
	kept := d.waitState("sleeper", "RUNNING").PID
	b.click("#update")
	b.waitFor(`document.querySelector("dialog[open]").textContent.includes("Nothing to update.")`)
	b.click(`dialog .choices button`)
	b.waitFor(`!document.querySelector("dialog[open]")`)

	d.configure(strings.Replace(pair, "numprocs = 2", "numprocs = 3", 1) + "[program:new]\ncommand = /bin/sleep 1000\nenvironment = SECRET=\"canary\"\n")
	b.click("#update")
	b.waitFor(`document.querySelector("dialog[open]").textContent.includes("Compared with")`)
	text := b.text(`document.querySelector("dialog[open]").innerText`)
	for _, part := range []string{"added new", "removed old", "changed pair", "will be added: p2", "supervisord.conf:"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), part) {
			t.Errorf("the preview has no %q: %s", part, text)
		}
	}
	if strings.Contains(text, "canary") {
		t.Errorf("the preview tells a secret: %s", text)
	}
	b.confirm()
	b.message("Updated. ")
	b.waitShown("pair:p2", "running")
	b.waitShown("new:new", "running")
	b.waitFor(`!document.querySelector('` + row("old:old") + `')`)
	if d.process("sleeper").PID != kept {
		t.Error("a program that has not changed was restarted")
	}

	d.configure(pair + "[program:broken]\ncommand = x\nstartsecs = soon\n")
	b.expect("409") // the browser notes that the request has failed
	b.click("#update")
	b.waitFor(`document.querySelector("dialog[open]").textContent.includes("startsecs = soon: not a number")`)
	if b.text(`document.getElementById("ask-yes").hidden`) != "true" {
		t.Error("a configuration that cannot be used can be put to use")
	}
	b.click(`dialog .choices button`)
}

// When the daemon is gone the page says so; when it is back the page catches up
// and can be used.
func TestLostAndRestored(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.expect("ERR_CONNECTION_REFUSED")
	b.expect("ERR_INCOMPLETE_CHUNKED_ENCODING")
	b.expect("403")
	b.openLive(d.url(""))
	b.waitShown("sleeper:sleeper", "running")
	d.stop()
	b.waitFor(`document.getElementById("link").dataset.state === "lost" && document.getElementById("link").textContent.includes("Connection lost") && document.documentElement.classList.contains("lost")`)
	b.click(button("stop process sleeper:sleeper"))
	b.message("supervisord cannot be reached")
	d.configure(strings.Replace(pair, "[program:sleeper]", "[program:another]", 1))
	d.start()
	b.waitFor(`document.getElementById("link").dataset.state === "live"`)
	b.expectRows("another:another [pair] pair:p0 pair:p1")
	b.waitShown("another:another", "running")
	b.waitFor(fmt.Sprintf(`document.getElementById("daemon-pid").textContent === "%d"`, d.cmd.Process.Pid))
	b.click(button("stop process another:another")) // with a token of the daemon before
	b.message("Stopped another.")
}

// While the daemon shuts down, the page tells that.
func TestShutdownIsSeen(t *testing.T) {
	d := newDaemon(t, "[program:slow]\ncommand = /bin/sh %DIR%/slow.sh\n")
	d.write("slow.sh", "trap 'while [ ! -e %DIR%/go ]; do sleep 0.05; done; exit 0' TERM\nwhile :; do sleep 0.05; done\n")
	d.start()
	b := newTab(t)
	b.expect("ERR_")
	b.expect("503")
	b.openLive(d.url(""))
	b.waitShown("slow:slow", "running")
	d.cmd.Process.Signal(os.Interrupt)
	b.waitFor(`!document.getElementById("mood").hidden && document.getElementById("mood").textContent === "shutdown"`)
	b.waitShown("slow:slow", "stopping")
	b.click(button("start all"))
	b.message("supervisord is shutting down")
	d.write("go", "")
}
