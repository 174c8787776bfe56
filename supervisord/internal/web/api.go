package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/supervisor-go/supervisor/supervisord/internal/version"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
)

// apiBase is the path before those of the API.
const apiBase = "/api/v1"

// api returns the table of the API: routes and description are made of it.
func (s *Site) api() *openapi.API {
	a := &openapi.API{
		Title: "Supervisor", Version: version.Product, Base: apiBase, Doc: apiDoc,
		Paths: map[string]openapi.Param{
			"process":   {Doc: "The name of a process: group:name, or name alone if the group has the same name."},
			"group":     {Doc: "The name of a group."},
			"channel":   {Doc: "The output channel.", Enum: []string{"stdout", "stderr"}},
			"operation": {Doc: "The ID of an operation."},
		},
	}
	a.Operations = append(a.Operations, s.daemonAPI()...)
	a.Operations = append(a.Operations, s.processAPI()...)
	a.Operations = append(a.Operations, s.logAPI()...)
	a.Operations = append(a.Operations, s.configAPI()...)
	return a
}

const apiDoc = `What the web page of supervisord uses, and what programs may use as well.

Requests need the user name and password of the server, if it has any. A request that does something is a POST
with Content-Type: application/json; a browser also sends the token of its session as X-CSRF-Token. Errors are
told as {"error": {"code", "message"}}. Times are seconds since 1970.`

// reply is a handler whose answer is JSON. It returns the status and the body.
type reply func(r *http.Request) (status int, body any, err error)

// ServeHTTP implements http.Handler.
func (f reply) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, err := f(r)
	if err != nil {
		status, body = errorAnswer(err)
	}
	writeJSON(w, status, body)
}

// get makes a handler of a function that only reads.
func get[T any](fn func(r *http.Request) (T, error)) http.HandlerFunc {
	return reply(func(r *http.Request) (int, any, error) {
		body, err := fn(r)
		return http.StatusOK, body, err
	}).ServeHTTP
}

// post makes a handler of a function that does something. The body of the
// request is JSON, or nothing.
func post[Req any](s *Site, fn func(r *http.Request, req Req) (status int, body any, err error)) http.HandlerFunc {
	return reply(func(r *http.Request) (int, any, error) {
		if err := s.tokens.mayWrite(r); err != nil {
			return 0, nil, err
		}
		var req Req
		if err := readJSON(r, &req); err != nil {
			return 0, nil, err
		}
		return fn(r, req)
	}).ServeHTTP
}

// maxRequest is the longest request body of the API, in bytes.
const maxRequest = 256 << 10

func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxRequest))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("there is something after it")
	}
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return badRequest("the body of the request is not what is expected: " + err.Error())
}

func badRequest(message string) *apiError {
	return &apiError{http.StatusBadRequest, "BAD_REQUEST", message}
}

// errorAnswer returns the status and body that tell of an error.
func errorAnswer(err error) (int, ErrorBody) {
	var own *apiError
	if errors.As(err, &own) {
		return own.status, ErrorBody{ErrorInfo{own.code, own.message}}
	}
	code := codeOf(err)
	return statusOf(code), ErrorBody{ErrorInfo{code, reason(err, nil)}}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // the types of this package can be written
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(b)+1))
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

// failures are the answers that operations have in common.
func failures(statuses ...int) []openapi.Answer {
	docs := map[int]string{
		http.StatusBadRequest:         "The request is not understood.",
		http.StatusNotFound:           "There is no such thing: BAD_NAME, NO_LOG or NOT_FOUND.",
		http.StatusConflict:           "It did not work; the code says why.",
		http.StatusServiceUnavailable: "supervisord is shutting down, or too busy.",
	}
	var answers []openapi.Answer
	for _, status := range statuses {
		answers = append(answers, openapi.Answer{Status: status, Doc: docs[status], Body: ErrorBody{}})
	}
	return append(answers, openapi.Answer{
		Status: 0, Doc: "401 without the right credentials, 403 for what another site asks for, both as text; 403 TOKEN without a valid token.",
	})
}

// done are the answers of what does something.
func done() []openapi.Answer {
	return append([]openapi.Answer{
		{Status: http.StatusOK, Doc: "It has ended well.", Body: Operation{}},
		{Status: http.StatusAccepted, Doc: "It goes on; ask for the operation by its ID, or wait for its event.", Body: Operation{}},
		{Status: http.StatusConflict, Doc: "It has ended, and not well.", Body: Operation{}},
	}, failures(http.StatusBadRequest, http.StatusNotFound, http.StatusServiceUnavailable)...)
}

// integer reads a query parameter.
func integer(r *http.Request, name string, otherwise int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, badRequest(name + " is not a whole number")
	}
	return n, nil
}
