package openapi

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Nullable is a type whose values are null in JSON when they are missing.
type Nullable interface {
	// Nullable returns any value of the type that is there when it is not null.
	Nullable() any
}

// generator makes schemas of Go types. Structs become components.
type generator struct {
	schemas Object
}

var nullable = reflect.TypeFor[Nullable]()

// schema returns the schema of a type.
func (g *generator) schema(t reflect.Type) Object {
	if t.Implements(nullable) {
		inner := g.schema(reflect.TypeOf(reflect.Zero(t).Interface().(Nullable).Nullable()))
		inner["nullable"] = true
		return inner
	}
	switch t.Kind() {
	case reflect.String:
		return Object{"type": "string"}
	case reflect.Bool:
		return Object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return Object{"type": "integer", "format": "int64"}
	case reflect.Float64:
		return Object{"type": "number"}
	case reflect.Slice:
		return Object{"type": "array", "items": g.schema(t.Elem())}
	case reflect.Map:
		return Object{"type": "object", "additionalProperties": g.schema(t.Elem())}
	case reflect.Struct:
		if _, known := g.schemas[t.Name()]; !known {
			g.schemas[t.Name()] = Object{} // for types that contain themselves
			g.schemas[t.Name()] = g.object(t)
		}
		return Object{"$ref": "#/components/schemas/" + t.Name()}
	}
	panic("openapi: no schema for " + t.String())
}

func (g *generator) object(t reflect.Type) Object {
	properties, required := Object{}, []any{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		schema := g.schema(f.Type)
		if _, isRef := schema["$ref"]; isRef {
			schema = Object{"allOf": []any{schema}} // what stands beside a reference is ignored
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			schema["description"] = doc
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			values := []any{}
			for v := range strings.SplitSeq(enum, ",") {
				values = append(values, v)
			}
			schema["enum"] = values
		}
		properties[name] = schema
		if !strings.HasPrefix(options, "omit") {
			required = append(required, name)
		}
	}
	o := Object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

func statusText(status int) string {
	if status == 0 {
		return "default"
	}
	return strconv.Itoa(status)
}

// Validate checks a decoded JSON value against a schema of the document, as far
// as this package writes schemas.
func Validate(document Object, schema Object, value any) error {
	return validator{document}.check(schema, value, "$")
}

type validator struct{ document Object }

func (v validator) check(schema Object, value any, where string) error {
	if ref, ok := schema["$ref"].(string); ok {
		schemas := v.document["components"].(Object)["schemas"].(Object)
		target, ok := schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(Object)
		if !ok {
			return fmt.Errorf("%s: there is no %s", where, ref)
		}
		return v.check(target, value, where)
	}
	if list, ok := schema["allOf"].([]any); ok {
		return v.check(list[0].(Object), value, where)
	}
	if value == nil {
		if schema["nullable"] == true {
			return nil
		}
		return fmt.Errorf("%s is null", where)
	}
	if enum, ok := schema["enum"].([]any); ok && !contains(enum, value) {
		return fmt.Errorf("%s is %v, which is none of %v", where, value, enum)
	}
	switch schema["type"] {
	case "object":
		return v.object(schema, value, where)
	case "array":
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is no array but %T", where, value)
		}
		for i, item := range list {
			if err := v.check(schema["items"].(Object), item, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return scalar(schema["type"], value, where)
}

func (v validator) object(schema Object, value any, where string) error {
	members, ok := value.(Object)
	if !ok {
		return fmt.Errorf("%s is no object but %T", where, value)
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := members[name.(string)]; !ok {
			return fmt.Errorf("%s has no %s", where, name)
		}
	}
	properties, _ := schema["properties"].(Object)
	for name, member := range members {
		property, known := properties[name].(Object)
		if !known {
			property, known = schema["additionalProperties"].(Object)
		}
		if !known {
			return fmt.Errorf("%s has a %s that is not described", where, name)
		}
		if err := v.check(property, member, where+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func scalar(kind, value any, where string) error {
	ok := false
	switch kind {
	case "string":
		_, ok = value.(string)
	case "boolean":
		_, ok = value.(bool)
	case "number":
		_, ok = value.(float64)
	case "integer":
		var n float64
		n, ok = value.(float64)
		ok = ok && n == float64(int64(n))
	}
	if !ok {
		return fmt.Errorf("%s is no %v but %v", where, kind, value)
	}
	return nil
}

func contains(list []any, value any) bool {
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}
