package store

import (
	"fmt"
	"path/filepath"
	"strings"
)

// catalogueRow is one row of runs.parquet.
type catalogueRow struct {
	Run
	Summary   *Summary      `parquet:"summary,optional"`
	Catalogue catalogueKeys `parquet:"catalogue"`
}

// catalogueKeys says where a run is, and which run.json the row was made from.
type catalogueKeys struct {
	Dir            string `parquet:"dir"` // relative to the warehouse, with slashes
	RunJSONMTimeNS int64  `parquet:"run_json_mtime_ns"`
	RunJSONBytes   int64  `parquet:"run_json_bytes"`
	Definitions    int64  `parquet:"definitions"`
	eventSizes
}

// namingColumns are read when extent is namesOnly, with the group catalogue.
var namingColumns = map[string]bool{"run_id": true, "name": true, "began_at": true, "catalogue": true}

func (k *catalogueKeys) matches(s runStat) bool {
	return k.RunJSONMTimeNS == s.mtimeNS && k.RunJSONBytes == s.bytes
}

// rowOf is the row of the run whose run.json is f, in the directory of stat.
func rowOf(f *runFile, stat runStat) *catalogueRow {
	row := &catalogueRow{Run: f.Run, Catalogue: catalogueKeys{
		Dir: stat.dir, RunJSONMTimeNS: stat.mtimeNS, RunJSONBytes: stat.bytes, eventSizes: f.sizes(),
	}}
	row.setSummary(f.Summary, f.Definitions)
	return row
}

// readRow reads the run.json in the directory of stat.
func readRow(root string, stat runStat) (*catalogueRow, error) {
	f, err := readRunFile(filepath.Join(root, filepath.FromSlash(stat.dir), runJSONFile))
	if err != nil {
		return nil, err
	}
	name := stat.dir[strings.LastIndexByte(stat.dir, '/')+1:]
	if want := runIDPartition + escapePartition(f.Run.RunID); name != want {
		return nil, fmt.Errorf("%w: it is of run %s", ErrDamaged, f.Run.RunID)
	}
	return rowOf(f, stat), nil
}

// setSummary keeps a summary only when it means what today's definitions say.
func (r *catalogueRow) setSummary(summary *Summary, definitions int) {
	r.Summary, r.Catalogue.Definitions = summary, int64(definitions)
	if definitions != DefinitionsVersion {
		r.Summary = nil
	}
}

func (r *catalogueRow) entry(root string) Entry {
	keys := &r.Catalogue
	dir := root + string(filepath.Separator) + filepath.FromSlash(keys.Dir)
	files := Files{Dir: dir, RunJSON: dir + string(filepath.Separator) + runJSONFile}
	files.locate(&keys.eventSizes)
	return Entry{
		Run:         r.Run,
		Summary:     r.Summary,
		Files:       files,
		Definitions: int(keys.Definitions),
		dir:         keys.Dir,
		sizes:       keys.eventSizes,
	}
}
