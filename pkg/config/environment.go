package config

import (
	"strings"

	"github.com/supervisor-go/supervisor/pkg/shlex"
)

// ParseEnvironment reads KEY=value,KEY="other value" as Supervisor does. Of
// several values of one key the last one wins, in the place of the first. The
// message of the error repeats the text, which may hold secrets.
func ParseEnvironment(s string) ([]EnvVar, error) {
	tokens, err := shlex.Tokens(s)
	if err != nil {
		return nil, &ValueError{
			Wrong:   "a quote is not closed",
			Allowed: environmentAllowed,
			before:  err.Error(),
		}
	}
	var env []EnvVar
	place := map[string]int{}
	// Three tokens make a pair; the fourth is what separates it from the next,
	// whatever it is.
	for i := 0; i < len(tokens); i += 4 {
		if i+2 >= len(tokens) || tokens[i+1] != "=" {
			return nil, badValue("Unexpected end of key/value pairs in value '%s'", s,
				"not a list of KEY=\"value\" pairs", environmentAllowed)
		}
		key, value := tokens[i], strings.Trim(tokens[i+2], `'"`)
		if j, again := place[key]; again {
			env[j].Value = value
			continue
		}
		place[key] = len(env)
		env = append(env, EnvVar{key, value})
	}
	return env, nil
}

const environmentAllowed = `KEY="value" with commas between the pairs; values with other characters than letters, digits and _/.+-(): need quotes`

// mergeEnvironment returns base with the changes of own.
func mergeEnvironment(base, own []EnvVar) []EnvVar {
	if len(own) == 0 {
		return base
	}
	merged := append(make([]EnvVar, 0, len(base)+len(own)), base...)
	place := make(map[string]int, cap(merged))
	for i, v := range merged {
		place[v.Key] = i
	}
	for _, v := range own {
		if i, ok := place[v.Key]; ok {
			merged[i].Value = v.Value
			continue
		}
		place[v.Key] = len(merged)
		merged = append(merged, v)
	}
	return merged
}
