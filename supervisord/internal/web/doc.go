// Package web is the page on which people see and control the daemon, and the
// JSON API that the page uses.
//
// The page works without JavaScript: it is a table with forms. With JavaScript
// it is kept up to date by a stream of server-sent events, which begins with
// everything and goes on with differences. One goroutine, which exists only
// while somebody looks, finds the differences for all who look.
//
// Nothing here owns state of the daemon. Everything is asked of the loop.
package web
