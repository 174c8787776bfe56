package config

import (
	"slices"
	"strconv"
	"strings"
)

// groupField is an option of a group as such.
type groupField struct {
	option string
	same   func(before, after *Group) bool
	text   func(*Group) string
}

var groupFields = []groupField{
	{"priority",
		func(a, b *Group) bool { return a.Priority == b.Priority },
		func(g *Group) string { return strconv.Itoa(g.Priority) }},
	{"events",
		func(a, b *Group) bool { return slices.Equal(a.Events, b.Events) },
		func(g *Group) string { return strings.Join(g.Events, ",") }},
	{"buffer_size",
		func(a, b *Group) bool { return a.BufferSize == b.BufferSize },
		func(g *Group) string { return strconv.Itoa(g.BufferSize) }},
	{"restart_unknown",
		func(a, b *Group) bool { return a.RestartUnknown == b.RestartUnknown },
		func(g *Group) string { return strconv.FormatBool(g.RestartUnknown) }},
	{"socket",
		func(a, b *Group) bool { return sameURL(a.Socket, b.Socket) },
		func(g *Group) string { return showSocket(g.Socket) }},
	{"socket_backlog",
		func(a, b *Group) bool {
			return a.Socket == nil || b.Socket == nil || a.Socket.Backlog == b.Socket.Backlog
		},
		func(g *Group) string { return showBacklog(g.Socket) }},
	{"socket_owner",
		func(a, b *Group) bool {
			return a.Socket == nil || b.Socket == nil || a.Socket.UID == b.Socket.UID && a.Socket.GID == b.Socket.GID
		},
		func(g *Group) string { return showOwner(g.Socket) }},
	{"socket_mode",
		func(a, b *Group) bool { return a.Socket == nil || b.Socket == nil || a.Socket.Mode == b.Socket.Mode },
		func(g *Group) string { return showMode(g.Socket) }},
}

func sameURL(a, b *FastCGISocket) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.URL == b.URL
}

func showBacklog(s *FastCGISocket) string {
	if s == nil || s.Backlog == 0 {
		return ""
	}
	return strconv.Itoa(s.Backlog)
}

func showOwner(s *FastCGISocket) string {
	if s == nil || s.UID < 0 {
		return ""
	}
	return showUIDs(s.UID, s.GID)
}

// showUIDs shows the owner of a socket.
func showUIDs(uid, gid int) string {
	if gid < 0 {
		return strconv.Itoa(uid)
	}
	return strconv.Itoa(uid) + ":" + strconv.Itoa(gid)
}

func showMode(s *FastCGISocket) string {
	if s == nil || s.Path == "" {
		return ""
	}
	return showOctal(s.Mode, 4)
}
