package glob

import (
	"slices"
	"unicode/utf8"
)

// Match tells whether a name matches a pattern, as fnmatch.fnmatchcase does: *
// matches any text, ? one character, [seq] and [!seq] one character of a set.
func Match(pattern, name string) bool { return compile(pattern)(name) }

// compile prepares a pattern for many names. Matching takes time in proportion
// to the product of both lengths at most.
func compile(pattern string) func(name string) bool {
	items := parse(pattern)
	return func(name string) bool { return match(items, decode(name)) }
}

// item matches one character, or with star any number of them.
type item struct {
	star   bool
	any    bool
	negate bool
	ranges []span
}

// span is a range of characters, both ends included.
type span struct{ lo, hi rune }

func (it item) matches(r rune) bool {
	if it.any {
		return true
	}
	for _, s := range it.ranges {
		if s.lo <= r && r <= s.hi {
			return !it.negate
		}
	}
	return it.negate
}

// match goes back only to the last star: if the rest does not match from there,
// no earlier star can help.
func match(items []item, name []rune) bool {
	i, j := 0, 0
	star, mark := -1, 0
	for j < len(name) {
		switch {
		case i < len(items) && items[i].star:
			star, mark = i, j
			i++
		case i < len(items) && items[i].matches(name[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(items) && items[i].star {
		i++
	}
	return i == len(items)
}

// decode makes characters of a name; each byte that is not UTF-8 is one, apart
// from all others.
func decode(s string) []rune {
	runes := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = 0xdc00 + rune(s[i])
		}
		runes = append(runes, r)
		i += size
	}
	return runes
}

func parse(pattern string) []item {
	p := decode(pattern)
	var items []item
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '*':
			items = append(items, item{star: true})
		case '?':
			items = append(items, item{any: true})
		case '[':
			end := closing(p, i+1)
			if end < 0 {
				items = append(items, literal('['))
				continue
			}
			items = append(items, set(p[i+1:end]))
			i = end
		default:
			items = append(items, literal(p[i]))
		}
	}
	return items
}

func literal(r rune) item { return item{ranges: []span{{r, r}}} }

// closing finds the bracket that ends a set begun before i; a bracket right at
// the start belongs to the set.
func closing(p []rune, i int) int {
	if i < len(p) && p[i] == '!' {
		i++
	}
	if i < len(p) && p[i] == ']' {
		i++
	}
	for ; i < len(p); i++ {
		if p[i] == ']' {
			return i
		}
	}
	return -1
}

// set makes an item of what stands between brackets. Python makes a regular
// expression of it, and looks for a leading ! only after it has taken out the
// ranges whose ends are in the wrong order.
func set(s []rune) item {
	var it item
	signs := joined(ranges(s))
	if len(signs) > 0 && signs[0].char == '!' {
		it.negate = true
		signs = signs[1:]
	}
	for i := 0; i < len(signs); i++ {
		lo := signs[i].char
		hi := lo
		if !signs[i].hyphen && i+2 < len(signs) && signs[i+1].hyphen {
			hi = signs[i+2].char
			i += 2
		}
		it.ranges = append(it.ranges, span{lo, hi})
	}
	return it
}

// ranges cuts a set at the hyphens that stand for ranges, so that each range is
// from the last character of one part to the first of the next.
func ranges(s []rune) [][]rune {
	from := 1 // the first character, or that behind !, cannot be such a hyphen
	if len(s) > 0 && s[0] == '!' {
		from = 2
	}
	var parts [][]rune
	start := 0
	for i := from; i < len(s); i++ {
		if s[i] == '-' {
			parts = append(parts, slices.Clone(s[start:i]))
			start = i + 1
			i += 2 // the ends of a range are no hyphens
		}
	}
	switch last := slices.Clone(s[start:]); {
	case len(last) > 0:
		parts = append(parts, last)
	case len(parts) > 0:
		parts[len(parts)-1] = append(parts[len(parts)-1], '-')
	}
	return withoutEmpty(parts)
}

// withoutEmpty takes out the ranges whose ends are in the wrong order.
func withoutEmpty(parts [][]rune) [][]rune {
	for i := len(parts) - 1; i > 0; i-- {
		before, after := parts[i-1], parts[i]
		if before[len(before)-1] > after[0] {
			parts[i-1] = append(before[:len(before)-1], after[1:]...)
			parts = slices.Delete(parts, i, i+1)
		}
	}
	return parts
}

// sign is a character of a set, or the hyphen of a range.
type sign struct {
	char   rune
	hyphen bool
}

// joined puts parts together with hyphens between them.
func joined(parts [][]rune) []sign {
	var signs []sign
	for i, part := range parts {
		if i > 0 {
			signs = append(signs, sign{'-', true})
		}
		for _, c := range part {
			signs = append(signs, sign{c, false})
		}
	}
	return signs
}
