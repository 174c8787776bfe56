package logs

import "os"

func truncate(path string) error { return os.Truncate(path, 0) }

func remove(path string) error { return os.Remove(path) }
