package web

import (
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/supervisord/internal/httpd"
)

// form does what a button of the page without script asks for, and sends the
// browser back to the page with a message.
func (s *Site) form(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		s.showIndex(w, r, http.StatusBadRequest, "The form is not understood: "+err.Error()+".", true)
		return
	}
	legacy := false
	do := r.PostForm.Get("do")
	if action := r.Form.Get("action"); do == "" && action != "" {
		do, legacy = legacyAction(action, r.Form.Get("processname")), true
	}
	// What scripts were used to send is as good as a link.
	trusted := legacy && linksAct(r)
	if !trusted && !s.tokens.check(r, r.PostForm.Get(tokenField)) {
		s.showIndex(w, r, http.StatusForbidden, "Nothing was done, because the page was out of date. Please try again.", true)
		return
	}
	if do == "update" {
		s.formUpdate(w, r)
		return
	}
	if do == "clear activity" {
		p, err := s.beginClearActivity()
		s.answerForm(w, r, p, err)
		return
	}
	action, t, ok := actionOf(do)
	if !ok {
		s.showIndex(w, r, http.StatusBadRequest, "The form asks for something that does not exist.", true)
		return
	}
	p, err := s.begin(action, t)
	s.answerForm(w, r, p, err)
}

// linksAct reports whether the server that a request came in by lets links act.
func linksAct(r *http.Request) bool {
	server := httpd.ServerOf(r)
	return server != nil && server.WebGetAction
}

// answerForm waits for an operation and goes back to the page.
func (s *Site) answerForm(w http.ResponseWriter, r *http.Request, p *operation, err error) {
	if err != nil {
		status, body := errorAnswer(err)
		s.showIndex(w, r, status, "That cannot be done: "+body.Error.Message+".", true)
		return
	}
	op := s.ops.wait(r.Context(), p, s.limits.form)
	switch {
	case !op.Done:
		s.back(w, "It takes a while; it goes on.", false)
	default:
		s.back(w, op.Message, !op.OK)
	}
}

// maxMessage is the longest message that is put into an address, in bytes.
const maxMessage = 1500

// back sends a browser to the page, with a message that nobody else can have
// made.
func (s *Site) back(w http.ResponseWriter, message string, failed bool) {
	if len(message) > maxMessage {
		message = message[:maxMessage]
		for !utf8.ValidString(message) {
			message = message[:len(message)-1]
		}
		message += " ..."
	}
	kind := "done"
	if failed {
		kind = "failed"
	}
	q := url.Values{"message": {message}, "kind": {kind}, "proof": {s.tokens.sign(kind, message)}}
	redirect(w, "index.html?"+q.Encode())
}

// messageOf returns the message in an address, if it was put there by back.
func (s *Site) messageOf(r *http.Request) (message string, failed bool) {
	q := r.URL.Query()
	message, kind := q.Get("message"), q.Get("kind")
	if message == "" || !s.tokens.signed(kind, message, q.Get("proof")) {
		return "", false
	}
	return message, kind == "failed"
}
