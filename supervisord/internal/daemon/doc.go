// Package daemon is what supervisord does to itself before it supervises
// anybody: it goes into the background, gives up privileges, raises limits,
// writes its pidfile and tidies the files of its predecessor.
package daemon
