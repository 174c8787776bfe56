package man

import (
	"regexp"
	"strings"
)

// Markdown writes text in the form that the chapters of the manual have:
// paragraphs, headings of the third and fourth level, lists, tables, and code in
// fences. A table becomes a list of terms: the first column is the term, the
// others are its explanation. What links lead to and HTML comments are left out.
func (p *Page) Markdown(text string) {
	lines := strings.Split(comments.ReplaceAllString(text, ""), "\n")
	for len(lines) > 0 {
		lines = p.block(lines)
	}
}

var (
	comments = regexp.MustCompile(`(?s)<!--.*?-->\n?`)
	links    = regexp.MustCompile(`!?\[([^\]]+)\]\([^)\s]+\)`)
	marker   = regexp.MustCompile(`^(- |[0-9]+\. )`)
	ruler    = regexp.MustCompile(`^\|[\s:|-]+\|$`)
)

// block writes what begins at the first line, and returns the lines behind it.
func (p *Page) block(lines []string) []string {
	line := lines[0]
	switch {
	case strings.TrimSpace(line) == "":
		return lines[1:]
	case strings.HasPrefix(line, "```"):
		code, rest := until(lines[1:], func(s string) bool { return strings.HasPrefix(s, "```") })
		p.Code(strings.Join(code, "\n"))
		return rest[min(1, len(rest)):]
	case strings.HasPrefix(line, "#"):
		p.Subsection(inline(strings.TrimLeft(line, "# ")))
		return lines[1:]
	case strings.HasPrefix(line, "|"):
		rows, rest := until(lines, func(s string) bool { return !strings.HasPrefix(s, "|") })
		p.table(rows)
		return rest
	case marker.MatchString(line):
		mark := marker.FindString(line)
		item, rest := until(lines[1:], func(s string) bool { return !strings.HasPrefix(s, "  ") })
		p.point(mark, inline(flow(append([]string{line[len(mark):]}, item...))))
		return rest
	}
	paragraph, rest := until(lines, ends)
	p.Text(inline(flow(paragraph)))
	return rest
}

// ends tells whether a line is no part of the paragraph above it.
func ends(line string) bool {
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "#") ||
		strings.HasPrefix(line, "|") || marker.MatchString(line)
}

// until splits lines before the first at which stop holds.
func until(lines []string, stop func(string) bool) (head, rest []string) {
	for i, line := range lines {
		if stop(line) {
			return lines[:i], lines[i:]
		}
	}
	return lines, nil
}

func flow(lines []string) string {
	words := strings.Fields(strings.Join(lines, " "))
	return strings.Join(words, " ")
}

func inline(s string) string {
	s = links.ReplaceAllString(s, "$1")
	return strings.ReplaceAll(s, "**", "")
}

// table writes the rows below the header.
func (p *Page) table(rows []string) {
	for i, row := range rows {
		if i < 2 && (ruler.MatchString(row) || i+1 < len(rows) && ruler.MatchString(rows[i+1])) {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(row, "| "), `\|`, "\x00"), "|")
		for j := range cells {
			cells[j] = strings.ReplaceAll(strings.TrimSpace(cells[j]), "\x00", "|")
		}
		term := strings.ReplaceAll(inline(cells[0]), "`", "")
		p.Items(Item{term, inline(strings.Join(nonEmpty(cells[1:]), ". "))})
	}
}

func nonEmpty(cells []string) []string {
	var out []string
	for _, c := range cells {
		if c != "" {
			out = append(out, strings.TrimSuffix(c, "."))
		}
	}
	return out
}
