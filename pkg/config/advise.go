package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/ini"
)

// adviseOnDocument warns of what Supervisor reads in silence and the author
// probably did not mean.
func (r *reader) adviseOnDocument() {
	for _, sec := range r.doc.Sections() {
		r.adviseOnSection(sec)
	}
	r.adviseOnDefaults()
	for _, cut := range r.doc.Cuts() {
		r.adviseOnCut(cut)
	}
}

// adviseOnSection warns of sections and options that nobody reads.
func (r *reader) adviseOnSection(sec *ini.Section) {
	kind := kindOf(sec.Name())
	switch kind {
	case 0:
		r.adviseOnUnknownSection(sec)
		return
	case IncludeSection:
		r.adviseOnInclude(sec)
	case RPCInterfaceSection, CtlPluginSection:
		return // they have options of their own
	}
	for _, key := range sec.Keys() {
		if optionsOf(kind)[key] != nil || sec.Copied(key) {
			continue
		}
		_, pos, _ := sec.Own(key)
		hint := ""
		if near := nearest(key, optionNames(kind)); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		r.warn(fmt.Sprintf("%s: [%s] %s: this option is not known and has no effect%s", pos, sec.Name(), key, hint))
	}
}

// adviseOnInclude warns of an [include] that was not followed.
func (r *reader) adviseOnInclude(sec *ini.Section) {
	_, pos, ok := sec.Own("files")
	if !ok || pos.File == r.opts.File {
		pos = sec.Pos()
	}
	if pos.File != r.opts.File {
		r.warn(fmt.Sprintf("%s: [%s]: an [include] in an included file is not followed", pos, sec.Name()))
	}
}

func (r *reader) adviseOnUnknownSection(sec *ini.Section) {
	prefix, _, named := strings.Cut(sec.Name(), ":")
	names := []string{"supervisord", "supervisorctl", "include", "unix_http_server", "inet_http_server"}
	if named {
		names = []string{"program", "group", "eventlistener", "fcgi-program", "rpcinterface", "ctlplugin"}
	}
	hint := ""
	if near := nearest(strings.ToLower(strings.TrimSpace(prefix)), names); near != "" {
		hint = fmt.Sprintf("; did you mean [%s%s]?", near, sec.Name()[len(prefix):])
	}
	r.warn(fmt.Sprintf("%s: [%s]: this section is not known and has no effect%s", sec.Pos(), sec.Name(), hint))
}

// adviseOnDefaults warns of options of [DEFAULT] that no section knows.
func (r *reader) adviseOnDefaults() {
	for _, key := range r.doc.Defaults().Keys() {
		known := slices.ContainsFunc(table(), func(d SectionDoc) bool { return optionsOf(d.Kind)[key] != nil })
		if !known {
			_, pos, _ := r.doc.Defaults().Own(key)
			r.warn(fmt.Sprintf("%s: [%s] %s: this option is not known to any section", pos, ini.DefaultSection, key))
		}
	}
}

// adviseOnCut warns of a comment sign inside quotes.
func (r *reader) adviseOnCut(cut ini.Cut) {
	o := optionsOf(kindOf(cut.Section))[cut.Key]
	if o == nil || o.Type != CommandValue && o.Type != EnvironmentValue {
		return
	}
	r.warn(fmt.Sprintf("%s: [%s] %s: the value ends inside a quote, because a ; or # after white space begins a comment even there",
		cut.Pos, cut.Section, cut.Key))
}

// adviseOnNames warns of names that stand for several groups or processes, of
// which only one can be reached.
func (r *reader) adviseOnNames() {
	groups := map[string]string{}
	for _, g := range r.cfg.Groups {
		if other, twice := groups[g.Name]; twice {
			r.warn(fmt.Sprintf("[%s] and [%s] both make a group named %s; only one of them will run", other, g.Section, g.Name))
		}
		groups[g.Name] = g.Section
		processes := map[string]bool{}
		for _, p := range g.Processes {
			if p.Name == "" {
				r.warn(fmt.Sprintf("[%s]: there is a process without a name, which cannot be controlled", p.Section))
			}
			if processes[p.Name] {
				r.warn(fmt.Sprintf("[%s]: the group has several processes named %s; only one of them will run", g.Section, p.Name))
			}
			processes[p.Name] = true
		}
	}
}

// maxHints bounds the number of errors for which all programs are searched.
const maxHints = 20

// nearProgram suggests a program for a name that a group got wrong.
func (r *reader) nearProgram(name string) string {
	if len(r.errs) > maxHints {
		return ""
	}
	var names []string
	for _, kind := range []SectionKind{ProgramSection, FastCGISection} {
		for _, sec := range r.sectionsOf(kind) {
			_, program, _ := strings.Cut(sec.Name(), ":")
			names = append(names, program)
		}
	}
	if near := nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
