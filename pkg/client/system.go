package client

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// ListMethods returns the names of all methods of the daemon.
func (c *Client) ListMethods(ctx context.Context) (l []string, err error) {
	err = c.Call(ctx, "system.listMethods", &l)
	return
}

// MethodHelp returns the text that the daemon gives for a method.
func (c *Client) MethodHelp(ctx context.Context, method string) (s string, err error) {
	err = c.Call(ctx, "system.methodHelp", &s, method)
	return
}

// MethodSignature returns the type of a method's result, then those of its
// parameters.
func (c *Client) MethodSignature(ctx context.Context, method string) (l []string, err error) {
	err = c.Call(ctx, "system.methodSignature", &l, method)
	return
}

// CallSpec is one call of a Multicall.
type CallSpec struct {
	Method string `xmlrpc:"methodName"`
	Params []any  `xmlrpc:"params"`
}

// Result is what one call of a Multicall yields.
type Result struct {
	Value any         // int64, string, bool, float64, time.Time, []any or map[string]any
	Fault *wire.Fault // nil when the call went well
}

// Multicall makes several calls in one round trip. They run one after the
// other; a fault does not keep the others from running.
func (c *Client) Multicall(ctx context.Context, calls []CallSpec) ([]Result, error) {
	for i := range calls {
		if calls[i].Params == nil {
			calls[i].Params = []any{}
		}
	}
	var raw []any
	if err := c.Call(ctx, "system.multicall", &raw, calls); err != nil {
		return nil, err
	}
	results := make([]Result, len(raw))
	for i, v := range raw {
		results[i] = Result{Value: v}
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		code, isCode := m["faultCode"].(int64)
		if text, isText := m["faultString"].(string); isCode && isText {
			results[i] = Result{Fault: &wire.Fault{Code: wire.FaultCode(code), Text: text}}
		}
	}
	return results, nil
}
