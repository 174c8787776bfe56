// Package httpd is the daemon's HTTP server: XML-RPC at /RPC2, the logs as
// streams, the events as server-sent events, and whatever else it is given, all
// behind one check of credentials.
//
// XML-RPC calls as every client sends them are read and answered by a loop of
// our own (see conn), which costs a fraction of what net/http does. As soon as a
// connection carries anything else - another path or method, a chunked body, a
// header field that a browser sends - it is handed to net/http, with every byte
// that was read. Both ways end in the same functions.
package httpd
