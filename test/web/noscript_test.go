package web

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// withoutScript makes the tab one of a browser without JavaScript.
func (b *tab) withoutScript() {
	b.t.Helper()
	b.scriptless = true
	b.run(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// waitText waits until the page has a text.
func (b *tab) waitText(part string) {
	b.t.Helper()
	until(b.t, part, func() (bool, string) {
		text := b.source("body")
		return strings.Contains(text, part), text
	})
}

// source returns the text of an element, without any script of the page.
func (b *tab) source(selector string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS(selector)))
	if err != nil {
		return err.Error()
	}
	return text
}

// Without script there is the table, and its forms do everything.
func TestWithoutScript(t *testing.T) {
	d := startDaemon(t, pair+"[program:missing]\ncommand = %DIR%/nothing\nautostart = false\n")
	d.waitState("sleeper", "RUNNING")
	b := newTab(t)
	b.withoutScript()
	b.expect("404")
	b.open(d.url(""))
	b.waitText("2 processes · 2 running")
	for _, hidden := range []string{"#filter", "#grouped", "#link", ".fold"} {
		b.run(chromedp.WaitNotVisible(chromedp.CSS(hidden)))
	}
	for _, step := range []struct{ press, told string }{
		{"stop process sleeper:sleeper", "Stopped sleeper."},
		{"stop process sleeper:sleeper", "Cannot stop sleeper: it is not running."},
		{"start process sleeper:sleeper", "Started sleeper."},
		{"restart process sleeper:sleeper", "Restarted sleeper."},
		{"clear process sleeper:sleeper", "Cleared the logs of sleeper."},
		{"start process missing:missing", "Cannot start missing: can't find command '" + d.dir + "/nothing'."},
		{"stop group pair", "Stopped 2 processes of group pair."},
		{"start group pair", "Started 2 processes of group pair."},
		{"stop all", "Stopped 3 processes."},
		{"start all", "Started 3 processes, but not missing: can't find command"},
		{"restart all", "Restarted 3 processes, but not missing: can't find command"},
		{"clear all", "Cleared the logs of 4 processes."},
	} {
		b.click(button(step.press))
		b.waitText(step.told)
	}
	d.waitState("sleeper", "RUNNING")

	// Old links ask.
	b.open(d.url("index.html?processname=sleeper&action=stop"))
	b.waitText("Do you want to stop sleeper?")
	if d.process("sleeper").State != "RUNNING" {
		t.Error("a link has stopped a program")
	}
	b.click(button("stop process sleeper"))
	b.waitText("Stopped sleeper.")

	// The configuration.
	d.configure(strings.Replace(pair, "[program:sleeper]", "[program:another]", 1))
	b.click("#update")
	b.waitText("What an update would change")
	b.waitText("another")
	b.click(button("update"))
	b.waitText("another added")
	d.waitState("another", "RUNNING")

	// Logs.
	b.click(`a[href="log.html?channel=activity"]`)
	b.waitText("spawned: 'another' with pid")
}

// The old addresses act at once if the server is told so.
func TestOldLinks(t *testing.T) {
	d := newDaemon(t, pair)
	d.write("supervisord.conf", strings.Replace(d.read("supervisord.conf"), "[inet_http_server]\n", "[inet_http_server]\nweb_get_actions = true\n", 1))
	d.start()
	d.waitState("sleeper", "RUNNING")
	b := newTab(t)
	b.open(d.url("index.html?processname=sleeper&action=stop"))
	b.waitText("Process sleeper stopped")
	d.waitState("sleeper", "STOPPED")
	b.open(d.url("tail.html?processname=sleeper"))
	b.waitText("Supervisor tail of process sleeper")
}
