package query

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tempPrefix begins the name of a folder for spilled data; the number of its process follows.
const tempPrefix = "llmbench-sql-"

// abandonedAfter is how old the folder of a process that is gone must be to be removed. In a container that shares the
// folder with others their processes cannot be seen.
const abandonedAfter = time.Hour

// makeTempDir makes a folder for spilled data under root, "" for the system's, and removes those that processes left
// which were killed.
func makeTempDir(root string) (string, error) {
	if root == "" {
		root = os.TempDir()
	}
	removeAbandoned(root, time.Now())
	return os.MkdirTemp(root, fmt.Sprintf("%s%d-*", tempPrefix, os.Getpid()))
}

// removeAbandoned does what it can.
func removeAbandoned(root string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(root, tempPrefix+"*"))
	for _, dir := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), tempPrefix), "-")
		pid, err := strconv.Atoi(number)
		info, statErr := os.Lstat(dir)
		if err != nil || statErr != nil || !info.IsDir() || now.Sub(info.ModTime()) < abandonedAfter || alive(pid) {
			continue
		}
		_ = os.RemoveAll(dir)
	}
}

// alive reports whether there may be a process of that number.
func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) && !errors.Is(err, fs.ErrNotExist)
}
