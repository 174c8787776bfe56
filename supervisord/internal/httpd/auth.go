package httpd

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the format of {SHA} passwords
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// challenge is the WWW-Authenticate field of a 401 response.
const challenge = `Basic realm="default"`

// shaPrefix marks a password that is given as the hexadecimal SHA-1 digest.
const shaPrefix = "{SHA}"

// auth checks the credentials of one server. It keeps digests only, and takes
// the same time for every wrong answer of one length.
type auth struct {
	needed   bool
	user     [sha256.Size]byte
	password [sha256.Size]byte
	hashed   bool // password is the digest of a SHA-1 digest
	broken   bool // the configured digest is none: nobody gets in
}

func newAuth(s *config.Server) *auth {
	a := &auth{needed: s.HasAuth, user: sha256.Sum256([]byte(s.Username))}
	secret := []byte(s.Password)
	if digest, ok := strings.CutPrefix(s.Password, shaPrefix); ok {
		var err error
		secret, err = hex.DecodeString(digest)
		a.hashed = true
		a.broken = err != nil || len(secret) != sha1.Size
	}
	a.password = sha256.Sum256(secret)
	return a
}

// allows reports whether the value of an Authorization field has the right
// credentials.
func (a *auth) allows(field []byte) bool {
	if !a.needed {
		return true
	}
	user, password, ok := basicCredentials(field)
	if a.hashed {
		digest := sha1.Sum(password) //nolint:gosec // see above
		password = digest[:]
	}
	u, p := sha256.Sum256(user), sha256.Sum256(password)
	same := subtle.ConstantTimeCompare(u[:], a.user[:]) & subtle.ConstantTimeCompare(p[:], a.password[:])
	return same == 1 && ok && !a.broken
}

// basicCredentials reads the value of an Authorization field. The password may
// contain colons.
func basicCredentials(field []byte) (user, password []byte, ok bool) {
	scheme, encoded, _ := bytes.Cut(bytes.TrimSpace(field), []byte(" "))
	if !strings.EqualFold(string(scheme), "basic") {
		return nil, nil, false
	}
	encoded = bytes.TrimSpace(encoded)
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(encoded)))
	n, err := base64.StdEncoding.Decode(decoded, encoded)
	if err != nil {
		return nil, nil, false
	}
	return bytes.Cut(decoded[:n], []byte(":"))
}
