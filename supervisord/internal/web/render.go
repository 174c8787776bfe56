package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// The pages are the *.qtpl files of this directory. What qtc makes of them is kept
// beside them, so that building needs nothing but Go.
//
//go:generate go run github.com/valyala/quicktemplate/qtc -skipLineComments

// head is what every page has.
type head struct {
	Title  string
	Script string // name of the script of the page, without directory
	Assets string // path of the assets
	Token  string
	Daemon DaemonInfo
}

func (s *Site) head(w http.ResponseWriter, r *http.Request, title, script string) head {
	return head{
		Title: title, Script: script, Assets: "s/" + loadAssets().version, Token: s.tokens.issue(w, r),
		Daemon: s.daemonInfo(time.Now().Unix()),
	}
}

// asset is the address of a file of the page.
func (h *head) asset(name string) string { return h.Assets + "/" + name }

// smallPage is the size in bytes below which a page is not squeezed.
const smallPage = 8 << 10

// render sends the page that view writes.
func render(w http.ResponseWriter, r *http.Request, status int, view func(io.Writer)) {
	var page bytes.Buffer
	view(&page)
	h := w.Header()
	h.Set("Content-Type", "text/html;charset=utf-8")
	h.Set("Vary", "Accept-Encoding")
	if page.Len() >= smallPage && acceptsGzip(r) {
		var squeezed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&squeezed, gzip.BestSpeed)
		z.Write(page.Bytes())
		z.Close()
		page = squeezed
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(page.Bytes())
	}
}

// duration writes seconds as 1:02:03 or 3d 1:02:03. The script of the page does
// the same.
func duration(seconds int64) string {
	seconds = max(seconds, 0)
	text := fmt.Sprintf("%d:%02d:%02d", seconds%86400/3600, seconds%3600/60, seconds%60)
	if days := seconds / 86400; days > 0 {
		return fmt.Sprintf("%dd %s", days, text)
	}
	return text
}

// ago says how long ago something was, in one unit. The script does the same.
func ago(seconds int64) string {
	s := max(seconds, 0)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s ago", s)
	case s < 3600:
		return fmt.Sprintf("%d min ago", s/60)
	case s < 86400:
		return fmt.Sprintf("%d h ago", s/3600)
	}
	return fmt.Sprintf("%d d ago", s/86400)
}

// byteSize writes a size with a unit, in three digits or a little more.
func byteSize(n int64) string {
	const step = 1024
	if n < step {
		return strconv.FormatInt(n, 10) + " B"
	}
	f := float64(n)
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if f /= step; f < step {
			digits := 1
			if f >= 100 {
				digits = 0
			}
			return strconv.FormatFloat(f, 'f', digits, 64) + " " + unit
		}
	}
	return strconv.FormatFloat(f, 'f', 0, 64) + " TiB"
}

func showCPU(share maybe[float64]) string {
	if !share.known {
		return ""
	}
	return strconv.FormatFloat(share.value, 'f', 1, 64) + " %"
}

func showMemory(size maybe[int64]) string {
	if !size.known {
		return ""
	}
	return byteSize(size.value)
}

// effects are the words for what an update does to processes.
var effects = map[string]string{
	"add": "will be added:", "remove": "will be stopped and removed:", "restart": "will be restarted:",
	"apply": "will be changed while running:",
}

// buttons are those of a process or group. What makes no sense just now is
// marked; it is refused when it is done all the same.
type buttons struct {
	Kind, Name, Title string
	NoStart, NoStop   bool
}

func processButtons(r *row) buttons {
	return buttons{"process", r.ID, r.Title(), !downStates[r.State], !upStates[r.State]}
}

func groupButtons(g *Group) buttons {
	b := buttons{"group", g.Name, "group " + g.Name, true, true}
	for state := range g.States {
		b.NoStart = b.NoStart && !downStates[state]
		b.NoStop = b.NoStop && !upStates[state]
	}
	return b
}

// upStates and downStates are those in which a process can be stopped and
// started.
var (
	upStates   = map[string]bool{"RUNNING": true, "STARTING": true, "BACKOFF": true}
	downStates = map[string]bool{"STOPPED": true, "EXITED": true, "FATAL": true}
)

// summary tells how many processes of a group are in which state. The script of
// the page does the same.
func summary(g *Group) string {
	text := strconv.Itoa(g.Processes) + " processes"
	if g.Processes == 1 {
		text = "1 process"
	}
	for _, state := range ranks {
		if n := g.States[state.String()]; n > 0 {
			text += fmt.Sprintf(" · %d %s", n, strings.ToLower(state.String()))
		}
	}
	return text
}

// ranks are the states in the order of the attention they deserve.
var ranks = []life.State{life.Fatal, life.Backoff, life.Unknown, life.Stopping, life.Starting, life.Running, life.Exited, life.Stopped}

// optionName is what an option is called that has changed.
func optionName(o *OptionChange) string { return orElse(o.Option, "["+o.Section+"]") }

// clock writes a moment in the daemon's time zone.
func clock(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).Format("Jan 02 15:04:05")
}
