package outq

import "sync"

// large holds the large buffers of queues that are idle for the moment, until the
// garbage collector wants them. A queue that is written as fast as it is filled is
// idle a thousand times a second; to make its buffers anew each time would keep
// the collector busy.
var large buffers

type buffers struct{ pool sync.Pool } // of *[]byte

// get returns an empty buffer, or nil if there is none.
func (b *buffers) get() []byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return (*p)[:0]
	}
	return nil
}

// put takes a buffer that is too large for an idle queue. It returns what the
// queue may keep.
func (b *buffers) put(buf []byte) []byte {
	if cap(buf) <= keep {
		return buf
	}
	b.pool.Put(&buf)
	return nil
}
