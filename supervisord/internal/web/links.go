package web

import (
	"fmt"
	"net/url"
)

// logLink is the address of a log of a process; without a channel that of the
// log that is shown first.
func logLink(id, channel string) string {
	link := "log.html?name=" + url.QueryEscape(id)
	if channel != "" {
		link += "&channel=" + url.QueryEscape(channel)
	}
	return link
}

// tailLink is the address of the old view of the end of a log.
func tailLink(process string, limit int64) string {
	return fmt.Sprintf("tail.html?processname=%s&limit=%d", url.QueryEscape(process), limit)
}

// selfLink is the address of the page without file and offset.
func (p *logPage) selfLink() string {
	self := url.Values{"channel": {p.Channel}}
	if p.Channel != "activity" {
		self.Set("name", p.Name)
	}
	return "log.html?" + self.Encode()
}

// partLink is the address of a file of the log, or of what is in it before an
// offset that is not negative.
func (p *logPage) partLink(file int, before int64) string {
	link := fmt.Sprintf("%s&file=%d", p.selfLink(), file)
	if before >= 0 {
		link += fmt.Sprintf("&before=%d", before)
	}
	return link
}

func (p *logPage) downloadLink() string {
	return fmt.Sprintf("%s/download?file=%d", p.API, p.File.Index)
}

// clearValue is the value of the button that clears the log.
func (p *logPage) clearValue() string {
	if p.Process == nil {
		return "clear activity"
	}
	return "clear process " + p.Process.ID
}
