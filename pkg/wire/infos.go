package wire

import (
	"bytes"
	"strconv"
	"strings"
)

// ParseProcessInfos reads the response of getAllProcessInfo in the form in which
// this package and Python's xmlrpc write it. A client of a thousand programs gets
// a megabyte of it, and reading that with a general XML decoder is most of what
// the client does. ok is false for a response that looks in any way different;
// it may be fine, and is to be read the general way.
func ParseProcessInfos(data []byte) (list []ProcessInfo, ok bool) {
	s := infoScanner{data: data}
	s.tags("<methodResponse>", "<params>", "<param>", "<value>", "<array>", "<data>")
	for !s.bad && s.peek("<value>") {
		list = append(list, ProcessInfo{})
		s.structure(&list[len(list)-1])
	}
	s.tags("</data>", "</array>", "</value>", "</param>", "</params>", "</methodResponse>")
	s.space()
	return list, !s.bad && len(s.data) == 0
}

// infoScanner walks over a response whose form is known.
type infoScanner struct {
	data []byte
	bad  bool
}

func (s *infoScanner) space() {
	for len(s.data) > 0 && (s.data[0] == '\n' || s.data[0] == ' ' || s.data[0] == '\r' || s.data[0] == '\t') {
		s.data = s.data[1:]
	}
}

// peek reports whether a tag is next.
func (s *infoScanner) peek(tag string) bool {
	s.space()
	return bytes.HasPrefix(s.data, []byte(tag))
}

// tags takes tags. The XML declaration may stand before the first.
func (s *infoScanner) tags(list ...string) {
	s.space()
	if bytes.HasPrefix(s.data, []byte("<?xml ")) {
		_, s.data, _ = bytes.Cut(s.data, []byte("?>"))
	}
	for _, tag := range list {
		if s.bad || !s.peek(tag) {
			s.bad = true
			return
		}
		s.data = s.data[len(tag):]
	}
}

// until takes the text before a tag, and the tag.
func (s *infoScanner) until(tag string) []byte {
	at := bytes.IndexByte(s.data, '<')
	if s.bad || at < 0 || !bytes.HasPrefix(s.data[at:], []byte(tag)) {
		s.bad = true
		return nil
	}
	text := s.data[:at]
	s.data = s.data[at+len(tag):]
	return text
}

func (s *infoScanner) structure(p *ProcessInfo) {
	s.tags("<value>", "<struct>")
	for !s.bad && s.peek("<member>") {
		s.tags("<member>", "<name>")
		name := s.until("</name>")
		s.tags("<value>")
		s.member(p, string(name))
		s.tags("</value>", "</member>")
	}
	s.tags("</struct>", "</value>")
}

func (s *infoScanner) member(p *ProcessInfo, name string) {
	if text := p.text(name); text != nil {
		s.tags("<string>")
		*text = s.unescape(s.until("</string>"))
		return
	}
	s.tags("<int>")
	n, err := strconv.ParseInt(string(s.until("</int>")), 10, 64)
	if err != nil || !p.setNumber(name, n) {
		s.bad = true
	}
}

func (p *ProcessInfo) text(name string) *string {
	switch name {
	case "name":
		return &p.Name
	case "group":
		return &p.Group
	case "statename":
		return &p.StateName
	case "spawnerr":
		return &p.SpawnErr
	case "logfile":
		return &p.LogFile
	case "stdout_logfile":
		return &p.StdoutLogFile
	case "stderr_logfile":
		return &p.StderrLogFile
	case "description":
		return &p.Description
	default:
		return nil
	}
}

func (p *ProcessInfo) setNumber(name string, n int64) bool {
	switch name {
	case "start":
		p.Start = n
	case "stop":
		p.Stop = n
	case "now":
		p.Now = n
	case "state":
		p.State = int(n)
	case "exitstatus":
		p.ExitStatus = int(n)
	case "pid":
		p.PID = int(n)
	default:
		return false
	}
	return true
}

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`, "&apos;", "'")

// unescape resolves the entities that writers of XML-RPC use. Control characters
// and carriage returns are left to the general decoder, which has rules for them.
func (s *infoScanner) unescape(text []byte) string {
	plain := true
	for i, c := range text {
		switch {
		case c == '&':
			plain = false
			if bytes.HasPrefix(text[i:], []byte("&#")) {
				s.bad = true
			}
		case c < 0x20 && c != '\n' && c != '\t':
			s.bad = true
		}
	}
	if plain {
		return string(text)
	}
	return unescaper.Replace(string(text))
}
