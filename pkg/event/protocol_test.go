package event_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/supervisor-go/supervisor/pkg/event"
)

func TestReader(t *testing.T) {
	const input = "ver:3.0 server:supervisor serial:21 pool:listener poolserial:10 eventname:PROCESS_COMMUNICATION_STDOUT len:54\n" +
		"processname:foo groupname:bar pid:123\nThis is the data" +
		"len:0 eventname:SUPERVISOR_STATE_CHANGE_RUNNING\r\n"
	r := event.NewReader(iotest.OneByteReader(strings.NewReader(input)))
	n, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	h := n.Header
	if h.Version != "3.0" || h.Server != "supervisor" || h.Serial != 21 || h.Pool != "listener" || h.PoolSerial != 10 ||
		h.Name != "PROCESS_COMMUNICATION_STDOUT" || h.Len != 54 || len(h.Fields) != 7 {
		t.Errorf("header: %+v", h)
	}
	f, body := n.Parse()
	want := event.Fields{{Key: "processname", Value: "foo"}, {Key: "groupname", Value: "bar"}, {Key: "pid", Value: "123"}}
	if !slices.Equal(f, want) || string(body) != "This is the data" || f.Get("pid") != "123" || f.Get("no") != "" {
		t.Errorf("payload: %v %q", f, body)
	}
	if n, err = r.Next(); err != nil || n.Header.Name != "SUPERVISOR_STATE_CHANGE_RUNNING" || len(n.Payload) != 0 {
		t.Errorf("second: %+v, %v", n, err)
	}
	if n, err = r.Next(); err != io.EOF {
		t.Errorf("at the end: %+v, %v", n, err)
	}
}

// TestReaderErrors: each error is one sentence that says what is wrong.
func TestReaderErrors(t *testing.T) {
	for _, c := range []struct {
		input, want string
		is          error
	}{
		{"ver:3.0", "cannot read event header: unexpected EOF", io.ErrUnexpectedEOF},
		{"eventname:TICK_5 len:5\nabc", "cannot read payload of TICK_5 event 0: unexpected EOF", io.ErrUnexpectedEOF},
		{"eventname:TICK_5 len:5\n", "cannot read payload of TICK_5 event 0: unexpected EOF", io.ErrUnexpectedEOF},
		{"eventname:TICK_5 len:200000\nabc", "cannot read payload of TICK_5 event 0: unexpected EOF", io.ErrUnexpectedEOF},
		{"\n", `cannot read event header "": a line of key:value tokens is expected`, nil},
		{"hello\n", `cannot read event header "hello": a line of key:value tokens is expected`, nil},
		{"len:5\n", `cannot read event header "len:5": it has no eventname`, nil},
		{"eventname:X\n", `cannot read event header "eventname:X": it has no len`, nil},
		{"eventname:X len:-1\n", `cannot read event header "eventname:X len:-1": len:-1 is not a number of bytes`, nil},
		{"eventname:X len:99999999999\n", `cannot read event header "eventname:X len:99999999999": len:99999999999 is not a number of bytes`, nil},
		{"eventname:X len:1 bytes:x\n", `cannot read event header "eventname:X len:1 bytes:x": bytes:x is not a number of bytes`, nil},
		{"eventname:X len:1 serial:a\n", `cannot read event header "eventname:X len:1 serial:a": serial:a is not a number of events`, nil},
		{"eventname:X serial:3 len:1001\n", "cannot read X event 3: its payload has 1001 bytes, at most 1000 are allowed", nil},
		{strings.Repeat("x", 5000) + "\n", "cannot read event header: it is longer than 4500 bytes", nil},
	} {
		r := event.NewReader(strings.NewReader(c.input))
		r.MaxHeader = 4500
		r.MaxPayload = 1000
		if c.is == io.ErrUnexpectedEOF {
			r.MaxPayload = 0
		}
		_, err := r.Next()
		if err == nil || err.Error() != c.want || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%.60q: %v, want %s", c.input, err, c.want)
		}
	}
	broken := errors.New("broken")
	if _, err := event.NewReader(iotest.ErrReader(broken)).Next(); !errors.Is(err, broken) {
		t.Errorf("an error of the input is lost: %v", err)
	}
}

// TestReadsBytes: a Reader finds the end of a payload also where len counts
// characters.
func TestReadsBytes(t *testing.T) {
	e := event.NewCommunication(event.Stdout, "é", "g", 1, []byte("ü\xff"))
	for _, enc := range []event.Encoding{event.Bytes, event.Characters} {
		in := []byte("eventname:" + e.Type.String())
		in = e.AppendBody(in, e.Type, enc)
		r := event.NewReader(strings.NewReader(string(in) + string(in)))
		for range 2 {
			n, err := r.Next()
			if err != nil || !bytes.Equal(n.Payload, e.AppendPayload(nil, e.Type, enc)) {
				t.Errorf("%q: %v", in, err)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestLargePayload: a payload above the step in which memory is taken.
func TestLargePayload(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100000)
	h := &event.Header{Name: "X", Len: len(data)}
	in := append(event.AppendHeader(nil, h), data...)
	n, err := event.NewReader(bytes.NewReader(in)).Next()
	if err != nil || !bytes.Equal(n.Payload, data) {
		t.Errorf("%v", err)
	}
}

func TestParsePayload(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		fields        event.Fields
		body          string
	}{
		{"PROCESS_STATE_EXITED", "processname:a groupname:b from_state:RUNNING expected:0 pid:7",
			event.Fields{{"processname", "a"}, {"groupname", "b"}, {"from_state", "RUNNING"}, {"expected", "0"}, {"pid", "7"}}, ""},
		{"PROCESS_LOG_STDOUT", "processname:a groupname:b pid:7 channel:stdout\nx:y\nz\n",
			event.Fields{{"processname", "a"}, {"groupname", "b"}, {"pid", "7"}, {"channel", "stdout"}}, "x:y\nz\n"},
		{"REMOTE_COMMUNICATION", "type:a b:c\ndata\n", event.Fields{{"type", "a b:c"}}, "data\n"},
		{"REMOTE_COMMUNICATION", "type:\n", event.Fields{{"type", ""}}, ""},
		{"REMOTE_COMMUNICATION", "nonsense\nx", nil, "nonsense\nx"},
		{"PROCESS_GROUP_ADDED", "groupname:x\n", event.Fields{{"groupname", "x"}}, ""},
		{"TICK_5", "when:1201063880", event.Fields{{"when", "1201063880"}}, ""},
		{"SUPERVISOR_STATE_CHANGE_RUNNING", "", nil, ""},
		{"NEW", "just text\nmore", nil, "just text\nmore"},
		{"NEW", "server:my host  serial:3 ", event.Fields{{"server", "my host"}, {"serial", "3"}}, ""},
		{"NEW", " :x", nil, " :x"},
		{"NEW", "a:b:c d", event.Fields{{"a", "b:c d"}}, ""},
	} {
		f, body := event.ParsePayload(c.name, []byte(c.payload))
		if !slices.Equal(f, c.fields) || string(body) != c.body {
			t.Errorf("%s %q: %v %q", c.name, c.payload, f, body)
		}
	}
}

// TestEnvelopes: a Reader finds in a stream of envelopes what was put there.
func TestEnvelopes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.SliceOf(rapid.Custom(drawSample)).Draw(t, "samples")
		var in bytes.Buffer
		for i := range samples {
			in.WriteString(samples[i].envelope(event.Bytes))
		}
		r := event.NewReader(&in)
		for i := range samples {
			s := &samples[i]
			n, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if n.Header.Name != s.Type || n.Header.Serial != s.Serial || n.Header.Pool != s.Pool ||
				n.Header.PoolSerial != s.PoolSerial || n.Header.Server != s.Server {
				t.Fatalf("%+v of %+v", n.Header, s)
			}
			if !bytes.Equal(n.Payload, s.event().Payload) {
				t.Fatalf("payload %q", n.Payload)
			}
			s.check(t, n)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}

// check compares the parsed payload with the sample.
func (s *sample) check(t *rapid.T, n *event.Notification) {
	f, body := n.Parse()
	switch {
	case strings.HasPrefix(s.Type, "PROCESS_LOG"), strings.HasPrefix(s.Type, "PROCESS_COMM"):
		if f.Get("processname") != s.Process || f.Get("groupname") != s.Group || !bytes.Equal(body, s.Data) {
			t.Fatalf("%v %q of %+v", f, body, s)
		}
	case s.Type == "REMOTE_COMMUNICATION":
		if f.Get("type") != s.Remote || !bytes.Equal(body, s.Data) {
			t.Fatalf("%v %q of %+v", f, body, s)
		}
	case strings.HasPrefix(s.Type, "PROCESS_STATE"):
		if f.Get("processname") != s.Process || f.Get("from_state") != event.State(s.From).String() || len(body) != 0 {
			t.Fatalf("%v %q of %+v", f, body, s)
		}
	}
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := event.NewWriter(&out)
	if err := errors.Join(w.Ready(), w.OK(), w.Ready(), w.Fail(), w.Result([]byte("a\nb"))); err != nil {
		t.Fatal(err)
	}
	if want := "READY\nRESULT 2\nOKREADY\nRESULT 4\nFAILRESULT 3\na\nb"; out.String() != want {
		t.Errorf("%q", &out)
	}
}

// FuzzParsePayload: whatever comes, tokens and body hold no more than the
// payload, keys are never empty, and a line that was written from the tokens
// reads the same.
func FuzzParsePayload(f *testing.F) {
	for _, s := range []string{"processname:a groupname:b pid:7 channel:stdout\nx:y\nz\n", "type:a b:c\ndata", "a:b:c d", " :x", "a:  b:", "\n\n"} {
		f.Add("PROCESS_LOG_STDOUT", []byte(s))
		f.Add("REMOTE_COMMUNICATION", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		fields, body := event.ParsePayload(name, payload)
		if !bytes.HasSuffix(payload, body) {
			t.Fatalf("body %q is not the end of %q", body, payload)
		}
		var line []string
		for _, x := range fields {
			if x.Key == "" || strings.Contains(x.Key, " ") && name != "REMOTE_COMMUNICATION" || strings.Contains(x.Value, "\n") {
				t.Fatalf("%q: %q", payload, fields)
			}
			line = append(line, x.Key+":"+x.Value)
		}
		if name == "REMOTE_COMMUNICATION" || len(fields) == 0 {
			return
		}
		again, ok := event.ParseFields(strings.Join(line, " "))
		if !ok || !slices.Equal(again, fields) {
			t.Fatalf("%q: %q, then %q", payload, fields, again)
		}
	})
}

// FuzzReader: whatever comes, the Reader ends, and what it takes for an event
// has the length that its header told.
func FuzzReader(f *testing.F) {
	f.Add([]byte("ver:3.0 server:s serial:21 pool:l poolserial:10 eventname:TICK_5 len:6\nwhen:5ver:3.0 eventname:X len:0\n"))
	f.Add([]byte("eventname:X len:99\nshort"))
	f.Add([]byte("eventname:X len:-1\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := event.NewReader(bytes.NewReader(in))
		r.MaxHeader, r.MaxPayload = 1<<10, 1<<10
		for {
			n, err := r.Next()
			if err != nil {
				return
			}
			if n.Header.Len != len(n.Payload) || n.Header.Name == "" {
				t.Fatalf("%+v", n)
			}
		}
	})
}
