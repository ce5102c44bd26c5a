package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// editLock stands in a run's directory while its run.json is read, edited and replaced, so that of two edits at the same
// moment neither undoes the other. Creating a file that must not be there is atomic on network file systems too, where
// the locks of the operating system are not to be relied upon.
const (
	editLock     = "run.json.lock"
	editPause    = 10 * time.Millisecond
	editPatience = 20 * time.Second
)

// lockRun locks the run in dir. The lock of one that died is broken after a minute by the disk's clock; a living one is
// awaited.
func (w *Warehouse) lockRun(ctx context.Context, dir string) (unlock func(), err error) {
	path := filepath.Join(dir, editLock)
	patience, cancel := context.WithTimeout(ctx, editPatience)
	defer cancel()
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return func() { os.Remove(path) }, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		w.breakLock(path)
		select {
		case <-patience.Done():
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("another process has been editing the run for %v; remove %s if that is not so", editPatience, w.typed(path))
		case <-time.After(editPause):
		}
	}
}

// breakLock removes a lock that is too old to be anybody's. Between the look at it and the removal another may have
// done the same and locked anew: what was removed is looked at again, and put back.
func (w *Warehouse) breakLock(path string) {
	seen, err := os.Stat(path)
	if err != nil || w.clock.now(filepath.Dir(path)).Sub(seen.ModTime()) <= leaseLimit {
		return
	}
	aside := temporaryName(path)
	if os.Rename(path, aside) != nil {
		return
	}
	if taken, err := os.Stat(aside); err == nil && !os.SameFile(seen, taken) {
		_ = os.Link(aside, path)
	}
	os.Remove(aside)
}
