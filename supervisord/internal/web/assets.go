package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// files are the style and the scripts of the page. They are written by hand and
// served as they are.
//
//go:embed static
var files embed.FS

// asset is one file, ready to be sent.
type asset struct {
	media    string
	plain    []byte
	squeezed []byte // with gzip
}

// assetSet is all of them. They are served below a version that stands for
// their content, so that browsers may keep them for ever.
type assetSet struct {
	version string
	files   map[string]asset
}

var loadAssets = sync.OnceValue(func() *assetSet {
	set := &assetSet{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(b)
		set.files[strings.TrimPrefix(name, "static/")] = asset{mediaType(name), b, squeeze(b)}
		return nil
	})
	if err != nil {
		panic(err) // they are part of the program
	}
	set.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return set
})

// mediaType does not ask the system, whose tables may be odd.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// acceptsGzip reports whether a client takes responses squeezed with gzip.
func acceptsGzip(r *http.Request) bool {
	for word := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(word), ";")
		if strings.TrimSpace(name) == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// assets serves a file of the page.
func assets(w http.ResponseWriter, r *http.Request) {
	set := loadAssets()
	a, found := set.files[r.PathValue("file")]
	if !found || r.PathValue("version") != set.version {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, tag := a.plain, `"`+set.version+`"`
	if acceptsGzip(r) {
		body, tag = a.squeezed, `"`+set.version+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(body)
}

// favicon spares browsers that ask for it unbidden an error.
func favicon(w http.ResponseWriter, _ *http.Request) {
	redirect(w, "s/"+loadAssets().version+"/icon.svg")
}

// redirect sends a client to a relative address, which stays relative: a proxy
// may have put a prefix before our paths.
func redirect(w http.ResponseWriter, location string) {
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
}
