package web

import (
	"net/http"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
)

// daemonAPI is what concerns supervisord as a whole.
func (s *Site) daemonAPI() []openapi.Operation {
	return []openapi.Operation{
		{
			Method: "GET", Path: "/daemon", ID: "getDaemon", Tag: "daemon",
			Summary: "Who supervisord is and how it is",
			Answers: append([]openapi.Answer{{Status: 200, Doc: "supervisord.", Body: DaemonInfo{}}}, failures()...),
			Handler: get(func(*http.Request) (DaemonInfo, error) { return s.daemonInfo(time.Now().Unix()), nil }),
		},
		{
			Method: "GET", Path: "/events", ID: "followEvents", Tag: "daemon",
			Summary: "Everything, and then what changes",
			Doc: `Server-sent events. The first is snapshot, and comes again if the client was too slow to take all that followed.
patch tells differences, operation the end of an operation, whoever asked for it, and beat that nothing has
happened for ten seconds. Figures of usage are looked at every few seconds while somebody listens.`,
			Answers: append([]openapi.Answer{{Status: 200, Doc: "A stream.", Events: map[string]any{
				"snapshot": Snapshot{}, "patch": Patch{}, "operation": Operation{}}}}, failures()...),
			Handler: s.events,
		},
		{
			Method: "GET", Path: "/session", ID: "getSession", Tag: "daemon",
			Summary: "The token of the browser's session",
			Doc:     "The cookie of the session comes with the page.",
			Answers: append([]openapi.Answer{{Status: 200, Doc: "The session.", Body: Session{}},
				{Status: 403, Doc: "NO_SESSION: there is no cookie.", Body: ErrorBody{}}}, failures()...),
			Handler: get(func(r *http.Request) (Session, error) {
				token, ok := s.tokens.of(r)
				if !ok {
					return Session{}, &apiError{http.StatusForbidden, "NO_SESSION", "there is no session; load the page again"}
				}
				return Session{token}, nil
			}),
		},
		{
			Method: "GET", Path: "/operations/{operation}", ID: "getOperation", Tag: "daemon",
			Summary: "What became of an operation",
			Doc:     "The latest are remembered until supervisord restarts, a thousand at most.",
			Query:   []openapi.Param{{Name: "wait", Integer: true, Default: 0, Doc: "How many seconds to wait for its end, at most 3600."}},
			Answers: done(),
			Handler: reply(s.getOperation).ServeHTTP,
		},
		{
			Method: "GET", Path: "/openapi.json", ID: "getDescription", Tag: "daemon",
			Summary: "This description",
			Answers: append([]openapi.Answer{{Status: 200, Doc: "An OpenAPI 3.0 document.", Media: "application/json"}}, failures()...),
			Handler: get(func(*http.Request) (openapi.Object, error) { return s.api().Document(), nil }),
		},
	}
}

func (s *Site) getOperation(r *http.Request) (int, any, error) {
	seconds, err := integer(r, "wait", 0)
	if err != nil {
		return 0, nil, err
	}
	p := s.ops.find(r.PathValue("operation"))
	if p == nil {
		return 0, nil, &apiError{http.StatusNotFound, "NOT_FOUND", "there is no such operation, or it ended long ago"}
	}
	return s.outcome(r, p, time.Duration(min(max(seconds, 0), maxWait))*time.Second)
}

// maxWait is how long an answer waits for an operation at most, in seconds.
const maxWait = 3600

// outcome waits for an operation and answers with it.
func (s *Site) outcome(r *http.Request, p *operation, d time.Duration) (int, any, error) {
	op := s.ops.wait(r.Context(), p, d)
	switch {
	case !op.Done:
		return http.StatusAccepted, op, nil
	case !op.OK:
		return http.StatusConflict, op, nil
	}
	return http.StatusOK, op, nil
}

// waiting returns how long a request wants to wait for the outcome.
func waiting(seconds maybe[float64]) (time.Duration, error) {
	if !seconds.known {
		return time.Minute, nil
	}
	if seconds.value < 0 || seconds.value > maxWait {
		return 0, badRequest("wait is not a number of seconds from 0 to 3600")
	}
	return time.Duration(seconds.value * float64(time.Second)), nil
}

// shuttingDown is nil while supervisord takes orders.
func (s *Site) shuttingDown() error {
	if s.options.Daemon.Mood() != core.MoodRunning {
		return errShutdown
	}
	return nil
}
