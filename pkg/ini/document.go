// Package ini reads configuration text by the line grammar of Python's
// RawConfigParser as Supervisor uses it, and keeps it as a gopkg.in/ini.v1 file
// in which every key carries its origin.
//
// The grammar (Python 3's Lib/configparser.py with strict=False and the inline
// comment prefixes ';' and '#') is read by a lexer of our own because that of
// ini.v1 reads many files differently; ini.v1 is the document model: ordered
// sections, merging, keys with comments.
package ini

import (
	"strconv"
	"strings"

	"gopkg.in/ini.v1"
)

// DefaultSection names the section whose keys every other section inherits.
const DefaultSection = "DEFAULT"

// MaxKeys is the number of different keys that one section may have. The
// document model looks through all keys of a section to add one, so the limit
// keeps reading linear.
const MaxKeys = 4096

// Pos tells where something was written.
type Pos struct {
	File string // the name given to Read
	Line int    // counted from 1
}

// String returns "file:line".
func (p Pos) String() string { return p.File + ":" + strconv.Itoa(p.Line) }

// Document is the contents of one or more files, read one after the other into
// the same sections. It is not safe for concurrent use.
type Document struct {
	file     *ini.File
	byName   map[string]*Section
	sections []*Section // without [DEFAULT]
	defaults *Section

	names map[string]string // key names, each kept once
	fresh []freshKey        // keys written since the last ReplaceNew
	seen  int               // number of sections at the last ReplaceNew
	cuts  []Cut

	wanted   func(section string) bool // nil for all
	unwanted Section                   // stands for every section that is not kept
}

type freshKey struct {
	section *Section
	key     string
}

// Cut reports a value that an inline comment ended inside an open quote: text
// that its author probably took for part of the value.
type Cut struct {
	Pos     Pos
	Section string
	Key     string
}

// New returns an empty document.
func New() *Document {
	file := ini.Empty(ini.LoadOptions{
		// A line feed cannot occur in a section name, so that no section is taken
		// for the child of another.
		ChildSectionDelimiter: "\n",
		// Names are kept unique by byName; without this the model would search
		// all sections to add one.
		AllowNonUniqueSections: true,
		IgnoreInlineComment:    true,
	})
	file.BlockMode = false
	d := &Document{file: file, byName: map[string]*Section{}, names: map[string]string{}}
	d.defaults = &Section{doc: d, name: DefaultSection, sec: file.Section(DefaultSection), keys: map[string]entry{}}
	return d
}

// Only makes the document keep only the sections whose names wanted accepts, and
// [DEFAULT]. The others are checked for their syntax, except for MaxKeys, and
// forgotten. It is called before the first Read.
func (d *Document) Only(wanted func(section string) bool) { d.wanted = wanted }

// File returns the document as an ini.v1 file. The comment of a section and of
// a key is its origin, "file:line". It must not be changed.
func (d *Document) File() *ini.File {
	for _, s := range append([]*Section{d.defaults}, d.sections...) {
		if s.pos.Line > 0 {
			s.sec.Comment = s.pos.String()
		}
		for _, e := range s.keys {
			e.key.Comment = e.pos.String()
		}
	}
	return d.file
}

// Sections returns the sections in the order in which they first appeared,
// without [DEFAULT].
func (d *Document) Sections() []*Section { return d.sections }

// Section returns the section of that name, or nil.
func (d *Document) Section(name string) *Section { return d.byName[name] }

// Defaults returns the section [DEFAULT]; it has no keys if it was not written.
func (d *Document) Defaults() *Section { return d.defaults }

// Cuts returns the values that were cut inside an open quote, in reading order.
func (d *Document) Cuts() []Cut { return d.cuts }

// name returns the one copy of a key name that is kept.
func (d *Document) name(key string) string {
	if n, ok := d.names[key]; ok {
		return n
	}
	key = strings.Clone(key)
	d.names[key] = key
	return key
}

// open returns the section a header names, adding it if it is new.
func (d *Document) open(name string, pos Pos) *Section {
	if name == DefaultSection {
		if d.defaults.pos.Line == 0 {
			d.defaults.pos = pos
		}
		return d.defaults
	}
	if s := d.byName[name]; s != nil {
		return s
	}
	name = strings.Clone(name) // do not keep the whole file for it
	// The only error is that of an empty name, which the grammar excludes.
	sec, _ := d.file.NewSection(name)
	s := &Section{doc: d, name: name, sec: sec, pos: pos, keys: map[string]entry{}}
	d.byName[name] = s
	d.sections = append(d.sections, s)
	return s
}
