package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
)

// remoteRun verifies a run by fetching all of it anew.
func (v *verifier) remoteRun(ctx context.Context, e *Entry) {
	id := e.Run.RunID
	f, _, err := v.w.readRemoteRun(ctx, e.dir)
	if err == nil {
		err = v.w.cacheRunFile(e.dir, f)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
		v.add(id, e.Files.RunJSON, false, "%v", err)
		return
	case err != nil:
		v.fail(err)
		return
	}
	whole := true
	for name, state := range f.Files {
		path := filepath.Join(e.Files.Dir, name)
		err := v.w.fetchFile(ctx, e.dir, name, state, true)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			v.add(id, path, false, "it is missing")
			whole = false
		case errors.Is(err, ErrDamaged):
			v.add(id, path, false, "%v", err)
			whole = false
		case err != nil:
			v.fail(err)
			return
		}
	}
	if whole {
		v.counts(e, f)
	}
}

func (v *verifier) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = append(v.failed, err)
}

// remoteOrphans looks for objects that belong to no run that is listed, and for markers of those who died.
func (v *verifier) remoteOrphans(ctx context.Context, entries []Entry) error {
	files := make(map[string]bool)
	listed := make(map[string]bool, len(entries))
	for _, e := range entries {
		listed[e.dir] = true
		files[key(e.dir, runJSONFile)] = true
		for name := range e.Files.events() {
			files[key(e.dir, name)] = true
		}
	}
	for object, err := range v.w.remote.objects.List(ctx, eventsDir+"/") {
		if err != nil {
			return err
		}
		dir, name := path.Split(object.Key)
		at := v.w.cached(dir, name)
		switch dir = path.Clean(dir); {
		case files[object.Key]:
		case listed[dir]:
			v.add("", at, true, "it is no file of the run")
		case name == runJSONFile:
			v.add("", at, false, "it is not listed: damaged, of a newer llmbench, or a second one of its run; llmbench runs recover looks again")
		default:
			v.add("", at, true, "its run has no %s: being sent, or left by one who died over it", runJSONFile)
		}
	}
	markers, err := v.w.markers(ctx)
	for _, marker := range markers {
		if markerOld(marker, v.w.opts.Now()) {
			v.add(markedRun(marker), v.w.cached(pendingDir, path.Base(marker)), true, "left by one who died")
		}
	}
	return err
}

// recoverRemote sends what waits here, and makes the catalogue and missing summaries anew.
func (w *Warehouse) recoverRemote(ctx context.Context, seen func(done, of int)) error {
	w.remote.staging.noteWriters()
	if err := w.remote.objects.Remove(ctx, catalogueFile); err != nil {
		return fmt.Errorf("recover %s: %w", w.given, err)
	}
	w.mu.Lock()
	w.catalogue = catalogue{}
	err := w.changeCatalogue(ctx, nil)
	w.mu.Unlock()
	if err != nil {
		return fmt.Errorf("recover %s: %w", w.given, err)
	}
	entries, err := w.list(ctx)
	if err != nil {
		return err
	}
	return w.freshenAll(ctx, entries, seen)
}
