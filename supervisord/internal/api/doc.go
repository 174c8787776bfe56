// Package api is the daemon's XML-RPC interface: which remote procedures there
// are, what they are called, take, return and say about themselves, and what
// they do. It knows nothing of HTTP or XML.
//
// Every procedure is one Method value in a Registry, from which calls are
// dispatched and system.listMethods, methodSignature and methodHelp answer.
// There is one file for each topic.
package api
