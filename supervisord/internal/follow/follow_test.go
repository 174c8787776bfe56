package follow

import "testing"

func TestSet(t *testing.T) {
	var s Set
	s.Notify()
	a, cancelA := s.Subscribe()
	b, cancelB := s.Subscribe()
	s.Notify()
	s.Notify() // joined with the first
	for _, ch := range []<-chan struct{}{a, b} {
		<-ch
		select {
		case <-ch:
			t.Fatal("told twice")
		default:
		}
	}
	cancelA()
	cancelA()
	s.Notify()
	<-b
	select {
	case <-a:
		t.Fatal("told after cancel")
	default:
	}
	if s.Empty() {
		t.Fatal("b is gone")
	}
	if cancelB(); !s.Empty() {
		t.Fatal("somebody is left")
	}
}
