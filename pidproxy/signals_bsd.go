//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package main

import "syscall"

func more() []syscall.Signal { return []syscall.Signal{syscall.SIGINFO} }
