package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// nameless lists what can be used but has no name for those who do not see it.
func (b *tab) nameless() (list []string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, accessibility.Enable, struct{}{}); err != nil {
		b.t.Fatal(err)
	}
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	text := func(v *accessibility.Value) (s string) {
		if v != nil {
			_ = json.Unmarshal(v.Value, &s)
		}
		return s
	}
	usable := map[string]bool{"button": true, "link": true, "searchbox": true, "textbox": true, "combobox": true, "checkbox": true,
		"table": true, "dialog": true, "log": true, "toolbar": true, "navigation": true, "columnheader": true, "rowheader": true}
	seen := 0
	for _, node := range tree.Nodes {
		role := text(node.Role)
		if node.Ignored || !usable[role] {
			continue
		}
		seen++
		if strings.TrimSpace(text(node.Name)) == "" {
			list = append(list, role+" "+string(node.NodeID))
		}
	}
	if seen < 8 {
		b.t.Errorf("only %d things can be used", seen)
	}
	return list
}

// contrast finds text whose contrast with what is behind it is below that of
// WCAG level AA.
const contrast = `(() => {
  const parse = (c) => {
    const s = c.startsWith("color(srgb") ? c.match(/[\d.]+/g).map((n, i) => (i < 3 ? n * 255 : Number(n))) : (c.match(/[\d.]+/g) || []).map(Number);
    return s.length < 3 ? [0, 0, 0, 0] : [s[0], s[1], s[2], s.length > 3 ? s[3] : 1];
  };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const bad = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest("[hidden], .hidden, template, script, [aria-disabled=true], dialog:not([open])") || !e.getClientRects().length) continue;
    seen++;
    const chain = [];
    for (let p = e; p; p = p.parentElement) chain.unshift(p);
    let back = [255, 255, 255, 1];
    if (matchMedia("(prefers-color-scheme: dark)").matches) back = [18, 18, 18, 1];
    let opacity = 1;
    for (const p of chain) {
      const style = getComputedStyle(p);
      back = over(parse(style.backgroundColor), back);
      opacity *= Number(style.opacity);
    }
    const style = getComputedStyle(e);
    const ink = parse(style.color);
    ink[3] *= opacity;
    const [a, b] = [luminance(over(ink, back)), luminance(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) bad.add(e.tagName + "." + e.className + " " + n.data.trim().slice(0, 30) + " " + ratio.toFixed(2) + " " + style.color + " on " + back.slice(0, 3).map(Math.round));
  }
  return seen < 5 ? "only " + seen + " texts" : [...bad].join("\n");
})()`

// palette shows every colour of terminals.
func palette() string {
	var s strings.Builder
	for n := range 16 {
		code := 30 + n
		if n > 7 {
			code = 82 + n
		}
		fmt.Fprintf(&s, "\x1b[%dmcolour %d\x1b[0m \x1b[%dmon it\x1b[0m\n", code, n, code+10)
	}
	return s.String()
}

// The page can be read by everybody: names for all that can be used, enough
// contrast in the light and in the dark, no sideways scrolling on a phone.
func TestAccessibility(t *testing.T) {
	d := newDaemon(t, shop+talker)
	d.write("web.sh", webScript)
	d.write("talker.log", palette())
	d.start()
	d.waitState("crasher", "FATAL")
	b := newTab(t)
	for _, page := range []string{"", "log.html?name=talker", "log.html?channel=activity"} {
		for _, s := range []shot{
			{width: 1400, height: 900, scale: 1}, {width: 1400, height: 900, scale: 1, dark: true}, {width: 1000, height: 900, scale: 1},
			{width: 360, height: 800, scale: 2, mobile: true}, {width: 360, height: 800, scale: 2, mobile: true, dark: true},
		} {
			b.look(s)
			b.openLive(d.url(page))
			b.waitFor(`document.querySelectorAll("tr.p, .line").length > 3`)
			what := fmt.Sprintf("%q at %d, dark %v", page, s.width, s.dark)
			if bad := b.text(contrast); bad != "" {
				t.Errorf("%s: too little contrast:\n%s", what, bad)
			}
			if list := b.nameless(); len(list) > 0 {
				t.Errorf("%s: without a name: %v", what, list)
			}
			if over := b.text(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); over != "0" {
				t.Errorf("%s: %s pixels too wide", what, over)
			}
		}
	}
	b.look(shot{width: 1400, height: 900, scale: 1})
	for _, page := range []string{"config.html", "index.html?processname=nginx&action=stop", "tail.html?processname=nginx"} {
		b.open(d.url(page))
		if bad := b.text(contrast); bad != "" {
			t.Errorf("%s: too little contrast:\n%s", page, bad)
		}
	}
}

// Everything can be done with the keyboard, in the order of what is seen.
func TestKeyboard(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	b.waitShown("sleeper:sleeper", "running")
	seen := map[string]bool{}
	for range 60 {
		b.run(chromedp.KeyEvent(kb.Tab))
		name := b.text(`(document.activeElement.value || document.activeElement.id || document.activeElement.textContent).trim()`)
		seen[name] = true
		if name == "stop process sleeper:sleeper" {
			break
		}
	}
	for _, want := range []string{"Skip to the content", "filter", "grouped", "stop all", "update", "Activity log", "Process", "start group pair", "stop process pair:p0", "stop process sleeper:sleeper"} {
		if !seen[want] && !(want == "start group pair") {
			t.Errorf("the tabulator does not come to %q: %v", want, seen)
		}
	}
	if outline := b.text(`getComputedStyle(document.activeElement).outlineStyle`); outline == "none" {
		t.Error("one does not see where the focus is")
	}
	b.run(chromedp.KeyEvent(kb.Enter))
	b.message("Stopped sleeper.")
	if now := b.text(`document.activeElement.value`); now != "stop process sleeper:sleeper" {
		t.Errorf("the focus is at %q", now)
	}
	// A question takes the focus and gives it back.
	b.do(`document.querySelector('button[value="stop all"]').focus()`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor(`document.querySelector("dialog[open]")?.contains(document.activeElement)`)
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor(`document.activeElement.value === "stop all"`)
}

// The scripts show figures as the server does.
func TestFigures(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	b.do(`import(document.querySelector("script[type=module]").src.replace("app.js", "ui.js")).then((m) => { window.ui = m; })`)
	for expression, want := range map[string]string{
		"ui.duration(3661.9)": "1:01:01", "ui.duration(-5)": "0:00:00", "ui.duration(1000000)": "11d 13:46:40",
		"ui.bytes(0)": "0 B", "ui.bytes(1536)": "1.5 KiB", "ui.bytes(204800)": "200 KiB", "ui.bytes(5368709120)": "5.0 GiB",
		"ui.ago(59)": "59 s ago", "ui.ago(3600)": "1 h ago", "ui.ago(86400 * 3)": "3 d ago", "ui.percent(3.14159)": "3.1 %",
	} {
		if got := b.text(expression); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
}

// Terminal sequences become styles, and nothing else.
func TestANSI(t *testing.T) {
	d := startDaemon(t, pair)
	b := newTab(t)
	b.openLive(d.url(""))
	b.do(`import(document.querySelector("script[type=module]").src.replace("app.js", "ansi.js")).then((m) => { window.ansi = m; })`)
	for in, want := range map[string]string{
		`plain`:                          `plain`,
		`\x1b[31mred\x1b[0m`:             `{f1}red`,
		`\x1b[1;4;31mx`:                  `{a1 a4 f1}x`,
		`\x1b[1mx\x1b[22my`:              `{a1}x y`,
		`\x1b[97;104mx`:                  `{f15 k4}x`,
		`\x1b[7mx`:                       `{var(--log)/var(--ink)}x`,
		`\x1b[7;31mx`:                    `{k1 var(--log)/}x`,
		`\x1b[38;5;9mx\x1b[39my`:         `{f9}x y`,
		`\x1b[38;5;196mx`:                `{rgb(255, 0, 0)/}x`,
		`\x1b[38;5;240mx`:                `{rgb(88, 88, 88)/}x`,
		`\x1b[38;5;999mx`:                `x`,
		`\x1b[38;5mx`:                    `x`,
		`\x1b[38;2;1;2;3;1mx`:            `{a1 rgb(1, 2, 3)/}x`,
		`\x1b[38;2;1;2;999mx`:            `x`,
		`\x1b[48:5:17mx`:                 `{/rgb(0, 0, 95)}x`,
		`\x1b[?25lx\x1b[2J\x1b[10;20Hy`:  `x y`,
		`\x1b]0;title\x07x`:              `x`,
		`\x1b]8;;http://e/\x1b\\link`:    `link`,
		`\x1b]never ended`:               ``,
		`\x1b(Bx\x1b=y`:                  `x y`,
		`a\x1b`:                          `a`,
		`\x00\x07\x7f`:                   `␀␇␡`,
		`<img src=x onerror=alert(1)>`:   `<img src=x onerror=alert(1)>`,
		`\x1b[31m<b>\x1b[0m`:             `{f1}<b>`,
		`\x1b[99999999999999999999999mx`: `x`,
		`\x1b[` + strings.Repeat("1;", 500) + `31mx`: `{a1 f1}x`,
	} {
		got := b.text(`ansi.parse("` + in + `", ansi.plain).pieces.map((p) => { const e = ansi.element(p); if (e.nodeType === 3) return e.data;
			const s = e.style, c = [...e.classList].join(" "), st = s.color || s.background ? s.color + "/" + s.background : "";
			return "{" + [c, st].filter(Boolean).join(" ") + "}" + e.textContent + (e.children.length ? " HAS CHILDREN" : ""); }).join(" ")`)
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
