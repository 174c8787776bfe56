// Package client talks to a supervisord: its XML-RPC methods as typed Go
// methods, and its streams (log tails, events), over TCP and UNIX sockets.
//
//	c, err := client.New(client.Options{URL: "unix:///run/supervisor.sock"})
//	infos, err := c.AllProcessInfo(ctx)
//
// An error is one of
//
//   - *wire.Fault: the daemon refused, with a code and a text;
//   - *HTTPError: the HTTP server answered with a status other than 200;
//   - *ConnError: there is no connection; it tells a missing socket, a refused
//     connection and missing rights apart;
//   - *ResponseError: what answers does not speak XML-RPC;
//   - the error of the context.
package client
