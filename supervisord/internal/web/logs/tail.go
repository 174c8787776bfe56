package logs

import (
	"errors"
	"io/fs"
	"os"
)

// Change says what has happened to a log that is followed.
type Change string

// The changes.
const (
	// Grown: text was added.
	Grown Change = "text"
	// Rotated: the file was moved aside and a new one begun.
	Rotated Change = "rotated"
	// Cleared: the file was removed or emptied, and begun anew.
	Cleared Change = "cleared"
	// Skipped: there is more than can be shown, and a part is left out.
	Skipped Change = "skipped"
)

// News is one piece of what happens to a log.
type News struct {
	Change Change
	// File is the ID of the file in which the follower is now.
	File string
	// Part is the text of Grown; otherwise it only tells the position.
	Part Part
	// Bytes is how many bytes are left out by Skipped, or -1 if nobody knows.
	Bytes int64
}

// Sizes of following, in bytes.
const (
	tailRead = 64 << 10
	// maxBehind is how far a follower may be behind before a part is left out;
	// catchUp is how much is shown then.
	maxBehind = 1 << 20
	catchUp   = 128 << 10
)

// Tail follows a log: through rotation, clearing and removal.
type Tail struct {
	source Source
	o      *Opened // nil while there is no file
	pos    int64
	whole  bool // pos is where a character begins
	lost   bool // the file that was to be followed is gone
}

// Follow begins to follow a log after the byte at offset of the file with the
// given ID, which may have been rotated since. With no ID it begins at the end
// of the file that is written to.
func (s Source) Follow(id string, offset int64) *Tail {
	t := &Tail{source: s}
	if id != "" {
		if o, err := s.OpenID(id); err == nil {
			t.o, t.pos = o, max(offset, 0)
			return t
		}
		t.lost = true
		return t
	}
	if o, err := s.Open(0); err == nil {
		t.o, t.pos = o, o.Size
	}
	return t
}

// Close ends it.
func (t *Tail) Close() {
	if t.o != nil {
		t.o.Close()
	}
}

// Position tells where the follower is.
func (t *Tail) Position() (file string, offset int64) {
	if t.o == nil {
		return "", 0
	}
	return t.o.ID, t.pos
}

// Next calls tell with everything that has happened since the last time. An
// error is that of tell, or of a log that cannot be read any more.
func (t *Tail) Next(tell func(News) error) error {
	for {
		if t.o != nil {
			if err := t.rest(tell); err != nil {
				return err
			}
		}
		moved, err := t.move(tell)
		if err != nil || !moved {
			return err
		}
	}
}

// rest tells what is left of the open file.
func (t *Tail) rest(tell func(News) error) error {
	for {
		info, err := t.o.f.Stat()
		if err != nil {
			return err
		}
		if info.Size() < t.pos {
			t.pos, t.whole = 0, true
			if err := tell(t.news(Cleared)); err != nil {
				return err
			}
		}
		if behind := info.Size() - t.pos; behind > maxBehind {
			t.pos, t.whole = info.Size()-catchUp, false
			n := t.news(Skipped)
			n.Bytes = behind - catchUp
			if err := tell(n); err != nil {
				return err
			}
		}
		part, err := t.o.read(t.pos, tailRead, false, t.whole)
		if err != nil {
			return err
		}
		if part.Text == "" {
			return nil
		}
		t.pos, t.whole = part.Next, true
		n := t.news(Grown)
		n.Part = part
		if err := tell(n); err != nil {
			return err
		}
	}
}

// move goes on to the file that came after the open one, if there is one.
func (t *Tail) move(tell func(News) error) (moved bool, err error) {
	next, change, err := t.successor()
	if next == nil || err != nil {
		return false, err
	}
	if t.o != nil {
		// What was written before it was moved and after we looked.
		if err := t.rest(tell); err != nil {
			next.Close()
			return false, err
		}
		t.o.Close()
	}
	first := t.o == nil && !t.lost
	t.o, t.pos, t.whole = next, 0, true
	if first {
		return true, nil // there was no file, and now there is
	}
	n := t.news(change)
	if t.lost {
		t.lost, n.Bytes = false, -1
		t.pos, t.whole = max(0, next.Size-catchUp), false
		n.Part.Offset, n.Part.Next = t.pos, t.pos
	}
	return true, tell(n)
}

// successor opens the file that came after the open one; it is nil if there is
// none.
func (t *Tail) successor() (next *Opened, change Change, err error) {
	if t.o == nil {
		next, err = t.source.Open(0)
		return next, Skipped, absent(err)
	}
	info, err := t.o.f.Stat()
	if err != nil {
		return nil, "", err
	}
	if now, err := os.Stat(t.source.Path); err == nil && os.SameFile(now, info) {
		return nil, "", nil
	}
	if removed(info) {
		next, err = t.source.Open(0)
		return next, Cleared, absent(err)
	}
	own := -1
	files := t.source.Files()
	for _, f := range files {
		if f.ID == t.o.ID {
			own = f.Index
			break
		}
	}
	if own == 0 {
		return nil, "", nil
	}
	// Of the files that are younger than ours, the oldest comes next. If ours was
	// moved to a name we do not know, it is the one that is written to.
	index := 0
	for _, f := range files {
		if own > 0 && f.Index < own && !f.Compressed {
			index = f.Index
		}
	}
	next, err = t.source.Open(index)
	if err == nil && next.ID == t.o.ID { // moved meanwhile; look again next time
		next.Close()
		return nil, "", nil
	}
	return next, Rotated, absent(err)
}

// absent makes no error of a file that is not there: it may come.
func absent(err error) error {
	if errors.Is(err, ErrNotThere) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotRegular) {
		return nil
	}
	return err
}

func (t *Tail) news(c Change) News {
	return News{Change: c, File: t.o.ID, Part: Part{Offset: t.pos, Next: t.pos}}
}
