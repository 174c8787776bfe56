package shlex

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

// pieces are what random texts are made of: everything with a meaning, and some
// of what has none.
var pieces = []string{
	`'`, `"`, `\`, ` `, "\t", "\n", "\r", "\f", "\v", `#`, `=`, `,`, `;`, `a`, `B`, `0`, `_`, `/`, `.`, `+`, `-`,
	`(`, `)`, `:`, `~`, `%`, `$`, `é`, "\u00a0", "\u2028", `日`, "\xff", "\xc3", "\x00", `KEY="v"`, `a=b,`, `'x y'`,
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(14) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	r := rand.New(rand.NewPCG(1, 2))
	for operation, ours := range map[string]func(string) ([]string, error){"split": Split, "tokens": Tokens} {
		for range 3000 {
			text := randomText(r)
			got, err := ours(text)
			want, wantErr := python.Call(operation, text)
			if message(err) != message(asError(wantErr)) {
				t.Fatalf("%s(%q): error %v, Python %v", operation, text, err, wantErr)
			}
			if err == nil && !slices.Equal(got, stringList(want)) {
				t.Fatalf("%s(%q) = %q, Python %q", operation, text, got, want)
			}
		}
	}
}

func asError(e *pyref.Error) error {
	if e == nil {
		return nil
	}
	return e
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "ValueError: ")
}

func stringList(v any) []string {
	list := []string{}
	for _, s := range v.([]any) {
		list = append(list, s.(string))
	}
	return list
}
