// Package openapi describes an HTTP API: one table of operations makes the
// routes of the server and the OpenAPI document, so that neither can be without
// the other.
package openapi

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Operation is one operation of an API.
type Operation struct {
	// Method is the HTTP method.
	Method string
	// Path begins with a slash and may have parameters in braces, each of which
	// stands for one segment.
	Path string
	// ID names the operation.
	ID string
	// Tag groups operations.
	Tag string
	// Summary is a few words, Doc a paragraph or nothing.
	Summary, Doc string
	// Query are the query parameters.
	Query []Param
	// Header are the header fields that matter.
	Header []Param
	// Body is a value of the type of the request body, or nil for none.
	Body any
	// Answers are the answers there can be.
	Answers []Answer
	// Handler answers.
	Handler http.HandlerFunc
}

// Param is a parameter. Its type is string unless Integer is set.
type Param struct {
	Name, Doc string
	Integer   bool
	Required  bool
	Enum      []string
	Default   any
}

// Answer is one kind of answer.
type Answer struct {
	Status int
	Doc    string
	// Body is a value of the type of the body in JSON, or nil.
	Body any
	// Media is the media type of a body that is not JSON.
	Media string
	// Events are the types of the data of server-sent events, by event.
	Events map[string]any
}

// API is a whole API.
type API struct {
	Title, Version, Doc string
	// Base is the path before all others.
	Base string
	// Paths says what parameters in paths mean.
	Paths      map[string]Param
	Operations []Operation
}

// Object is a JSON object.
type Object = map[string]any

// Document returns the description in the terms of OpenAPI 3.0.
func (a *API) Document() Object {
	g := &generator{schemas: Object{}}
	paths := Object{}
	for i := range a.Operations {
		op := &a.Operations[i]
		item, ok := paths[op.Path].(Object)
		if !ok {
			item = Object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = a.operation(g, op)
	}
	return Object{
		"openapi": "3.0.3",
		"info":    Object{"title": a.Title, "version": a.Version, "description": a.Doc},
		// Relative to the document, so that a proxy may serve us below any path.
		"servers":    []any{Object{"url": "."}},
		"paths":      paths,
		"components": Object{"schemas": g.schemas, "securitySchemes": Object{"basic": Object{"type": "http", "scheme": "basic"}}},
		"security":   []any{Object{"basic": []any{}}, Object{}},
	}
}

func (a *API) operation(g *generator, op *Operation) Object {
	params := []any{}
	for name := range PathParams(op.Path) {
		p := a.Paths[name]
		p.Name, p.Required = name, true
		params = append(params, p.object("path"))
	}
	for _, p := range op.Query {
		params = append(params, p.object("query"))
	}
	for _, p := range op.Header {
		params = append(params, p.object("header"))
	}
	answers := Object{}
	for _, an := range op.Answers {
		answers[statusText(an.Status)] = an.object(g)
	}
	o := Object{"operationId": op.ID, "tags": []any{op.Tag}, "summary": op.Summary, "parameters": params, "responses": answers}
	if op.Doc != "" {
		o["description"] = op.Doc
	}
	if op.Body != nil {
		o["requestBody"] = Object{"content": Object{"application/json": Object{"schema": g.schema(reflect.TypeOf(op.Body))}}}
	}
	return o
}

// PathParams yields the names in braces of a path.
func PathParams(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for segment := range strings.SplitSeq(path, "/") {
			if name, ok := strings.CutPrefix(segment, "{"); ok && !yield(strings.TrimSuffix(name, "}")) {
				return
			}
		}
	}
}

func (p Param) object(in string) Object {
	schema := Object{"type": "string"}
	if p.Integer {
		schema["type"], schema["format"] = "integer", "int64"
	}
	if len(p.Enum) > 0 {
		schema["enum"] = p.Enum
	}
	if p.Default != nil {
		schema["default"] = p.Default
	}
	return Object{"name": p.Name, "in": in, "description": p.Doc, "required": p.Required, "schema": schema}
}

func (an Answer) object(g *generator) Object {
	o := Object{"description": an.Doc}
	switch {
	case an.Body != nil:
		o["content"] = Object{"application/json": Object{"schema": g.schema(reflect.TypeOf(an.Body))}}
	case len(an.Events) > 0:
		doc := an.Doc + " The data of each event is JSON:"
		for _, event := range slices.Sorted(maps.Keys(an.Events)) {
			t := reflect.TypeOf(an.Events[event])
			g.schema(t)
			doc += " " + event + " is a " + t.Name() + ";"
		}
		o["description"] = strings.TrimSuffix(doc, ";") + "."
		o["content"] = Object{"text/event-stream": Object{"schema": Object{"type": "string"}}}
	case an.Media != "":
		o["content"] = Object{an.Media: Object{"schema": Object{"type": "string", "format": "binary"}}}
	}
	return o
}
