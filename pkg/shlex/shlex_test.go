package shlex

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                         nil,
		" \t\r\n":                  nil,
		"/bin/cat -n file":         {"/bin/cat", "-n", "file"},
		`sh -c 'echo "a b"'`:       {"sh", "-c", `echo "a b"`},
		`a"b c"d`:                  {"ab cd"},
		`""`:                       {""},
		`'' ""x`:                   {"", "x"},
		`a\ b`:                     {"a b"},
		`"a\"b\\c\d\$"`:            {`a"b\c\d\$`},
		`'a\'b`:                    {`a\b`},
		"a\\\nb":                   {"a\nb"},
		"a # b ; c | d":            {"a", "#", "b", ";", "c", "|", "d"},
		"a\vb\u00a0c":              {"a\vb\u00a0c"},
		"é\xff 日本":                 {"é\xff", "日本"},
		"/bin/x --port=80 %(a)s":   {"/bin/x", "--port=80", "%(a)s"},
		"/bin/x  'two  spaces' \t": {"/bin/x", "two  spaces"},
	} {
		if got, err := Split(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("Split(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		`a 'b`: ErrNoClosingQuotation, `"`: ErrNoClosingQuotation, `a "b\"`: ErrNoClosingQuotation,
		`a \`: ErrNoEscapedCharacter, `"\`: ErrNoEscapedCharacter, `\`: ErrNoEscapedCharacter,
	} {
		if got, err := Split(text); !errors.Is(err, want) || got != nil {
			t.Errorf("Split(%q) = %q, %v; want %v", text, got, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"":                     nil,
		`A="1",B=2`:            {"A", "=", `"1"`, ",", "B", "=", "2"},
		`A='x y' , B=/a.b+c-d`: {"A", "=", "'x y'", ",", "B", "=", "/a.b+c-d"},
		`A=x"y z"`:             {"A", "=", `x"y`, `z"`},
		"A=1#comment\nB":       {"A", "=", "1B"},
		"A=1 #comment\nB":      {"A", "=", "1", "B"},
		"é=ab":                 {"é", "=", "ab"},
		`a\b`:                  {"a", `\`, "b"},
		"U=http://x:80/(y)":    {"U", "=", "http://x:80/(y)"},
	} {
		if got, err := Tokens(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("Tokens(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := Tokens(`A="`); !errors.Is(err, ErrNoClosingQuotation) || got != nil {
		t.Errorf("Tokens of an open quote = %q, %v", got, err)
	}
}

// FuzzSplit joins the words again, quoted, and expects the same words.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "a b", `'a' "b"`, `\a`, `"\"`, "a\x00b", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := Split(text)
		if err != nil {
			return
		}
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, err := Split(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(again, words) {
			t.Errorf("Split(%q) = %q, and quoted again %q, %v", text, words, again, err)
		}
	})
}

// FuzzTokens expects that nothing but white space and comments is lost.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", `A="1",B='2'`, "a#b\nc", "é", `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := Tokens(text)
		if err != nil || strings.ContainsAny(text, "#'\"") || !utf8.ValidString(text) {
			return
		}
		kept := strings.Map(func(r rune) rune {
			if strings.ContainsRune(whitespace, r) {
				return -1
			}
			return r
		}, text)
		if strings.Join(tokens, "") != kept {
			t.Errorf("Tokens(%q) = %q", text, tokens)
		}
	})
}
