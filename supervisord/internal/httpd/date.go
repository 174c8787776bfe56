package httpd

import (
	"net/http"
	"sync/atomic"
	"time"
)

// dateLine is a Date field for one second.
type dateLine struct {
	second int64
	text   string
}

var lastDate atomic.Pointer[dateLine]

// date returns the value of a Date field for now. It is formatted once a second
// at most, when it is asked for.
func date() string {
	now := time.Now()
	if d := lastDate.Load(); d != nil && d.second == now.Unix() {
		return d.text
	}
	d := &dateLine{now.Unix(), now.UTC().Format(http.TimeFormat)}
	lastDate.Store(d)
	return d.text
}
