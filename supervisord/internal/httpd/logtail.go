package httpd

import (
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// logTail streams the log of a process: /logtail/NAME or /logtail/NAME/stderr.
func (s *site) logTail(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuse(w, http.StatusBadRequest, "A log is read with GET.")
		return
	}
	name, channel, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/logtail"), "/"), "/")
	ch := core.Stdout
	if given && channel == core.Stderr.String() {
		ch = core.Stderr
	} else if given && channel != core.Stdout.String() {
		refuse(w, http.StatusNotFound, "A process has the logs stdout and stderr.")
		return
	}
	v, err := s.options.Source.Process(name)
	if err != nil {
		refuse(w, http.StatusNotFound, "There is no such process.")
		return
	}
	w.Header()["X-Accel-Buffering"] = []string{"no"} // nginx would hold lines back
	s.tailFile(w, r, api.LogOf(&v, ch))
}

// mainLogTail streams the activity log.
func (s *site) mainLogTail(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuse(w, http.StatusBadRequest, "A log is read with GET.")
		return
	}
	s.tailFile(w, r, s.options.MainLog())
}

// tailHead is how much of a log is sent before what is new, in bytes.
const tailHead = 1024

// tailFile streams a log from its last lines on.
func (s *site) tailFile(w http.ResponseWriter, r *http.Request, path string) {
	if path == "" {
		refuse(w, http.StatusNotFound, "There is no log file.")
		return
	}
	poll := s.limits.poll
	var changed <-chan struct{}
	if s.options.Follower != nil {
		// Before the file is opened: no change in between may be missed.
		var cancel func()
		changed, cancel = s.options.Follower.Follow(path)
		defer cancel()
		poll = s.limits.pollSlowly
	}
	t, err := openTail(path, tailHead)
	if err != nil {
		refuse(w, http.StatusNotFound, "There is no log file.")
		return
	}
	defer t.close()
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	if info, err := os.Stat(path); err == nil {
		w.Header().Set("Last-Modified", info.ModTime().UTC().Format(http.TimeFormat))
	}
	st, err := s.openStream(w, r)
	if err != nil {
		return
	}
	defer s.closeStream(st)
	timer := time.NewTimer(poll)
	defer timer.Stop()
	for t.copyNew(st) == nil {
		timer.Reset(poll)
		select {
		case <-st.ctx.Done():
			return
		case <-changed:
		case <-timer.C:
		}
	}
}
