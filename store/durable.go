package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// temporaryName is a name beside path for what is to become path. It never ends in .parquet, so that no glob over
// the warehouse picks up half a file.
func temporaryName(path string) string {
	return path + "." + randomLetters(8) + temporaryEnding
}

const temporaryEnding = ".tmp"

// idLetters are Crockford's base 32: no letter can be taken for a digit or another letter.
const idLetters = "0123456789abcdefghjkmnpqrstvwxyz"

func randomLetters(n int) string {
	letters := make([]byte, n)
	rand.Read(letters) // never fails: see crypto/rand
	for i := range letters {
		letters[i] = idLetters[letters[i]%32]
	}
	return string(letters)
}

// replaceFile puts data at path by rename: whoever reads path sees the old content or the new, also after a power
// cut. The new file is never as old as notBefore, so that a check by time and size cannot take one for the other
// on a file system whose clock ticks slowly.
func replaceFile(path string, data []byte, notBefore time.Time) (err error) {
	tmp := temporaryName(path)
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	if err := writeSynced(tmp, data); err != nil {
		return err
	}
	info, err := os.Stat(tmp)
	if err != nil {
		return err
	}
	if !info.ModTime().After(notBefore) {
		later := notBefore.Add(time.Microsecond)
		if err := os.Chtimes(tmp, later, later); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes renames and new names in dir survive a power cut. A file system that cannot sync a directory says
// EINVAL or ENOTSUP, and has nothing to be told.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// makeDirs creates root/rel with all its parents below root, each synced into its parent. It begins anew when one that
// was there is gone: whoever removes the last run of a partition removes the partition.
func makeDirs(root, rel string) error {
	const attempts = 10
	for n := 1; ; n++ {
		err := tryMakeDirs(root, rel)
		if n == attempts || !errors.Is(err, os.ErrNotExist) || vanished(root) {
			return err
		}
	}
}

func tryMakeDirs(root, rel string) error {
	dir := root
	for part := range strings.SplitSeq(rel, "/") {
		parent := dir
		dir = filepath.Join(dir, part)
		switch err := os.Mkdir(dir, 0o777); {
		case errors.Is(err, os.ErrExist):
			continue
		case err != nil:
			return err
		}
		if err := syncDir(parent); err != nil {
			return fmt.Errorf("sync %s: %w", parent, err)
		}
	}
	return nil
}
