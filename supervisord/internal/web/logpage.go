package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/supervisor-go/supervisor/pkg/namespec"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/logs"
)

// logPage is the view of one log.
type logPage struct {
	head
	Process *Process // nil for the activity log
	Name    string   // full name of the process
	Heading string
	Channel string // stdout, stderr or activity
	API     string // path of the log in the API, relative
	Path    string
	Files   []LogFile
	File    LogFile // that is shown
	Text    string  // its end, for browsers without script
	Offset  int64
	Size    int64
	Problem string
}

// logChunk is how much of a log a page without script shows, in bytes.
const logChunk = 32 << 10

// logPage shows log.html?name=...&channel=...&file=...&before=....
func (s *Site) logPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := logPage{Channel: orElse(q.Get("channel"), "stdout"), Name: q.Get("name")}
	src, err := s.findLog(&p, r)
	p.Heading = "Activity log"
	title := p.Heading
	if p.Channel != "activity" {
		p.Heading = namespec.Make(namespec.Split(p.Name))
		title = p.Heading + " " + p.Channel
	}
	status := http.StatusOK
	if err == nil {
		err = p.read(src, q.Get("file"), q.Get("before"))
	}
	if err != nil {
		var own *apiError
		code := ""
		if status, code = http.StatusNotFound, codeOf(err); errors.As(err, &own) {
			status, code = own.status, own.code
		}
		if code == "NO_LOG" {
			status = http.StatusOK // it may come
		}
		_, body := errorAnswer(err)
		p.Problem = "There is nothing to show: " + body.Error.Message + "."
	}
	script := "log.js"
	if src.Path == "" {
		script = ""
	}
	p.head = s.head(w, r, title, script)
	render(w, r, status, func(w io.Writer) { writelogView(w, &p) })
}

// findLog finds the log that the address names.
func (s *Site) findLog(p *logPage, r *http.Request) (logs.Source, error) {
	if p.Channel == "activity" {
		p.API = "api/v1/daemon/log"
		return s.activityLog(r)
	}
	v, err := s.options.Daemon.Process(p.Name)
	if err != nil {
		return logs.Source{}, err
	}
	process := describe(&v)
	p.Process = &process
	p.API = "api/v1/processes/" + url.PathEscape(process.ID) + "/logs/" + url.PathEscape(p.Channel)
	return s.sourceOf(process.ID, p.Channel)
}

// read fills in the files of a log and a part of one of them.
func (p *logPage) read(src logs.Source, file, before string) error {
	p.Path = src.Path
	for _, f := range src.Files() {
		p.Files = append(p.Files, logFile(&f))
	}
	index, _ := strconv.Atoi(file)
	f, err := src.Open(index)
	if err != nil {
		return errNoLog
	}
	defer f.Close()
	p.File = logFile(&f.File)
	if f.Compressed {
		return &apiError{http.StatusOK, "NO_LOG", "the file is compressed; download it"}
	}
	end := f.Size
	if n, err := strconv.ParseInt(before, 10, 64); err == nil && n >= 0 {
		end = min(n, end)
	}
	start := max(0, end-logChunk)
	part, err := f.Read(start, end-start, true)
	if err != nil {
		return errNoLog
	}
	p.Offset, p.Size, p.Text = part.Offset, part.Size, plainText(part.Text)
	return nil
}
