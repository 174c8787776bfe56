package web

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// talker is a program that says what it is told.
const talker = `[program:talker]
command = /bin/cat
stdout_logfile = %DIR%/talker.log
stdout_logfile_maxbytes = 20KB
stdout_logfile_backups = 3
stderr_logfile = NONE
`

// say has the program write lines into its log.
func (d *daemon) say(text string) {
	d.t.Helper()
	call := "<?xml version='1.0'?><methodCall><methodName>supervisor.sendProcessStdin</methodName><params>" +
		"<param><value><string>talker</string></value></param><param><value><string>" +
		strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(text) + "</string></value></param></params></methodCall>"
	if status, body, err := d.request("POST", "/RPC2", call, map[string]string{"Content-Type": "text/xml"}); err != nil || status != 200 || strings.Contains(body, "fault") {
		d.t.Fatalf("%d %v %s", status, err, body)
	}
}

// shows waits until the log view has a line.
func (b *tab) shows(line string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf(`[...document.querySelectorAll(".line")].some((l) => l.textContent === %q)`, line))
}

func (b *tab) linesOf(selector string) string {
	b.t.Helper()
	return b.text(`[...document.querySelectorAll("` + selector + `")].map((l) => l.textContent).join("|")`)
}

const rpc = "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"

// A log is followed through rotation and clearing, can be held, and shows every
// line once.
func TestFollowLog(t *testing.T) {
	d := startDaemon(t, talker+rpc)
	d.waitState("talker", "RUNNING")
	d.say("first\n")
	until(t, "the first line", func() (bool, string) { return d.read("talker.log") == "first\n", d.read("talker.log") })
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	b.shows("first")
	d.say("half a ")
	b.shows("half a ")
	d.say("line\n")
	b.shows("half a line")

	filler := strings.Repeat(strings.Repeat("x", 99)+"\n", 210) // more than a file
	d.say(filler)
	b.waitFor(`[...document.querySelectorAll(".cut")].some((c) => c.textContent.includes("rotated"))`)
	d.say("after the rotation\n")
	b.shows("after the rotation")
	if n := eval[int](b, `[...document.querySelectorAll(".line")].filter((l) => /^x{99}$/.test(l.textContent)).length`); n != 210 {
		t.Errorf("%d of 210 lines are there", n)
	}

	b.click("#follow") // pause
	b.waitFor(`document.getElementById("follow").textContent === "Follow"`)
	d.say("while nobody looked\n")
	until(t, "the line", func() (bool, string) { return strings.HasSuffix(d.read("talker.log"), "looked\n"), "" })
	if strings.Contains(b.linesOf(".line"), "while nobody looked") {
		t.Error("the log goes on although it is held")
	}
	d.say(filler) // and it is rotated meanwhile
	b.click("#follow")
	b.shows("while nobody looked")
	d.say("up to date\n")
	b.shows("up to date")
	if n := eval[int](b, `[...document.querySelectorAll(".line")].filter((l) => /^x{99}$/.test(l.textContent)).length`); n != 420 {
		t.Errorf("%d of 420 lines are there", n)
	}

	b.click("#clear")
	b.confirm()
	b.message("Cleared the logs of talker.")
	b.waitFor(`[...document.querySelectorAll(".cut")].some((c) => c.textContent.includes("cleared"))`)
	d.say("a new beginning\n")
	b.shows("a new beginning")

	// The end stays in sight; who has scrolled up is left where he is.
	b.waitFor(`log.scrollHeight - log.scrollTop - log.clientHeight < 3`)
	b.do(`log.scrollTop = log.scrollHeight / 2`)
	b.waitFor(`!document.getElementById("end").hidden`)
	at := b.text(`log.scrollTop`)
	d.say("below\n")
	b.shows("below")
	if now := b.text(`log.scrollTop`); now != at {
		t.Errorf("the view has moved from %s to %s", at, now)
	}
	b.click("#end")
	b.waitFor(`log.scrollHeight - log.scrollTop - log.clientHeight < 3`)
}

// One gets from the end of a log to its very beginning, through all files, and
// finds what is searched for in all of them.
func TestEarlierFilesAndSearch(t *testing.T) {
	d := newDaemon(t, talker+rpc)
	big := func(tag string, lines int) string {
		var s strings.Builder
		for i := range lines {
			fmt.Fprintf(&s, "%s line %05d ........................................\n", tag, i)
		}
		return s.String()
	}
	d.write("talker.log.3", "beyond what the configuration keeps\n")
	d.write("talker.log.2", "the very Beginning\n"+big("oldest", 3000))
	d.write("talker.log.1", big("older", 100))
	d.write("talker.log", big("current", 200))
	d.configure(strings.Replace(strings.Replace(talker, "20KB", "1MB", 1), "backups = 3", "backups = 2", 1) + rpc)
	d.start()
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	b.shows("current line 00199 ........................................")
	if files := b.text(`[...document.querySelectorAll("#file option")].map((o) => o.textContent.split(" ")[0]).join(" ")`); files != "talker.log talker.log.1 talker.log.2" {
		t.Errorf("files: %s", files)
	}
	b.waitFor(`(log.scrollTop = 0, [...document.querySelectorAll(".line")].some((l) => l.textContent.startsWith("the very Beginning")))`)
	b.waitFor(`(log.scrollTop = 0, [...document.querySelectorAll(".cut")].some((c) => c.textContent === "the log begins here"))`)
	// 1 + 3000 + 100 + 200 lines, each once and in order.
	got := eval[string](b, `JSON.stringify([...document.querySelectorAll(".line")].map((l) => l.textContent.split(" ")[0]).reduce((a, w) => (a[w] = (a[w] || 0) + 1, a), {}))`)
	if got != `{"the":1,"oldest":3000,"older":100,"current":200}` {
		t.Errorf("lines: %s", got)
	}

	b.openLive(d.url("log.html?name=talker"))
	b.shows("current line 00199 ........................................")
	b.run(chromedp.KeyEvent("/"))
	b.waitFor(`document.activeElement.id === "needle"`)
	b.do(`document.activeElement.value = ""`)
	b.run(chromedp.KeyEvent("LINE 00150"))
	b.waitFor(`document.getElementById("matches").textContent !== ""`)
	for _, want := range []string{"current line 00150", "oldest line 00150"} {
		b.run(chromedp.KeyEvent(kb.Enter))
		b.waitFor(fmt.Sprintf(`document.querySelector(".line.now")?.textContent.startsWith(%q)`, want))
	}
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.getElementById("matches").textContent === "no earlier match"`)
	b.click("#next")
	b.waitFor(`document.querySelector(".line.now")?.textContent.startsWith("current line 00150")`)
	b.click("#next")
	b.waitFor(`document.getElementById("matches").textContent === "no later match"`)
	b.do(`(needle.value = "beginning", needle.dispatchEvent(new Event("input")))`)
	b.click("#previous")
	b.waitFor(`document.querySelector(".line.now")?.textContent === "the very Beginning"`)
	if b.text(`CSS.highlights.get("match").size`) == "0" {
		t.Error("the match is not marked")
	}

	// What is chosen while something else is being loaded is done after that.
	b.openLive(d.url("log.html?name=talker"))
	b.shows("current line 00199 ........................................")
	b.do(`(() => { const real = fetch, gate = new Promise((open) => { window.openGate = open; });
		window.fetch = async (...args) => { window.waits = true; await gate; return real(...args); }; log.scrollTop = 0; })()`)
	b.waitFor(`window.waits`)
	b.run(chromedp.SetValue(chromedp.CSS("#file"), "1"))
	b.do(`document.getElementById("file").dispatchEvent(new Event("change"))`)
	b.do(`openGate()`)
	b.shows("older line 00099 ........................................")
	b.waitFor(`document.getElementById("follow").getAttribute("aria-disabled") === "true"`)
	href := b.text(`document.getElementById("download").href`)
	if body := b.text(`(await (await fetch("` + href + `")).text()).length`); body != fmt.Sprint(len(d.read("talker.log.1"))) {
		t.Errorf("the download has %s bytes", body)
	}
	b.click("#end")
	b.shows("current line 00199 ........................................")
}

// A log of a gigabyte is opened at its end, of which little is read.
func TestHugeLog(t *testing.T) {
	d := newDaemon(t, strings.Replace(talker, "20KB", "0", 1)+rpc)
	f, err := os.Create(d.path("talker.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("the needle at the start\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1 << 30); err != nil { // it takes no room on the disk
		t.Fatal(err)
	}
	f.Seek(0, io.SeekEnd)
	for i := range 2000 {
		fmt.Fprintf(f, "\nlast words %d", i)
	}
	f.WriteString("\n")
	d.start()
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	b.shows("last words 1999")
	d.waitState("talker", "RUNNING")
	d.say("and more\n")
	b.shows("and more")
	if n := eval[int](b, `performance.getEntriesByType("resource").filter((e) => e.name.includes("/logs/")).reduce((n, e) => n + e.transferSize, 0)`); n > 1<<20 {
		t.Errorf("%d bytes were read", n)
	}
	b.do(`(needle.value = "NEEDLE", needle.dispatchEvent(new Event("input")))`)
	b.click("#previous")
	b.shows("the needle at the start")
	b.click("#end")
	b.shows("and more")
}

// Whatever bytes there are, they are shown as text; colours are colours.
func TestOddBytes(t *testing.T) {
	d := newDaemon(t, talker+rpc)
	d.write("talker.log", "latin1 \xe9t\xe9\nutf8 été €\U0001F600\nnul \x00 bell \x07\n"+
		"\x1b[1;31mbold red\x1b[0m plain \x1b[48;5;21mblue\x1b[m\n\x1b[38;2;1;200;3mtrue\x1b[39m \x1b]0;title\x07\x1b[2Kx\n"+
		"progress 1\rprogress 2\r\n\u202eevil\n"+strings.Repeat("long ", 5000)+"\nthe end\n")
	d.start()
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	for _, line := range []string{"latin1 \ufffdt\ufffd", "utf8 été €\U0001F600", "nul ␀ bell ␇", "bold red plain blue", "true x", "progress 1", "progress 2", "\u202eevil", "the end"} {
		b.shows(line)
	}
	for selector, want := range map[string]string{".a1.f1": "bold red", "span[style*=background]": "blue", "span[style^=color]": "true"} {
		if got := b.linesOf(".line " + selector); !strings.Contains("|"+got+"|", "|"+want+"|") && got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if got := b.text(`getComputedStyle(document.querySelector(".line .f1")).fontWeight`); got != "700" {
		t.Errorf("bold is %s", got)
	}
}

// The log view says what state the process is in, and controls it.
func TestLogViewControls(t *testing.T) {
	d := newDaemon(t, `[program:slow]
command = /bin/sh %DIR%/slow.sh
`)
	d.write("slow.sh", "trap 'while [ ! -e %DIR%/go ]; do sleep 0.05; done; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n")
	d.start()
	b := newTab(t)
	b.openLive(d.url("log.html?name=slow"))
	b.shows("ready") // and so the trap is set
	pill := func(state string) {
		t.Helper()
		b.waitFor(fmt.Sprintf(`document.querySelector("#state .pill").textContent === %q`, state))
	}
	pill("running")
	stop, start := button("stop process slow:slow"), button("start process slow:slow")
	b.click(stop)
	pill("stopping")
	b.waitFor(fmt.Sprintf(`document.querySelector('%s').matches(".busy")`, stop))
	// The request has been answered meanwhile; the outcome is asked for.
	b.waitFor(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/stop") && e.responseEnd > 0)`)
	d.write("go", "")
	b.message("Stopped slow.")
	pill("stopped")
	b.waitFor(fmt.Sprintf(`document.querySelector('%s').getAttribute("aria-disabled") === "true" && document.querySelector('%s').getAttribute("aria-disabled") === "false"`, stop, start))
	b.click(start)
	b.message("Started slow.")
	pill("running")
	before := d.waitState("slow", "RUNNING").PID
	b.click(button("restart process slow:slow"))
	b.message("Restarted slow.")
	if after := d.waitState("slow", "RUNNING").PID; after == before {
		t.Error("it was not restarted")
	}
	b.click(".back")
	b.waitShown("slow:slow", "running")

	plain := newTab(t)
	plain.withoutScript()
	plain.open(d.url("log.html?name=slow"))
	plain.click(stop)
	plain.waitText("Stopped slow.")
	d.waitState("slow", "STOPPED")
}

// Who reads far above while a program floods its log is not drowned: the view
// holds, and what follows is there when it is wanted.
func TestFloodWhileReading(t *testing.T) {
	d := newDaemon(t, strings.Replace(talker, "20KB", "0", 1)+rpc)
	d.write("talker.log", strings.Repeat("early\n", 500))
	d.start()
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	b.waitFor(`document.querySelectorAll(".line").length === 500`)
	b.do(`log.scrollTop = 0`)
	b.waitFor(`!document.getElementById("end").hidden && document.querySelector(".cut").textContent === "the log begins here"`)
	at := b.text(`log.scrollTop`)
	for i := range 4 { // as much as 40,000 lines
		d.say(strings.Repeat("x\n", 10_000) + fmt.Sprintf("part %d\n", i))
		b.waitFor(fmt.Sprintf(`document.getElementById("follow").getAttribute("aria-disabled") === "true" || [...document.querySelectorAll(".line")].some((l) => l.textContent === "part %d")`, i))
	}
	b.waitFor(`document.getElementById("follow").getAttribute("aria-disabled") === "true"`)
	if got := b.text(`log.scrollTop`); got != at {
		t.Errorf("the view has moved from %s to %s", at, got)
	}
	b.click("#end")
	b.shows("part 3")
	b.waitFor(`document.getElementById("link").dataset.state === "live"`)
	d.say("after all\n")
	b.shows("after all")
}

// The activity log is a log as any other.
func TestActivityLog(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	b.click(`a[href="log.html?channel=activity"]`)
	b.waitFor(`document.getElementById("link")?.dataset.state === "live" && location.href.endsWith("channel=activity")`)
	b.waitFor(`[...document.querySelectorAll(".line")].some((l) => l.textContent.includes("spawned: 'sleeper' with pid"))`)
	d.do("processes/sleeper/stop")
	b.waitFor(`[...document.querySelectorAll(".line")].some((l) => l.textContent.includes("stopped: sleeper (terminated by SIGTERM)"))`)
	b.click("#clear")
	b.confirm()
	b.message("Cleared the activity log.")
	d.do("processes/sleeper/start")
	b.waitFor(`[...document.querySelectorAll(".cut")].some((c) => c.textContent.includes("cleared"))`)
}

// A log that is not there yet is followed once it is.
func TestLogThatComes(t *testing.T) {
	d := startDaemon(t, talker+rpc)
	d.waitState("talker", "RUNNING")
	b := newTab(t)
	b.openLive(d.url("log.html?name=talker"))
	d.say("hello\n")
	b.shows("hello")
	b.open(d.url("log.html?name=talker&channel=stderr"))
	b.waitFor(`document.getElementById("problem").textContent.includes("there is no log file")`)
}
