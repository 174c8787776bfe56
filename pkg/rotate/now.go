package rotate

// Size returns the size of the log in bytes, as it was when it was last written,
// opened or rotated.
func (f *file) Size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// Rotate rotates the log now, whatever its size. An empty log, and one that is
// not a regular file, stays as it is. When the rotation fails nothing is lost:
// the log goes on growing.
func (f *file) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	if err := f.ready(); err != nil {
		return err
	}
	if f.special || f.size == 0 {
		return nil
	}
	return f.tryRotate()
}
