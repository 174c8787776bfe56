package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// daemonField is an option of [supervisord].
type daemonField struct {
	option string
	same   func(before, after *Supervisord) bool
	text   func(*Supervisord) string
}

func daemon[T comparable](option string, get func(*Supervisord) T, show func(T) string) daemonField {
	return daemonField{
		option: option,
		same:   func(a, b *Supervisord) bool { return get(a) == get(b) },
		text:   func(d *Supervisord) string { return show(get(d)) },
	}
}

// daemonFields are all options of [supervisord], in the order of the manual.
var daemonFields = sync.OnceValue(func() []daemonField {
	return []daemonField{
		daemon("logfile", func(d *Supervisord) string { return d.LogFile }, verbatim),
		daemon("logfile_maxbytes", func(d *Supervisord) int64 { return d.LogFileMaxBytes }, showBytes),
		daemon("logfile_backups", func(d *Supervisord) int { return d.LogFileBackups }, strconv.Itoa),
		daemon("loglevel", func(d *Supervisord) LogLevel { return d.LogLevel }, LogLevel.String),
		daemon("pidfile", func(d *Supervisord) string { return d.PidFile }, verbatim),
		daemon("nodaemon", func(d *Supervisord) bool { return d.Nodaemon }, strconv.FormatBool),
		daemon("silent", func(d *Supervisord) bool { return d.Silent }, strconv.FormatBool),
		daemon("minfds", func(d *Supervisord) int { return d.MinFDs }, strconv.Itoa),
		daemon("minprocs", func(d *Supervisord) int { return d.MinProcs }, strconv.Itoa),
		daemon("umask", func(d *Supervisord) uint32 { return d.Umask }, func(m uint32) string { return showOctal(m, 3) }),
		daemon("user", func(d *Supervisord) string { return d.User }, verbatim),
		daemon("identifier", func(d *Supervisord) string { return d.Identifier }, verbatim),
		daemon("directory", func(d *Supervisord) string { return d.Directory }, verbatim),
		daemon("nocleanup", func(d *Supervisord) bool { return d.NoCleanup }, strconv.FormatBool),
		daemon("childlogdir", func(d *Supervisord) string { return d.ChildLogDir }, verbatim),
		{"environment",
			func(a, b *Supervisord) bool { return sameEnvironment(a.Environment, b.Environment) },
			func(d *Supervisord) string { return showEnvironment(d.Environment) }},
		daemon("strip_ansi", func(d *Supervisord) bool { return d.StripANSI }, strconv.FormatBool),
		daemon("subreaper", func(d *Supervisord) bool { return d.Subreaper }, strconv.FormatBool),
	}
})

// diffDaemon lists the changes outside of the groups.
func diffDaemon(before, after *Config) []OptionChange {
	var changes []OptionChange
	old, now := &before.Supervisord, &after.Supervisord
	for _, f := range daemonFields() {
		if f.same(old, now) {
			continue
		}
		c := OptionChange{Section: "supervisord", Option: f.option, Old: old.Set[f.option], New: now.Set[f.option]}
		if harmless(LookupOption(SupervisordSection, f.option).Type) {
			c.OldValue, c.NewValue = f.text(old), f.text(now)
		}
		changes = append(changes, c)
	}
	changes = append(changes, diffServers(before.Servers, after.Servers)...)
	return append(changes, diffRPC(before.RPCInterfaces, after.RPCInterfaces)...)
}

// diffServers names the sections of servers that differ in anything.
func diffServers(before, after []Server) []OptionChange {
	old, now := map[string]*Server{}, map[string]*Server{}
	for i := range before {
		old[before[i].Section] = &before[i]
	}
	for i := range after {
		now[after[i].Section] = &after[i]
	}
	var changes []OptionChange
	for _, name := range unionKeys(old, now) {
		if a, b := old[name], now[name]; a == nil || b == nil || !sameServer(*a, *b) {
			changes = append(changes, OptionChange{Section: name})
		}
	}
	return changes
}

func sameServer(a, b Server) bool {
	return a.Kind == b.Kind && a.Path == b.Path && a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID &&
		a.Host == b.Host && a.Port == b.Port && a.Username == b.Username && a.Password == b.Password &&
		a.HasAuth == b.HasAuth && a.WebGetAction == b.WebGetAction && slices.Equal(a.WebHosts, b.WebHosts)
}

func diffRPC(before, after []RPCInterface) []OptionChange {
	same := func(a, b RPCInterface) bool {
		return a.Section == b.Section && a.Factory == b.Factory && a.Command == b.Command && a.URL == b.URL && maps.Equal(a.Options, b.Options)
	}
	missing := func(list, other []RPCInterface) []OptionChange {
		var changes []OptionChange
		for _, i := range list {
			if !slices.ContainsFunc(other, func(o RPCInterface) bool { return same(i, o) }) {
				changes = append(changes, OptionChange{Section: i.Section})
			}
		}
		return changes
	}
	changes := append(missing(before, after), missing(after, before)...)
	slices.SortFunc(changes, func(a, b OptionChange) int { return strings.Compare(a.Section, b.Section) })
	return slices.CompactFunc(changes, func(a, b OptionChange) bool { return a.Section == b.Section })
}
