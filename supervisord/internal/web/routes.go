package web

import "net/http"

// pages are the routes that are not of the API. The names ending in .html are
// those of the Python Supervisor; scripts use them.
func (s *Site) pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /{$}":                   s.index,
		"POST /{$}":                  s.form,
		"GET /index.html":            s.index,
		"POST /index.html":           s.form,
		"GET /tail.html":             s.tailPage,
		"GET /ok.html":               ok,
		"GET /log.html":              s.logPage,
		"GET /config.html":           s.configPage,
		"GET /favicon.ico":           favicon,
		"GET /s/{version}/{file...}": assets,
	}
}

// routes makes the mux of pages and API.
func (s *Site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handler := range s.pages() {
		mux.HandleFunc(pattern, handler)
	}
	a := s.api()
	for i := range a.Operations {
		op := &a.Operations[i]
		mux.HandleFunc(op.Method+" "+a.Base+op.Path, op.Handler)
	}
	return mux
}

// ok is for scripts that ask whether the server answers.
func ok(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("OK"))
}
