package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func call(params string) string {
	return "<?xml version='1.0'?>\n<methodCall><methodName>a.b</methodName>" + params + "</methodCall>"
}

func param(value string) string {
	return call("<params><param>" + value + "</param></params>")
}

func TestDecodeCallValues(t *testing.T) {
	for _, tc := range []struct {
		name, xml string
		want      any
	}{
		{"untyped", "<value>x y</value>", "x y"},
		{"untyped empty", "<value/>", ""},
		{"untyped keeps white space", "<value> x\n</value>", " x\n"},
		{"string", "<value><string>x</string></value>", "x"},
		{"white space around the type", "<value>\n  <string>x</string>\n</value>", "x"},
		{"empty string", "<value><string/></value>", ""},
		{"comment within text", "<value>a<!-- not b -->c</value>", "ac"},
		{"CDATA", "<value><![CDATA[<a>&amp;]]></value>", "<a>&amp;"},
		{"entities", "<value>&lt;&#233;&#xe9;&amp;</value>", "<éé&"},
		{"CRLF", "<value>a\r\nb</value>", "a\nb"},
		{"int", "<value><int>-5</int></value>", -5},
		{"i4", "<value><i4>+5</i4></value>", 5},
		{"i8", "<value><i8>8589934592</i8></value>", 8589934592},
		{"int with space", "<value><int> 1_000\n</int></value>", 1000},
		{"int too large", "<value><int>99999999999999999999</int></value>", 1<<63 - 1},
		{"true", "<value><boolean>1</boolean></value>", true},
		{"false", "<value><boolean>0</boolean></value>", false},
		{"any other boolean is false", "<value><boolean>true</boolean></value>", false},
		{"double", "<value><double>-1.5e3</double></value>", -1500.0},
		{"double without point", "<value><double>2</double></value>", 2.0},
		{"time", "<value><dateTime.iso8601>20261101T02:03:04</dateTime.iso8601></value>", time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC)},
		{"base64", "<value><base64>\n  YWJj\n</base64></value>", "abc"},
		{"base64 of bytes", "<value><base64>/w==</base64></value>", "\xff"},
		{"array", "<value><array><data><value>a</value><value><int>1</int></value></data></array></value>", []any{"a", 1}},
		{"empty array", "<value><array><data/></array></value>", []any{}},
		{"struct", "<value><struct><member><name>a</name><value><int>1</int></value></member></struct></value>", map[string]any{"a": 1}},
		{"empty struct", "<value><struct/></value>", map[string]any{}},
		{"nil", "<value><nil/></value>", nil},
		{"nil of an extension", "<value><ex:nil/></value>", nil},
		{"unknown type is its text", "<value><frob>x</frob></value>", "x"},
		{"only the first type counts", "<value><int>1</int><int>2</int></value>", 1},
		{"with attributes", "<value type='x'><int a=\"b\">1</int></value>", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			method, params, err := DecodeCall([]byte(param(tc.xml)))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]any{tc.want}, params); d != "" || method != "a.b" {
				t.Errorf("%q: %s", method, d)
			}
		})
	}
}

func TestDecodeCallShapes(t *testing.T) {
	for _, tc := range []struct {
		name, xml string
		want      []any
	}{
		{"no params", call(""), []any{}},
		{"empty params", call("<params/>"), []any{}},
		{"params first", "<methodCall><params><param><value>1</value></param></params><methodName>a.b</methodName></methodCall>", []any{"1"}},
		{"no declaration", "<methodCall><methodName>a.b</methodName></methodCall>", []any{}},
		{"byte order mark", "\ufeff<methodCall><methodName>a.b</methodName></methodCall>", []any{}},
		{"document type", "<!DOCTYPE methodCall><methodCall><methodName>a.b</methodName></methodCall>", []any{}},
		{"pretty printed", "<methodCall>\n\t<methodName>a.b</methodName>\n\t<params>\n\t\t<param>\n\t\t\t<value>x</value>\n\t\t</param>\n\t</params>\n</methodCall>\n", []any{"x"}},
		{"latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><methodCall><methodName>a.b</methodName><params><param><value>caf\xe9</value></param></params></methodCall>", []any{"café"}},
		{"ascii", "<?xml version='1.0' encoding=\"us-ascii\"?><methodCall><methodName>a.b</methodName></methodCall>", []any{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			method, params, err := DecodeCall([]byte(tc.xml))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, params); d != "" || method != "a.b" {
				t.Errorf("%q: %s", method, d)
			}
		})
	}
}

func TestDecodeCallRefuses(t *testing.T) {
	deep := strings.Repeat("<value><array><data>", MaxCallDepth)
	for _, tc := range []struct{ name, xml, why string }{
		{"nothing", "", "empty"},
		{"no XML", "hello", "text outside"},
		{"no method", "<methodCall/>", "no method"},
		{"empty method", "<methodCall><methodName/></methodCall>", "no method"},
		{"cut short", "<methodCall><methodName>a.b</methodName>", "not closed"},
		{"crossed tags", "<methodCall><methodName>a.b</methodCall></methodName>", "closes nothing"},
		{"junk after the end", call("") + "<x/>", "follows the end"},
		{"bad int", param("<value><int>x</int></value>"), `"x" is not an integer`},
		{"empty int", param("<value><int/></value>"), "not an integer"},
		{"bad double", param("<value><double>0x1p3</double></value>"), "not a number"},
		{"bad time", param("<value><dateTime.iso8601>today</dateTime.iso8601></value>"), "not a time"},
		{"bad base64", param("<value><base64>YQ</base64></value>"), "base64"},
		{"empty param", param(""), "<param> is empty"},
		{"empty array", param("<value><array/></value>"), "<array> is empty"},
		{"member without value", param("<value><struct><member><name>a</name></member></struct></value>"), "<member> has 1"},
		{"stranger in a struct", param("<value><struct><x/></struct></value>"), "holds <x>"},
		{"entity of its own", "<!DOCTYPE x [<!ENTITY a 'b'>]>" + param("<value>&a;</value>"), "entity"},
		{"control character", param("<value>\x01</value>"), "illegal character"},
		{"not UTF-8", param("<value>\xff</value>"), "UTF-8"},
		{"strange encoding", "<?xml version='1.0' encoding='utf-16'?><a/>", "not supported"},
		{"too deep", param(deep), "nested more than"},
		{"too many", param("<value><array><data>" + strings.Repeat("<a/>", MaxCallElements) + "</data></array></value>"), "more than"},
		{"too long", strings.Repeat(" ", MaxCallBytes+1), "more than"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := DecodeCall([]byte(tc.xml))
			if err == nil || !strings.Contains(err.Error(), tc.why) {
				t.Errorf("error %v does not say %q", err, tc.why)
			}
		})
	}
}

// genDocument draws a call, mostly well formed, as odd as clients can be.
func genDocument() *rapid.Generator[string] {
	text := rapid.SampledFrom([]string{"", "x", " 5 ", "7", "-3", "1", "0", "1.5", "a b", "&lt;", "é", "<!-- c -->", "<![CDATA[<]]>", "\n  ", "\r\n", "1_0", "__", "nan", "YWJj", "20200101T01:02:03"})
	var value *rapid.Generator[string]
	wrap := func(tag string, g *rapid.Generator[string]) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string { return "<" + tag + ">" + g.Draw(t, tag) + "</" + tag + ">" })
	}
	list := func(g *rapid.Generator[string]) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(g, 0, 3).Draw(t, "list"), "") })
	}
	member := rapid.Custom(func(t *rapid.T) string {
		return "<member><name>" + text.Draw(t, "name") + "</name>" + value.Draw(t, "value") + "</member>"
	})
	scalar := rapid.Custom(func(t *rapid.T) string {
		tag := rapid.SampledFrom([]string{"int", "i4", "boolean", "string", "double", "dateTime.iso8601", "base64", "nil", "frob"}).Draw(t, "type")
		content := text.Draw(t, "text")
		if tag == "double" { // Python's float() takes "1_0"; no client sends it
			content = strings.ReplaceAll(content, "_", "")
		}
		return "<" + tag + ">" + content + "</" + tag + ">"
	})
	value = wrap("value", rapid.OneOf(text, scalar, scalar,
		wrap("array", wrap("data", list(rapid.Deferred(func() *rapid.Generator[string] { return value })))),
		wrap("struct", list(member)), list(scalar)))
	params := wrap("params", list(wrap("param", value)))
	junk := rapid.SampledFrom([]string{"", "", "", "", "<x/>", "</value>", "<value>", "<y><x>1</x></y>", "&nope;"})
	return rapid.Custom(func(t *rapid.T) string {
		return "<?xml version='1.0'?><methodCall><methodName>" + rapid.SampledFrom([]string{"a.b", " a", "", "é"}).Draw(t, "method") +
			"</methodName>" + params.Draw(t, "params") + junk.Draw(t, "junk") + "</methodCall>"
	})
}

// The reference's own decoder and ours agree on every document, down to what
// they refuse.
func TestDecodeCallEqualsReference(t *testing.T) {
	p := startPeer(t)
	if p.ask(t, "probe", "").Value[1] != true {
		t.Skip("Debian's supervisor is not installed: nothing to compare with")
	}
	rapid.Check(t, func(t *rapid.T) {
		doc := genDocument().Draw(t, "document")
		want := p.ask(t, "call", doc)
		method, params, err := DecodeCall([]byte(doc))
		if (err != nil) != (want.Error != "") {
			t.Fatalf("ours: %v; reference: %q\n%s", err, want.Error, doc)
		}
		if err != nil {
			return
		}
		theirs := []any{}
		for _, v := range want.Params {
			theirs = append(theirs, untag(t, v))
		}
		if d := cmp.Diff(theirs, params, cmpopts.EquateNaNs()); d != "" || method != want.Method {
			t.Fatalf("methods %q and %q, values (-reference +ours):\n%s\n%s", want.Method, method, d, doc)
		}
	})
}

func FuzzDecodeCall(f *testing.F) {
	f.Add([]byte(call("")))
	f.Add([]byte(param("<value><struct><member><name>a</name><value><array><data><value><i4>1</i4></value></data></array></value></member></struct></value>")))
	f.Add([]byte(param("<value><base64>YWJj</base64></value><value><dateTime.iso8601>20200101T00:00:00</dateTime.iso8601></value>")))
	f.Add([]byte("<?xml version='1.0' encoding='latin-1'?><a><methodName>\xe9</methodName></a>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		method, params, err := DecodeCall(data)
		if err != nil {
			return
		}
		if method == "" || params == nil {
			t.Fatalf("method %q, params %v and no error", method, params)
		}
		// What was read can be written.
		checkWellFormed(t, AppendResponse(nil, params))
	})
}

func BenchmarkDecodeCall(b *testing.B) {
	data := []byte(param("<value><string>web:web_00</string></value>"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := DecodeCall(data); err != nil {
			b.Fatal(err)
		}
	}
}
