package pytext_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

func TestReprSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	pieces := []string{"a", "'", `"`, `\`, "\n", "\r", "\t", "\x00", "\x1f", "\x7f", "\u0085", "\u00a0", "\u00ad", "é", "\u2028", "日", "\U0001f600", "\ue000", "\xff", "\xc3", " ", "\u3000", "\ufeff"}
	r := rand.New(rand.NewPCG(1, 1))
	for range 1500 {
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		want, err := python.Call("repr", b.String())
		if err != nil {
			t.Fatal(err)
		}
		if got := pytext.Repr(b.String()); got != want {
			t.Errorf("Repr(%q) = %s; Python %s", b.String(), got, want)
		}
	}
}

func TestIntSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	pieces := []string{"0", "1", "9", "123", "-", "+", "_", " ", "\n", "\u00a0", "٣", "x", ".", "०", "\x1c"}
	r := rand.New(rand.NewPCG(2, 2))
	for range 1500 {
		text := ""
		for range r.IntN(6) {
			text += pieces[r.IntN(len(pieces))]
		}
		want, err := python.Call("int", text)
		got, ok := pytext.Int(text, 10)
		if ok != (err == nil) {
			t.Errorf("Int(%q) = %d, %v; Python %v, %v", text, got, ok, want, err)
		} else if ok && fmt.Sprint(got) != want.(json.Number).String() {
			t.Errorf("Int(%q) = %d; Python %v", text, got, want)
		}
	}
}

func TestIntLimits(t *testing.T) {
	for text, want := range map[string]int64{
		"9223372036854775807": math.MaxInt64, "9223372036854775808": math.MaxInt64, "99999999999999999999": math.MaxInt64,
		"-9223372036854775807": -math.MaxInt64, "-99999999999999999999": -math.MaxInt64,
	} {
		if got, ok := pytext.Int(text, 10); !ok || got != want {
			t.Errorf("Int(%s) = %d, %v; want %d", text, got, ok, want)
		}
	}
	if got, ok := pytext.Int("0o_17", 8); !ok || got != 15 {
		t.Errorf("Int(0o_17, 8) = %d, %v", got, ok)
	}
}

func TestSpace(t *testing.T) {
	if got := pytext.Fields(" a\tb\n\x1fc\u00a0d\u2003 "); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("Fields = %q", got)
	}
	if got := pytext.Strip("\x1c a b\u3000"); got != "a b" {
		t.Errorf("Strip = %q", got)
	}
	if got := pytext.StripRight(" a \x85"); got != " a \x85" {
		t.Errorf("StripRight of a byte that is not UTF-8 = %q", got)
	}
	if got := pytext.Lower("ÀB\xff\xc9C"); got != "àb\xff\xc9c" {
		t.Errorf("Lower = %q", got)
	}
}
