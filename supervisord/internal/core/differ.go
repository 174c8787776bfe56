package core

import "github.com/supervisor-go/supervisor/pkg/config"

// sameGroup tells whether clients are to see two configurations of a group as
// the same.
func sameGroup(a, b *config.Group) bool { return config.SameGroup(a, b) }

// processChanges tells what has to happen to the members of a group for it to
// match a new configuration, by process name.
func processChanges(old, next *config.Group) map[string]changeOf {
	changes := map[string]changeOf{}
	for _, c := range config.DiffGroup(old, next).Processes {
		switch {
		case c.Kind != config.Changed:
		case c.Live():
			changes[c.Name] = applyLive
		default:
			changes[c.Name] = needsRestart
		}
	}
	return changes
}
