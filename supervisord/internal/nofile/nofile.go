// Package nofile remembers the limit of open files that the program was
// started with.
//
// Package syscall raises that limit as it is initialised and keeps the old
// value to itself. Supervisor's minfds= and its children are about the old
// value, so it must be read first: a package that imports nothing is
// initialised before all those that come after it in the order of import
// paths (Go specification, "Package initialization"), syscall among them.
package nofile

// original is RLIMIT_NOFILE, soft and hard, at start; known if ok.
var original, ok = read()

// Original returns the soft and the hard limit of open files that the program
// was started with. ok is false where that cannot be known.
func Original() (soft, hard uint64, known bool) { return original[0], original[1], ok }
