package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// browserFields are header fields that browsers send and the clients of the
// XML-RPC interface do not. No page can keep a browser from sending
// Accept-Language.
var browserFields = []string{"Origin", "Referer", "Cookie", "Accept-Language", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Upgrade-Insecure-Requests"}

// fromBrowser reports whether a request may be that of a browser.
func fromBrowser(r *http.Request) bool {
	for _, name := range browserFields {
		if _, ok := r.Header[name]; ok {
			return true
		}
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// Admit decides whether a request may be answered at all, once its credentials
// have been checked. It keeps out what a foreign page makes a browser send: by
// the origin, and, against pages that give their own name our address (DNS
// rebinding), by the host.
//
// Old clients ask for logs and events by whatever name they know, so the host
// only matters for these if the request looks like one of a browser. Nor does it
// matter on a UNIX socket, which browsers do not reach, and on a server with a
// password, which a browser does not send to another name.
func (s *Site) Admit(r *http.Request, server *config.Server) error {
	if server == nil {
		return nil
	}
	if origin := foreignOrigin(r, server); origin != "" {
		return fmt.Errorf("the request was made for a page of another site (%s); if that is a name of this server, add it to web_hosts in [%s] of supervisord's configuration",
			origin, server.Section)
	}
	if server.Kind != config.InetServer || server.HasAuth || forClients(r.URL.Path) && !fromBrowser(r) {
		return nil
	}
	if host := hostOf(r.Host); !knownHost(host, server) {
		return fmt.Errorf("%q is not a name of this server; if it should be one, add it to web_hosts in [%s] of supervisord's configuration",
			host, server.Section)
	}
	return nil
}

// forClients reports whether a path is one that others than browsers use.
func forClients(path string) bool {
	return strings.HasPrefix(path, "/RPC2") || path == "/events" || path == "/mainlogtail" ||
		path == "/logtail" || strings.HasPrefix(path, "/logtail/")
}

// foreignOrigin returns the site for whose page a request was made, as far as it
// is known, and "" if it is ours. Following a link to us is nothing to refuse.
func foreignOrigin(r *http.Request, server *config.Server) string {
	origin := r.Header.Get("Origin")
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "same-origin", "none":
		return ""
	case "":
	default: // cross-site, same-site
		if reading && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
			return ""
		}
		return orElse(origin, site)
	}
	u, err := url.Parse(origin)
	if origin == "" {
		return ""
	}
	if err != nil || u.Host == "" {
		return origin
	}
	// A proxy may call us by another name than its clients call it. That field
	// cannot be sent for a foreign page.
	if strings.EqualFold(u.Host, r.Host) || strings.EqualFold(u.Host, r.Header.Get("X-Forwarded-Host")) ||
		listed(hostOf(u.Host), server.WebHosts) {
		return ""
	}
	return origin
}

// hostOf returns the name or address in a Host field, in lower case and without
// port, brackets and final dot.
func hostOf(field string) string {
	host := field
	if h, _, err := net.SplitHostPort(field); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// ownHost is the name of this machine.
var ownHost = sync.OnceValue(func() string {
	name, _ := os.Hostname()
	return strings.ToLower(name)
})

// knownHost reports whether a name is one that no stranger can give our address.
// On a server that is only for this machine that is less than on one for a
// network, where whoever makes up names has other means.
func knownHost(host string, server *config.Server) bool {
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true // no host: HTTP/1.0, which no browser speaks
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	if host == server.Host || host == ownHost() || listed(host, server.WebHosts) {
		return true
	}
	if loopback(server.Host) {
		return false
	}
	if !strings.Contains(host, ".") {
		return true
	}
	for _, domain := range privateDomains {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

// privateDomains cannot be had on the Internet.
var privateDomains = []string{".local", ".internal", ".home.arpa"}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// listed reports whether a name is in a list of names and of patterns such as
// *.example.org.
func listed(host string, names []string) bool {
	for _, name := range names {
		if below, ok := strings.CutPrefix(name, "*"); host == name || ok && strings.HasSuffix(host, below) && host != below {
			return true
		}
	}
	return false
}
