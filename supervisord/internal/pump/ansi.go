package pump

import "bytes"

const escape = 0x1b

// stripper removes ANSI control sequences as the reference does: from ESC [ up
// to one of the letters below. Other than there, a sequence may be split between
// chunks.
type stripper struct{ state uint8 }

const (
	outsideSequence = iota
	afterEscape     // an ESC is held back
	insideSequence
)

// ends tells the letters that end a sequence.
var ends = func() (is [256]bool) {
	for _, c := range []byte("HfABCDRsuJKhlpm") {
		is[c] = true
	}
	return is
}()

// strip returns data without control sequences; it may change data.
func (a *stripper) strip(data []byte) []byte {
	if len(data) == 0 || a.state == outsideSequence && bytes.IndexByte(data, escape) < 0 {
		return data
	}
	if a.state == afterEscape {
		data = append([]byte{escape}, data...)
		a.state = outsideSequence
	}
	kept := data[:0]
	for i := 0; i < len(data); {
		if a.state == insideSequence {
			if ends[data[i]] {
				a.state = outsideSequence
			}
			i++
			continue
		}
		n := bytes.IndexByte(data[i:], escape)
		if n < 0 {
			return append(kept, data[i:]...)
		}
		kept = append(kept, data[i:i+n]...)
		i += n
		switch {
		case i+1 == len(data):
			a.state = afterEscape
			i++
		case data[i+1] == '[':
			a.state = insideSequence
			i += 2
		default:
			kept = append(kept, escape)
			i++
		}
	}
	return kept
}

// flush returns what was held back at the end of the output.
func (a *stripper) flush() []byte {
	held := a.state == afterEscape
	a.state = outsideSequence
	if held {
		return []byte{escape}
	}
	return nil
}
