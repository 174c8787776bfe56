package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/ini"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// scope reads the options of one section.
type scope struct {
	r       *reader
	sec     *ini.Section
	options map[string]*Option
	exp     *expansions
	// process is set while a process is being made from the section: Supervisor
	// then ends its messages in the section and the file.
	process bool
}

func (r *reader) scope(sec *ini.Section, kind SectionKind, exp *expansions) *scope {
	return &scope{r: r, sec: sec, options: optionsOf(kind), exp: exp}
}

// expansions makes a set of names; here and ENV_x are always part of it.
func (r *reader) expansions(names map[string]expansion) *expansions {
	names["here"] = textExpansion(r.here)
	return &expansions{names: names, env: r.env}
}

// hereExpansions are here and ENV_x alone.
func (r *reader) hereExpansions() *expansions { return &expansions{names: r.hereOnly, env: r.env} }

// globalExpansions are those of [include] and [supervisord] environment.
func (r *reader) globalExpansions() *expansions {
	return r.expansions(map[string]expansion{"host_node_name": textExpansion(r.host)})
}

// environExpansions are ENV_x alone.
func (r *reader) environExpansions() *expansions { return &expansions{env: r.env} }

// raw returns the text of an option as written.
func (s *scope) raw(name string) (text string, origin Origin, ok bool) {
	text, pos, ok := s.sec.Get(name)
	return text, originOf(pos), ok
}

// text returns the expanded text of an option. ok is false if it is not written
// or cannot be expanded, which has been reported then.
func (s *scope) text(name string) (text string, ok bool) {
	raw, origin, ok := s.raw(name)
	if !ok || strings.IndexByte(raw, '%') < 0 {
		return raw, ok
	}
	text, err := expand(raw, s.exp, s.sec.Name()+"."+name)
	if err != nil {
		s.badAt(name, raw, origin, err)
		return "", false
	}
	return text, true
}

// value returns the value of an option, or its default from the table.
func value[T any](s *scope, name string, parse func(string) (T, error)) T {
	return valueOr(s, name, s.options[name].Default, parse)
}

// valueOr is value with another default.
func valueOr[T any](s *scope, name, def string, parse func(string) (T, error)) T {
	if v, ok := optional(s, name, parse); ok {
		return v
	}
	v, _ := parse(def)
	return v
}

// optional returns the value of an option; ok is false if it has none or a bad
// one.
func optional[T any](s *scope, name string, parse func(string) (T, error)) (v T, ok bool) {
	text, ok := s.text(name)
	if !ok {
		return v, false
	}
	v, err := parse(text)
	if err != nil {
		s.bad(name, err)
		var zero T
		return zero, false
	}
	return v, true
}

// bad reports that an option has a wrong value.
func (s *scope) bad(name string, err error) {
	raw, origin, _ := s.raw(name)
	s.badAt(name, raw, origin, err)
}

func (s *scope) badAt(name, raw string, origin Origin, err error) {
	e := Error{Origin: origin, Section: s.sec.Name(), Key: name, Value: raw, hasValue: true}
	secret := s.options[name].isSecret(raw)
	if secret {
		e.Value = mask
	}
	// The text complained of may have values of environment variables in it.
	expanded := strings.Contains(raw, "("+envPrefix)
	e.Problem = err.Error()
	e.reference = e.Problem
	var bad *ValueError
	var badFormat *expandError
	switch {
	case errors.As(err, &bad):
		e.Problem, e.Allowed = bad.Wrong, bad.Allowed
		if secret || expanded {
			e.reference = bad.masked()
		}
	case errors.As(err, &badFormat):
		e.Problem, e.Allowed = badFormat.wrong(), badFormat.allowed()
		if secret || expanded && badFormat.text != raw {
			e.reference = badFormat.masked()
		}
	}
	e.reference = s.in(e.reference)
	s.r.fail(e)
}

// badSection reports that the section as a whole, or a combination of its
// options, is wrong. key may be "".
func (s *scope) badSection(key, problem, allowed, reference string) {
	s.badItem(key, "", problem, allowed, reference)
}

// badItem reports that one element of a list is wrong.
func (s *scope) badItem(key, item, problem, allowed, reference string) {
	e := Error{
		item:      item,
		Origin:    originOf(s.sec.Pos()),
		Section:   s.sec.Name(),
		Key:       key,
		Problem:   problem,
		Allowed:   allowed,
		reference: s.in(reference),
	}
	if raw, origin, ok := s.raw(key); ok && key != "" {
		e.Origin, e.Value, e.hasValue = origin, raw, true
		if s.options[key].isSecret(raw) {
			e.Value = mask
		}
	}
	s.r.fail(e)
}

// in ends one of Supervisor's messages as it does for processes.
func (s *scope) in(message string) string {
	if !s.process || message == "" {
		return message
	}
	return fmt.Sprintf("%s in section %s (file: %s)", message, pytext.Repr(s.sec.Name()), pytext.Repr(s.sec.Pos().File))
}

// shown returns a part of the value of an option as it may be shown: masked if it
// may have the value of an environment variable in it.
func (s *scope) shown(key, part string) string {
	if raw, _, _ := s.raw(key); strings.Contains(raw, "("+envPrefix) {
		return mask
	}
	return part
}

// name returns what stands behind the colon in the name of the section.
func (s *scope) name() string {
	_, name, _ := strings.Cut(s.sec.Name(), ":")
	return name
}

// warn records a warning about an option, with its place.
func (s *scope) warn(key, message string) {
	_, origin, ok := s.raw(key)
	if !ok {
		origin = originOf(s.sec.Pos())
	}
	where := "[" + s.sec.Name() + "]"
	if key != "" {
		where += " " + key
	}
	s.r.warn(fmt.Sprintf("%s: %s: %s", origin, where, message))
}

// written returns the origins of the known options that are written.
func (s *scope) written() Origins {
	keys := s.sec.AllKeys()
	set := make(Origins, 0, len(keys))
	for _, key := range keys {
		if o := s.options[key]; o != nil {
			_, origin, _ := s.raw(key)
			set = append(set, OptionOrigin{o.Name, origin})
		}
	}
	return set
}
