package daemon

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// AutoLog makes an empty log file for a process whose log is AUTO, readable by
// nobody else, and returns its path: NAME-stdout---IDENTIFIER-XXXXXXXX.log in
// dir.
func AutoLog(dir, identifier, process string, ch core.Channel) (string, error) {
	prefix := fmt.Sprintf("%s-%s---%s-", process, ch, identifier)
	var path string
	for range 100 {
		path = filepath.Join(dir, prefix+randomName()+".log")
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return path, f.Close()
		}
		if !os.IsExist(err) {
			return "", fmt.Errorf("cannot make a log file for the %s of %s: %w", ch, process, err)
		}
	}
	return "", fmt.Errorf("cannot make a log file for the %s of %s: every name like %s is taken", ch, process, path)
}

// randomName returns eight characters as Python's mkstemp picks them.
func randomName() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
	var name [8]byte
	for i := range name {
		name[i] = letters[rand.IntN(len(letters))]
	}
	return string(name[:])
}

// ClearAutoLogs removes the AUTO logs that an earlier daemon of the same
// identifier left in dir, with their rotated backups.
func ClearAutoLogs(dir, identifier string, log core.Logger) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		log.Log(config.LevelWarn, "Could not clear childlog dir")
		return
	}
	auto := regexp.MustCompile(`^.+?---` + regexp.QuoteMeta(identifier) + `-\S+\.log\.{0,1}\d{0,4}`)
	for _, e := range entries {
		if !auto.MatchString(e.Name()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if e.IsDir() || os.Remove(path) != nil {
			log.Log(config.LevelWarn, "Failed to clean up "+pyrepr.Quote(path))
		}
	}
}
