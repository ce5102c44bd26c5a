package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// changesAtOnce is how many runs wait for the catalogue to be told of them together.
const changesAtOnce = 32

// beginStaged begins a run that is sent when it is finished.
func (w *Warehouse) beginStaged(ctx context.Context, run Run) (*Writer, error) {
	if run.RunID != "" {
		if err := w.checkFree(ctx, run.RunID); err != nil {
			return nil, fmt.Errorf("begin run: %w", err)
		}
	}
	return w.remote.staging.Begin(ctx, run)
}

// sendStaged sends the finished runs that no living process is sending. That they cannot be sent now is a note.
func (w *Warehouse) sendStaged(ctx context.Context) error {
	staged, err := w.remote.staging.Runs(ctx)
	if err != nil || len(staged) == 0 {
		return err
	}
	for _, run := range staged {
		alive, err := w.remote.staging.journalAlive(run.Files.Dir)
		if alive || err != nil {
			continue
		}
		if _, err := w.sendAway(ctx, run); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			w.warn("run %s waits in %s: %v", run.Run.RunID, w.remote.staging.given, err)
			return nil
		}
		w.warn("sent run %s to %s", run.Run.RunID, w.given)
	}
	return nil
}

// sendFinished is what becomes of a run that was finished in the staging. One that cannot be sent now is kept there.
func (w *Warehouse) sendFinished(ctx context.Context, run Entry) Entry {
	sent, err := w.sendAway(ctx, run)
	if err != nil {
		w.warn("run %s could not be sent (%v); it is kept in %s, and sent by the next command that opens %s",
			run.Run.RunID, err, w.remote.staging.given, w.given)
		return run
	}
	return sent
}

// sendAway moves a staged run to the object store and its files to the cache. Its lease tells other processes of this
// host that somebody is at it.
func (w *Warehouse) sendAway(ctx context.Context, run Entry) (Entry, error) {
	staging := w.remote.staging
	held, err := takeLease(run.Files.Dir, staging.clock)
	if errors.Is(err, fs.ErrNotExist) { // another was faster
		return w.find(ctx, run.Run.RunID)
	}
	if err != nil {
		return run, err
	}
	held.keep(run.Files.Dir)
	if err = w.send(ctx, run); err == nil {
		err = w.touch(ctx)
	}
	if err != nil {
		return run, errors.Join(err, held.abandon())
	}
	held.release()
	sent, err := w.find(ctx, run.Run.RunID)
	if err == nil {
		err = w.adopt(run, sent)
	}
	if err != nil {
		return run, err
	}
	return sent, staging.Remove(ctx, []Entry{run})
}

// adopt takes a sent run's files into the cache.
func (w *Warehouse) adopt(run, sent Entry) error {
	f, err := readRunFile(run.Files.RunJSON)
	if err != nil {
		return err
	}
	if err := w.cacheRunFile(sent.dir, f); err != nil {
		return err
	}
	for name := range f.Files {
		from, to := filepath.Join(run.Files.Dir, name), w.cached(sent.dir, name)
		if os.Rename(from, to) != nil { // the cache may be on another disk
			if err := copyFile(to, from, f.Files[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// send stores a run whose files are on this host: event files first, run.json last, so that a run that is seen is whole.
// The catalogue is told by the next touch.
func (w *Warehouse) send(ctx context.Context, run Entry) error {
	f, err := readRunFile(run.Files.RunJSON)
	if err != nil {
		return err
	}
	if there, _, err := w.readRemoteRun(ctx, run.dir); err == nil {
		return w.sentBefore(ctx, run, f, there)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	marker, err := w.setMarker(ctx, run)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f.Files)) {
		path := filepath.Join(run.Files.Dir, name)
		if err := verifyFile(path, f.Files[name].SHA256); err != nil {
			return errors.Join(err, w.remote.objects.Remove(ctx, marker))
		}
		if err := w.putFile(ctx, key(run.dir, name), path); err != nil {
			return err
		}
	}
	_, err = w.remote.objects.Put(ctx, key(run.dir, runJSONFile), bytes.NewReader(f.text), int64(len(f.text)), Condition{New: true})
	if err != nil && !errors.Is(err, ErrChanged) { // another may have sent the same run at the same time
		return err
	}
	return w.changed(ctx, change{run.Run.RunID, rowOf(f, runStat{dir: run.dir}), marker})
}

// sentBefore sees to a run that the store has already: from a command that did not live to tell the catalogue, or
// another run of the same id.
func (w *Warehouse) sentBefore(ctx context.Context, run Entry, f, there *runFile) error {
	if !maps.Equal(there.Files, f.Files) {
		return fmt.Errorf("%w, with other rows", ErrExists)
	}
	return w.changed(ctx, change{id: run.Run.RunID, row: rowOf(there, runStat{dir: run.dir})})
}

func (w *Warehouse) putFile(ctx context.Context, key, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, err = w.remote.objects.Put(ctx, key, file, info.Size(), Condition{})
	return err
}

func (w *Warehouse) setMarker(ctx context.Context, run Entry) (string, error) {
	marker := newMarker(run.Run.RunID, w.opts.Now())
	_, err := w.remote.objects.Put(ctx, marker, strings.NewReader(run.dir), int64(len(run.dir)), Condition{})
	return marker, err
}

// changed keeps what the catalogue is to be told.
func (w *Warehouse) changed(ctx context.Context, c change) error {
	w.remote.mu.Lock()
	w.remote.changes = append(w.remote.changes, c)
	waiting := len(w.remote.changes)
	w.remote.mu.Unlock()
	if waiting < changesAtOnce {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flushChanges(ctx)
}

// flushChanges tells the catalogue what has changed. Until that is done the markers tell it. w.mu is held.
func (w *Warehouse) flushChanges(ctx context.Context) error {
	w.remote.mu.Lock()
	changes := w.remote.changes
	w.remote.changes = nil
	w.remote.mu.Unlock()
	if len(changes) == 0 {
		return nil
	}
	if err := w.changeCatalogue(ctx, changes); err != nil {
		return fmt.Errorf("tell the catalogue of %s: %w", w.given, err)
	}
	for _, c := range changes {
		if c.marker == "" {
			continue
		}
		if err := w.remote.objects.Remove(ctx, c.marker); err != nil {
			return err
		}
	}
	return nil
}

// rewriteRemote replaces a run.json by its edited self, when nobody else did meanwhile; else it is edited again.
func (w *Warehouse) rewriteRemote(ctx context.Context, run Entry, edit func(*runFile) error) error {
	marker, err := w.setMarker(ctx, run)
	if err != nil {
		return err
	}
	for range casAttempts {
		f, etag, err := w.readRemoteRun(ctx, run.dir)
		if err != nil {
			return err
		}
		if err := edit(f); err != nil {
			return errors.Join(err, w.remote.objects.Remove(ctx, marker))
		}
		if f.text, err = f.encode(); err != nil {
			return err
		}
		_, err = w.remote.objects.Put(ctx, key(run.dir, runJSONFile), bytes.NewReader(f.text), int64(len(f.text)), Condition{ETag: etag})
		if errors.Is(err, ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		return w.changed(ctx, change{run.Run.RunID, rowOf(f, runStat{dir: run.dir}), marker})
	}
	return ErrChanged
}

// removeRemote removes a run: run.json first, so that it is no run any more, whatever happens then.
func (w *Warehouse) removeRemote(ctx context.Context, run Entry) error {
	marker, err := w.setMarker(ctx, run)
	if err != nil {
		return err
	}
	if err := w.remote.objects.Remove(ctx, key(run.dir, runJSONFile)); err != nil {
		return err
	}
	for object, err := range w.remote.objects.List(ctx, run.dir+"/") {
		if err == nil {
			err = w.remote.objects.Remove(ctx, object.Key)
		}
		if err != nil {
			return err
		}
	}
	if err := w.changed(ctx, change{run.Run.RunID, nil, marker}); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(w.dir, filepath.FromSlash(run.dir)))
}

// holdsRemote is holds, by the sizes that the store's list tells.
func (w *Warehouse) holdsRemote(ctx context.Context, here Entry, f *runFile) (bool, error) {
	there, _, err := w.readRemoteRun(ctx, here.dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sizes := make(map[string]int64)
	for object, err := range w.remote.objects.List(ctx, here.dir+"/") {
		if err != nil {
			return false, err
		}
		sizes[path.Base(object.Key)] = object.Bytes
	}
	for name, state := range f.Files {
		if sizes[name] != state.Bytes {
			return false, nil
		}
	}
	return maps.Equal(there.Files, f.Files), nil
}
