// Package command holds the commands of supervisorctl and the state that they
// share: which server is talked to, as whom, and the exit status.
//
// What the commands print and return equals the Python Supervisor's
// supervisorctl, because scripts read it; docs/differences.md lists where it
// does not. A command is a function in the table of table.go, and help, the
// completion and the manual are made from that table.
package command
