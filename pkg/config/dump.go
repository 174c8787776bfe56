package config

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/ini.v1"
)

// Dump writes the configuration as it is in force, as a configuration file: every
// option with its value and a comment that tells where the value comes from.
// Passwords and the values of environment variables are masked; a value that
// contains an environment variable is shown as it is written. Options that are
// not set and have no default are left out.
func (c *Config) Dump(w io.Writer) error {
	d := dumper{cfg: c, file: ini.Empty(ini.LoadOptions{ChildSectionDelimiter: "\n", AllowNonUniqueSections: true}), seen: map[string]bool{}}
	d.daemon()
	for i := range c.Servers {
		d.server(&c.Servers[i])
	}
	for i := range c.RPCInterfaces {
		d.rpcInterface(&c.RPCInterfaces[i])
	}
	for i := range c.Groups {
		d.group(&c.Groups[i])
	}
	return writeDocument(w, d.file)
}

// dumper fills a document with the values in force.
type dumper struct {
	cfg  *Config
	file *ini.File
	seen map[string]bool // sections that are in the document
}

// section starts a section, unless it is there already.
func (d *dumper) section(name string) *ini.Section {
	if d.seen[name] {
		return nil
	}
	d.seen[name] = true
	sec, _ := d.file.NewSection(name) // fails only without a name
	return sec
}

// key adds one option. double is for options that are expanded twice.
func (d *dumper) key(sec *ini.Section, name, value, origin string, double bool) {
	if text, kept := d.cfg.texts[sec.Name()][name]; kept {
		value = text
	} else {
		value = strings.ReplaceAll(value, "%", "%%")
		if double {
			value = strings.ReplaceAll(value, "%", "%%")
		}
	}
	if k, err := sec.NewKey(name, value); err == nil {
		k.Comment = origin
	}
}

// origin describes where a value comes from.
func describe(o Origin, written bool) string {
	switch {
	case !written:
		return "default"
	case o.File == "":
		return "command line"
	}
	return o.String()
}

func (d *dumper) daemon() {
	sec := d.section("supervisord")
	s := &d.cfg.Supervisord
	for _, f := range daemonFields() {
		origin, written := s.Set[f.option]
		if text := f.text(s); text != "" || written {
			d.key(sec, f.option, text, describe(origin, written), false)
		}
	}
}

func (d *dumper) server(s *Server) {
	name := s.Section
	if name == "supervisord" { // the server of Supervisor 3.0a3
		name = map[ServerKind]string{UnixServer: "unix_http_server", InetServer: "inet_http_server"}[s.Kind]
		if d.seen[name] {
			name += ":http_port"
		}
	}
	sec := d.section(name)
	if sec == nil {
		return
	}
	add := func(option, legacy, value string) {
		origin, written := s.Set.Of(option)
		if !written {
			origin, written = s.Set.Of(legacy)
		}
		if value != "" || written {
			d.key(sec, option, value, describe(origin, written), false)
		}
	}
	if s.Kind == UnixServer {
		add("file", "http_port", s.Path)
		add("chmod", "sockchmod", showOctal(s.Mode, 4))
		if s.UID >= 0 {
			add("chown", "sockchown", showUIDs(s.UID, s.GID))
		}
	} else {
		add("port", "http_port", showAddress(s.Host, s.Port))
	}
	if s.HasAuth {
		add("username", "http_username", s.Username)
		add("password", "http_password", mask)
	}
	add("web_get_actions", "", strconv.FormatBool(s.WebGetAction))
	add("web_hosts", "", strings.Join(s.WebHosts, ","))
}

func showAddress(host string, port int) string {
	switch {
	case host == "":
		host = "*"
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

func (d *dumper) rpcInterface(i *RPCInterface) {
	sec := d.section(i.Section)
	if sec == nil {
		return
	}
	for _, o := range []struct{ key, value string }{
		{factoryKeyRPC, i.Factory}, {"rpcinterface.command", i.Command}, {"rpcinterface.url", maskURL(i.URL)},
	} {
		if o.value != "" {
			d.key(sec, o.key, o.value, "", false)
		}
	}
	keys := make([]string, 0, len(i.Options))
	for k := range i.Options {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		// What a plug-in is told may be a secret.
		d.key(sec, k, mask, "", false)
	}
}

func (d *dumper) group(g *Group) {
	if kindOf(g.Section) == GroupSection {
		if sec := d.section(g.Section); sec != nil {
			origin, written := g.Set.Of("programs")
			d.key(sec, "programs", "", describe(origin, written), false)
			origin, written = g.Set.Of("priority")
			d.key(sec, "priority", strconv.Itoa(g.Priority), describe(origin, written), false)
		}
		for _, members := range bySection(g.Processes) {
			d.processes(members[0].Section, members, nil)
		}
		return
	}
	members := make([]*Process, len(g.Processes))
	for i := range g.Processes {
		members[i] = &g.Processes[i]
	}
	d.processes(g.Section, members, g)
}

// bySection gathers the processes of each section, in order.
func bySection(processes []Process) [][]*Process {
	var lists [][]*Process
	place := map[string]int{}
	for i := range processes {
		p := &processes[i]
		at, known := place[p.Section]
		if !known {
			at = len(lists)
			place[p.Section] = at
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], p)
	}
	return lists
}

// processes writes one section of processes; group is nil for a member of a
// [group:x].
func (d *dumper) processes(section string, members []*Process, group *Group) {
	sec := d.section(section)
	if sec == nil {
		return
	}
	texts := d.cfg.texts[section]
	set := sectionOrigins(members, group)
	add := func(option, value string, double bool) {
		origin, written := set.Of(option)
		if option == "environment" && !written {
			origin, written = d.cfg.Supervisord.Set[option], value != ""
		}
		if _, kept := texts[option]; value != "" || kept || written {
			d.key(sec, option, value, describe(origin, written), double)
		}
	}
	for _, option := range []string{"process_name", "numprocs", "numprocs_start"} {
		if _, kept := texts[option]; kept {
			add(option, "", false)
		}
	}
	if len(members) == 1 && texts["process_name"] == "" {
		add("process_name", members[0].Name, false)
	}
	for _, f := range processFields() {
		if f.option == "socket" || f.option == "priority" && group != nil && group.Kind == ListenerPool {
			continue
		}
		text, differ := commonText(members, f)
		add(f.option, text, strings.HasSuffix(f.option, "_logfile"))
		if differ {
			d.perProcess(sec, f, members)
		}
	}
	d.special(add, members, group)
}

func sectionOrigins(members []*Process, group *Group) Origins {
	if group != nil {
		return group.Set
	}
	return members[0].Set
}

// commonText returns the value that all processes have; differ is true if there
// is none.
func commonText(members []*Process, f processField) (text string, differ bool) {
	for i, p := range members {
		if t := f.text(p); i == 0 {
			text = t
		} else if t != text {
			return "", true
		}
	}
	return text, false
}

// perProcess adds the values of the single processes to the comment of an
// option, unless they have environment variables in them.
func (d *dumper) perProcess(sec *ini.Section, f processField, members []*Process) {
	k, err := sec.GetKey(f.option)
	if err != nil || strings.Contains(k.Value(), "("+envPrefix) {
		return
	}
	for _, p := range members {
		k.Comment += fmt.Sprintf("\n%s:%s = %s", p.Group, p.Name, oneLine(f.text(p)))
	}
}

// special adds the options that only some kinds of section have.
func (d *dumper) special(add func(option, value string, double bool), members []*Process, group *Group) {
	var socket *FastCGISocket
	if len(members) > 0 {
		socket = members[0].Socket
	}
	if group != nil {
		switch group.Kind {
		case ListenerPool:
			for _, f := range groupFields {
				switch f.option {
				case "priority", "events", "buffer_size", "restart_unknown":
					add(f.option, f.text(group), false)
				}
			}
		case FastCGIGroup:
			socket = group.Socket
		}
	}
	if socket != nil {
		add("socket", showSocket(socket), false)
		add("socket_backlog", showBacklog(socket), false)
		add("socket_owner", showOwner(socket), false)
		add("socket_mode", showMode(socket), false)
	}
}

// writeDocument writes a document in the grammar of configuration files; that of
// ini.v1 quotes values.
func writeDocument(w io.Writer, file *ini.File) error {
	b := bufio.NewWriter(w)
	first := true
	for _, sec := range file.Sections() {
		if sec.Name() == ini.DefaultSection {
			continue
		}
		if !first {
			b.WriteByte('\n')
		}
		first = false
		fmt.Fprintf(b, "[%s]\n", sec.Name())
		for _, k := range sec.Keys() {
			writeKey(b, k)
		}
	}
	return b.Flush()
}

// writeKey writes one option, with its comment behind it if both are one line.
func writeKey(b *bufio.Writer, k *ini.Key) {
	setting := k.Name() + " = " + strings.ReplaceAll(k.Value(), "\n", "\n    ")
	switch {
	case k.Comment == "":
		b.WriteString(setting + "\n")
	case strings.Contains(setting+k.Comment, "\n"):
		b.WriteString("; " + strings.ReplaceAll(k.Comment, "\n", "\n;   ") + "\n" + setting + "\n")
	default:
		fmt.Fprintf(b, "%-47s ; %s\n", setting, k.Comment)
	}
}
