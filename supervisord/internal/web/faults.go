package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// apiError is an error with an HTTP status.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.message }

var codeSuccess = wire.Success.String()

// codeOf returns the word for an error that programs can tell apart.
func codeOf(err error) string {
	var fault *wire.Fault
	switch {
	case err == nil:
		return codeSuccess
	case errors.As(err, &fault):
		return fault.Code.String()
	case errors.Is(err, core.ErrEnded):
		return wire.ShutdownState.String()
	default:
		return wire.Failed.String()
	}
}

// statusOf returns the HTTP status for the code of an operation that failed.
func statusOf(code string) int {
	switch code {
	case codeSuccess:
		return http.StatusOK
	case wire.BadName.String():
		return http.StatusNotFound
	case wire.ShutdownState.String():
		return http.StatusServiceUnavailable
	default:
		return http.StatusConflict
	}
}

// reason says in words what is wrong; v is the process it is about, or nil.
func reason(err error, v *core.View) string {
	var fault *wire.Fault
	if !errors.As(err, &fault) {
		return err.Error()
	}
	spawnErr, cause := "", ""
	if v != nil {
		spawnErr, cause = v.SpawnErr, v.Cause
	}
	switch fault.Code {
	case wire.BadName:
		return "there is no such process or group"
	case wire.AlreadyStarted:
		return "it is already started"
	case wire.NotRunning:
		return "it is not running"
	case wire.SpawnError:
		return orElse(spawnErr, "it could not be started")
	case wire.AbnormalTermination:
		if cause == "" {
			return "it ended too quickly"
		}
		return "it ended too quickly (" + cause + ")"
	case wire.ShutdownState:
		return "supervisord is shutting down"
	case wire.StillRunning:
		return "it is still running"
	case wire.AlreadyAdded:
		return "it is there already"
	}
	// The text is the code, a colon and what is worth reading.
	_, text, _ := strings.Cut(fault.Text, ": ")
	return orElse(text, strings.ToLower(strings.ReplaceAll(fault.Text, "_", " ")))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
