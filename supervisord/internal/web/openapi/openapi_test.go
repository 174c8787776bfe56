package openapi

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

type optional struct{}

func (optional) Nullable() any { return 0 }

type inner struct {
	N int `json:"n" doc:"a number"`
}

type outer struct {
	Kind  string         `json:"kind" enum:"a,b"`
	List  []inner        `json:"list"`
	Map   map[string]int `json:"map"`
	Inner inner          `json:"inner" doc:"within"`
	Maybe optional       `json:"maybe"`
	Extra bool           `json:"extra,omitempty"`
	Share float64        `json:"share"`
}

func document(t *testing.T) Object {
	t.Helper()
	a := API{Title: "t", Paths: map[string]Param{"x": {Doc: "what"}}, Operations: []Operation{
		{Method: "GET", Path: "/a/{x}/b", ID: "get", Query: []Param{{Name: "n", Integer: true, Default: 7}}, Answers: []Answer{{Status: 200, Body: outer{}}, {}}},
		{Method: "POST", Path: "/a/{x}/b", ID: "post", Body: inner{}, Answers: []Answer{{Status: 200, Events: map[string]any{"e": inner{}}}}},
	}}
	b, err := json.Marshal(a.Document())
	if err != nil {
		t.Fatal(err)
	}
	var doc Object
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocument(t *testing.T) {
	doc := document(t)
	item := doc["paths"].(Object)["/a/{x}/b"].(Object)
	get := item["get"].(Object)
	params := get["parameters"].([]any)
	if x := params[0].(Object); x["name"] != "x" || x["in"] != "path" || x["required"] != true || x["description"] != "what" {
		t.Errorf("%v", x)
	}
	if n := params[1].(Object); n["in"] != "query" || n["schema"].(Object)["default"] != 7.0 {
		t.Errorf("%v", n)
	}
	if _, ok := get["responses"].(Object)["default"]; !ok {
		t.Error("an answer without a status is not the default one")
	}
	post := item["post"].(Object)
	if post["requestBody"] == nil || !strings.Contains(post["responses"].(Object)["200"].(Object)["description"].(string), "e is a inner") {
		t.Errorf("%v", post)
	}
}

func TestValidate(t *testing.T) {
	doc := document(t)
	schema := Object{"$ref": "#/components/schemas/outer"}
	const good = `{"kind":"a","list":[{"n":1}],"map":{"x":2},"inner":{"n":3},"maybe":null,"share":0.5}`
	for text, want := range map[string]string{
		good: "",
		strings.Replace(good, `"maybe":null`, `"maybe":4`, 1):   "",
		strings.Replace(good, `"maybe":null`, `"maybe":"x"`, 1): "$.maybe is no integer",
		strings.Replace(good, `"a"`, `"c"`, 1):                  "none of",
		strings.Replace(good, `{"n":1}`, `{"n":1.5}`, 1):        "$.list[0].n is no integer",
		strings.Replace(good, `{"n":1}`, `null`, 1):             "$.list[0] is null",
		strings.Replace(good, `[{"n":1}]`, `{}`, 1):             "$.list is no array",
		strings.Replace(good, `{"n":3}`, `[]`, 1):               "$.inner is no object",
		strings.Replace(good, `{"n":3}`, `{}`, 1):               "$.inner has no n",
		strings.Replace(good, `{"x":2}`, `{"x":"2"}`, 1):        "$.map.x is no integer",
		strings.Replace(good, `0.5`, `true`, 1):                 "$.share is no number",
		strings.Replace(good, `0.5`, `1,"more":1`, 1):           "$ has a more that is not described",
		strings.Replace(good, `0.5`, `1,"extra":true`, 1):       "",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		err := Validate(doc, schema, v)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if err := Validate(doc, Object{"$ref": "#/components/schemas/nothing"}, 1.0); err == nil {
		t.Error("a schema that is not there")
	}
}

func TestPathParams(t *testing.T) {
	if got := slices.Collect(PathParams("/a/{b}/c/{d}")); strings.Join(got, " ") != "b d" {
		t.Error(got)
	}
}
