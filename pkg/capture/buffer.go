package capture

// Buffer collects what is between the tags, within a limit, and keeps the bytes
// that the reference keeps: a chunk that does not fit pushes out as many of the
// oldest bytes as it has itself, even where fewer would do, and is kept whole
// even if it alone is larger than the limit. So it holds at most Max bytes or
// one chunk.
type Buffer struct {
	Max  int64 // in bytes
	data []byte
}

// Write adds a chunk.
func (b *Buffer) Write(chunk []byte) {
	if int64(len(b.data))+int64(len(chunk)) > b.Max {
		kept := copy(b.data, b.data[min(len(chunk), len(b.data)):])
		b.data = b.data[:kept]
	}
	b.data = append(b.data, chunk...)
}

// Bytes returns what is held; it is valid until the next call of Write or
// Reset.
func (b *Buffer) Bytes() []byte { return b.data }

// Reset empties the buffer and gives back its memory.
func (b *Buffer) Reset() { b.data = nil }
