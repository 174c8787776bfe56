package client

import (
	"context"
	"errors"
	"io"

	"github.com/kolo/xmlrpc"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// Call calls any XML-RPC method and decodes its result into result, a pointer
// (structs by their `xmlrpc` tags), or drops it if result is nil. Arguments are
// strings, integers, floats, booleans, time.Time, Base64, slices, maps and
// structs. Use it for methods that have no Go method here, such as those of a
// plug-in.
func (c *Client) Call(ctx context.Context, method string, result any, args ...any) error {
	body, err := xmlrpc.EncodeMethodCall(method, args...)
	if err != nil {
		return &ResponseError{URL: c.shown, Method: method, Err: err}
	}
	data, err := c.post(ctx, body)
	if err != nil {
		return err
	}
	if text, ok := result.(*string); ok {
		if *text, ok = wire.ParseString(data); ok {
			return nil
		}
	}
	return c.decode(method, data, result)
}

func (c *Client) decode(method string, data []byte, result any) error {
	response := xmlrpc.Response(scrub(data))
	if err := response.Err(); err != nil {
		var f xmlrpc.FaultError
		if errors.As(err, &f) {
			return &wire.Fault{Code: wire.FaultCode(f.Code), Text: f.String}
		}
		return &ResponseError{URL: c.shown, Method: method, Err: err}
	}
	if result == nil {
		var ignored any
		result = &ignored
	}
	if err := response.Unmarshal(result); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is not an XML-RPC response")
		}
		return &ResponseError{URL: c.shown, Method: method, Err: err}
	}
	return nil
}

// Base64 is an argument that is sent as base64: use it for bytes that XML text
// cannot hold. The value is the bytes themselves.
func Base64(data []byte) any { return encodeBase64(data) }
