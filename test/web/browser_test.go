package web

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The browser is started once; every test has tabs with cookies of their own.
var browser struct {
	sync.Once
	ctx context.Context
	err error
}

var endBrowser []func()

func TestMain(m *testing.M) {
	status := m.Run()
	for _, end := range endBrowser {
		end()
	}
	os.Exit(status)
}

// chromium finds the browser. Without it the tests cannot be.
func chromium(t testing.TB) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("chromium is not installed (apt-get install chromium); the page is not tested in a browser")
	return ""
}

func startBrowser(t testing.TB) context.Context {
	path := chromium(t)
	browser.Do(func() {
		dir, err := os.MkdirTemp("", "chromium")
		if err != nil {
			browser.err = err
			return
		}
		alloc, endAlloc := chromedp.NewExecAllocator(context.Background(),
			chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-extensions", true),
			chromedp.Flag("hide-scrollbars", true), chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1"), chromedp.WSURLReadTimeout(patience),
		)
		ctx, endBrowserCtx := chromedp.NewContext(alloc)
		endBrowser = append(endBrowser, endBrowserCtx, endAlloc, func() { os.RemoveAll(dir) })
		browser.ctx, browser.err = ctx, chromedp.Do(ctx)
	})
	if browser.err != nil {
		t.Fatalf("cannot start the browser: %v", browser.err)
	}
	return browser.ctx
}

// tab is one page in the browser.
type tab struct {
	t   testing.TB
	ctx context.Context

	scriptless bool // the browser runs no scripts

	mu       sync.Mutex
	problems []string // what the page complained of
	expected []string // parts of complaints that are no problems
}

// newTab opens an empty tab with a session of its own.
func newTab(t testing.TB) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(startBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.run(command(runtime.Enable, cdp.Empty{}), command(log.Enable, cdp.Empty{}), chromedp.EmulateViewport(1400, 900))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Errorf("the page complains: %s", p)
		}
	})
	return b
}

// expect says that complaints with a part in them are no problems.
func (b *tab) expect(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, part)
}

func (b *tab) listen(ev any) {
	var text string
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		text = "exception: " + (&chromedp.ExceptionError{ExceptionDetails: ev.ExceptionDetails}).Error()
	case *runtime.EventConsoleAPICalled:
		if ev.Type != runtime.ConsoleAPICalledTypeError && ev.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		for _, arg := range ev.Args {
			text += string(arg.Value) + " " + arg.Description
		}
	case *log.EventEntryAdded:
		if ev.Entry.Level != log.EntryLevelError && ev.Entry.Level != log.EntryLevelWarning {
			return
		}
		text = ev.Entry.Text + " " + ev.Entry.URL
	case *page.EventJavascriptDialogOpening:
		text = "a dialog opens: " + ev.Message
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, part := range b.expected {
		if strings.Contains(text, part) {
			return
		}
	}
	b.problems = append(b.problems, text)
}

// command makes an action of a command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	// The tab lives in b.ctx; only the actions are limited.
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.state())
	}
}

// state tells what the tab shows, for the one who reads a failure.
func (b *tab) state() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// open loads a page.
func (b *tab) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

// openLive loads a page and waits until it is kept up to date.
func (b *tab) openLive(url string) {
	b.t.Helper()
	b.open(url)
	b.waitFor(`document.getElementById("link").dataset.state === "live"`)
}

// eval evaluates an expression, which may be a promise.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T]("(async () => ("+expression+"))()", chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", expression, err, b.state())
	}
	return v
}

// do evaluates an expression for what it does.
func (b *tab) do(expression string) {
	b.t.Helper()
	eval[string](b, "(await ("+expression+"), '')")
}

// text returns the value of an expression, as text.
func (b *tab) text(expression string) string {
	b.t.Helper()
	return eval[string](b, "String("+expression+")")
}

// waitFor waits until an expression is true.
func (b *tab) waitFor(expression string) {
	b.t.Helper()
	until(b.t, expression, func() (bool, string) {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("(() => { try { return Boolean("+expression+") } catch { return false } })()"))
		if err != nil || !ok { // a page that is just being left cannot be asked
			return false, fmt.Sprint(err, " ", b.state())
		}
		return true, ""
	})
}

// click clicks on what a selector finds, with the mouse.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.ScrollIntoView(chromedp.CSS(selector)))
	if !b.scriptless {
		// What was out of sight a moment ago cannot be hit before it is drawn.
		b.waitFor(fmt.Sprintf(`((e, r) => { if (r.top < 0 || r.bottom > innerHeight) e.scrollIntoView({ block: "center" });
			return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); })(...[document.querySelector(%q)].flatMap((e) => [e, e.getBoundingClientRect()]))`, selector))
	}
	b.run(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// row is the selector of the row of a process.
func row(id string) string { return fmt.Sprintf(`tr.p[data-id="%s"]`, id) }

// button is the selector of a button.
func button(value string) string { return fmt.Sprintf(`button[value="%s"]`, value) }

// waitShown waits until the page shows a process in a state.
func (b *tab) waitShown(id, state string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf(`document.querySelector('%s .pill')?.textContent === %q`, row(id), state))
}

// message waits for a message that contains a text, and dismisses it.
func (b *tab) message(part string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf(`[...document.querySelectorAll(".message p")].some((p) => p.textContent.includes(%q))`, part))
	b.do(fmt.Sprintf(`[...document.querySelectorAll(".message")].filter((p) => p.textContent.includes(%q)).forEach((m) => m.querySelector("button.close").click())`, part))
}

// confirm answers the question that the page asks with yes.
func (b *tab) confirm() {
	b.t.Helper()
	b.waitFor(`document.querySelector("dialog[open]")`)
	b.click("#ask-yes")
	b.waitFor(`!document.querySelector("dialog[open]")`)
}
