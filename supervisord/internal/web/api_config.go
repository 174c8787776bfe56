package web

import (
	"net/http"

	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
)

// configAPI shows and applies changes of the configuration.
func (s *Site) configAPI() []openapi.Operation {
	return []openapi.Operation{
		{
			Method: "GET", Path: "/config/preview", ID: "previewUpdate", Tag: "config",
			Summary: "What an update would change",
			Doc: `The configuration file is read and compared with what is in force; nothing is changed. Values are only told if
they cannot be secrets. A file that cannot be used is a CANT_REREAD error that says what is wrong and where.`,
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The changes.", Body: Preview{}}}, failures(409, 503)...),
			Handler: get(func(*http.Request) (Preview, error) {
				if err := s.shuttingDown(); err != nil {
					return Preview{}, err
				}
				return s.preview()
			}),
		},
		{
			Method: "POST", Path: "/config/update", ID: "update", Tag: "config",
			Summary: "Bring groups in line with the configuration file",
			Doc: `The file is read again. Groups that are gone are stopped and removed, new ones are added, and of those that
differ only the processes concerned are touched.`,
			Body: UpdateRequest{}, Answers: done(), Header: tokenParam,
			Handler: post(s, func(r *http.Request, req UpdateRequest) (int, any, error) {
				d, err := waiting(req.Wait)
				if err != nil {
					return 0, nil, err
				}
				p, err := s.beginUpdate(req)
				if err != nil {
					return 0, nil, err
				}
				return s.outcome(r, p, d)
			}),
		},
	}
}
