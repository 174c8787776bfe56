package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// expansions is the set of names that %(...)s may refer to at some place of the
// configuration. The names beginning with ENV_ are kept in layers, because the
// environment of the daemon is the same everywhere.
type expansions struct {
	names map[string]expansion
	own   map[string]string // environment of the program being read
	env   map[string]string // environment of the daemon and of [supervisord]
	// left holds the program's environment as of earlier processes of the same
	// section: Supervisor forgets to remove it.
	left map[string]string
}

// expansion is the value of a name: a text or a number.
type expansion struct {
	text     string
	number   int64
	isNumber bool
}

func textExpansion(s string) expansion { return expansion{text: s} }

func numberExpansion(n int64) expansion {
	return expansion{text: strconv.FormatInt(n, 10), number: n, isNumber: true}
}

const envPrefix = "ENV_"

// lookup returns the value of a name.
func (e *expansions) lookup(name string) (expansion, bool) {
	if v, ok := e.names[name]; ok {
		return v, true
	}
	key, isEnv := strings.CutPrefix(name, envPrefix)
	if !isEnv {
		return expansion{}, false
	}
	for _, layer := range []map[string]string{e.own, e.env, e.left} {
		if v, ok := layer[key]; ok {
			return textExpansion(v), true
		}
	}
	return expansion{}, false
}

// available lists all names in lexical order.
func (e *expansions) available() []string {
	set := map[string]bool{}
	for name := range e.names {
		set[name] = true
	}
	for _, layer := range []map[string]string{e.own, e.env, e.left} {
		for key := range layer {
			set[envPrefix+key] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// ordinary lists the names other than ENV_x in lexical order.
func (e *expansions) ordinary() []string { return slices.Sorted(maps.Keys(e.names)) }
