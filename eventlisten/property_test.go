package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/event"
)

// notification draws an event with any payload.
func notification(t *rapid.T) *event.Notification {
	name := rapid.SampledFrom([]string{"PROCESS_STATE_EXITED", "REMOTE_COMMUNICATION", "PROCESS_LOG_STDOUT", "TICK_5", "OTHER"}).Draw(t, "name")
	payload := rapid.OneOf(
		rapid.SliceOfN(rapid.Byte(), 0, 200),
		rapid.Map(rapid.StringMatching(`((mine|pid|name|[a-z.]{1,5}):[^ ]{0,5} ){0,5}(\n.*)?`), func(s string) []byte { return []byte(s) }),
	).Draw(t, "payload")
	return &event.Notification{Header: event.Header{Name: name, Serial: 7, Len: len(payload)}, Payload: payload}
}

// TestEnvironProperty guards execve: whatever is in a payload, the environment
// has one valid variable of each name, and what was there and is not the
// event's own stays.
func TestEnvironProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := notification(t)
		env := environ([]string{"PATH=/bin", "EVENT_PID=stale", "EVENT_MINE=1"}, n, 1, 2)
		seen := map[string]string{}
		for _, kv := range env {
			name, value, ok := strings.Cut(kv, "=")
			if !ok || name == "" || strings.ContainsRune(kv, 0) || len(value) > maxValue {
				t.Fatalf("bad variable %q", kv)
			}
			if _, twice := seen[name]; twice {
				t.Fatalf("%s is there twice", name)
			}
			seen[name] = value
		}
		if _, mine := seen["EVENT_MINE"]; !mine || seen["PATH"] != "/bin" || seen["EVENT_PID"] == "stale" || seen["EVENT_NAME"] != n.Header.Name {
			t.Fatalf("environment %q", env)
		}
	})
}

// TestLineProperty guards that any event becomes one line of JSON.
func TestLineProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := notification(t)
		text := line(n)
		if strings.IndexByte(string(text), '\n') != len(text)-1 || !utf8.Valid(text) {
			t.Fatalf("not one line: %q", text)
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		_, body := n.Parse()
		switch {
		case m.Body != nil && *m.Body != string(body), m.Base64 != nil && string(m.Base64) != string(body),
			m.Body == nil && m.Base64 == nil && len(body) > 0:
			t.Fatalf("body %q became %s", body, text)
		}
	})
}

// TestCharactersProperty guards payloads that are counted in characters, in
// whatever pieces they arrive: exactly they are read, and what follows is left.
func TestCharactersProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sent strings.Builder
		texts := rapid.SliceOfN(rapid.StringN(0, 50, -1), 1, 5).Draw(t, "texts")
		for _, s := range texts {
			h := event.Header{Version: "3.0", Name: "PROCESS_LOG_STDOUT", Len: utf8.RuneCountInString(s)}
			sent.Write(event.AppendHeader(nil, &h))
			sent.WriteString(s)
		}
		var r io.Reader = strings.NewReader(sent.String())
		if rapid.Bool().Draw(t, "slowly") {
			r = iotest.OneByteReader(r)
		}
		in := newInput(r, lengthCharacters)
		for _, s := range texts {
			n, err := in.next()
			if err != nil || string(n.Payload) != s {
				t.Fatalf("got %v, %v; want %q", n, err, s)
			}
		}
		if _, err := in.next(); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}
