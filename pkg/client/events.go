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

// Lost is the news that events are missing from the stream at this place: they
// were not read in time. It is an error of Next after which the stream goes on.
type Lost struct {
	Count uint64 `json:"lost"` // events since the last such news
}

// Error says how many events are missing.
func (l *Lost) Error() string {
	if l.Count == 1 {
		return "1 event was lost because it was not read in time"
	}
	return fmt.Sprintf("%d events were lost because they were not read in time", l.Count)
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

// Next waits for the next event. It returns a *Lost when events are missing here,
// after which Next may be called again, and io.EOF when the daemon ended the
// stream.
func (s *EventStream) Next() (Event, error) {
	var kind string
	var data []byte
	for {
		line, err := s.in.ReadBytes('\n')
		if err != nil {
			return Event{}, err
		}
		field, value, blank := sseField(line)
		switch {
		case field == "event":
			kind = value
		case field == "data":
			data = append(append(data, value...), '\n')
		case blank && len(data) > 0:
			e, known, err := s.decode(kind, data)
			if known || err != nil {
				return e, err
			}
			kind, data = "", nil
		case blank:
			kind = ""
		}
	}
}

// sseField splits a line of a text/event-stream. Fields that carry nothing new
// (id) and comments are for others.
func sseField(line []byte) (field, value string, blank bool) {
	text := strings.TrimRight(string(line), "\r\n")
	if text == "" {
		return "", "", true
	}
	field, value, _ = strings.Cut(text, ":")
	return field, strings.TrimPrefix(value, " "), false
}

// decode reads one message of the stream. It does not know messages that later
// daemons may send: those that are not events have no name.
func (s *EventStream) decode(kind string, data []byte) (e Event, known bool, err error) {
	if kind == "lost" {
		var lost Lost
		if err = json.Unmarshal(data, &lost); err == nil {
			return Event{}, true, &lost
		}
	} else {
		err = json.Unmarshal(data, &e)
	}
	if err != nil {
		return Event{}, false, &ResponseError{URL: s.url, Method: "GET " + eventsPath, Err: fmt.Errorf("%w in %q", err, data)}
	}
	return e, e.Name != "", nil
}
