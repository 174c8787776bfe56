package main

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// message is an event as a line of JSON.
type message struct {
	Event      string            `json:"event"`
	Serial     uint64            `json:"serial"`
	Pool       string            `json:"pool"`
	PoolSerial uint64            `json:"poolserial"`
	Server     string            `json:"server"`
	Version    string            `json:"ver"`
	Fields     map[string]string `json:"fields"`
	Body       *string           `json:"body,omitempty"`
	Base64     []byte            `json:"body_base64,omitempty"`
}

// line returns an event as a line of JSON, with its newline.
func line(n *event.Notification) []byte {
	h := &n.Header
	m := message{
		Event: h.Name, Serial: h.Serial, Pool: h.Pool, PoolSerial: h.PoolSerial,
		Server: h.Server, Version: h.Version, Fields: map[string]string{},
	}
	fields, body := n.Parse()
	for _, f := range fields {
		m.Fields[f.Key] = f.Value
	}
	switch {
	case !hasBody(n, fields, body):
	case utf8.Valid(body):
		s := string(body)
		m.Body = &s
	default:
		m.Base64 = body
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// The only values it could refuse are of types that are not there.
	e.Encode(m)
	return b.Bytes()
}

// hasBody tells an event with an empty body from one without: the former has a
// line feed after its tokens.
func hasBody(n *event.Notification, fields event.Fields, body []byte) bool {
	if len(body) > 0 {
		return true
	}
	switch n.Header.Name {
	case "PROCESS_GROUP_ADDED", "PROCESS_GROUP_REMOVED":
		return false // their tokens end with a line feed
	}
	return len(fields) > 0 && bytes.IndexByte(n.Payload, '\n') >= 0
}
