//go:build !unix

package store

import (
	"os"
	"path/filepath"
)

// statBelow is os.Stat of a path below an open directory.
func statBelow(dir *os.File, path string) (mtimeNS, bytes int64, err error) {
	info, err := os.Stat(filepath.Join(dir.Name(), path))
	if err != nil {
		return 0, 0, err
	}
	return info.ModTime().UnixNano(), info.Size(), nil
}
