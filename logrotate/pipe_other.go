//go:build !linux

package main

import "os"

// enlarge does nothing where pipes have the size that they have.
func enlarge(*os.File) {}
