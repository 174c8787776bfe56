package config

// extraSignals are names that Python knows and package unix does not.
var extraSignals = map[string]int{
	"SIGCLD":   17,
	"SIGIOT":   6,
	"SIGPOLL":  29,
	"SIGRTMIN": 34,
	"SIGRTMAX": 64,
}
