package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
)

// runFile is run.json: what a run is, its summary, and what its event files must be.
type runFile struct {
	Schema      int                  `json:"schema"`
	Definitions int                  `json:"definitions"`
	Run         Run                  `json:"run"`
	Summary     *Summary             `json:"summary"`
	Files       map[string]fileState `json:"files"`

	// text is what was read, so that keys of a newer llmbench outlive an edit by this one.
	text []byte
}

// fileState is what an event file was when it was written.
type fileState struct {
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// sizes is how many bytes each event file has.
func (f *runFile) sizes() (sizes eventSizes) {
	for _, name := range eventFileNames {
		if state, ok := f.Files[name]; ok {
			*sizes.of(name) = &state.Bytes
		}
	}
	return sizes
}

// readRunFile reads and checks a run.json. What is no JSON object of the right form is ErrDamaged, one of a later
// form ErrNewer.
func readRunFile(path string) (*runFile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseRunFile(data)
}

func parseRunFile(data []byte) (*runFile, error) {
	f := runFile{text: data}
	// A value of the wrong type does not keep the decoder from the keys behind it: the version is there.
	err := json.Unmarshal(data, &f)
	switch {
	case f.Schema > SchemaVersion:
		return nil, fmt.Errorf("%w: its form is %d, known is %d", ErrNewer, f.Schema, SchemaVersion)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case f.Schema < 1:
		return nil, fmt.Errorf("%w: it says no schema version", ErrDamaged)
	}
	if err := checkRunID(f.Run.RunID); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	f.Run.BeganAt = wallClock(f.Run.BeganAt)
	return &f, nil
}

// wallClock is a time as the catalogue keeps it: UTC, whole microseconds, no monotonic reading.
func wallClock(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// encode gives the file's text, with the unknown keys of what it was read from.
func (f *runFile) encode() ([]byte, error) {
	if f.text == nil {
		return indented(f)
	}
	var old, oldRun map[string]json.RawMessage
	if err := json.Unmarshal(f.text, &old); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(old["run"], &oldRun); err != nil {
		return nil, err
	}
	unknown, unknownRun := unknownKeys[runFile](old), unknownKeys[Run](oldRun)
	if len(unknown)+len(unknownRun) == 0 {
		return indented(f)
	}
	run, err := keysOf(f.Run, unknownRun)
	if err != nil {
		return nil, err
	}
	if unknown["run"], err = json.Marshal(run); err != nil {
		return nil, err
	}
	all, err := keysOf(f, unknown)
	if err != nil {
		return nil, err
	}
	return indented(all)
}

// keysOf gives v's keys, with those of over laid over them.
func keysOf(v any, over map[string]json.RawMessage) (keys map[string]json.RawMessage, err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, err
	}
	maps.Copy(keys, over)
	return keys, nil
}

// unknownKeys gives those keys that T has no field for.
func unknownKeys[T any](keys map[string]json.RawMessage) map[string]json.RawMessage {
	unknown := maps.Clone(keys)
	for field := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		delete(unknown, name)
	}
	return unknown
}

// indented is JSON for people to read, without the escapes that are for HTML.
func indented(v any) ([]byte, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return []byte(text.String()), err
}

// write puts the file into dir by rename. notBefore is the time of the one it replaces.
func (f *runFile) write(dir string, notBefore time.Time) error {
	data, err := f.encode()
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, runJSONFile), data, notBefore)
}

// UpdateRun lets edit change a finished run and replaces its run.json: its name, tags or note. Event files and their
// place stay as they are. An unknown id is ErrNotFound.
func (w *Warehouse) UpdateRun(ctx context.Context, id string, edit func(*Run)) error {
	entry, err := w.find(ctx, id)
	if err != nil {
		return err
	}
	return w.UpdateRuns(ctx, []Entry{entry}, edit)
}

// UpdateRuns does that to each of the entries. Edits of one run at the same moment come one after the other.
func (w *Warehouse) UpdateRuns(ctx context.Context, entries []Entry, edit func(*Run)) error {
	var problems []error
	for _, entry := range entries {
		id := entry.Run.RunID
		err := w.rewrite(ctx, entry, func(f *runFile) error {
			edit(&f.Run)
			if f.Run.RunID != id {
				return errors.New("the id of a run cannot change")
			}
			return nil
		})
		if err != nil {
			problems = append(problems, fmt.Errorf("update run %q in %s: %w", id, w.given, err))
		}
	}
	return errors.Join(append(problems, w.touch(ctx))...)
}

// touch brings the catalogue up to date after a change made here.
func (w *Warehouse) touch(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.remote != nil {
		if err := w.flushChanges(ctx); err != nil {
			return err
		}
	}
	return w.refresh(ctx, namesOnly)
}

// rewrite replaces a run.json by its edited self.
func (w *Warehouse) rewrite(ctx context.Context, run Entry, edit func(*runFile) error) error {
	if w.remote != nil {
		return w.rewriteRemote(ctx, run, edit)
	}
	files := run.Files
	unlock, err := w.lockRun(ctx, files.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	info, err := os.Stat(files.RunJSON)
	if err != nil {
		return err
	}
	f, err := readRunFile(files.RunJSON)
	if err != nil {
		return err
	}
	if err := edit(f); err != nil {
		return err
	}
	return f.write(files.Dir, info.ModTime())
}
