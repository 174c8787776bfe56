package spawn

import (
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// environment is what every child inherits, indexed once so that a spawn only
// copies and replaces.
type environment struct {
	base  []string
	index map[string]int // position in base
}

// newEnvironment indexes an environment. Of several entries for one name the
// first counts, as in Python.
func newEnvironment(environ []string) environment {
	e := environment{index: make(map[string]int, len(environ))}
	for _, kv := range environ {
		key, _, ok := strings.Cut(kv, "=")
		if !ok {
			continue
		}
		if _, dup := e.index[key]; dup {
			continue
		}
		e.index[key] = len(e.base)
		e.base = append(e.base, kv)
	}
	return e
}

// of returns the environment of a child. What the program sets itself wins
// over what the daemon tells it.
func (e *environment) of(p *config.Process, serverURL string) []string {
	env := make([]string, len(e.base), len(e.base)+4+len(p.Environment))
	copy(env, e.base)
	if p.ServerURL != "" || p.NoServerURL {
		serverURL = p.ServerURL
	}
	env = e.set(env, "SUPERVISOR_ENABLED", "1")
	if serverURL != "" {
		env = e.set(env, "SUPERVISOR_SERVER_URL", serverURL)
	}
	env = e.set(env, "SUPERVISOR_PROCESS_NAME", p.Name)
	if p.Group != "" {
		env = e.set(env, "SUPERVISOR_GROUP_NAME", p.Group)
	}
	for _, v := range p.Environment {
		env = e.set(env, v.Key, v.Value)
	}
	return env
}

func (e *environment) set(env []string, key, value string) []string {
	if i, ok := e.index[key]; ok {
		env[i] = key + "=" + value
		return env
	}
	for i := len(e.base); i < len(env); i++ {
		if k, _, _ := strings.Cut(env[i], "="); k == key {
			env[i] = key + "=" + value
			return env
		}
	}
	return append(env, key+"="+value)
}
