// Package shell is the interactive side of supervisorctl: where lines come
// from, their history and completion, and the loop that carries them out.
package shell
