package life

// ExitCodes returns the set of the given exit codes, for Policy.ExitCodes. Codes
// that no process can exit with are left out.
func ExitCodes(codes []int) *[4]uint64 {
	set := new([4]uint64)
	for _, c := range codes {
		if c >= 0 && c <= 255 {
			set[c>>6] |= 1 << (c & 63)
		}
	}
	return set
}

// expects reports whether an exit status is an expected one. Death by a signal
// (-1) never is.
func (c *Policy) expects(status int) bool {
	if c.ExitCodes == nil || status < 0 || status > 255 {
		return false
	}
	return c.ExitCodes[status>>6]&(1<<(status&63)) != 0
}

// restarts reports whether a process that was RUNNING and exited with status is
// to be started again.
func (c *Policy) restarts(status int) bool {
	switch c.AutoRestart {
	case RestartAlways:
		return true
	case RestartUnexpected:
		return !c.expects(status)
	default:
		return false
	}
}
