package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// endpoint is where a plug-in answers calls.
type endpoint struct {
	client *http.Client
	url    string // for requests
	shown  string // for messages: without credentials
}

// newEndpoint reads a URL: unix:///path or http://[user:password@]host:port/path.
func newEndpoint(raw string) (*endpoint, error) {
	if path, ok := strings.CutPrefix(raw, "unix://"); ok {
		if !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("%q does not name a socket: unix:// is followed by an absolute path", raw)
		}
		return unixEndpoint(path), nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("rpcinterface.url is neither unix:///path nor http://host:port/path")
	}
	if u.Path == "" {
		u.Path = "/RPC2"
	}
	return &endpoint{client: newClient(&http.Transport{}), url: u.String(), shown: u.Redacted()}, nil
}

func unixEndpoint(path string) *endpoint {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &endpoint{client: newClient(&http.Transport{DialContext: dial}), url: "http://localhost/RPC2", shown: "unix://" + path}
}

func newClient(t *http.Transport) *http.Client {
	t.MaxIdleConnsPerHost = 2
	t.MaxResponseHeaderBytes = 64 << 10
	t.DisableCompression = true // a few bytes must not become many
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// maxResponse is the longest response taken of a plug-in, in bytes.
const maxResponse = wire.MaxCallBytes

// errSilent marks errors after which the plug-in is to be looked for anew: it
// cannot be reached.
var errSilent = errors.New("it cannot be reached")

// call makes one call. A *wire.Fault is the plug-in's own; any other error tells
// what is wrong with the plug-in.
func (e *endpoint) call(ctx context.Context, method string, args []any) (any, error) {
	body := wire.AppendCall(nil, method, args)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "text/xml")
	resp, err := e.client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("it does not answer: %w", ctx.Err())
		}
		return nil, fmt.Errorf("%w: %w", errSilent, inner(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("it broke off its answer: %w", err)
	}
	value, fault, err := wire.DecodeResponse(data)
	switch {
	case err != nil:
		return nil, err
	case fault != nil:
		return nil, &wire.Fault{Code: fault.Code, Text: shortened(fault.Text, 64<<10)}
	}
	return value, nil
}

// inner strips what net/http adds to errors: it names a URL that means nothing
// to anybody.
func inner(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func shortened(s string, most int) string {
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// binary makes values ready for another hop: text that XML cannot hold, which
// came as base64, is sent as base64 again.
func binary(v any) any {
	switch v := v.(type) {
	case string:
		if !isText(v) {
			return []byte(v)
		}
	case []any:
		for i := range v {
			v[i] = binary(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = binary(v[k])
		}
	}
	return v
}

// isText reports whether XML can hold s as it is.
func isText(s string) bool {
	for i, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case r < 0x20, r == 0xFFFE, r == 0xFFFF:
			return false
		case r == 0xFFFD && !strings.HasPrefix(s[i:], "\uFFFD"): // not UTF-8
			return false
		}
	}
	return true
}
