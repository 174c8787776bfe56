//go:build !linux

package config

// extraSignals are names that Python knows and package unix does not.
var extraSignals = map[string]int{"SIGIOT": 6}
