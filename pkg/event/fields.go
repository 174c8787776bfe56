package event

import (
	"bytes"
	"strings"
)

// Field is one "key:value" token.
type Field struct{ Key, Value string }

// Fields are the tokens of a header or payload line, in the order in which they
// were written.
type Fields []Field

// Get returns the value of the first field of that key, "" if there is none.
func (f Fields) Get(key string) string {
	v, _ := f.Lookup(key)
	return v
}

// Lookup returns the value of the first field of that key and whether there is
// one.
func (f Fields) Lookup(key string) (string, bool) {
	for _, x := range f {
		if x.Key == key {
			return x.Value, true
		}
	}
	return "", false
}

// ParseFields splits a line of "key:value" tokens at its spaces. A value ends at
// the next token that has a colon, so "server:my host serial:3" gives a server
// "my host"; this is the only way to read an identifier with a space in it, which
// the protocol cannot quote. ok is false if the line does not begin with a token
// that has a key.
func ParseFields(line string) (f Fields, ok bool) {
	for tok := range strings.SplitSeq(line, " ") {
		key, value, colon := strings.Cut(tok, ":")
		switch {
		case colon && key != "":
			f = append(f, Field{key, value})
		case len(f) > 0:
			last := &f[len(f)-1]
			last.Value += " " + tok
		case tok != "":
			return nil, false
		}
	}
	for i := range f {
		f[i].Value = strings.TrimRight(f[i].Value, " ")
	}
	return f, len(f) > 0
}

// ParsePayload splits the payload of an event of the type eventname into its
// tokens and what follows the first line: the data of PROCESS_LOG,
// PROCESS_COMMUNICATION and REMOTE_COMMUNICATION events. A payload that does not
// begin with tokens is all body. body shares the memory of payload.
func ParsePayload(eventname string, payload []byte) (f Fields, body []byte) {
	line, rest, _ := bytes.Cut(payload, []byte{'\n'})
	if eventname == RemoteCommunication.String() {
		// The type is whatever the sender made it, colons and spaces included.
		if typ, ok := bytes.CutPrefix(line, []byte("type:")); ok {
			return Fields{{"type", string(typ)}}, rest
		}
		return nil, payload
	}
	f, ok := ParseFields(string(line))
	if !ok {
		return nil, payload
	}
	return f, rest
}
