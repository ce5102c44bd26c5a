package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/valyala/fastjson"
)

// Tables reads files of rows that this package has no parser for: Parquet, and JSON in several files or compressed. It is
// handed in, for this package knows nothing of the engine behind it. Its errors are one line and name the file.
type Tables interface {
	// Look gives the names of the columns, none for JSON, and the number of rows.
	Look(format string, files []string) (columns []string, rows int64, err error)
	// Write writes rows as lines of JSON into the file at path: objects of the columns, blobs in base64; of JSON,
	// {"json": row}. Keep is a file with the numbers of the rows to write, from 0 and one a line; "" writes all.
	Write(format string, files, columns []string, keep, path string) error
}

// Formats of files.
const (
	formatJSON    = "json" // lines, or one array
	formatParquet = "parquet"
	formatCSV     = "csv"
	formatTSV     = "tsv"
)

// source is the files whose rows make up a dataset.
type source struct {
	// path is what the user named, files what is read.
	path   string
	files  []string
	format string
	// columns are those the dataset looks at; nil takes all. Those that a file does not have are left out.
	columns []string
}

// fileSource is one file, whose name tells its format; what is not known is JSON.
func fileSource(path string) source {
	return source{path: path, files: []string{path}, format: formatOf(path)}
}

// jsonSource is one file of JSON whatever its name.
func jsonSource(path string) source {
	return source{path: path, files: []string{path}, format: formatJSON}
}

func formatOf(path string) string {
	name := strings.ToLower(path)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".parquet":
		return formatParquet
	case ".csv":
		return formatCSV
	case ".tsv":
		return formatTSV
	}
	return formatJSON
}

func packed(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".gz" || ext == ".zst"
}

// check looks at a row; use is false for one that does not belong to the dataset.
type check func(row *fastjson.Value) (use bool, err error)

// open reads the source once; at most is how many rows will do, 0 all of them. Errors name the path and the place.
func (s source) open(c Config, atMost int, look check) (*rowFile, error) {
	if s.format == formatJSON && len(s.files) == 1 && !packed(s.files[0]) {
		return openRows(s.files[0], look)
	}
	rows, err := s.spooled(c, atMost, look)
	if err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", s.path, err)
	}
	return rows, nil
}

// spooled goes through a file of JSON lines that only this process sees: every format is then read at a place alike, and no
// more of it is held in memory.
func (s source) spooled(c Config, atMost int, look check) (*rowFile, error) {
	spool := s.spoolTables
	if s.format == formatCSV || s.format == formatTSV {
		spool = s.spoolCSV
	}
	file, kept, err := spool(c, atMost)
	if err != nil {
		return nil, err
	}
	rows := &rowFile{file: file, unit: "row", wrapped: s.format == formatJSON}
	if err = rows.readSpool(kept, look); err == nil {
		rows.sha256, err = hashFiles(s.files)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return rows, nil
}

// spoolTables has the tables' reader write the rows; kept are their numbers where they are not all.
func (s source) spoolTables(c Config, atMost int) (file *os.File, kept []uint32, err error) {
	tables := c.Files.Tables
	if tables == nil {
		return nil, nil, fmt.Errorf("%s files cannot be read here", s.format)
	}
	columns, n, err := tables.Look(s.format, s.files)
	switch {
	case err != nil:
		return nil, nil, err
	case n == 0:
		return nil, nil, errors.New("it has no rows")
	case n > 1<<32-1:
		return nil, nil, fmt.Errorf("%d rows are more than can be drawn from", n)
	}
	dir, err := os.MkdirTemp("", "llmbench-dataset-*")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir) // a file that is open stays readable
	path, keep := filepath.Join(dir, "rows.jsonl"), ""
	if atMost > 0 && n > int64(atMost) {
		kept, keep = c.draw(int(n), atMost), filepath.Join(dir, "kept")
		if err := writeNumbers(keep, kept); err != nil {
			return nil, nil, err
		}
	}
	if err := tables.Write(s.format, s.files, s.wanted(columns), keep, path); err != nil {
		return nil, nil, err
	}
	file, err = os.Open(path)
	return file, kept, err
}

// wanted are the columns looked at, as far as the files have them; all when the first of them, the prompt, is not there, for the
// error to name.
func (s source) wanted(has []string) []string {
	if len(s.columns) == 0 || !slices.Contains(has, s.columns[0]) {
		return has
	}
	return slices.DeleteFunc(slices.Clone(has), func(name string) bool { return !slices.Contains(s.columns, name) })
}

// draw chooses k of n rows, in ascending order: the first ones where the order of the file is kept. (Floyd's algorithm.)
func (c Config) draw(n, k int) []uint32 {
	kept := make([]uint32, 0, k)
	if c.Files.DisableShuffle {
		for i := range k {
			kept = append(kept, uint32(i))
		}
		return kept
	}
	rng := generator(c.Seed, -3)
	in := make(map[uint32]bool, k)
	for j := n - k; j < n; j++ {
		pick := uint32(rng.IntN(j + 1))
		if in[pick] {
			pick = uint32(j)
		}
		in[pick] = true
		kept = append(kept, pick)
	}
	slices.Sort(kept)
	return kept
}

func writeNumbers(path string, numbers []uint32) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	for _, n := range numbers {
		fmt.Fprintln(out, n)
	}
	return errors.Join(out.Flush(), file.Close())
}

// readSpool takes in the places of the rows, and looks at each. Kept are the numbers that they have in the files.
func (r *rowFile) readSpool(kept []uint32, look check) error {
	var parser fastjson.Parser
	all := io.NewSectionReader(r.file, 0, math.MaxInt64)
	return eachLine(bufio.NewReaderSize(all, 1<<20), 0, func(at int64, row []byte, number int) error {
		if kept != nil {
			number = int(kept[number-1]) + 1
		}
		v, err := parser.ParseBytes(row)
		if err != nil {
			return rowError(r.unit, number, err)
		}
		use, err := look(r.unwrap(v))
		if err != nil {
			return rowError(r.unit, number, err)
		}
		if use {
			r.at, r.size = append(r.at, at), append(r.size, int32(len(row)))
		}
		return nil
	})
}

// hashFiles is one hash over the bytes of all files.
func hashFiles(files []string) (string, error) {
	hash := sha256.New()
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(hash, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
