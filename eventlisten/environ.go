package main

import (
	"strconv"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// maxValue is the longest value of an environment variable; Linux has no room
// for one of 128 KiB.
const maxValue = 64 << 10

// known are the names of header and payload tokens. A variable of one of these
// that eventlisten was started with is not the event's and must not look so.
var known = []string{
	"name", "serial", "pool", "poolserial", "server", "ver", "len",
	"processname", "groupname", "process_name", "group_name",
	"from_state", "tries", "expected", "pid", "channel", "when", "type", "event_type",
	"attempt", "daemon_pid",
}

// aliases are the names by which 4.x knows the tokens of legacy payloads.
var aliases = map[string]string{"process_name": "processname", "group_name": "groupname"}

// environ returns base with the event's variables.
func environ(base []string, n *event.Notification, attempt, daemon int) []string {
	own := variables(n, attempt, daemon)
	taken := make(map[string]bool, len(known)+len(own))
	for _, key := range known {
		taken[variable(key)] = true
	}
	for _, kv := range own {
		name, _, _ := strings.Cut(kv, "=")
		taken[name] = true
	}
	env := make([]string, 0, len(base)+len(own))
	for _, kv := range base {
		if name, _, _ := strings.Cut(kv, "="); !taken[name] {
			env = append(env, kv)
		}
	}
	return append(env, own...)
}

// variables returns the event's variables, each name once.
func variables(n *event.Notification, attempt, daemon int) []string {
	var env []string
	set := map[string]bool{}
	add := func(key, value string) {
		name := variable(key)
		if !set[name] {
			set[name] = true
			env = append(env, name+"="+clean(value))
		}
	}
	h := &n.Header
	add("name", h.Name)
	add("serial", strconv.FormatUint(h.Serial, 10))
	add("pool", h.Pool)
	add("poolserial", strconv.FormatUint(h.PoolSerial, 10))
	add("server", h.Server)
	add("ver", h.Version)
	add("len", strconv.Itoa(h.Len))
	add("attempt", strconv.Itoa(attempt))
	add("daemon_pid", strconv.Itoa(daemon))
	fields, _ := n.Parse()
	for _, f := range fields {
		add(f.Key, f.Value)
		if alias, ok := aliases[f.Key]; ok {
			add(alias, f.Value)
		}
	}
	for _, f := range h.Fields {
		if f.Key != "eventname" {
			add(f.Key, f.Value)
		}
	}
	return env
}

// variable returns the name of the variable for a token.
func variable(key string) string {
	return "EVENT_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, key)
}

// clean makes a value one that the environment can hold.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if len(s) > maxValue {
		s = s[:maxValue]
	}
	return s
}
