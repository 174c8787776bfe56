//go:build !linux

package daemon

const rlimitNproc = 7 // RLIMIT_NPROC of the BSDs and macOS
