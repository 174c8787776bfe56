// Package e2e tests the built programs from the outside: a daemon is started
// with a configuration as a user writes it, and driven over its socket, by
// supervisorctl, by signals and by what its children do. What is tested is
// reliability (the situations that supervisors have been known to fail in) and
// security.
//
// Every test has a daemon and a directory of its own, and waits for conditions,
// never for a time. Whatever a test has started is found again by a variable in
// its environment and killed by its pid.
//
// E2E_BIN names a directory with built programs; without it they are built.
package e2e
