package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Receive copies finished runs of another warehouse, which has fetched them, into this one, byte for byte: event files,
// run.json last, in the same folders. Each file is compared with its checksum on the way. A run that is here already with the same event files is
// left as it is; one with others is ErrExists. seen is called after each run.
func (w *Warehouse) Receive(ctx context.Context, runs []Entry, seen func(run Entry, copied bool)) error {
	if w.remote == nil {
		if err := w.create(); err != nil {
			return err
		}
	}
	mine, err := w.byID(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		copied, err := w.receive(ctx, run, mine)
		if err != nil {
			return errors.Join(fmt.Errorf("copy run %s to %s: %w", run.Run.RunID, w.given, err), w.touch(ctx))
		}
		seen(run, copied)
	}
	return w.touch(ctx)
}

// byID gives every run here by its id.
func (w *Warehouse) byID(ctx context.Context) (map[string]Entry, error) {
	entries, err := w.list(ctx)
	byID := make(map[string]Entry, len(entries))
	for _, e := range entries {
		byID[e.Run.RunID] = e
	}
	return byID, err
}

func (w *Warehouse) receive(ctx context.Context, from Entry, mine map[string]Entry) (copied bool, err error) {
	f, err := readRunFile(from.Files.RunJSON)
	if err != nil {
		return false, err
	}
	if here, known := mine[from.Run.RunID]; known {
		has, err := w.holds(ctx, here, f)
		if err == nil && !has {
			err = fmt.Errorf("%w, with other rows", ErrExists)
		}
		return false, err
	}
	if w.remote != nil {
		return true, w.send(ctx, from)
	}
	dir := filepath.Join(w.dir, filepath.FromSlash(from.dir))
	if err := makeDirs(w.dir, from.dir); err != nil {
		return false, err
	}
	for _, name := range slices.Sorted(maps.Keys(f.Files)) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if err := copyFile(filepath.Join(dir, name), filepath.Join(from.Files.Dir, name), f.Files[name]); err != nil {
			return false, err
		}
	}
	return true, replaceFile(filepath.Join(dir, runJSONFile), f.text, time.Time{})
}

// copyFile copies an event file by rename, when it is what it was written as.
func copyFile(to, from string, state fileState) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	tmp := temporaryName(to)
	target, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	sum := sha256.New()
	_, err = io.Copy(target, io.TeeReader(source, sum))
	if err == nil {
		err = target.Sync()
	}
	if err = errors.Join(err, target.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != state.SHA256 {
		return fmt.Errorf("%s: %w: its checksum is not the one in %s", from, ErrDamaged, runJSONFile)
	}
	if err := os.Rename(tmp, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// holds tells whether the run is stored with the event files that f tells of, all of their size.
func (w *Warehouse) holds(ctx context.Context, here Entry, f *runFile) (bool, error) {
	if w.remote != nil {
		return w.holdsRemote(ctx, here, f)
	}
	mine, err := readRunFile(here.Files.RunJSON)
	if err != nil || !maps.Equal(mine.Files, f.Files) {
		return false, nil
	}
	for name, state := range mine.Files {
		info, err := os.Stat(filepath.Join(here.Files.Dir, name))
		if err != nil || info.Size() != state.Bytes {
			return false, nil
		}
	}
	return true, nil
}

// Lacks gives those of another warehouse's runs of which there is no whole copy here.
func (w *Warehouse) Lacks(ctx context.Context, runs []Entry) (lacking []Entry, err error) {
	mine, err := w.byID(ctx)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		f, err := readRunFile(run.Files.RunJSON)
		if err != nil {
			return nil, fmt.Errorf("read run %s: %w", run.Run.RunID, bareCause(err))
		}
		here, has := mine[run.Run.RunID]
		if has {
			if has, err = w.holds(ctx, here, f); err != nil {
				return nil, err
			}
		}
		if !has {
			lacking = append(lacking, run)
		}
	}
	return lacking, nil
}

// Remove deletes finished runs. A run leaves the list at once, by a rename of its folder; who is reading its files loses
// them.
func (w *Warehouse) Remove(ctx context.Context, runs []Entry) error {
	for _, run := range runs {
		if err := w.remove(ctx, run); err != nil {
			return errors.Join(fmt.Errorf("remove run %s: %w", run.Run.RunID, bareCause(err)), w.touch(ctx))
		}
	}
	return w.touch(ctx)
}

func (w *Warehouse) remove(ctx context.Context, run Entry) error {
	if w.remote != nil {
		return w.removeRemote(ctx, run)
	}
	gone := filepath.Join(w.dir, journalDir, ".done-"+run.Run.RunID+"-"+randomLetters(4))
	if err := makeDirs(w.dir, journalDir); err != nil {
		return err
	}
	err := os.Rename(run.Files.Dir, gone)
	if errors.Is(err, syscall.EXDEV) { // a partition may be a link to another disk
		gone = run.Files.Dir
		err = os.Remove(run.Files.RunJSON)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	for rel := path.Dir(run.dir); rel != eventsDir && rel != "."; rel = path.Dir(rel) {
		if os.Remove(filepath.Join(w.dir, filepath.FromSlash(rel))) != nil {
			break // there are other runs in it
		}
	}
	return nil
}
