//go:build !linux

package pump

import "errors"

// Parked standard inputs need Linux's /proc; New ignores the option elsewhere.

func openParked() (int, pipeName, error) { return -1, pipeName{}, errors.ErrUnsupported }

func unpark(int, pipeName) (int, error) { return -1, errors.ErrUnsupported }
