//go:build !linux

package main

import "syscall"

// canDieWithUs tells whether dieWithUs does anything.
const canDieWithUs = false

// dieWithUs does nothing where a parent's death cannot be told to a child.
func dieWithUs(*syscall.SysProcAttr) {}
