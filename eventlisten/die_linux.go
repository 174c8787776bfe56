package main

import "syscall"

// canDieWithUs tells whether dieWithUs does anything.
const canDieWithUs = true

// dieWithUs has a handler end when eventlisten is killed without a chance to
// stop it. The signal comes when the thread that forked ends, and Go's threads
// stay until the process ends.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
