package config

import (
	"os"
	"path/filepath"
	"testing"
)

// write puts a configuration into a directory of its own and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "supervisord.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDebianDefault(t *testing.T) {
	const path = "/etc/supervisor/supervisord.conf"
	if _, err := os.Stat(path); err != nil {
		t.Skip("the reference is not installed")
	}
	c, err := Load(LoadOptions{File: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", c)
}
