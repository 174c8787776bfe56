package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/logs"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
)

// logAPI reads logs: those of processes and the activity log have the same
// operations.
func (s *Site) logAPI() []openapi.Operation {
	ops := append(s.logOps("/processes/{process}/logs/{channel}", "Log", "logs", "a process's log", s.processLog),
		s.logOps("/daemon/log", "ActivityLog", "daemon", "the activity log", s.activityLog)...)
	return append(ops, openapi.Operation{
		Method: "POST", Path: "/daemon/log/clear", ID: "clearActivityLog", Tag: "daemon",
		Summary: "Begin the activity log anew", Doc: "Rotated files are kept.", Body: ActionRequest{}, Answers: done(), Header: tokenParam,
		Handler: post(s, func(r *http.Request, req ActionRequest) (int, any, error) {
			d, err := waiting(req.Wait)
			if err != nil {
				return 0, nil, err
			}
			p, err := s.beginClearActivity()
			if err != nil {
				return 0, nil, err
			}
			return s.outcome(r, p, d)
		}),
	})
}

func (s *Site) beginClearActivity() (*operation, error) {
	if err := s.shuttingDown(); err != nil {
		return nil, err
	}
	if s.options.Activity.Path() == "" {
		return nil, errNoLog
	}
	return s.ops.begin("clear", "activity log", func(context.Context) outcome {
		if err := s.options.Activity.Clear(); err != nil {
			return outcome{code: codeOf(err), message: "Cannot clear the activity log: " + err.Error() + "."}
		}
		return outcome{message: "Cleared the activity log."}
	})
}

// logSource finds the log that a request is about.
type logSource func(r *http.Request) (logs.Source, error)

var errNoLog = &apiError{http.StatusNotFound, "NO_LOG", "there is no log file"}

// processLog is the logSource of paths with a process and a channel.
func (s *Site) processLog(r *http.Request) (logs.Source, error) {
	return s.sourceOf(r.PathValue("process"), r.PathValue("channel"))
}

func (s *Site) sourceOf(process, channel string) (logs.Source, error) {
	ch := core.Stdout
	switch channel {
	case core.Stdout.String():
	case core.Stderr.String():
		ch = core.Stderr
	default:
		return logs.Source{}, &apiError{http.StatusNotFound, "NOT_FOUND", "a process has the logs stdout and stderr"}
	}
	v, err := s.options.Daemon.Process(process)
	if err != nil {
		return logs.Source{}, err
	}
	if !hasLog(&v, ch) {
		return logs.Source{}, errNoLog
	}
	out := output(v.Config, ch)
	return logs.Source{Path: api.LogOf(&v, ch), Backups: out.Backups, Dated: out.Rotation == config.RotateTimestamp}, nil
}

// activityLog is the logSource of the activity log.
func (s *Site) activityLog(r *http.Request) (logs.Source, error) {
	path := s.options.Activity.Path()
	if path == "" {
		return logs.Source{}, errNoLog
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	_ = s.options.Activity.Sync(ctx) // what is not there yet comes later
	return logs.Source{Path: path, Backups: s.options.ActivityBackups}, nil
}

// fileParams choose a file of a log.
var fileParams = []openapi.Param{
	{Name: "file", Integer: true, Default: 0, Doc: "The index of the file: 0 for the one that is written to, 1 for the youngest rotated one."},
	{Name: "id", Doc: "The ID of the file, instead of its index: it is found even if it was rotated meanwhile."},
}

// logOps are the operations on the logs below a path.
func (s *Site) logOps(path, id, tag, what string, source logSource) []openapi.Operation {
	missing := failures(400, 404)
	return []openapi.Operation{
		{
			Method: "GET", Path: path, ID: "get" + id + "Files", Tag: tag, Summary: "The files of " + what,
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The files.", Body: LogFiles{}}}, missing...),
			Handler: get(func(r *http.Request) (LogFiles, error) { return logFiles(r, source) }),
		},
		{
			Method: "GET", Path: path + "/text", ID: "read" + id, Tag: tag, Summary: "A part of " + what,
			Doc: "No character is cut, so that the part may be a little shorter than what was asked for.",
			Query: append([]openapi.Param{
				{Name: "offset", Integer: true, Default: -65536, Doc: "Where to begin, in bytes; a negative one counts from the end of the file."},
				{Name: "length", Integer: true, Default: 65536, Doc: "How many bytes to read, at most 1 MiB."},
				{Name: "lines", Enum: []string{"0", "1"}, Default: "0", Doc: "1 to begin with a whole line, if there is one."},
			}, fileParams...),
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The part.", Body: LogText{}}}, missing...),
			Handler: get(func(r *http.Request) (LogText, error) { return readLog(r, source) }),
		},
		{
			Method: "GET", Path: path + "/search", ID: "search" + id, Tag: tag, Summary: "Look for a text in " + what,
			Doc: "Upper and lower case of ASCII letters are the same. One request looks through 256 MiB at most, and for a few seconds.",
			Query: append([]openapi.Param{
				{Name: "q", Required: true, Doc: "What to look for, at most 1 KiB."},
				{Name: "from", Integer: true, Doc: "Where to begin, in bytes; by default the end of the file, or its start if direction is forward."},
				{Name: "direction", Enum: []string{"backward", "forward"}, Default: "backward", Doc: "Whether to find the last match before from or the first after it."},
			}, fileParams...),
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The outcome.", Body: LogMatch{}}}, missing...),
			Handler: get(func(r *http.Request) (LogMatch, error) { return searchLog(r, source) }),
		},
		{
			Method: "GET", Path: path + "/follow", ID: "follow" + id, Tag: tag, Summary: "What is added to " + what,
			Doc: `Server-sent events. text is what was added; rotated and cleared tell that a new file has begun; skipped that there
was more than can be shown; beat that nothing has happened for ten seconds. The ID of each event is a position
from which the log can be followed again.`,
			Query:  []openapi.Param{{Name: "from", Doc: "A position, ID:offset; by default the end of the log."}},
			Header: []openapi.Param{{Name: "Last-Event-ID", Doc: "The same, as browsers send it when they connect again."}},
			Answers: append([]openapi.Answer{{Status: 200, Doc: "A stream.", Events: map[string]any{
				"text": LogNews{}, "rotated": LogNews{}, "cleared": LogNews{}, "skipped": LogNews{}}}}, missing...),
			Handler: func(w http.ResponseWriter, r *http.Request) { s.followLog(w, r, source) },
		},
		{
			Method: "GET", Path: path + "/download", ID: "download" + id, Tag: tag, Summary: "A file of " + what,
			Doc: "The bytes as they are. Ranges are supported.", Query: fileParams,
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The file.", Media: "application/octet-stream"}}, missing...),
			Handler: func(w http.ResponseWriter, r *http.Request) { s.downloadLog(w, r, source) },
		},
	}
}

func logFiles(r *http.Request, source logSource) (LogFiles, error) {
	src, err := source(r)
	if err != nil {
		return LogFiles{}, err
	}
	list := LogFiles{Path: src.Path, Files: []LogFile{}}
	for _, f := range src.Files() {
		list.Files = append(list.Files, logFile(&f))
	}
	return list, nil
}

func logFile(f *logs.File) LogFile {
	return LogFile{Index: f.Index, ID: f.ID, Name: f.Name, Size: f.Size, Modified: f.Modified.Unix(), Compressed: f.Compressed}
}

// openLog opens the file that a request names.
func openLog(r *http.Request, source logSource) (*logs.Opened, error) {
	src, err := source(r)
	if err != nil {
		return nil, err
	}
	index, err := integer(r, "file", 0)
	if err != nil {
		return nil, err
	}
	var f *logs.Opened
	if id := r.URL.Query().Get("id"); id != "" {
		f, err = src.OpenID(id)
	} else {
		f, err = src.Open(int(min(index, 1<<30)))
	}
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, logs.ErrNotThere), errors.Is(err, fs.ErrNotExist):
		return nil, &apiError{http.StatusNotFound, "NO_LOG", "there is no such log file; it may have been rotated or removed"}
	}
	return nil, &apiError{http.StatusNotFound, "NO_LOG", "the log cannot be read: " + err.Error()}
}

func readLog(r *http.Request, source logSource) (LogText, error) {
	offset, err := integer(r, "offset", -65536)
	if err != nil {
		return LogText{}, err
	}
	length, err := integer(r, "length", 65536)
	if err != nil {
		return LogText{}, err
	}
	f, err := openLog(r, source)
	if err != nil {
		return LogText{}, err
	}
	defer f.Close()
	part, err := f.Read(offset, length, r.URL.Query().Get("lines") == "1")
	if err != nil {
		return LogText{}, &apiError{http.StatusNotFound, "NO_LOG", "the log cannot be read: " + err.Error()}
	}
	return LogText{ID: f.ID, Index: f.Index, Offset: part.Offset, Next: part.Next, Size: part.Size, Text: part.Text}, nil
}

// searchTime is how long one search may take.
const searchTime = 5 * time.Second

func searchLog(r *http.Request, source logSource) (LogMatch, error) {
	query := r.URL.Query()
	needle, forward := query.Get("q"), query.Get("direction") == "forward"
	if needle == "" || len(needle) > logs.MaxNeedle {
		return LogMatch{}, badRequest("q is not a text of 1 to 1024 bytes")
	}
	f, err := openLog(r, source)
	if err != nil {
		return LogMatch{}, err
	}
	defer f.Close()
	otherwise := f.Size
	if forward {
		otherwise = 0
	}
	from, err := integer(r, "from", otherwise)
	if err != nil {
		return LogMatch{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), searchTime)
	defer cancel()
	found, err := f.Search(ctx, needle, from, forward)
	if err != nil {
		return LogMatch{}, &apiError{http.StatusNotFound, "NO_LOG", "the log cannot be read: " + err.Error()}
	}
	return LogMatch{ID: f.ID, Index: f.Index, Found: found.Offset >= 0, Offset: found.Offset, Stopped: found.Stopped, More: found.More}, nil
}

// position is where a follower is, as it is written in the IDs of events.
func position(id string, offset int64) string { return id + ":" + strconv.FormatInt(offset, 10) }

func parsePosition(s string) (id string, offset int64, err error) {
	if s == "" {
		return "", 0, nil
	}
	id, text, _ := strings.Cut(s, ":")
	offset, err = strconv.ParseInt(text, 10, 64)
	if err != nil || id == "" {
		return "", 0, badRequest("the position is not ID:offset")
	}
	return id, offset, nil
}

// followPause is the shortest time between two messages about one log.
const followPause = 50 * time.Millisecond

// followLog streams what is added to a log.
func (s *Site) followLog(w http.ResponseWriter, r *http.Request, source logSource) {
	src, err := source(r)
	var id string
	var offset int64
	if err == nil {
		id, offset, err = parsePosition(orElse(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("from")))
	}
	if err != nil {
		status, body := errorAnswer(err)
		writeJSON(w, status, body)
		return
	}
	// Before the file is opened: no change in between may be missed.
	changed, cancel := s.options.Follower.Follow(src.Path)
	defer cancel()
	tail := src.Follow(id, offset)
	defer tail.Close()
	st, done, err := s.openStream(w, r)
	if err != nil {
		return
	}
	defer done()
	s.follow(r.Context(), st, tail, changed)
}

func (s *Site) follow(ctx context.Context, st *stream, tail *logs.Tail, changed <-chan struct{}) {
	poll, beat := time.NewTicker(s.limits.poll), time.NewTicker(s.limits.beat)
	defer poll.Stop()
	defer beat.Stop()
	pause := time.NewTimer(followPause)
	defer pause.Stop()
	for {
		if err := tail.Next(func(n logs.News) error { return sendNews(st, n) }); err != nil {
			return
		}
		select { // lines that come one by one are sent together
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-changed:
		case <-poll.C:
		case <-beat.C:
			if st.beat() != nil {
				return
			}
		}
		pause.Reset(followPause)
	}
}

// sendNews sends one piece of news at once.
func sendNews(st *stream, n logs.News) error {
	data, err := json.Marshal(LogNews{ID: n.File, Offset: n.Part.Offset, Next: n.Part.Next, Text: n.Part.Text, Bytes: n.Bytes})
	if err != nil {
		return err
	}
	st.add(position(n.File, n.Part.Next), string(n.Change), data)
	return st.flush()
}

// downloadLog sends a file as it is.
func (s *Site) downloadLog(w http.ResponseWriter, r *http.Request, source logSource) {
	f, err := openLog(r, source)
	if err != nil {
		status, body := errorAnswer(err)
		writeJSON(w, status, body)
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	if h.Get("Content-Disposition") == "" {
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("ETag", fmt.Sprintf("%q", fmt.Sprintf("%s-%x-%x", f.ID, f.Size, f.Modified.UnixNano())))
	p := &patient{w, http.NewResponseController(w), s.limits.write}
	defer p.control.SetWriteDeadline(time.Time{})
	http.ServeContent(p, r, "", f.Modified, f.Reader())
}

// patient is a response that may take as long as it likes, as long as it goes
// on.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(p.timeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}
