package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Event is one event of the daemon's event stream.
type Event struct {
	Serial  uint64 `json:"serial"`
	Name    string `json:"name"`    // e.g. PROCESS_STATE_RUNNING
	Payload string `json:"payload"` // as an event listener gets it
}

// EventStream is an open stream of events. It belongs to one goroutine.
type EventStream struct {
	url  string
	body io.ReadCloser
	in   *bufio.Reader
}

// eventsPath is where the daemon serves its events. It is an extension: the
// reference answers 404.
const eventsPath = "/events"

// Events opens the stream of events whose type is one of types; an abstract
// type such as PROCESS_STATE stands for all its subtypes, and no types mean all
// events. Cancel the context or close the stream to end it.
func (c *Client) Events(ctx context.Context, types []string) (*EventStream, error) {
	path := eventsPath
	if len(types) > 0 {
		path += "?types=" + url.QueryEscape(strings.Join(types, ","))
	}
	body, err := c.Stream(ctx, path)
	if err != nil {
		return nil, err
	}
	return &EventStream{url: c.shown, body: body, in: bufio.NewReader(body)}, nil
}

// Close ends the stream.
func (s *EventStream) Close() error { return s.body.Close() }

// Next waits for the next event. It returns io.EOF when the daemon ended the
// stream.
func (s *EventStream) Next() (Event, error) {
	var data []byte
	for {
		line, err := s.in.ReadBytes('\n')
		if err != nil {
			return Event{}, err
		}
		field, value, blank := sseField(line)
		switch {
		case field == "data":
			data = append(append(data, value...), '\n')
		case blank && len(data) > 0:
			return s.decode(data)
		}
	}
}

// sseField splits a line of a text/event-stream. Fields that carry nothing new
// (id, event) and comments are for others.
func sseField(line []byte) (field, value string, blank bool) {
	text := strings.TrimRight(string(line), "\r\n")
	if text == "" {
		return "", "", true
	}
	field, value, _ = strings.Cut(text, ":")
	return field, strings.TrimPrefix(value, " "), false
}

func (s *EventStream) decode(data []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(data, &e); err != nil {
		return Event{}, &ResponseError{URL: s.url, Method: "GET " + eventsPath, Err: fmt.Errorf("%w in %q", err, data)}
	}
	return e, nil
}
