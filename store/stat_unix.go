//go:build unix

package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// statBelow is os.Stat of a path below an open directory: without the way to the directory it takes half the time.
func statBelow(dir *os.File, path string) (mtimeNS, bytes int64, err error) {
	var stat unix.Stat_t
	for {
		err = unix.Fstatat(int(dir.Fd()), path, &stat, 0)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return 0, 0, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return stat.Mtim.Nano(), stat.Size, nil
}
