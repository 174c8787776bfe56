package httpd

import (
	"bytes"
)

// rpcPath is where XML-RPC calls go. Longer paths that begin with it are the
// same.
const rpcPath = "/RPC2"

// head is what matters of the head of an XML-RPC request.
type head struct {
	length        int    // of the head itself, in bytes, with the empty line
	contentLength int    // of the body
	http10        bool   // the request is in HTTP/1.0
	keepAlive     bool   // the connection is to stay open
	line          []byte // the request line
	authorization []byte // value of the Authorization field
	connections   int    // number of Connection fields
}

// rpcStart is how every request begins that this package reads itself.
var rpcStart = []byte("POST " + rpcPath)

// mayBeRPC reports whether the beginning of a request, or less than that, can
// be that of an XML-RPC call.
func mayBeRPC(b []byte) bool {
	n := min(len(b), len(rpcStart))
	return bytes.Equal(b[:n], rpcStart[:n])
}

// headEnd returns the length of the request head at the start of b, or 0 if it
// has not ended yet.
func headEnd(b []byte) int {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	return 0
}

// parseHead reads the head of an XML-RPC call, an empty line at its end. ok is
// false for whatever is not the plain call that clients send; it is for net/http
// to find out what is wrong with it, if anything. Nothing is accepted here that
// means something else there.
func parseHead(b []byte) (h head, ok bool) {
	h.length = len(b)
	h.contentLength = -1
	line, rest, _ := bytes.Cut(b, []byte("\r\n"))
	if !h.requestLine(line) {
		return h, false
	}
	for len(rest) > 2 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found || !isToken(name) || !h.field(name, bytes.Trim(value, " \t")) {
			return h, false
		}
	}
	return h, h.contentLength > 0 && h.contentLength <= maxBody
}

func (h *head) requestLine(line []byte) bool {
	h.line = line
	uri, isPost := bytes.CutPrefix(line, []byte("POST "))
	uri, is11 := bytes.CutSuffix(uri, []byte(" HTTP/1.1"))
	if !is11 {
		uri, h.http10 = bytes.CutSuffix(uri, []byte(" HTTP/1.0"))
	}
	h.keepAlive = is11
	if !isPost || !is11 && !h.http10 || !bytes.HasPrefix(uri, []byte(rpcPath)) {
		return false
	}
	for _, c := range uri {
		// "%" and "?" mean something to net/http.
		if c <= ' ' || c >= 0x7f || c == '%' || c == '?' || c == '#' {
			return false
		}
	}
	return true
}

// field takes note of a header field; false means that the request is not a
// plain one. The most frequent fields that do not matter are left to the end.
func (h *head) field(name, value []byte) bool {
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	switch {
	case is(name, "content-length"):
		if h.contentLength >= 0 {
			return false
		}
		h.contentLength = number(value)
		return h.contentLength >= 0
	case is(name, "authorization"):
		if h.authorization != nil {
			return false
		}
		h.authorization = value
	case is(name, "connection"):
		return h.connection(value)
	case is(name, "transfer-encoding"), is(name, "expect"), is(name, "upgrade"), is(name, "trailer"),
		is(name, "origin"), len(name) > 4 && is(name[:4], "sec-"):
		return false
	}
	return true
}

func (h *head) connection(value []byte) bool {
	h.connections++
	switch {
	case h.connections > 1:
		return false
	case is(value, "close"):
		h.keepAlive = false
	case is(value, "keep-alive"):
		h.keepAlive = true
	default:
		return false
	}
	return true
}

// is compares with a word in lower case, whatever the case of b.
func is(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// isToken reports whether b is a field name.
func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenChars[c] {
			return false
		}
	}
	return len(b) > 0
}

var tokenChars = func() (t [256]bool) {
	for _, c := range "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		t[c] = true
	}
	return t
}()

// number reads a decimal number of at most nine digits, or returns -1.
func number(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
