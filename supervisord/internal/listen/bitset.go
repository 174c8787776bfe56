package listen

import "math/bits"

// bitset is a set of small numbers that finds its least member fast: it looks at
// one word in 64 first.
type bitset struct {
	words []uint64
	some  []uint64 // bit i: words[i] is not 0
}

func (b *bitset) resize(n int) {
	b.words = make([]uint64, (n+63)/64)
	b.some = make([]uint64, (len(b.words)+63)/64)
}

func (b *bitset) set(i int) {
	b.words[i>>6] |= 1 << (i & 63)
	b.some[i>>12] |= 1 << (i >> 6 & 63)
}

func (b *bitset) clear(i int) {
	b.words[i>>6] &^= 1 << (i & 63)
	if b.words[i>>6] == 0 {
		b.some[i>>12] &^= 1 << (i >> 6 & 63)
	}
}

// first returns the least member, -1 if there is none.
func (b *bitset) first() int {
	for i, w := range b.some {
		if w != 0 {
			word := i<<6 + bits.TrailingZeros64(w)
			return word<<6 + bits.TrailingZeros64(b.words[word])
		}
	}
	return -1
}
