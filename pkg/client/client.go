package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options say which daemon to talk to, and as whom.
type Options struct {
	// URL is http://HOST[:PORT] (80 by default) or unix:///PATH. The path of an
	// http URL is ignored, as the reference does. A user name and password in an
	// http URL are used when Username and Password are empty.
	URL string
	// Username and Password are for HTTP Basic authentication, which is used when
	// either is not empty.
	Username, Password string
	// UserAgent is sent with every request; "supervisor-go" when empty.
	UserAgent string
	// DialTimeout bounds the making of a connection; 0 waits as long as the
	// system does. Calls themselves are bounded by their context only: a start
	// may rightly take minutes.
	DialTimeout time.Duration
}

// Client is a connection to one daemon. It keeps its HTTP connection open
// between calls and may be used by several goroutines at once. No connection is
// made before the first call.
type Client struct {
	url       string // as given
	shown     string // for errors: without a password
	base      url.URL
	auth      string // value of the Authorization header, or ""
	userAgent string
	dial      func(context.Context) (net.Conn, error)
	spare     spare
	transport *http.Transport // for streams
}

// idleTimeout is how long an unused connection is kept. It is short so that a
// daemon that was restarted meanwhile is not spoken to on a dead connection.
const idleTimeout = 10 * time.Second

// New returns a client. Its only errors are those of a malformed URL.
func New(o Options) (*Client, error) {
	c := &Client{url: o.URL, shown: Redact(o.URL), userAgent: o.UserAgent}
	if c.userAgent == "" {
		c.userAgent = "supervisor-go"
	}
	dialer := net.Dialer{Timeout: o.DialTimeout}
	switch {
	case strings.HasPrefix(o.URL, "unix://"):
		path := strings.TrimPrefix(o.URL, "unix://")
		c.base = url.URL{Scheme: "http", Host: "localhost"}
		c.dial = func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "unix", path) }
	case strings.HasPrefix(o.URL, "http://"):
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("cannot use %q as the address of a server: want http://HOST:PORT or unix:///PATH", c.shown)
		}
		c.base = url.URL{Scheme: "http", Host: u.Host}
		address := u.Host
		if u.Port() == "" {
			address = net.JoinHostPort(u.Hostname(), "80")
		}
		c.dial = func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", address) }
		if o.Username == "" && o.Password == "" && u.User != nil {
			o.Username = u.User.Username()
			o.Password, _ = u.User.Password()
		}
	default:
		return nil, &SchemeError{URL: c.shown}
	}
	if o.Username != "" || o.Password != "" {
		c.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(o.Username+":"+o.Password))
	}
	c.transport = &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
		IdleConnTimeout:    idleTimeout,
		DisableCompression: true,
	}
	return c, nil
}

// Redact returns the URL of a server as it may be shown: without its password.
// The URL need not be well-formed.
func Redact(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return raw
	}
	user, _, ok := strings.Cut(rest[:at], ":")
	if !ok {
		return raw
	}
	return scheme + "://" + user + ":xxxxx" + rest[at:]
}

// URL returns the URL that was given to New.
func (c *Client) URL() string { return c.url }

// Close closes idle connections. The client may be used again.
func (c *Client) Close() {
	c.spare.close()
	c.transport.CloseIdleConnections()
}

func (c *Client) request(ctx context.Context, method, path string) *http.Request {
	u := c.base
	u.Path = path
	r := &http.Request{
		Method: method, URL: &u, Host: u.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"User-Agent": {c.userAgent}},
	}
	if c.auth != "" {
		r.Header["Authorization"] = []string{c.auth}
	}
	return r.WithContext(ctx)
}

// roundTrip sends a request. Every answer but 200 is an error.
func (c *Client) roundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.transport.RoundTrip(r)
	if err != nil {
		if ctxErr := r.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		return nil, &ConnError{URL: c.shown, Err: err}
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, c.httpError(resp.StatusCode, resp.Status, r.URL.Path)
	}
	return resp, nil
}

// httpError makes the error for an answer other than 200. line is its status line
// from the number on.
func (c *Client) httpError(status int, line, path string) *HTTPError {
	_, reason, _ := strings.Cut(line, " ")
	return &HTTPError{URL: c.shown, Path: path, Status: status, Reason: reason}
}
