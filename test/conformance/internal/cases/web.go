package cases

import (
	"net/url"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	programs := quiet("run") + prog("crasher", "sh -c 'exit 3'", "autostart=false", "startretries=0") +
		prog("missing", "/nonexistent/program", "autostart=false") + prog("file", "{DIR}/file", "autostart=false") +
		quiet("m") + "[group:g]\nprograms=m\n"
	up := func(t *T) {
		t.Write("file", "not a program\n")
		t.Await("run", "RUNNING")
		t.Await("g:m", "RUNNING")
	}
	return []*suite.Suite{
		{Name: "web-links", Config: "[unix_http_server]\nweb_get_actions=true\n" + programs, Setup: up, Slow: 10, Cases: webLinks()},
		{Name: "web-links-ask", Config: programs, Setup: up, Slow: 5, Cases: []suite.Case{
			better("Links of the web page (index.html?processname=...&action=...) change nothing: they show a form that asks for confirmation, because any page can make a browser follow them. With web_get_actions = true in the section of the server they act at once, as in the reference.",
				suite.Case{Name: "stop", Run: func(t *T) {
					r := unix(t, "GET /index.html?processname=run&action=stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
					t.Printf("%s, the form asks: %v, %s", r.StatusLine, strings.Contains(r.Body, "Do you want to stop run?"), t.State("run"))
				}}),
		}},
	}
})

// openLink opens a link of the web page and shows the message to which it leads,
// without the time of day in it.
func openLink(t *T, query string) {
	r := unix(t, "GET /index.html?"+query+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	u, err := url.Parse(r.Get("Location"))
	t.Must(err)
	message, _, _ := strings.Cut(u.Query().Get("message"), " at ")
	t.Printf("%s: %s", query, message)
}

func webLinks() []suite.Case {
	links := func(name string, state string, queries ...string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			for _, q := range queries {
				openLink(t, q)
				t.Printf("  %s %s", state, t.State(state))
			}
		}}
	}
	return []suite.Case{
		links("stop-start", "run", "processname=run&action=stop", "processname=run&action=stop", "processname=run&action=start",
			"processname=run&action=start", "processname=run&action=restart", "processname=run&action=clearlog"),
		links("group", "g:m", "processname=g:m&action=stop", "processname=g%3Am&action=start", "processname=g:*&action=stop"),
		links("wrong", "run", "processname=nobody&action=start", "processname=g:nobody&action=stop", "processname=nobody:x&action=clearlog"),
		links("missing", "missing", "processname=missing&action=start"),
		links("not-executable", "file", "processname=file&action=start"),
		links("crasher", "crasher", "processname=crasher&action=start"),
		links("all", "run", "action=stopall", "action=restartall", "action=refresh"),
	}
}
