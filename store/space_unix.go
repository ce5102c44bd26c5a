//go:build linux || darwin || freebsd

package store

import "syscall"

// freeBytes is what an ordinary user may still write to the file system that holds path, or will.
func freeBytes(path string) (int64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(existing(path), &fs); err != nil {
		return 0, false
	}
	return int64(fs.Bavail) * int64(fs.Bsize), true
}
