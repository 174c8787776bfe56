//go:build !linux

package logs

import (
	"io/fs"
	"os"
)

func identity(_ *os.File, info fs.FileInfo) string { return plainIdentity(info) }
