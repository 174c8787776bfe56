package harness

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// ListenerMain is the body of `SELF child-listener FILE [ANSWER...]`: an event
// listener that appends every event it is given to FILE, header and payload.
// The answers ("OK", "FAIL", or any text sent as it is) are given in turn; the
// last one is repeated. It returns at the end of stdin.
func ListenerMain(args []string, in io.Reader, out io.Writer) error {
	f, err := os.OpenFile(args[0], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	answers := args[1:]
	r := bufio.NewReader(in)
	for i := 0; ; i++ {
		fmt.Fprint(out, "READY\n")
		header, err := r.ReadString('\n')
		if err != nil {
			return nil
		}
		payload := make([]byte, headerLen(header))
		if _, err := io.ReadFull(r, payload); err != nil {
			return nil
		}
		fmt.Fprintf(f, "%s%s\x00", header, payload)
		fmt.Fprint(out, answer(answers, i))
	}
}

func headerLen(header string) int {
	for _, tok := range strings.Fields(header) {
		if v, ok := strings.CutPrefix(tok, "len:"); ok {
			n, _ := strconv.Atoi(v)
			return n
		}
	}
	return 0
}

func answer(answers []string, i int) string {
	word := "OK"
	if len(answers) > 0 {
		word = answers[min(i, len(answers)-1)]
	}
	if word == "OK" || word == "FAIL" {
		return fmt.Sprintf("RESULT %d\n%s", len(word), word)
	}
	return word
}

// Event is one event as a listener saw it.
type Event struct{ Header, Payload string }

// Name returns the event's type name.
func (e Event) Name() string { return e.Field("eventname") }

// Field returns a token of the header.
func (e Event) Field(key string) string {
	for _, tok := range strings.Fields(e.Header) {
		if v, ok := strings.CutPrefix(tok, key+":"); ok {
			return v
		}
	}
	return ""
}

// Events reads what a listener wrote to a file of the case's directory.
func (t *T) Events(file string) []Event {
	b, _ := os.ReadFile(t.Path(file))
	var out []Event
	for _, rec := range strings.Split(string(b), "\x00") {
		header, payload, ok := strings.Cut(rec, "\n")
		if ok {
			out = append(out, Event{header, payload})
		}
	}
	return out
}

// AwaitEvents waits until n events in a file satisfy a condition and returns
// those that do. A nil condition takes all.
func (t *T) AwaitEvents(file string, n int, want func(Event) bool) []Event {
	var got []Event
	ok := t.Within(MaxWait, func() bool {
		got = got[:0]
		for _, e := range t.Events(file) {
			if want == nil || want(e) {
				got = append(got, e)
			}
		}
		return len(got) >= n
	})
	if !ok {
		t.Fatalf("%d events instead of %d in %s: %v", len(got), n, file, got)
	}
	return got
}

// About selects the events that tell of one process.
func About(process string) func(Event) bool {
	return func(e Event) bool {
		return strings.HasPrefix(e.Payload, "processname:"+process+" ")
	}
}

// ShowEvents writes events down: the header fields that do not depend on what
// else happened, and the payload.
func (t *T) ShowEvents(events []Event) {
	for _, e := range events {
		t.Printf("event ver:%s server:%s pool:%s %s len:%s", e.Field("ver"), e.Field("server"), e.Field("pool"), e.Name(), shownLen(e))
		t.out.WriteString(Indent(e.Payload))
	}
}

// shownLen hides the length of payloads that hold a process number or a time.
func shownLen(e Event) string {
	if e.Field("len") != strconv.Itoa(len(e.Payload)) {
		return e.Field("len") + " (not that of the payload)"
	}
	if Normalise(e.Payload) != e.Payload {
		return "right"
	}
	return e.Field("len")
}
