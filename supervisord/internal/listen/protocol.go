package listen

import (
	"bytes"
)

// Limits on what a listener writes.
const (
	MaxLine   = 4 << 10 // bytes of a result line, without its newline
	MaxResult = 1 << 20 // announced bytes of a result
)

// happening is what a piece of a listener's output amounts to.
type happening int

const (
	nothing  happening = iota // more is needed
	ready                     // ACKNOWLEDGED -> READY
	accepted                  // BUSY -> ACKNOWLEDGED, the event was handled
	rejected                  // BUSY -> ACKNOWLEDGED, the event is to be sent again
	badLine                   // BUSY -> UNKNOWN, because of a result line
	spurious                  // ACKNOWLEDGED or READY -> UNKNOWN, because of anything else
)

const readyToken = "READY\n"

// protocol is what a listener has written so far, and its state.
type protocol struct {
	state  State
	part   []byte // unfinished token or result line
	result bool   // a result is being read
	left   int    // bytes of the result still to come
	okay   int    // bytes of the result that were those of "OK"; -1 once one was not
}

// restart forgets everything: there is a new process.
func (p *protocol) restart() { *p = protocol{state: Acknowledged, part: p.part[:0]} }

// send takes note that an event was sent.
func (p *protocol) send() { *p = protocol{state: Busy, part: p.part[:0]} }

// next takes the first piece of data that means something. It returns what it
// was and the rest of data.
func (p *protocol) next(data []byte) (happening, []byte) {
	switch p.state {
	case Acknowledged:
		return p.nextToken(data)
	case Ready:
		return p.breaks(spurious), nil
	case Busy:
		if p.result {
			return p.nextResult(data)
		}
		return p.nextLine(data)
	default:
		return nothing, nil
	}
}

// nextToken waits for READY. It judges no sooner than it has as many bytes as
// the token, as the reference does.
func (p *protocol) nextToken(data []byte) (happening, []byte) {
	n := min(len(readyToken)-len(p.part), len(data))
	p.part = append(p.part, data[:n]...)
	if len(p.part) < len(readyToken) {
		return nothing, nil
	}
	if string(p.part) != readyToken {
		return p.breaks(spurious), nil
	}
	p.part = p.part[:0]
	p.state = Ready
	return ready, data[n:]
}

// nextLine waits for the line that begins an answer.
func (p *protocol) nextLine(data []byte) (happening, []byte) {
	line, rest, whole := bytes.Cut(data, []byte{'\n'})
	room := MaxLine - len(p.part)
	p.part = append(p.part, line[:min(room, len(line))]...)
	if len(line) > room {
		return p.breaks(badLine), nil
	}
	if !whole {
		return nothing, nil
	}
	switch string(p.part) {
	case "OK":
		return p.answered(accepted), rest
	case "FAILED":
		return p.answered(rejected), rest
	}
	n, ok := resultLength(p.part)
	if !ok {
		return p.breaks(badLine), nil
	}
	p.part = p.part[:0]
	p.result, p.left, p.okay = true, n, 0
	if n == 0 {
		return p.answered(rejected), rest
	}
	return nothing, rest
}

// nextResult takes in the bytes of a result.
func (p *protocol) nextResult(data []byte) (happening, []byte) {
	n := min(p.left, len(data))
	p.compare(data[:n])
	p.left -= n
	if p.left > 0 {
		return nothing, nil
	}
	if p.okay == len("OK") {
		return p.answered(accepted), data[n:]
	}
	return p.answered(rejected), data[n:]
}

// compare goes on comparing the result with "OK".
func (p *protocol) compare(data []byte) {
	for _, c := range data {
		if p.okay < 0 {
			return
		}
		if p.okay >= len("OK") || c != "OK"[p.okay] {
			p.okay = -1
			return
		}
		p.okay++
	}
}

func (p *protocol) answered(h happening) happening {
	*p = protocol{state: Acknowledged, part: p.part[:0]}
	return h
}

// breaks makes the listener UNKNOWN. part stays, to be shown.
func (p *protocol) breaks(h happening) happening {
	*p = protocol{state: Unknown, part: p.part}
	return h
}

// resultLength reads the length from a result line. Like the reference it takes
// any seven bytes for "RESULT " and reads the number as Python's int() does:
// white space around it, a sign, and single underscores between digits. ok is
// false if there is no such number, if it is negative or above MaxResult.
func resultLength(line []byte) (n int, ok bool) {
	if len(line) < len("RESULT ") {
		return 0, false
	}
	digits := bytes.Trim(line[len("RESULT "):], " \t\n\v\f\r")
	minus := false
	if len(digits) > 0 && (digits[0] == '+' || digits[0] == '-') {
		minus = digits[0] == '-'
		digits = digits[1:]
	}
	n, ok = decimal(digits)
	return n, ok && (!minus || n == 0)
}

// decimal reads an unsigned number of at most MaxResult.
func decimal(digits []byte) (n int, ok bool) {
	after := byte('_') // what precedes: no underscore may be first
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
			if n > MaxResult {
				return 0, false
			}
		case c != '_' || after == '_':
			return 0, false
		}
		after = c
	}
	return n, after != '_'
}
