package account

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// people is a user database whose answers are counted.
type people struct {
	config.UserLookup
	asked int
	users map[int]config.User
}

func (p *people) UserByID(uid int) (config.User, error) {
	p.asked++
	u, ok := p.users[uid]
	if !ok {
		return u, config.ErrNoSuchUser
	}
	return u, nil
}

func testBook(p *people) (b *Book, stamp *string, now *time.Time) {
	stamp, now = new(string), new(time.Time)
	return &Book{
		users:  func() config.UserLookup { return p },
		groups: func(config.User) ([]int, error) { return []int{7, 100, 8}, nil },
		stamp:  func() string { return *stamp },
		now:    func() time.Time { return *now },
	}, stamp, now
}

func TestPrimaryGroupComesFirstAndOnce(t *testing.T) {
	b, _, _ := testBook(&people{users: map[int]config.User{5: {Name: "five", UID: 5, GID: 100}}})
	got, err := b.ByID(5)
	want := Account{Name: "five", UID: 5, GID: 100, Groups: []int{100, 7, 8}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
}

func TestAnswersAreRememberedWhileTrue(t *testing.T) {
	p := &people{users: map[int]config.User{5: {Name: "five", UID: 5}}}
	b, stamp, now := testBook(p)
	ask := func(want int) {
		t.Helper()
		if _, err := b.ByID(5); err != nil {
			t.Fatal(err)
		}
		if p.asked != want {
			t.Errorf("asked %d times, want %d", p.asked, want)
		}
	}
	ask(1)
	ask(1)
	*stamp = "changed"
	ask(2)
	*now = now.Add(memory)
	ask(3)
	ask(3)
}

func TestUnknownAndContradictingUsersAreRefused(t *testing.T) {
	p := &people{users: map[int]config.User{6: {Name: "six", UID: 0}}}
	b, _, _ := testBook(p)
	if _, err := b.ByID(5); !errors.Is(err, config.ErrNoSuchUser) {
		t.Errorf("unknown uid: %v", err)
	}
	if a, err := b.ByID(6); err == nil {
		t.Errorf("uid 6 became %+v", a)
	}
	// A user who is made meanwhile is found.
	p.users[5] = config.User{Name: "five", UID: 5}
	if _, err := b.ByID(5); err != nil {
		t.Error(err)
	}
}

func TestRootOfThisSystem(t *testing.T) {
	a, err := NewBook().ByID(0)
	if err != nil || a.Name != "root" || a.UID != 0 || len(a.Groups) == 0 {
		t.Errorf("%+v, %v", a, err)
	}
}
