package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// runStat is one run's directory, relative to the warehouse with slashes, and the state of its run.json.
type runStat struct {
	dir     string
	mtimeNS int64
	bytes   int64
}

// statRuns finds the runs below events/. A run directory without a run.json is a run that is being finished; a
// directory that may not be read gives a note.
func (w *Warehouse) statRuns(ctx context.Context) ([]runStat, error) {
	dirs, err := w.runDirs(ctx, eventsDir, nil)
	if err != nil {
		return nil, err
	}
	stats := make([]runStat, len(dirs))
	err = inParallel(ctx, len(dirs), func(i int) {
		info, err := os.Stat(filepath.Join(w.dir, dirs[i], runJSONFile))
		switch {
		case err == nil:
			stats[i] = runStat{filepath.ToSlash(dirs[i]), info.ModTime().UnixNano(), info.Size()}
		case !errors.Is(err, fs.ErrNotExist):
			w.warn("%s is left out: %v", filepath.Join(w.given, dirs[i]), bareCause(err))
		}
	})
	return slices.DeleteFunc(stats, func(s runStat) bool { return s.dir == "" }), err
}

// maxPartitions bounds the way down to a run, against links that go in circles.
const maxPartitions = 8

// runDirs appends the directories named run_id=... below rel, however many partitions deep. Partitions may be links,
// to another disk for example. A directory that went away meanwhile has no runs.
func (w *Warehouse) runDirs(ctx context.Context, rel string, found []string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(w.dir, rel))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return found, nil
	case errors.Is(err, fs.ErrPermission):
		w.warn("%s is left out: %v", filepath.Join(w.given, rel), bareCause(err))
		return found, nil
	case err != nil:
		return nil, err
	}
	for _, entry := range entries {
		path := rel + string(filepath.Separator) + entry.Name()
		switch {
		case strings.HasPrefix(entry.Name(), runIDPartition):
			found = append(found, path)
		case strings.Contains(entry.Name(), "=") && strings.Count(path, string(filepath.Separator)) < maxPartitions:
			if found, err = w.runDirs(ctx, path, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// fileWorkers do small file operations side by side: two cores gain a little, a network file system a great deal.
const fileWorkers = 8

// inParallel calls do for 0 to n-1 and returns when all are done, or ctx's error.
func inParallel(ctx context.Context, n int, do func(i int)) error {
	const stride = 32
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(fileWorkers, (n+stride-1)/stride) {
		workers.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(stride)) - stride
				if from >= n {
					return
				}
				for i := from; i < min(from+stride, n); i++ {
					do(i)
				}
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
