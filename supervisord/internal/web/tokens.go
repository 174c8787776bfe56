package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
)

// tokens makes and checks what proves that a request to do something comes from
// our own page: a token that belongs to a cookie of the browser. A foreign page
// can neither read the token nor, as the cookie is SameSite=Strict, have the
// cookie sent.
//
// The cookie is random and the same for every daemon on a host, because
// browsers do not keep cookies of different ports apart; the tokens differ by
// key.
type tokens struct {
	key [32]byte
}

const (
	cookieName  = "supervisor"
	tokenField  = "token"
	tokenHeader = "X-CSRF-Token"
	cookieLen   = 32 // characters
)

// of returns the token of the request's cookie; ok is false if it has none.
func (t *tokens) of(r *http.Request) (token string, ok bool) {
	c, err := r.Cookie(cookieName)
	if err != nil || !goodCookie(c.Value) {
		return "", false
	}
	return t.make(c.Value), true
}

// issue returns a token for the forms of a page that is the answer to a request,
// with a new cookie if need be.
func (t *tokens) issue(w http.ResponseWriter, r *http.Request) string {
	if token, ok := t.of(r); ok {
		return token
	}
	var random [cookieLen * 3 / 4]byte
	rand.Read(random[:])
	value := base64.RawURLEncoding.EncodeToString(random[:])
	// Without a path it is for the directory of the page, whatever prefix a proxy
	// gives that.
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	return t.make(value)
}

func goodCookie(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(s) == cookieLen && len(b) > 0
}

func (t *tokens) make(cookie string) string { return t.sign("token", cookie) }

// sign returns a proof that we have said something.
func (t *tokens) sign(kind, text string) string {
	mac := hmac.New(sha256.New, t.key[:])
	mac.Write([]byte(kind + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

func (t *tokens) signed(kind, text, proof string) bool {
	return hmac.Equal([]byte(t.sign(kind, text)), []byte(proof))
}

// check reports whether token belongs to the request's cookie.
func (t *tokens) check(r *http.Request, token string) bool {
	want, ok := t.of(r)
	return ok && hmac.Equal([]byte(want), []byte(token))
}

// mayWrite decides about a request of the API that does something. A browser
// needs a token. Programs do not, but have to say that they send JSON, which
// no browser does for a foreign page without asking first.
func (t *tokens) mayWrite(r *http.Request) *apiError {
	if token := r.Header.Get(tokenHeader); token != "" || fromBrowser(r) {
		if !t.check(r, token) {
			return &apiError{http.StatusForbidden, "TOKEN", "the token in " + tokenHeader + " is missing or out of date"}
		}
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return &apiError{http.StatusUnsupportedMediaType, "MEDIA_TYPE", "a request that does something needs Content-Type: application/json"}
	}
	return nil
}
