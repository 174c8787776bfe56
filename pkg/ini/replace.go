package ini

import "strings"

// ReplaceNew replaces old by new in every value that was read since the last
// call, and gives each section a copy of its own of the inherited values that
// contain old, replaced likewise. Supervisor does this with %(here)s after each
// file, so that a value is relative to the file it stands in.
//
// [DEFAULT] itself is left as it is. Values that were replaced before are not
// looked at again.
func (d *Document) ReplaceNew(old, new string) {
	newDefaults := map[string]bool{}
	for _, f := range d.fresh {
		if f.section == d.defaults {
			newDefaults[f.key] = true
			continue
		}
		e := f.section.keys[f.key]
		if v := e.key.Value(); strings.Contains(v, old) {
			e.key.SetValue(strings.ReplaceAll(v, old, new))
		}
	}
	d.copyDefaults(old, new, newDefaults)
	d.fresh = d.fresh[:0]
	d.seen = len(d.sections)
}

// copyDefaults gives sections their copies of the keys of [DEFAULT] that
// contain old. A key that is new in [DEFAULT] concerns all sections, the others
// only those that are new.
func (d *Document) copyDefaults(old, new string, isNew map[string]bool) {
	for _, key := range d.defaults.Keys() {
		e := d.defaults.keys[key]
		if !strings.Contains(e.key.Value(), old) {
			continue
		}
		value := strings.ReplaceAll(e.key.Value(), old, new)
		from := d.seen
		if isNew[key] {
			from = 0
		}
		for _, s := range d.sections[from:] {
			if _, own := s.keys[key]; !own {
				s.set(key, value, e.pos)
				c := s.keys[key]
				c.copied = true
				s.keys[key] = c
			}
		}
	}
}
