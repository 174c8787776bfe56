package wire

import (
	"fmt"
	"reflect"
	"slices"
)

// appendReflected writes types that have no case of their own: named types,
// pointers, slices, maps with string keys, and structs, whose members are named
// by the tag `xmlrpc:"name"`. Anything else is written as its text.
func appendReflected(dst []byte, v any) []byte {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Interface:
		if r.IsNil() {
			return appendValue(dst, nil)
		}
		return appendValue(dst, r.Elem().Interface())
	case reflect.String:
		return appendString(dst, r.String())
	case reflect.Bool:
		return appendBool(dst, r.Bool())
	case reflect.Float32, reflect.Float64:
		return appendFloat(dst, r.Float())
	case reflect.Slice, reflect.Array:
		return appendReflectedList(dst, r)
	case reflect.Map:
		return appendReflectedMap(dst, r)
	case reflect.Struct:
		return appendReflectedStruct(dst, r)
	}
	if r.CanInt() {
		return appendInt(dst, r.Int())
	}
	if r.CanUint() {
		return appendInt(dst, int64(min(r.Uint(), 1<<63-1)))
	}
	return appendString(dst, fmt.Sprint(v))
}

func appendReflectedList(dst []byte, r reflect.Value) []byte {
	dst = append(dst, arrayHead...)
	for i := range r.Len() {
		dst = appendValue(dst, r.Index(i).Interface())
	}
	return append(dst, arrayTail...)
}

func appendReflectedMap(dst []byte, r reflect.Value) []byte {
	names := make(map[string]reflect.Value, r.Len())
	order := make([]string, 0, r.Len())
	for _, k := range r.MapKeys() {
		name := fmt.Sprint(k.Interface())
		names[name] = k
		order = append(order, name)
	}
	slices.Sort(order)
	dst = append(dst, structHead...)
	for _, name := range order {
		dst = appendMember(dst, name)
		dst = appendValue(dst, r.MapIndex(names[name]).Interface())
		dst = append(dst, "</member>\n"...)
	}
	return append(dst, structTail...)
}

func appendReflectedStruct(dst []byte, r reflect.Value) []byte {
	t := r.Type()
	dst = append(dst, structHead...)
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("xmlrpc")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		dst = appendMember(dst, name)
		dst = appendValue(dst, r.Field(i).Interface())
		dst = append(dst, "</member>\n"...)
	}
	return append(dst, structTail...)
}
