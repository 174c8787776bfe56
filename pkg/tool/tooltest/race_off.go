//go:build !race

package tooltest

const race = false
