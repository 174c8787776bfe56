package web

import (
	"io"
	"net/http"
)

// configPage shows what an update would change, for browsers without script.
type configPage struct {
	head
	Preview Preview
	Problem string
}

// configPage answers config.html.
func (s *Site) configPage(w http.ResponseWriter, r *http.Request) {
	s.showConfig(w, r, "")
}

func (s *Site) showConfig(w http.ResponseWriter, r *http.Request, problem string) {
	p := configPage{head: s.head(w, r, "Configuration", ""), Problem: problem}
	err := s.shuttingDown()
	if err == nil {
		p.Preview, err = s.preview()
	}
	if err != nil {
		_, body := errorAnswer(err)
		p.Problem = body.Error.Message
	}
	render(w, r, http.StatusOK, func(w io.Writer) { writeconfigView(w, &p) })
}

// formUpdate carries out the update that the page has shown.
func (s *Site) formUpdate(w http.ResponseWriter, r *http.Request) {
	p, err := s.beginUpdate(UpdateRequest{Fingerprint: r.PostForm.Get("fingerprint")})
	if err == errChanged {
		s.showConfig(w, r, "Nothing was done: the configuration has changed meanwhile. This is how it is now.")
		return
	}
	s.answerForm(w, r, p, err)
}
