package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkPlain checks that a document that is read the short way is read so the
// long way, too.
func checkPlain(t interface {
	Fatalf(string, ...any)
}, doc string) {
	method, params, ok := decodePlain([]byte(doc))
	if !ok {
		return
	}
	want, wantParams, err := decodeAny([]byte(doc))
	if diff := cmp.Diff(wantParams, params); diff != "" || method != want || err != nil {
		t.Fatalf("%q: %q and %q, %v (-long +short)\n%s", doc, want, method, err, diff)
	}
}

func TestPlainCallsAreReadPlainly(t *testing.T) {
	for _, doc := range []string{
		string(AppendCall(nil, "supervisor.startProcess", []any{"web:one", true, 5, ""})),
		string(AppendCall(nil, "supervisor.getState", nil)),
		call(""), call("<params></params>"), param("<value>x y</value>"), param("<value></value>"),
		param("<value>a &lt;b&gt;&#xA;&quot;c&#39;</value>"), param("<value>\n <i4> 5 </i4> </value>"), "\n" + call("")[22:] + "\r\n",
	} {
		if _, _, ok := decodePlain([]byte(doc)); !ok {
			t.Errorf("%q is read the long way", doc)
		}
		checkPlain(t, doc)
	}
}

func TestPlainEqualsLong(t *testing.T) {
	pieces := []string{"<value>", "</value>", "<string>", "</string>", "<int>", "</int>", "<i4>", "</i4>", "<boolean>", "</boolean>",
		"1", " ", "\n", "\r\n", "x", "-5", "&amp;", "&#xA;", "&#34;", "&#13;", "&lt", "&;", "&#x41;", ">", "]]>", "é", "\x00", "\x7f", "\t", "</param>", "<param>", "<value/>", "<!-- -->", "<"}
	rapid.Check(t, func(t *rapid.T) {
		var doc string
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces") {
			doc += p
		}
		checkPlain(t, rapid.SampledFrom([]string{param(doc), param("<value>" + doc + "</value>"), call(doc), call("<params>" + doc + "</params>"),
			"<methodCall>" + doc + "<methodName>a</methodName></methodCall>", "<methodCall><methodName>" + doc + "</methodName></methodCall>"}).Draw(t, "place"))
	})
}

func FuzzPlain(f *testing.F) {
	f.Add(param("<value><string>x</string></value>"))
	f.Add(param("<value><int>5</int></value><value><boolean>1</boolean></value>"))
	f.Add(call(""))
	f.Add(param("<value>a&amp;b &#xA;&#13;&lt;&quot;</value>"))
	f.Fuzz(func(t *testing.T, doc string) { checkPlain(t, doc) })
}
