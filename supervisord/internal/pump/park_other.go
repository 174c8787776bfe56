//go:build !linux

package pump

import "errors"

// Parked standard inputs need Linux's /proc; New ignores the option elsewhere.

func openParked() (int, error) { return -1, errors.ErrUnsupported }

func unpark(int) (int, error) { return -1, errors.ErrUnsupported }
