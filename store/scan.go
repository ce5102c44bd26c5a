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
	groups := neighbours(dirs)
	found := make([][]runStat, len(groups))
	err = inParallel(ctx, len(groups), func(i int) { found[i] = w.statGroup(groups[i]) })
	return slices.Concat(found...), err
}

// statGroupRuns is how many runs of one folder are looked at together.
const statGroupRuns = 256

// neighbours parts directories into groups that stand in one folder.
func neighbours(dirs []string) (groups [][]string) {
	begin := 0
	for i := range dirs {
		if i > begin && (i-begin == statGroupRuns || filepath.Dir(dirs[i]) != filepath.Dir(dirs[begin])) {
			groups, begin = append(groups, dirs[begin:i]), i
		}
	}
	return append(groups, dirs[begin:])
}

// statGroup looks at the run.json of runs that stand in one folder.
func (w *Warehouse) statGroup(dirs []string) (stats []runStat) {
	if len(dirs) == 0 {
		return nil
	}
	parent, err := os.Open(filepath.Join(w.dir, filepath.Dir(dirs[0])))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			w.warn("%s is left out: %v", filepath.Join(w.given, filepath.Dir(dirs[0])), bareCause(err))
		}
		return nil
	}
	defer parent.Close()
	stats = make([]runStat, 0, len(dirs))
	for _, dir := range dirs {
		mtimeNS, bytes, err := statBelow(parent, filepath.Base(dir)+string(filepath.Separator)+runJSONFile)
		switch {
		case err == nil:
			stats = append(stats, runStat{filepath.ToSlash(dir), mtimeNS, bytes})
		case !errors.Is(err, fs.ErrNotExist):
			w.warn("%s is left out: %v", filepath.Join(w.given, dir), bareCause(err))
		}
	}
	return stats
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
