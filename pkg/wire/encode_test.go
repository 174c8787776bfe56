package wire

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAppendResponseIsPythons(t *testing.T) {
	when := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tc := range []struct {
		v    any
		want string
	}{
		{1, "<value><int>1</int></value>\n"},
		{int64(math.MaxInt32), "<value><int>2147483647</int></value>\n"},
		{true, "<value><boolean>1</boolean></value>\n"},
		{false, "<value><boolean>0</boolean></value>\n"},
		{`a<b>&"'`, "<value><string>a&lt;b&gt;&amp;\"'</string></value>\n"},
		{1.5, "<value><double>1.5</double></value>\n"},
		{1e100, "<value><double>1e+100</double></value>\n"},
		{2.0, "<value><double>2.0</double></value>\n"},
		{math.Inf(-1), "<value><double>-inf</double></value>\n"},
		{[]any{}, "<value><array><data>\n</data></array></value>\n"},
		{[]any{1, "a"}, "<value><array><data>\n<value><int>1</int></value>\n<value><string>a</string></value>\n</data></array></value>\n"},
		{[]string{"a"}, "<value><array><data>\n<value><string>a</string></value>\n</data></array></value>\n"},
		{[]int{7}, "<value><array><data>\n<value><int>7</int></value>\n</data></array></value>\n"},
		{map[string]any{}, "<value><struct>\n</struct></value>\n"},
		{map[string]any{"b": []any{1}, "a": 1}, "<value><struct>\n<member>\n<name>a</name>\n<value><int>1</int></value>\n</member>\n<member>\n<name>b</name>\n<value><array><data>\n<value><int>1</int></value>\n</data></array></value>\n</member>\n</struct></value>\n"},
		{Struct{{"b", 1}, {"a", ""}}, "<value><struct>\n<member>\n<name>b</name>\n<value><int>1</int></value>\n</member>\n<member>\n<name>a</name>\n<value><string></string></value>\n</member>\n</struct></value>\n"},
		{bytes.Repeat([]byte("x"), 60), "<value><base64>\neHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\neHh4\n</base64></value>\n"},
		{when, "<value><dateTime.iso8601>20200102T03:04:05</dateTime.iso8601></value>\n"},
		// What the reference cannot write:
		{nil, "<value><nil/></value>\n"},
		{1 << 40, "<value><i8>1099511627776</i8></value>\n"},
		{"a\r\n\x1b[0m\xff\ufffe", "<value><string>a&#13;\n\\x1b[0m\\xff\\ufffe</string></value>\n"},
		// Types without a case of their own:
		{[]bool{true}, "<value><array><data>\n<value><boolean>1</boolean></value>\n</data></array></value>\n"},
		{map[string]string{"k": "v"}, "<value><struct>\n<member>\n<name>k</name>\n<value><string>v</string></value>\n</member>\n</struct></value>\n"},
		{uint16(3), "<value><int>3</int></value>\n"},
		{float32(0.5), "<value><double>0.5</double></value>\n"},
		{NoFile, "<value><int>20</int></value>\n"},
		{&struct {
			A    string `xmlrpc:"a"`
			Skip int    `xmlrpc:"-"`
		}{A: "x"}, "<value><struct>\n<member>\n<name>a</name>\n<value><string>x</string></value>\n</member>\n</struct></value>\n"},
		{[]any{&Fault{Code: BadName, Text: "BAD_NAME: x"}}, "<value><array><data>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n</member>\n<member>\n<name>faultString</name>\n<value><string>BAD_NAME: x</string></value>\n</member>\n</struct></value>\n</data></array></value>\n"},
	} {
		got := string(AppendResponse(nil, tc.v))
		if d := cmp.Diff(responseHead+tc.want+responseTail, got); d != "" {
			t.Errorf("%#v: %s", tc.v, d)
		}
		checkWellFormed(t, []byte(got))
	}
}

func TestAppendFaultIsPythons(t *testing.T) {
	const want = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n</member>\n<member>\n<name>faultString</name>\n<value><string>BAD_NAME: &lt;x&gt;</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n"
	f := NewFault(BadName, "<x>")
	if d := cmp.Diff(want, string(AppendFault(nil, f))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, string(AppendResponse(nil, f))); d != "" {
		t.Error(d)
	}
}

func sampleInfos(n int) []ProcessInfo {
	infos := make([]ProcessInfo, n)
	for i := range infos {
		name := fmt.Sprintf("web_%04d", i)
		log := "/var/log/supervisor/" + name + "-stdout.log"
		infos[i] = ProcessInfo{Name: name, Group: "web", Start: 1795000000, Now: 1795001000, State: 20, StateName: "RUNNING",
			LogFile: log, StdoutLogFile: log, StderrLogFile: "/var/log/supervisor/" + name + "-stderr.log", PID: 1000 + i, Description: "pid 1000, uptime 0:16:40"}
	}
	return infos
}

// The hand-written records hold the same as their struct tags say.
func TestRecordsEqualTheirTags(t *testing.T) {
	info := sampleInfos(1)[0]
	info.Stop, info.SpawnErr, info.ExitStatus = 3, "<oops>", -1
	status := ProcessStatus{Name: "a", Group: "b", Status: Success, Description: "OK"}
	for _, v := range []any{info, status} {
		want := appendReflected(nil, v)
		if d := cmp.Diff(string(want), string(appendValue(nil, v))); d != "" {
			t.Errorf("%T: %s", v, d)
		}
	}
	late := ProcessInfo{Start: math.MaxInt32 + 1, Now: math.MinInt32 - 1}
	got := string(appendValue(nil, &late))
	if !strings.Contains(got, "<int>2147483647</int>") || !strings.Contains(got, "<int>-2147483648</int>") {
		t.Errorf("times are not capped: %s", got)
	}
	if d := cmp.Diff(appendValue(nil, []any{status, status}), appendValue(nil, []ProcessStatus{status, status})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(appendValue(nil, []any{info, &info}), appendValue(nil, []ProcessInfo{info, info})); d != "" {
		t.Error(d)
	}
}

func genText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\x00", "\xff\xfe", "é\xc3", "\x1b[1m", "]]>", "\ufffe\uffff", "\r\n\t", "\U0010ffff", "\xed\xa0\x80"}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 20), func(b []byte) string { return string(b) }))
}

func genValue() *rapid.Generator[any] {
	var value *rapid.Generator[any]
	deferred := rapid.Deferred(func() *rapid.Generator[any] { return value })
	value = rapid.OneOf(
		rapid.Map(genText(), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return b }),
		rapid.Just[any](nil),
		rapid.Map(rapid.SliceOfN(deferred, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(genText(), deferred, 0, 3), func(m map[string]any) any { return m }),
	)
	return value
}

// arrives gives what a client is expected to see of a value.
func arrives(v any) any {
	switch v := v.(type) {
	case string:
		return readable(v)
	case []any:
		list := []any{}
		for _, x := range v {
			list = append(list, arrives(x))
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for k, x := range v {
			m[readable(k)] = arrives(x)
		}
		return m
	}
	return v
}

// readable spells out the rule of AppendText, one rune at a time.
func readable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1, r < 0x20 && r != '\t' && r != '\n' && r != '\r':
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == 0xfffe || r == 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return b.String()
}

// Python's xmlrpc.client reads back every value that can be written.
func TestAppendResponseReadByPython(t *testing.T) {
	p := startPeer(t)
	rapid.Check(t, func(t *rapid.T) {
		v := genValue().Draw(t, "value")
		a := p.ask(t, "response", string(AppendResponse(nil, v)))
		if a.Error != "" {
			t.Fatalf("Python refuses it: %s", a.Error)
		}
		if d := cmp.Diff(arrives(v), untag(t, a.Value)); d != "" {
			t.Fatal(d)
		}
	})
	a := p.ask(t, "response", string(AppendFault(nil, NewFault(Failed, "\x01"))))
	if d := cmp.Diff([]any{30.0, `FAILED: \x01`}, a.Fault); d != "" {
		t.Error(d)
	}
}

func checkWellFormed(t rapidOrTest, data []byte) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := dec.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %q", err, data)
		}
	}
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "abc", "<&>\r", "\x00\x1f\x7f", "\xff\xc3(", "\ufffe", "é\U0010ffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := AppendText([]byte("<a>"), s)
		var got string
		if err := xml.Unmarshal(append(doc, "</a>"...), &got); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if want := readable(s); got != want {
			t.Errorf("%q arrives as %q, want %q", s, got, want)
		}
	})
}

func TestThousandInfosTakeNoAllocation(t *testing.T) {
	infos := sampleInfos(1000)
	buf := AppendResponse(nil, infos)
	if n := testing.AllocsPerRun(5, func() { buf = AppendResponse(buf[:0], infos) }); n > 2 {
		t.Errorf("writing into a large enough buffer allocates %v times", n)
	}
}

func BenchmarkAllProcessInfo1000(b *testing.B) {
	infos := sampleInfos(1000)
	buf := AppendResponse(nil, infos)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendResponse(buf[:0], infos)
	}
}
