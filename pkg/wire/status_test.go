package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatusLines(t *testing.T) {
	want := []StatusLine{
		{"web", "web", 20, "RUNNING", "pid 5, uptime 0:00:01"},
		{"g", "a\\b\tc\nd\re", 200, "FATAL", `\t is "\" & <t>` + "\n"},
		{"ü", "", -1, "", ""},
		{"", "日本", 0, `\\`, `\`},
	}
	var text []byte
	for i := range want {
		text = AppendStatusLine(text, &want[i])
	}
	if n := strings.Count(string(text), "\n"); n != len(want) {
		t.Errorf("%d lines: %q", n, text)
	}
	response := AppendResponse(nil, string(text))
	read, ok := ParseString(response)
	if !ok || read != string(text) {
		t.Fatalf("%q was read as %q, %v", response, read, ok)
	}
	got, err := ParseStatusLines(read)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v; wanted -, got +:\n%s", err, diff)
	}
}

func TestBadStatusLines(t *testing.T) {
	for _, text := range []string{"a", "\n", "a\tb\t20\tRUNNING\td", "a\tb\tc\tRUNNING\td\n", "a\tb\t20\tRUNNING\n", "a\tb\t20\tRUNNING\td\te\n"} {
		if l, err := ParseStatusLines(text); err == nil {
			t.Errorf("%q was read as %v", text, l)
		}
	}
	if l, err := ParseStatusLines(""); err != nil || len(l) != 0 {
		t.Errorf("no lines were read as %v, %v", l, err)
	}
}

func TestParseString(t *testing.T) {
	head, tail := responseHead+"<value><string>", "</string></value>\n"+responseTail
	for body, want := range map[string]string{
		"3.0": "3.0", "": "", "a &lt;b&gt; &amp;amp; c": "a <b> &amp; c", "ü\t\n": "ü\t\n", "\ufffd": "\ufffd",
	} {
		if got, ok := ParseString([]byte(head + body + tail)); !ok || got != want {
			t.Errorf("%q was read as %q, %v", body, got, ok)
		}
	}
	for _, response := range []string{
		"", head, head + "a", head + "a" + tail + "b", head + "\x01" + tail, head + "\xff" + tail, head + "\ufffe" + tail, head + "a\rb" + tail,
		head + "&#13;" + tail, head + "<b/>" + tail, responseHead + "<value>3.0</value>\n" + responseTail,
		string(AppendFault(nil, NewFault(UnknownMethod, ""))), string(AppendResponse(nil, 5)),
	} {
		if got, ok := ParseString([]byte(response)); ok {
			t.Errorf("%q was read as %q", response, got)
		}
	}
}

// FuzzStatusLines writes what it has read, and reads the same again.
func FuzzStatusLines(f *testing.F) {
	f.Add("web\tweb\t20\tRUNNING\tpid 1\n")
	f.Add("a\\t\t\\\\\t-1\t\\x\t\\\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := ParseStatusLines(text)
		if err != nil {
			return
		}
		var again []byte
		for i := range lines {
			again = AppendStatusLine(again, &lines[i])
		}
		got, err := ParseStatusLines(string(again))
		if diff := cmp.Diff(lines, got); err != nil || diff != "" {
			t.Errorf("%q became %q: %v\n%s", text, again, err, diff)
		}
	})
}
