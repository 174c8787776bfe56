package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/glob"
	"github.com/supervisor-go/supervisor/pkg/ini"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

const hereFormat = "%(here)s"

// readFiles reads the main file and those it includes. It returns false if the
// main file cannot be read at all.
func (r *reader) readFiles() bool {
	if !r.readMain() {
		return false
	}
	if r.doc.Section("include") != nil {
		r.followInclude()
	}
	return true
}

// followInclude reads the files that [include] names.
func (r *reader) followInclude() {
	// From here on %(here)s is replaced in the text of all options, so that it
	// means the directory of the file that it stands in.
	r.doc.ReplaceNew(hereFormat, r.here)
	include := r.doc.Section("include")
	s := r.scope(include, IncludeSection, r.globalExpansions())
	raw, origin, ok := s.raw("files")
	if !ok {
		r.fail(Error{
			Origin:    originOf(include.Pos()),
			Section:   "include",
			Problem:   "there is no option files",
			Allowed:   "files = the paths of the files to include, separated by white space",
			reference: ".ini file has [include] section, but no files setting",
		})
		return
	}
	patterns, err := expand(raw, s.exp, "include.files")
	if err != nil {
		s.badAt("files", raw, origin, err)
		return
	}
	base := directory(absolute(r.opts.File))
	for _, pattern := range pytext.Fields(patterns) {
		r.include(joinPath(base, pattern))
	}
}

func (r *reader) readMain() bool {
	file := r.opts.File
	if _, err := os.Stat(file); err != nil {
		r.failFile("cannot find this file", "could not find config file "+file)
		return false
	}
	text, err := os.ReadFile(file)
	if err != nil {
		r.failFile(fmt.Sprintf("cannot read this file: %v", reason(err)), "could not read config file "+file)
		return false
	}
	r.checkPermissions(file)
	r.parse(file, text)
	return true
}

func (r *reader) failFile(problem, reference string) {
	r.fail(Error{Origin: Origin{File: r.opts.File}, Problem: problem, reference: reference})
}

// include reads the files that match a pattern, in lexical order.
func (r *reader) include(pattern string) {
	names := glob.Glob(pattern)
	if len(names) == 0 {
		r.warn(fmt.Sprintf("No file matches via include \"%s\"", pattern))
		return
	}
	slices.Sort(names)
	for _, name := range names {
		r.cfg.Infos = append(r.cfg.Infos, fmt.Sprintf("Included extra file \"%s\" during parsing", name))
		text, err := os.ReadFile(name)
		if err != nil {
			r.warn(fmt.Sprintf("%s: cannot read this included file, which is left out: %v", name, reason(err)))
			continue
		}
		r.checkPermissions(name)
		r.parse(name, text)
		r.doc.ReplaceNew(hereFormat, absolute(directory(name)))
	}
}

// parse adds the text of one file to the document.
func (r *reader) parse(name string, text []byte) {
	err := r.doc.Read(name, text)
	var syntax *ini.SyntaxError
	if !errors.As(err, &syntax) {
		return
	}
	for i := range syntax.Lines {
		syntax.Lines[i].Text = maskLine(syntax.Lines[i].Text)
	}
	reference := syntax.Error() // it repeats all lines
	for _, line := range syntax.Lines {
		e := Error{Origin: Origin{File: name, Line: line.Line}, reference: reference}
		switch {
		case line.NoHeader:
			e.Problem = "an option stands before the first section"
			e.Allowed = "a line such as [supervisord] before the first option"
		case line.TooMany:
			e.Problem = "the section has too many options"
			e.Allowed = fmt.Sprintf("at most %d", ini.MaxKeys)
		default:
			e.Problem = "this line is neither a section nor an option"
			e.Allowed = "[section], key = value, a comment, or an indented line that continues a value"
		}
		r.fail(e)
	}
}

// maskLine hides what stands behind the name of a secret option.
func maskLine(line string) string {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return line
	}
	key := strings.ToLower(strings.TrimSpace(line[:i]))
	for kind := range lastSection {
		if o := LookupOption(kind+1, key); o != nil && o.Secret {
			return line[:i+1] + mask + "\n"
		}
	}
	return line
}

// joinPath is os.path.join.
func joinPath(base, name string) string {
	if strings.HasPrefix(name, "/") || base == "" {
		return name
	}
	if strings.HasSuffix(base, "/") {
		return base + name
	}
	return base + "/" + name
}

func originOf(p ini.Pos) Origin { return Origin{File: p.File, Line: p.Line} }

// reason returns what the system says, without repeating the path.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
