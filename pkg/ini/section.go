package ini

import "gopkg.in/ini.v1"

// Section is one section, merged from all places where it was written.
type Section struct {
	doc  *Document
	name string
	pos  Pos
	sec  *ini.Section
	keys map[string]entry
}

type entry struct {
	key    *ini.Key
	pos    Pos
	copied bool // from [DEFAULT], by ReplaceNew
}

// Name returns the text between the brackets.
func (s *Section) Name() string { return s.name }

// Pos returns where the section was first written.
func (s *Section) Pos() Pos { return s.pos }

// Keys returns the names of the section's own keys, in the order in which they
// were first written. The names are in lower case.
func (s *Section) Keys() []string { return s.sec.KeyStrings() }

// Own returns the value of a key written in this section itself.
func (s *Section) Own(key string) (value string, pos Pos, ok bool) {
	e, ok := s.keys[key]
	if !ok {
		return "", Pos{}, false
	}
	return e.key.Value(), e.pos, true
}

// Copied tells whether an own key was not written in the section, but copied
// from [DEFAULT] by ReplaceNew.
func (s *Section) Copied(key string) bool { return s.keys[key].copied }

// Get returns the value of a key, falling back to [DEFAULT].
func (s *Section) Get(key string) (value string, pos Pos, ok bool) {
	if value, pos, ok = s.Own(key); ok || s == s.doc.defaults {
		return value, pos, ok
	}
	return s.doc.defaults.Own(key)
}

// AllKeys returns the section's own keys and then those it inherits from
// [DEFAULT].
func (s *Section) AllKeys() []string {
	keys := s.Keys()
	for _, k := range s.doc.defaults.Keys() {
		if _, own := s.keys[k]; !own {
			keys = append(keys, k)
		}
	}
	return keys
}

// full tells whether the section can take no further key of that name.
func (s *Section) full(key string) bool {
	_, known := s.keys[key]
	return !known && len(s.keys) >= MaxKeys
}

// set writes a key, replacing an earlier value. The key name is not empty.
func (s *Section) set(key, value string, pos Pos) {
	e, known := s.keys[key]
	if known {
		e.key.SetValue(value)
	} else {
		key = s.doc.name(key)
		// The only error is that of an empty name.
		e.key, _ = s.sec.NewKey(key, value)
	}
	e.pos, e.copied = pos, false
	s.keys[key] = e
	s.doc.fresh = append(s.doc.fresh, freshKey{s, key})
}
