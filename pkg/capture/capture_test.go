package capture

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// piece is one call of out, or several of one kind joined.
type piece struct {
	Kind Kind
	Text string
}

// recorder collects pieces; neighbours of one kind are joined.
type recorder struct{ pieces []piece }

func (r *recorder) add(kind Kind, data []byte) {
	if kind != Message && len(r.pieces) > 0 {
		if last := &r.pieces[len(r.pieces)-1]; last.Kind == kind {
			last.Text += string(data)
			return
		}
	}
	r.pieces = append(r.pieces, piece{kind, string(data)})
}

// scan runs a Scanner over chunks.
func scan(chunks ...string) []piece {
	var s Scanner
	var r recorder
	for _, c := range chunks {
		s.Feed([]byte(c), r.add)
	}
	s.Flush(r.add)
	return r.pieces
}

// simple is the whole text split at the tags.
func simple(text string) []piece {
	var pieces []piece
	kind, tag := Plain, Begin
	for {
		before, after, found := strings.Cut(text, tag)
		if before != "" {
			pieces = append(pieces, piece{kind, before})
		}
		if !found {
			return pieces
		}
		if kind == Inside {
			pieces = append(pieces, piece{Kind: Message})
			kind, tag = Plain, Begin
		} else {
			kind, tag = Inside, End
		}
		text = after
	}
}

func TestScanner(t *testing.T) {
	msg := piece{Kind: Message}
	for _, c := range []struct {
		name   string
		chunks []string
		want   []piece
	}{
		{"nothing", nil, nil},
		{"plain", []string{"a", "b"}, []piece{{Plain, "ab"}}},
		{"one", []string{"a" + Begin + "x" + End + "b"}, []piece{{Plain, "a"}, {Inside, "x"}, msg, {Plain, "b"}}},
		{"in pieces", []string{Begin, "payload", End}, []piece{{Inside, "payload"}, msg}},
		{"empty", []string{Begin + End}, []piece{msg}},
		{"several in a chunk", []string{Begin + "1" + End + Begin + "2" + End + "-" + Begin + "3" + End},
			[]piece{{Inside, "1"}, msg, {Inside, "2"}, msg, {Plain, "-"}, {Inside, "3"}, msg}},
		{"split tags", []string{"a<!--XSUPER", "VISOR:BEGIN--", ">x<", "!--XSUPERVISOR:END--", ">b"},
			[]piece{{Plain, "a"}, {Inside, "x"}, msg, {Plain, "b"}}},
		{"not a tag after all", []string{"a<!--XSUPER", "VISION"}, []piece{{Plain, "a<!--XSUPERVISION"}}},
		{"a false start before a tag", []string{"<<!--<!--XSUPERVISOR:BEGIN-<", Begin + "x" + End},
			[]piece{{Plain, "<<!--<!--XSUPERVISOR:BEGIN-<"}, {Inside, "x"}, msg}},
		{"unterminated", []string{"a" + Begin + "xyz"}, []piece{{Plain, "a"}, {Inside, "xyz"}}},
		{"unterminated tag", []string{"a<!--XSUP"}, []piece{{Plain, "a<!--XSUP"}}},
		{"a closing tag outside", []string{"a" + End + "b"}, []piece{{Plain, "a" + End + "b"}}},
		{"an opening tag inside", []string{Begin + Begin + "x" + End}, []piece{{Inside, Begin + "x"}, msg}},
		{"binary", []string{"\x00\xff" + Begin + "\x00\n\xfe" + End}, []piece{{Plain, "\x00\xff"}, {Inside, "\x00\n\xfe"}, msg}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, scan(c.chunks...)); d != "" {
				t.Errorf("pieces (-want +got):\n%s", d)
			}
		})
	}
}

// A message is there with its closing tag, not with the output that follows.
func TestMessageIsNotHeldBack(t *testing.T) {
	var s Scanner
	var r recorder
	for _, c := range []string{Begin, "x", End} {
		s.Feed([]byte(c), r.add)
	}
	if d := cmp.Diff([]piece{{Inside, "x"}, {Kind: Message}}, r.pieces); d != "" {
		t.Errorf("pieces (-want +got):\n%s", d)
	}
}

func TestPlainOutputIsNotCopied(t *testing.T) {
	var s Scanner
	data := []byte("some output < without a tag")
	s.Feed(data, func(_ Kind, got []byte) {
		if &got[0] != &data[0] || len(got) != len(data) {
			t.Errorf("got %q in another place", got)
		}
	})
	out := func(Kind, []byte) {}
	if n := testing.AllocsPerRun(100, func() { s.Feed(data, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// tagged draws text in which tags and parts of tags are frequent.
func tagged() *rapid.Generator[string] {
	return rapid.Custom(func(r *rapid.T) string {
		part := rapid.OneOf(
			rapid.SampledFrom([]string{Begin, End, "<", "<!--XSUPERVISOR:", "-->", "\n"}),
			rapid.Custom(func(r *rapid.T) string { return Begin[:rapid.IntRange(0, len(Begin)).Draw(r, "n")] }),
			rapid.Custom(func(r *rapid.T) string { return End[rapid.IntRange(0, len(End)).Draw(r, "n"):] }),
			rapid.StringMatching(`[a-z ]{0,40}`))
		return strings.Join(rapid.SliceOfN(part, 0, 20).Draw(r, "parts"), "")
	})
}

// cut splits text into chunks at random places.
func cut(r *rapid.T, text string) []string {
	var chunks []string
	for len(text) > 0 {
		n := rapid.IntRange(1, min(60, len(text))).Draw(r, "chunk")
		chunks = append(chunks, text[:n])
		text = text[n:]
	}
	return chunks
}

func TestChunksDoNotMatter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := tagged().Draw(r, "text")
		chunks := cut(r, text)
		if d := cmp.Diff(simple(text), scan(chunks...)); d != "" {
			r.Fatalf("%q\n(-want +got):\n%s", chunks, d)
		}
	})
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte("a"+Begin+"x"+End+"b"), uint8(3))
	f.Add([]byte(Begin+"<!--XSUPERVISOR:EN"+End+"<!"), uint8(1))
	f.Add([]byte(Begin+End+Begin+End), uint8(23))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		var chunks []string
		for rest := string(text); len(rest) > 0; {
			n := min(int(size%50)+1, len(rest))
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		if d := cmp.Diff(simple(string(text)), scan(chunks...)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestBuffer(t *testing.T) {
	for _, c := range []struct {
		max    int64
		chunks []string
		want   string
	}{
		{16, []string{"abc", "def"}, "abcdef"},
		{16, []string{strings.Repeat("x", 30)}, strings.Repeat("x", 30)},
		{16, []string{"0123456789", "abcdefgh"}, "89abcdefgh"}, // though 16 would fit
		{4, []string{"abcd", "e"}, "bcde"},
		{4, []string{"ab", "cdefgh"}, "cdefgh"},
	} {
		b := Buffer{Max: c.max}
		for _, chunk := range c.chunks {
			b.Write([]byte(chunk))
		}
		if string(b.Bytes()) != c.want {
			t.Errorf("%q within %d = %q, want %q", c.chunks, c.max, b.Bytes(), c.want)
		}
		if b.Reset(); len(b.Bytes()) != 0 {
			t.Error("Reset leaves", b.Bytes())
		}
	}
}

func TestEncode(t *testing.T) {
	got, err := Encode([]byte("before "), []byte("x"+Begin))
	if err != nil || string(got) != "before "+Begin+"x"+Begin+End {
		t.Errorf("Encode = %q, %v", got, err)
	}
	if got, err := Encode(nil, []byte("x"+End)); err != ErrEndTag || got != nil {
		t.Errorf("Encode of the closing tag = %q, %v", got, err)
	}
	rapid.Check(t, func(r *rapid.T) {
		payload := tagged().Draw(r, "payload")
		enc, err := Encode(nil, []byte(payload))
		if err != nil {
			return
		}
		var want []piece
		if payload != "" {
			want = append(want, piece{Inside, payload})
		}
		if d := cmp.Diff(append(want, piece{Kind: Message}), scan(cut(r, string(enc))...)); d != "" {
			r.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func BenchmarkFeedPlain(b *testing.B) {
	for _, fill := range []string{"a line of a log with <b>markup</b>\n", "plain\n"} {
		b.Run(fmt.Sprint(len(fill)), func(b *testing.B) {
			var s Scanner
			data := bytes.Repeat([]byte(fill), 65536/len(fill))
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				s.Feed(data, func(Kind, []byte) {})
			}
		})
	}
}
