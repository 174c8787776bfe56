package config

import (
	"strings"

	"github.com/supervisor-go/supervisor/pkg/ini"
)

// keepTexts remembers as written what Dump cannot tell from the values alone.
func (r *reader) keepTexts() {
	counts := map[string]int{}
	for _, g := range r.cfg.Groups {
		for _, p := range g.Processes {
			counts[p.Section]++
		}
	}
	for _, sec := range r.doc.Sections() {
		kind := kindOf(sec.Name())
		if kind == 0 {
			continue
		}
		r.keepSection(sec, kind, isProcessKind(kind) && counts[sec.Name()] != 1)
	}
}

func isProcessKind(kind SectionKind) bool {
	return kind == ProgramSection || kind == EventListenerSection || kind == FastCGISection
}

// alwaysKept are options that the values do not tell.
var alwaysKept = map[string]bool{"programs": true, "numprocs_start": true, "process_name": true}

// keepSection keeps the texts of one section; with all, every one but the
// secrets.
func (r *reader) keepSection(sec *ini.Section, kind SectionKind, all bool) {
	for key, o := range optionsOf(kind) {
		text, _, written := sec.Get(key)
		if !written || o.Secret || o.Deprecated != "" {
			continue
		}
		if all || alwaysKept[key] || strings.Contains(text, "("+envPrefix) {
			if r.cfg.texts == nil {
				r.cfg.texts = map[string]map[string]string{}
			}
			if r.cfg.texts[sec.Name()] == nil {
				r.cfg.texts[sec.Name()] = map[string]string{}
			}
			if o.Type == URLValue {
				text = maskURL(text)
			}
			r.cfg.texts[sec.Name()][o.Name] = text
		}
	}
}
