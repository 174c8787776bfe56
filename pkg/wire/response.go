package wire

import (
	"errors"
	"fmt"
)

// AppendCall appends a whole method call to dst. See AppendResponse for what
// the parameters may be.
func AppendCall(dst []byte, method string, params []any) []byte {
	dst = append(dst, "<?xml version='1.0'?>\n<methodCall>\n<methodName>"...)
	dst = AppendText(dst, method)
	dst = append(dst, "</methodName>\n<params>\n"...)
	for _, p := range params {
		dst = append(dst, "<param>\n"...)
		dst = appendValue(dst, p)
		dst = append(dst, "</param>\n"...)
	}
	return append(dst, "</params>\n</methodCall>\n"...)
}

// DecodeResponse reads the response of somebody else's server, whom nobody has
// to trust: the limits are those of DecodeCall. A fault response yields a fault
// and no value.
func DecodeResponse(data []byte) (value any, fault *Fault, err error) {
	if len(data) > MaxCallBytes {
		return nil, nil, fmt.Errorf("cannot read the response: %d bytes are more than the %d allowed", len(data), MaxCallBytes)
	}
	d := callDecoder{}
	if err := d.run(data); err != nil {
		return nil, nil, fmt.Errorf("cannot read the response: %w", err)
	}
	if d.fault != nil {
		return decodedFault(d.fault)
	}
	if len(d.params) != 1 {
		return nil, nil, errors.New("cannot read the response: it has neither one value nor a fault")
	}
	return d.params[0], nil, nil
}

func decodedFault(v any) (any, *Fault, error) {
	m, _ := v.(map[string]any)
	code, ok := m["faultCode"].(int)
	text, ok2 := m["faultString"].(string)
	if !ok || !ok2 {
		return nil, nil, errors.New("cannot read the response: its fault lacks a faultCode or a faultString")
	}
	return nil, &Fault{Code: FaultCode(code), Text: text}, nil
}
