package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeCallPlain(t *testing.T) {
	m, p, err := DecodeCall([]byte(`<?xml version='1.0'?><methodCall><methodName>supervisor.x</methodName><params><param><value>un<!-- c --><![CDATA[<t>]]></value></param><param><value><array><data><value><i4> 5 </i4></value><value><nil/></value></data></array></value></param><param><value><struct><member><name>a</name><value><boolean>1</boolean></value></member></struct></value></param></params></methodCall>`))
	if err != nil {
		t.Fatal(err)
	}
	want := []any{"un<t>", []any{5, nil}, map[string]any{"a": true}}
	if d := cmp.Diff(want, p); d != "" || m != "supervisor.x" {
		t.Fatal(m, d)
	}
}
