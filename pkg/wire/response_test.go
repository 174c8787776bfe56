package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyValue generates values that survive a round trip.
func anyValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.IntRange(-1<<31, 1<<31-1).AsAny(),
		rapid.Bool().AsAny(),
		rapid.StringMatching(`[ -~\n\täöü€😀&<>]{0,20}`).AsAny(),
		rapid.Float64Range(-1e6, 1e6).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(append(scalars,
		rapid.Custom(func(t *rapid.T) any {
			return append([]any{}, rapid.SliceOfN(inner, 0, 4).Draw(t, "array")...)
		}),
		rapid.Custom(func(t *rapid.T) any {
			return rapid.MapOfN(rapid.StringMatching(`[a-z&]{0,5}`), inner, 0, 4).Draw(t, "struct")
		}))...)
}

func TestCallsAndResponsesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "value")
		got, fault, err := DecodeResponse(AppendResponse(nil, v))
		if diff := cmp.Diff(v, got); diff != "" || fault != nil || err != nil {
			t.Fatalf("response: %v %v %s", fault, err, diff)
		}
		params := append([]any{}, rapid.SliceOfN(anyValue(2), 0, 4).Draw(t, "params")...)
		name := rapid.StringMatching(`[a-z]{1,5}\.[a-z]{1,5}`).Draw(t, "method")
		method, gotParams, err := DecodeCall(AppendCall(nil, name, params))
		if diff := cmp.Diff(params, gotParams); diff != "" || method != name || err != nil {
			t.Fatalf("call: %s %v %s", method, err, diff)
		}
		want := &Fault{Code: FaultCode(rapid.IntRange(-1000, 1000).Draw(t, "code")), Text: name}
		_, fault, err = DecodeResponse(AppendFault(nil, want))
		if diff := cmp.Diff(want, fault); diff != "" || err != nil {
			t.Fatalf("fault: %v %s", err, diff)
		}
	})
}

func TestDecodeResponseRefuses(t *testing.T) {
	value := "<value><int>1</int></value>"
	deep := strings.Repeat("<value><array><data>", MaxCallDepth)
	for _, text := range []string{
		"", "hello", "<html></html>", "<methodResponse/>", "<methodResponse><params/></methodResponse>",
		"<methodResponse><params><param>" + value + "</param><param>" + value + "</param></params></methodResponse>",
		"<methodResponse><fault>" + value + "</fault></methodResponse>",
		"<methodResponse><fault><value><struct></struct></value></fault></methodResponse>",
		"<methodResponse><params><param>" + deep, "<methodResponse><params><param>" + value,
		"<!DOCTYPE x [<!ENTITY a 'b'>]><methodResponse><params><param><value>&a;</value></param></params></methodResponse>",
	} {
		if v, fault, err := DecodeResponse([]byte(text)); err == nil {
			t.Errorf("%.60q was accepted: %v %v", text, v, fault)
		}
	}
}
