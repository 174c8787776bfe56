package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Format is the form of a command's output.
type Format int

// The formats.
const (
	Text Format = iota // lines for people, the reference's
	JSON               // one JSON document for each command
)

// ParseFormat reads the value of --output.
func ParseFormat(s string) (Format, error) {
	switch strings.ToLower(s) {
	case "text":
		return Text, nil
	case "json":
		return JSON, nil
	}
	return Text, fmt.Errorf("invalid value for --output %s: text and json are allowed", quoted(s))
}

// document is the JSON output of one command: the fields that every command
// has, then those of the command in the order in which they were set.
type document struct {
	command string
	errors  []string
	names   []string
	values  map[string]any
}

func newDocument(command string) *document {
	return &document{command: command, errors: []string{}, values: map[string]any{}}
}

// set gives a field its value. Setting it again replaces the value.
func (d *document) set(name string, value any) {
	if _, ok := d.values[name]; !ok {
		d.names = append(d.names, name)
	}
	d.values[name] = value
}

// write prints the document on one line.
func (d *document) write(w io.Writer, status int) error {
	names := append([]string{"command", "exit_status", "errors"}, d.names...)
	d.values["command"], d.values["exit_status"], d.values["errors"] = d.command, status, d.errors
	line := []byte{'{'}
	for i, name := range names {
		value, err := marshal(d.values[name])
		if err != nil {
			return err
		}
		if i > 0 {
			line = append(line, ',')
		}
		line = fmt.Appendf(line, "%q:", name)
		line = append(line, value...)
	}
	_, err := w.Write(append(line, "}\n"...))
	return err
}

// marshal is json.Marshal without the escapes that are only for HTML.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
