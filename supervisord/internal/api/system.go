package api

import (
	"context"
	"reflect"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// systemMethods returns the methods of the system namespace, which describe and
// combine the methods of r. They work in every state of the daemon.
func systemMethods(r *Registry) []Method {
	return []Method{
		{
			Name:    "listMethods",
			Doc:     "List the names of all methods that can be called.",
			Returns: Result{Type: Array, Doc: "the names, sorted (strings)"},
			Fn:      func(context.Context, []any) (any, error) { return r.table.Load().names, nil },
		},
		{
			Name:    "methodHelp",
			Doc:     "Return the help text of a method.",
			Params:  []Param{{Name: "name", Type: String, Doc: "the method's full name"}},
			Returns: Result{Type: String, Doc: "the help text"},
			Fn:      r.methodHelp,
		},
		{
			Name: "methodSignature",
			Doc: `Return the signature of a method: an array of type names, first that of the
result, then those of the parameters in their order.`,
			Params:  []Param{{Name: "name", Type: String, Doc: "the method's full name"}},
			Returns: Result{Type: Array, Doc: "the type names (strings)"},
			Fn:      r.methodSignature,
		},
		{
			Name: "multicall",
			Doc: `Carry out several calls, one after the other, in one request. A call is a
struct with the members methodName (string) and params (array). The result has
one element for each call: what the call returned, or a struct with the members
faultCode (int) and faultString (string) if it failed. A failed call does not
keep the following ones from being made. system.multicall itself cannot be
called this way.`,
			Params:  []Param{{Name: "calls", Type: Array, Doc: "the calls (structs)"}},
			Returns: Result{Type: Array, Doc: "the results, in the order of the calls"},
			Fn:      r.multicall,
		},
	}
}

// described looks up the method that a description is asked of.
func (r *Registry) described(args []any) (*Method, error) {
	name, _ := args[0].(string)
	m := r.Lookup(name)
	if m == nil {
		return nil, signatureUnsupported
	}
	return m, nil
}

func (r *Registry) methodHelp(_ context.Context, args []any) (any, error) {
	m, err := r.described(args)
	if err != nil {
		return nil, err
	}
	return m.Help(), nil
}

func (r *Registry) methodSignature(_ context.Context, args []any) (any, error) {
	m, err := r.described(args)
	if err != nil {
		return nil, err
	}
	sig := m.Signature()
	if sig == nil {
		return nil, signatureUnsupported
	}
	return sig, nil
}

func (r *Registry) multicall(ctx context.Context, args []any) (any, error) {
	calls, ok := args[0].([]any)
	if !ok {
		return nil, incorrectParameters
	}
	results := make([]any, 0, len(calls))
	room := maxResults
	for _, call := range calls {
		// Nobody would learn what the remaining calls did.
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if room < 0 {
			results = append(results, resultsTooLong)
			continue
		}
		v, fault := r.oneOfMany(ctx, call)
		if fault != nil {
			v = fault
		}
		room -= weight(reflect.ValueOf(v))
		results = append(results, v)
	}
	return results, nil
}

// maxResults is about how much memory, in bytes, the results of one
// system.multicall may take. A request of a few kilobytes could otherwise ask for
// more than there is.
const maxResults = 64 << 20

var resultsTooLong = wire.NewFault(wire.Failed, "the results of a system.multicall are limited to 64 MiB")

// weight estimates the size of a result, in bytes.
func weight(v reflect.Value) int {
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return 0
		}
		return weight(v.Elem())
	case reflect.Slice, reflect.Array:
		n := 0
		for i := range v.Len() {
			n += 32 + weight(v.Index(i))
		}
		return n
	case reflect.Struct:
		n := 0
		for i := range v.NumField() {
			n += 32 + weight(v.Field(i))
		}
		return n
	case reflect.Map:
		n := 0
		for _, k := range v.MapKeys() {
			n += 64 + weight(k) + weight(v.MapIndex(k))
		}
		return n
	}
	return 8
}

// oneOfMany carries out one call of a system.multicall.
func (r *Registry) oneOfMany(ctx context.Context, call any) (any, *wire.Fault) {
	c, ok := call.(map[string]any)
	if !ok {
		return nil, wire.NewFault(wire.IncorrectParameters, "A call is a struct of methodName and params")
	}
	name, ok := c["methodName"].(string)
	if !ok {
		return nil, wire.NewFault(wire.IncorrectParameters, "No methodName")
	}
	if name == "system.multicall" {
		return nil, wire.NewFault(wire.IncorrectParameters, "Recursive system.multicall forbidden")
	}
	var params []any
	if p, given := c["params"]; given {
		if params, ok = p.([]any); !ok {
			return nil, incorrectParameters
		}
	}
	return r.Call(ctx, name, params)
}
