// Package version holds the version numbers that the daemon tells.
package version

// Supervisor is the release of the Python Supervisor whose behaviour this
// daemon has. getSupervisorVersion and supervisord -v report it, because
// scripts compare it.
const Supervisor = "4.2.5"

// API is the version of the XML-RPC interface, as getAPIVersion reports it.
const API = "3.0"

// Product is the version of this program itself. A release build sets it with
// the linker (-X).
var Product = "devel"
