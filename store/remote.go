package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// remote is what a Warehouse has more that lies in an object store. The Warehouse's own directory is then a cache:
// event files and run.json as they were fetched, in the folders of a warehouse. Event files never change, so that what is
// there is good.
//
// Runs are written to a warehouse on this host, the staging, and sent when they are finished. The catalogue is an object
// that a writer replaces if nobody else did meanwhile. It says all there is to say but for the runs that have a marker
// below pending/: a writer sets one before it changes a run, and removes it when the catalogue has the change, so that
// one who dies in between leaves no run unseen. A look at the warehouse is two requests, however many runs it has.
type remote struct {
	objects Objects
	staging *Warehouse

	mu      sync.Mutex // guards changes
	changes []change
}

// change is what the catalogue is to be told of a run.
type change struct {
	id     string
	row    *catalogueRow // nil when it was removed
	marker string        // "" when none was set
}

// Places are where a warehouse in an object store keeps things on this host.
type Places struct {
	Cache   string // what was fetched; it may be removed at any time
	Staging string // runs that are being written or could not be sent yet
}

// OpenObjects opens a warehouse in an object store; url names it in messages. Runs that an earlier command could not
// send are sent now.
func OpenObjects(ctx context.Context, url string, objects Objects, places Places, opts Options) (*Warehouse, error) {
	cache, err := filepath.Abs(places.Cache)
	if err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", url, err)
	}
	staging, err := Open(ctx, places.Staging, opts)
	if err != nil {
		return nil, err
	}
	w := newWarehouse(strings.TrimRight(url, "/"), cache, opts)
	w.remote = &remote{objects: objects, staging: staging}
	staging.sendOn = w.sendFinished
	if err := os.MkdirAll(cache, 0o777); err != nil {
		return nil, fmt.Errorf("open warehouse %s: make its cache: %w", url, err)
	}
	return w, w.sendStaged(ctx)
}

// key is where a file of a run is in the object store.
func key(dir, name string) string { return dir + "/" + name }

// cached is where a file of a run is in the cache.
func (w *Warehouse) cached(dir, name string) string {
	return filepath.Join(w.dir, filepath.FromSlash(dir), name)
}

// Fetch makes the event files of the runs and their run.json readable on this host, where they are not. A file that is
// missing or damaged in the store is set aside with a note and "" in Files.
func (w *Warehouse) Fetch(ctx context.Context, runs []Entry) error {
	if w.remote == nil {
		return nil
	}
	problems := make([]error, len(runs))
	err := inParallel(ctx, len(runs), func(i int) { problems[i] = w.fetchRun(ctx, &runs[i]) })
	return errors.Join(append(problems, err)...)
}

func (w *Warehouse) fetchRun(ctx context.Context, run *Entry) error {
	f, _, err := w.readRemoteRun(ctx, run.dir)
	if err == nil {
		err = w.cacheRunFile(run.dir, f)
	}
	if err != nil {
		return fmt.Errorf("fetch run %s of %s: %w", run.Run.RunID, w.given, err)
	}
	for _, name := range eventFileNames {
		path := run.Files.path(name)
		state, has := f.Files[name]
		if *path == "" || !has {
			continue
		}
		switch err := w.fetchFile(ctx, run.dir, name, state, false); {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrDamaged):
			w.warn("run %s: %s is set aside: %v", run.Run.RunID, w.show(key(run.dir, name)), err)
			*path = ""
		case err != nil:
			return fmt.Errorf("fetch run %s of %s: %w", run.Run.RunID, w.given, err)
		}
	}
	return nil
}

// cacheRunFile keeps a run.json as it was read, which may be newer than the one there.
func (w *Warehouse) cacheRunFile(dir string, f *runFile) error {
	path := w.cached(dir, runJSONFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return replaceUnsynced(path, f.text)
}

// fetchFile brings an event file into the cache, unless it is there and anew does not say to look again.
func (w *Warehouse) fetchFile(ctx context.Context, dir, name string, state fileState, anew bool) (err error) {
	path := w.cached(dir, name)
	if info, err := os.Stat(path); !anew && err == nil && info.Size() == state.Bytes {
		return nil
	}
	tmp := temporaryName(path)
	file, err := os.OpenFile(tmp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	_, err = w.remote.objects.Get(ctx, key(dir, name), "", file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := verifyFile(tmp, state.SHA256); err != nil {
		return fmt.Errorf("%w: its checksum is not the one it was written with", ErrDamaged)
	}
	return os.Rename(tmp, path)
}

// replaceUnsynced writes a file by rename that may be had again after a power cut.
func replaceUnsynced(path string, text []byte) error {
	tmp := temporaryName(path)
	err := os.WriteFile(tmp, text, 0o666)
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
