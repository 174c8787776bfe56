package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Names and logs may look like markup; they are text.
func TestHostileNames(t *testing.T) {
	const evil = `<img/src=x/onerror=window.hacked=1>`
	d := newDaemon(t, "[program:<script>window.hacked=2<script>]\ncommand = /bin/cat\n[program:\"'><svg\tonload=window.hacked=3>]\ncommand = /bin/cat\n"+
		"[program:talker]\ncommand = /bin/cat\nstdout_logfile = %DIR%/talker.log\n"+
		"[program:spawnerr]\ncommand = %DIR%/<script>window.hacked=4</script>\nautostart = false\n")
	d.write("talker.log", "<script>window.hacked=5</script>\n"+evil+"\n<b>bold</b> \x1b[31m<i>red</i>\x1b[0m\x1b]8;;javascript:window.hacked=6\x07link\n\"><img src=x onerror=window.hacked=7>\n")
	d.start()
	b := newTab(t)
	b.expect("409")
	b.expect("404")
	b.openLive(d.url(""))
	b.waitFor(`[...document.querySelectorAll(".who a")].some((a) => a.textContent === "<script>window.hacked=2<script>")`)
	b.waitFor(`[...document.querySelectorAll(".who a")].some((a) => a.textContent.includes("onload=window.hacked=3"))`)
	script := `<script>window.hacked=2<script>`
	b.do(`document.querySelector('button[value="stop process ` + script + ":" + script + `"]').click()`)
	b.message("Stopped " + script + ".")
	b.do(`document.querySelector('button[value="start process spawnerr:spawnerr"]').click()`)
	b.message("<script>window.hacked=4</script>'.")
	b.do(`[...document.querySelectorAll(".who a")].find((a) => a.textContent.includes("hacked=2")).click()`)
	b.waitFor(`document.querySelector("h1").textContent.includes("<script>window.hacked=2<script>") && location.pathname === "/log.html"`)

	b.openLive(d.url("log.html?name=talker"))
	for _, line := range []string{"<script>window.hacked=5</script>", evil, "<b>bold</b> <i>red</i>link", `"><img src=x onerror=window.hacked=7>`} {
		b.shows(line)
	}
	b.open(d.url("tail.html?processname=talker"))
	b.waitFor(`document.querySelector("pre").textContent.includes("<script>window.hacked=5</script>")`)
	b.open(d.url("index.html?message=" + url.QueryEscape(evil)))
	for _, page := range []string{"", "log.html?name=talker", "log.html?name=" + url.QueryEscape(evil)} {
		b.open(d.url(page))
		if got := b.text(`typeof window.hacked`); got != "undefined" {
			t.Errorf("%s: the page was taken over", page)
		}
	}
}

// The policy holds: what is inline does not run, and nothing comes from
// elsewhere.
func TestContentSecurityPolicy(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	if n := eval[int](b, `performance.getEntriesByType("resource").filter((e) => new URL(e.name).origin !== location.origin).length`); n != 0 {
		t.Errorf("%d things come from elsewhere", n)
	}
	b.expect("Content Security Policy")
	b.expect("TrustedHTML")
	b.expect("blocked")
	for _, attack := range []string{
		`document.createElement("img").setAttribute("onerror", "window.hacked = 1")`,
		`document.body.innerHTML = "<b>x</b>"`,
		`document.createElement("script").src = "https://evil.test/x.js"`,
		`setTimeout("window.hacked = 1", 0)`,
	} {
		if got := b.text(`(() => { try { ` + attack + `; return "done" } catch { return "refused" } })()`); got != "refused" {
			t.Errorf("%s: %s", attack, got)
		}
	}
	b.do(`(() => { const s = document.createElement("style"); s.textContent = "body { color: red }"; document.head.append(s); })()`)
	if got := b.text(`getComputedStyle(document.body).color`); got == "rgb(255, 0, 0)" {
		t.Error("an inline style works")
	}
	if got := b.text(`typeof window.hacked`); got != "undefined" {
		t.Error("an inline handler has run")
	}
}

// With a password nothing is there without it, and everything with it.
func TestPassword(t *testing.T) {
	d := newDaemon(t, pair)
	d.user = "admin"
	d.configure(pair)
	d.start()
	b := newTab(t)
	b.openLive(d.url("")) // the address has the password in it
	b.waitShown("sleeper:sleeper", "running")
	b.click(button("stop process sleeper:sleeper"))
	b.message("Stopped sleeper.")
	b.click(`a[href^="log.html?name=sleeper"]`)
	b.waitFor(`document.getElementById("link").dataset.state === "live" && location.pathname === "/log.html"`)

	without := newTab(t)
	without.expect("401")
	d.user = ""
	without.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		// The browser shows an error of its own.
		_, _ = chromedp.Navigate(d.url(""))(ctx, t)
		return nil
	}))
	if text := without.state(); strings.Contains(text, "sleeper") {
		t.Errorf("without a password: %s", text)
	}
	d.user = "admin"
}

// elsewhere is a site of somebody else that shows a page.
func elsewhere(t *testing.T, html string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, html)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A page of another site cannot have anything done, by a form, a picture or a
// script, nor show our page in a frame.
func TestForeignPages(t *testing.T) {
	d := startDaemon(t, pair)
	d.waitState("sleeper", "RUNNING")
	target := fmt.Sprintf("http://127.0.0.1:%d", d.port)
	b := newTab(t)
	b.openLive(d.url("")) // there is a session that could be misused
	for _, part := range []string{"403", "CORS", "ERR_", "frame", "Frame", "X-Frame-Options", "Refused", "blocked", "405", "Framing"} {
		b.expect(part)
	}
	foreign := elsewhere(t, `<title>evil</title>
		<form method="post" action="`+target+`/index.html"><input name="do" value="stop process sleeper:sleeper"><button id="go">go</button></form>
		<img src="`+target+`/index.html?processname=sleeper&action=stop"><iframe id="frame" src="`+target+`/"></iframe>
		<script src="`+target+`/api/v1/processes"></script>`)
	b.open(foreign)
	b.do(`fetch("` + target + `/api/v1/processes/sleeper/stop", {method: "POST", mode: "no-cors", credentials: "include", headers: {"Content-Type": "text/plain"}, body: "{}"}).catch(() => 0)`)
	b.do(`fetch("` + target + `/api/v1/processes/sleeper/stop", {method: "POST", credentials: "include", headers: {"Content-Type": "application/json"}, body: "{}"}).catch(() => 0)`)
	if got := b.text(`await fetch("` + target + `/api/v1/processes", {credentials: "include"}).then((r) => r.text()).catch(() => "refused")`); got != "refused" {
		t.Errorf("it can read %s", got)
	}
	b.click("#go")
	b.waitFor(`document.body.innerText.includes("the request was made for a page of another site")`)
	if d.process("sleeper").State != "RUNNING" {
		t.Error("a foreign page has stopped a program")
	}
	// A link to us is nothing bad.
	link := elsewhere(t, `<a id="go" href="`+target+`/">the supervisor</a>`)
	b.open(link)
	b.click("#go")
	b.waitShown("sleeper:sleeper", "running")
}

// A page that has given its own name our address gets nothing, not even to read.
func TestRebinding(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.expect("403")
	b.open(fmt.Sprintf("http://evil.test:%d/", d.port)) // the browser is told that this is 127.0.0.1
	b.waitFor(`document.body.innerText.includes('"evil.test" is not a name of this server')`)
	if got := b.text(`await fetch("/api/v1/processes").then((r) => r.status)`); got != "403" {
		t.Errorf("the API answers %s", got)
	}
	b.open(fmt.Sprintf("http://sup.localhost:%d/", d.port))
	b.waitShown("sleeper:sleeper", "running")
	// The XML-RPC interface does not mind the names of its clients.
	const call = "<?xml version='1.0'?><methodCall><methodName>system.listMethods</methodName></methodCall>"
	if status, _, err := d.request("POST", "/RPC2", call, map[string]string{"Host": "evil.test", "Content-Type": "text/xml"}); err != nil || status != 200 {
		t.Errorf("%d %v", status, err)
	}
}

// The page works below a prefix that a proxy has added, and by the proxy's name.
func TestBehindAProxy(t *testing.T) {
	d := startDaemon(t, pair)
	target, _ := url.Parse(fmt.Sprintf("http://127.0.0.1:%d", d.port))
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
		r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/tools/sup")
		r.Out.URL.RawPath = strings.TrimPrefix(r.In.URL.RawPath, "/tools/sup")
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/tools/sup/", proxy)
	server := &http.Server{Handler: mux}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	// A name that the daemon does not know, by which the proxy is known.
	base := fmt.Sprintf("http://proxy.test:%d/tools/sup/", l.Addr().(*net.TCPAddr).Port)
	b := newTab(t)
	b.openLive(base)
	b.waitShown("sleeper:sleeper", "running")
	b.click(button("stop process sleeper:sleeper"))
	b.message("Stopped sleeper.")
	b.waitShown("sleeper:sleeper", "stopped")
	b.click(row("sleeper:sleeper") + " .who a")
	b.waitFor(`location.pathname === "/tools/sup/log.html" && document.getElementById("link").dataset.state === "live"`)

	plain := newTab(t)
	plain.withoutScript()
	plain.open(base)
	plain.click(button("start process sleeper:sleeper"))
	plain.waitText("Started sleeper.")
	if d.process("sleeper").State != "RUNNING" {
		t.Error("the form does not work")
	}
}
