package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pendingDir holds the markers of runs that the catalogue may not have as they are. A marker is named by its run, when it
// was set, and chance; it says the run's folder.
const (
	pendingDir = "pending"
	// markerAge is when a marker is taken for that of one who died; the catalogue has its run by then.
	markerAge = time.Hour
)

// refreshRemote looks at the catalogue and the markers. w.mu is held.
func (w *Warehouse) refreshRemote(ctx context.Context) error {
	var (
		looking    sync.WaitGroup
		pending    map[string]*catalogueRow
		pendingErr error
	)
	looking.Go(func() { pending, pendingErr = w.pendingRuns(ctx) })
	err := w.loadRemote(ctx)
	looking.Wait()
	switch {
	case err == nil && pendingErr == nil:
		w.overlay(pending)
		return nil
	case ctx.Err() != nil || !w.catalogue.written:
		return errors.Join(err, pendingErr)
	}
	w.warn("%s cannot be reached, so what is listed is what was last seen of it: %v", w.given, errors.Join(err, pendingErr))
	return nil
}

// loadRemote brings the catalogue's rows up to date. What is in the cache is named by its ETag.
func (w *Warehouse) loadRemote(ctx context.Context) error {
	c := &w.catalogue
	etag := ""
	if c.file == "" {
		c.file = w.lastSeen()
	}
	if c.file != "" && (c.written || w.useCatalogue(c.file) == nil) {
		etag = etagOf(c.file)
	}
	var text bytes.Buffer
	object, err := w.remote.objects.Get(ctx, catalogueFile, etag, &text)
	switch {
	case errors.Is(err, ErrUnchanged):
		return nil
	case err == nil:
		if err = w.keepCatalogue(object.ETag, text.Bytes()); err == nil {
			return nil
		}
		w.warn("%s cannot be used (%v); it is made anew from the runs", w.show(catalogueFile), err)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return w.remakeCatalogue(ctx)
}

// remakeCatalogue reads every run.json, and stores what they say where that is allowed.
func (w *Warehouse) remakeCatalogue(ctx context.Context) error {
	rows, err := w.listRemote(ctx)
	if err != nil {
		return err
	}
	c := &w.catalogue
	c.rows, c.extent, c.written, c.copy, c.file = rows, everything, false, "", ""
	if len(rows) > 0 {
		_ = w.changeCatalogue(ctx, nil)
	}
	return nil
}

// lastSeen is the catalogue that was kept last.
func (w *Warehouse) lastSeen() (newest string) {
	files, _ := filepath.Glob(filepath.Join(w.dir, "catalogue", "*.parquet"))
	var at time.Time
	for _, path := range files {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			newest, at = path, info.ModTime()
		}
	}
	return newest
}

func etagOf(file string) string {
	hexed := strings.TrimSuffix(filepath.Base(file), ".parquet")
	var etag strings.Builder
	for i := 0; i+1 < len(hexed); i += 2 {
		b, err := strconv.ParseUint(hexed[i:i+2], 16, 8)
		if err != nil {
			return ""
		}
		etag.WriteByte(byte(b))
	}
	return etag.String()
}

// useCatalogue reads a kept catalogue's rows.
func (w *Warehouse) useCatalogue(file string) error {
	rows, err := readCatalogue(file, everything)
	if err != nil {
		return err
	}
	c := &w.catalogue
	c.rows, c.extent, c.written, c.copy, c.file = rows, everything, true, "", file
	return nil
}

// keepCatalogue puts a catalogue into the cache and reads it. Those that others may still read stay for a day.
func (w *Warehouse) keepCatalogue(etag string, text []byte) error {
	dir := filepath.Join(w.dir, "catalogue")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	file := filepath.Join(dir, fmt.Sprintf("%x.parquet", etag))
	if err := replaceUnsynced(file, text); err != nil {
		return err
	}
	old, _ := os.ReadDir(dir)
	for _, entry := range old {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
	return w.useCatalogue(file)
}

// overlay puts the runs that are being changed over the catalogue's rows; nil is one that is not there.
func (w *Warehouse) overlay(pending map[string]*catalogueRow) {
	if len(pending) == 0 {
		return
	}
	c := &w.catalogue
	c.rows = withChanges(c.rows, pending)
	c.written, c.copy = false, "" // the rows are those of the file no more
}

func withChanges(rows []*catalogueRow, changes map[string]*catalogueRow) []*catalogueRow {
	changed := make([]*catalogueRow, 0, len(rows)+len(changes))
	for _, row := range rows {
		if _, is := changes[row.RunID]; !is {
			changed = append(changed, row)
		}
	}
	for _, row := range changes {
		if row != nil {
			changed = append(changed, row)
		}
	}
	slices.SortFunc(changed, earlier)
	return changed
}

// pendingRuns reads the run.json of each run that has a marker.
func (w *Warehouse) pendingRuns(ctx context.Context) (map[string]*catalogueRow, error) {
	markers, err := w.markers(ctx)
	if err != nil {
		return nil, err
	}
	pending := make(map[string]*catalogueRow, len(markers))
	for _, marker := range markers {
		id := markedRun(marker)
		if _, known := pending[id]; known {
			continue
		}
		row, gone, err := w.markedRow(ctx, marker)
		if err != nil {
			return nil, err
		}
		if !gone {
			pending[id] = row
		}
	}
	return pending, nil
}

func (w *Warehouse) markers(ctx context.Context) (keys []string, err error) {
	for object, err := range w.remote.objects.List(ctx, pendingDir+"/") {
		if err != nil {
			return nil, err
		}
		keys = append(keys, object.Key)
	}
	return keys, nil
}

// markedRow is the row of a marker's run as it is now, nil when it has no run.json. gone tells that the marker was
// removed meanwhile: the catalogue has the run then.
func (w *Warehouse) markedRow(ctx context.Context, marker string) (row *catalogueRow, gone bool, err error) {
	var dir bytes.Buffer
	_, err = w.remote.objects.Get(ctx, marker, "", &dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	f, _, err := w.readRemoteRun(ctx, dir.String())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return rowOf(f, runStat{dir: dir.String()}), false, nil
}

func newMarker(id string, now time.Time) string {
	return fmt.Sprintf("%s/%s~%d-%s", pendingDir, id, now.Unix(), randomLetters(6))
}

func markedRun(marker string) string {
	id, _, _ := strings.Cut(path.Base(marker), "~")
	return id
}

// markerOld tells whether a marker is left by one who died.
func markerOld(marker string, now time.Time) bool {
	_, rest, _ := strings.Cut(path.Base(marker), "~")
	seconds, _, _ := strings.Cut(rest, "-")
	at, err := strconv.ParseInt(seconds, 10, 64)
	return err != nil || now.Sub(time.Unix(at, 0)) > markerAge
}

// readRemoteRun reads a run.json of the object store, with its ETag.
func (w *Warehouse) readRemoteRun(ctx context.Context, dir string) (*runFile, string, error) {
	var text bytes.Buffer
	object, err := w.remote.objects.Get(ctx, key(dir, runJSONFile), "", &text)
	if err != nil {
		return nil, "", err
	}
	f, err := parseRunFile(text.Bytes())
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", w.show(key(dir, runJSONFile)), err)
	}
	return f, object.ETag, nil
}

// listRemote finds every run by its run.json; one that is no good is named and left out.
func (w *Warehouse) listRemote(ctx context.Context) ([]*catalogueRow, error) {
	var dirs []string
	for object, err := range w.remote.objects.List(ctx, eventsDir+"/") {
		if err != nil {
			return nil, err
		}
		if dir, is := strings.CutSuffix(object.Key, "/"+runJSONFile); is {
			dirs = append(dirs, dir)
		}
	}
	rows, problems := make([]*catalogueRow, len(dirs)), make([]error, len(dirs))
	err := inParallel(ctx, len(dirs), func(i int) {
		f, _, err := w.readRemoteRun(ctx, dirs[i])
		switch {
		case err == nil:
			rows[i] = rowOf(f, runStat{dir: dirs[i]})
		case errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
			w.warn("it is set aside: %v", err)
		case !errors.Is(err, fs.ErrNotExist):
			problems[i] = err
		}
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(row *catalogueRow) bool { return row == nil })
	slices.SortFunc(rows, earlier)
	return w.dropTwins(rows), nil
}

// casAttempts bounds how often a writer begins anew because another was faster.
const casAttempts = 40

// changeCatalogue replaces the catalogue by one with the changes and with the runs of old markers, which are removed.
func (w *Warehouse) changeCatalogue(ctx context.Context, changes []change) error {
	told := make(map[string]*catalogueRow, len(changes))
	for _, c := range changes {
		told[c.id] = c.row
	}
	for n := range casAttempts {
		err := w.tryChange(ctx, told)
		if !errors.Is(err, ErrChanged) {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(20*time.Millisecond) * int64(n+1)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return fmt.Errorf("%s is being changed by too many at once: %w", w.show(catalogueFile), ErrChanged)
}

func (w *Warehouse) tryChange(ctx context.Context, told map[string]*catalogueRow) error {
	rows, when, err := w.currentRows(ctx)
	if err != nil {
		return err
	}
	old, err := w.oldMarkers(ctx, told)
	if err != nil {
		return err
	}
	text, err := encodeCatalogue(withChanges(rows, told), w.opts.ToolVersion)
	if err != nil {
		return err
	}
	etag, err := w.remote.objects.Put(ctx, catalogueFile, bytes.NewReader(text), int64(len(text)), when)
	if err != nil {
		return err
	}
	for _, marker := range old {
		_ = w.remote.objects.Remove(ctx, marker) // the next writer tries again
	}
	return w.keepCatalogue(etag, text)
}

// currentRows are the catalogue's rows as they are in the store, and the condition that they still are.
func (w *Warehouse) currentRows(ctx context.Context) ([]*catalogueRow, Condition, error) {
	var text bytes.Buffer
	object, err := w.remote.objects.Get(ctx, catalogueFile, "", &text)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		rows, err := w.listRemote(ctx)
		return rows, Condition{New: true}, err
	case err != nil:
		return nil, Condition{}, err
	}
	if err := w.keepCatalogue(object.ETag, text.Bytes()); err != nil {
		rows, err := w.listRemote(ctx)
		return rows, Condition{ETag: object.ETag}, err
	}
	return w.catalogue.rows, Condition{ETag: object.ETag}, nil
}

// oldMarkers adds the runs of those who died to what the catalogue is told.
func (w *Warehouse) oldMarkers(ctx context.Context, told map[string]*catalogueRow) (old []string, err error) {
	markers, err := w.markers(ctx)
	if err != nil {
		return nil, err
	}
	for _, marker := range markers {
		if !markerOld(marker, w.opts.Now()) {
			continue
		}
		row, gone, err := w.markedRow(ctx, marker)
		if err != nil {
			return nil, err
		}
		if _, known := told[markedRun(marker)]; !known && !gone {
			told[markedRun(marker)] = row
		}
		old = append(old, marker)
	}
	return old, nil
}
