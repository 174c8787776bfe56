//go:build !linux

package spawn

// defaultDispositions has nothing to do: see the Linux version.
func defaultDispositions() {}
