package listen

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// heard is everything that a listener's output amounts to, from a state on.
func heard(from State, chunks ...string) (list []happening, p protocol) {
	p.state = from
	for _, chunk := range chunks {
		data := []byte(chunk)
		for len(data) > 0 {
			var h happening
			if h, data = p.next(data); h != nothing {
				list = append(list, h)
			}
		}
	}
	return list, p
}

func TestProtocol(t *testing.T) {
	long := strings.Repeat("x", MaxLine+1)
	for _, c := range []struct {
		name  string
		from  State
		input string
		want  []happening
		to    State
	}{
		{"ready", Acknowledged, "READY\n", []happening{ready}, Ready},
		{"not ready yet", Acknowledged, "READ", nil, Acknowledged},
		{"not judged yet", Acknowledged, "x", nil, Acknowledged},
		{"garbage", Acknowledged, "hello\n", []happening{spurious}, Unknown},
		{"answer without an event", Acknowledged, "RESULT 2\nOK", []happening{spurious}, Unknown},
		{"output while ready", Ready, "R", []happening{spurious}, Unknown},
		{"twice ready", Acknowledged, "READY\nREADY\n", []happening{ready, spurious}, Unknown},
		{"ok", Busy, "RESULT 2\nOK", []happening{accepted}, Acknowledged},
		{"ok and ready", Busy, "RESULT 2\nOKREADY\n", []happening{accepted, ready}, Ready},
		{"fail", Busy, "RESULT 4\nFAIL", []happening{rejected}, Acknowledged},
		{"something else", Busy, "RESULT 2\nok", []happening{rejected}, Acknowledged},
		{"more than ok", Busy, "RESULT 3\nOK\n", []happening{rejected}, Acknowledged},
		{"empty", Busy, "RESULT 0\n", []happening{rejected}, Acknowledged},
		{"empty and ready", Busy, "RESULT 0\nREADY\n", []happening{rejected, ready}, Ready},
		{"half", Busy, "RESULT 2\nO", nil, Busy},
		{"no line yet", Busy, "RESULT 2", nil, Busy},
		{"largest", Busy, "RESULT 1048576\n" + strings.Repeat("x", MaxResult), []happening{rejected}, Acknowledged},
		{"too large", Busy, "RESULT 1048577\n", []happening{badLine}, Unknown},
		{"giant", Busy, "RESULT " + strings.Repeat("9", 4000) + "\n", []happening{badLine}, Unknown},
		{"negative", Busy, "RESULT -1\n", []happening{badLine}, Unknown},
		{"minus zero", Busy, "RESULT -0\n", []happening{rejected}, Acknowledged},
		{"no number", Busy, "RESULT\n", []happening{badLine}, Unknown},
		{"only a sign", Busy, "RESULT +\n", []happening{badLine}, Unknown},
		{"ready again", Busy, "READY\n", []happening{badLine}, Unknown},
		{"longest line", Busy, long[1:] + "\n", []happening{badLine}, Unknown},
		{"line too long", Busy, long, []happening{badLine}, Unknown},
		{"no line so far", Busy, long[1:], nil, Busy},
		{"3.0a3: ok", Busy, "OK\n", []happening{accepted}, Acknowledged},
		{"3.0a3: ok and ready", Busy, "OK\nREADY\n", []happening{accepted, ready}, Ready},
		{"3.0a3: failed", Busy, "FAILED\n", []happening{rejected}, Acknowledged},
		{"3.0a3: nearly", Busy, "OKAY\n", []happening{badLine}, Unknown},
		{"3.0a3: nearly failed", Busy, "FAIL\n", []happening{badLine}, Unknown},
		{"3.0a3: with a space", Busy, "OK \n", []happening{badLine}, Unknown},
		{"after the end", Unknown, "READY\n", nil, Unknown},
		{"no process", None, "READY\n", nil, None},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole, p := heard(c.from, c.input)
			if !slices.Equal(whole, c.want) || p.state != c.to {
				t.Errorf("at once: %v, %s", whole, p.state)
			}
			bytewise, p := heard(c.from, strings.Split(c.input, "")...)
			if !slices.Equal(bytewise, c.want) || p.state != c.to {
				t.Errorf("byte by byte: %v, %s", bytewise, p.state)
			}
			if cap(p.part) > 2*MaxLine {
				t.Errorf("%d bytes of memory", cap(p.part))
			}
		})
	}
}

// FuzzProtocol: what a listener's output means does not depend on how it is
// split, agrees with a simple reading of the whole, and takes bounded memory.
func FuzzProtocol(f *testing.F) {
	for _, s := range []string{"READY\n", "RESULT 2\nOKREADY\n", "RESULT 4\nFAIL", "OK\nREADY\n", "RESULT 0\n", "RESULT 1_0\n0123456789READY\n"} {
		f.Add([]byte(s), uint(3), false)
		f.Add([]byte(s), uint(5), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint, busy bool) {
		from := Acknowledged
		if busy {
			from = Busy
		}
		at := int(cut % uint(len(data)+1))
		whole, p := heard(from, string(data))
		parts, q := heard(from, string(data[:at]), string(data[at:]))
		if !slices.Equal(whole, parts) || p.state != q.state {
			t.Fatalf("%q: %v %s; cut at %d: %v %s", data, whole, p.state, at, parts, q.state)
		}
		if simple, state := simply(from, data); !slices.Equal(whole, simple) || p.state != state {
			t.Fatalf("%q: %v %s, should be %v %s", data, whole, p.state, simple, state)
		}
		if cap(p.part) > 2*MaxLine || cap(q.part) > 2*MaxLine {
			t.Fatalf("%d and %d bytes of memory", cap(p.part), cap(q.part))
		}
	})
}

// simply reads a listener's whole output at leisure.
func simply(state State, data []byte) (list []happening, _ State) {
	for {
		switch state {
		case Acknowledged:
			if len(data) < len("READY\n") {
				return list, state
			}
			rest, ok := bytes.CutPrefix(data, []byte("READY\n"))
			if !ok {
				return append(list, spurious), Unknown
			}
			list, state, data = append(list, ready), Ready, rest
		case Ready:
			if len(data) > 0 {
				return append(list, spurious), Unknown
			}
			return list, state
		case Busy:
			line, rest, ok := bytes.Cut(data, []byte("\n"))
			if len(line) > MaxLine {
				return append(list, badLine), Unknown
			}
			if !ok {
				return list, state
			}
			h, left, ok := simpleAnswer(string(line), rest)
			if !ok {
				return append(list, badLine), Unknown
			}
			if h == nothing {
				return list, state
			}
			list, state, data = append(list, h), Acknowledged, left
		}
	}
}

func simpleAnswer(line string, rest []byte) (happening, []byte, bool) {
	if line == "OK" {
		return accepted, rest, true
	}
	if line == "FAILED" {
		return rejected, rest, true
	}
	if len(line) < 7 {
		return nothing, nil, false
	}
	number := strings.Trim(line[7:], " \t\n\v\f\r")
	if strings.Contains(number, "__") || strings.HasSuffix(number, "_") || strings.HasPrefix(strings.TrimLeft(number, "+-"), "_") {
		return nothing, nil, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(number, "_", ""))
	if err != nil || n < 0 || n > MaxResult {
		return nothing, nil, false
	}
	if n > len(rest) {
		return nothing, nil, true
	}
	if string(rest[:n]) == "OK" {
		return accepted, rest[n:], true
	}
	return rejected, rest[n:], true
}
