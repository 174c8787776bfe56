package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// expand replaces the %(...)s of a text. label names the value in Supervisor's
// messages. The error is an *expandError.
func expand(text string, exp *expansions, label string) (string, error) {
	out, err := format(text, exp)
	if err != nil {
		return "", &expandError{text: text, label: label, exp: exp, cause: err}
	}
	return out, nil
}

// expandError says why the %(...)s of a text cannot be replaced.
type expandError struct {
	text, label string
	exp         *expansions
	cause       error
}

// Error returns Supervisor's message. It lists the names of environment
// variables, never their values.
func (e *expandError) Error() string { return e.message(pytext.Repr(e.text)) }

// masked returns the message without the text that was to be expanded.
func (e *expandError) masked() string { return e.message("'" + mask + "'") }

func (e *expandError) message(shown string) string {
	var undefined *undefinedName
	if errors.As(e.cause, &undefined) {
		return fmt.Sprintf("Format string %s for %s contains names (%s) which cannot be expanded. Available names: %s",
			shown, pytext.Repr(e.label), pytext.Repr(undefined.name), strings.Join(e.exp.available(), ", "))
	}
	return fmt.Sprintf("Format string %s for %s is badly formatted: %v", shown, pytext.Repr(e.label), e.cause)
}

// wrong and allowed are our own words for the same.
func (e *expandError) wrong() string {
	var undefined *undefinedName
	if !errors.As(e.cause, &undefined) {
		return fmt.Sprintf("a %% does not begin a valid expansion (%v)", e.cause)
	}
	if name, isEnv := strings.CutPrefix(undefined.name, envPrefix); isEnv {
		return fmt.Sprintf("there is no environment variable %s to expand %%(%s)s", name, undefined.name)
	}
	return fmt.Sprintf("%%(%s)s cannot be expanded here", undefined.name)
}

func (e *expandError) allowed() string {
	var undefined *undefinedName
	if !errors.As(e.cause, &undefined) {
		return "%(name)s for a value, %% for a percent sign"
	}
	names := append(e.exp.ordinary(), "ENV_x for the environment variable x")
	return strings.Join(names, ", ")
}
