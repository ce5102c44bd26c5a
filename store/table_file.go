package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"
)

// tableFile writes one Parquet file under a temporary name, until publish gives it its own.
type tableFile[T any] struct {
	path, tmp string
	file      *os.File
	sum       hash.Hash
	bytes     int64
	rows      int64
	parquet   *parquet.GenericWriter[T]

	// A row group is buffered in memory: it ends at so many rows, or so much weight, whatever a weight is.
	maxRows, maxWeight int64
	groupRows, weight  int64
}

func createTable[T any](dir, name, toolVersion string, maxRows, maxWeight int64) (*tableFile[T], error) {
	t := &tableFile[T]{path: filepath.Join(dir, name), sum: sha256.New(), maxRows: maxRows, maxWeight: maxWeight}
	t.tmp = temporaryName(t.path)
	config, err := parquet.NewWriterConfig(parquetOptions(toolVersion)...)
	if err != nil {
		return nil, err
	}
	if t.file, err = os.OpenFile(t.tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666); err != nil {
		return nil, err
	}
	t.parquet = parquet.NewGenericWriter[T](writerFunc(t.writeBytes), config)
	return t, nil
}

// writerFunc is an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (t *tableFile[T]) writeBytes(p []byte) (int, error) {
	n, err := t.file.Write(p)
	t.sum.Write(p[:n])
	t.bytes += int64(n)
	return n, err
}

// write appends rows, which together have the given weight.
func (t *tableFile[T]) write(rows []T, weight int64) error {
	if len(rows) == 0 {
		return nil
	}
	if t.groupRows > 0 && (t.groupRows+int64(len(rows)) > t.maxRows || t.weight+weight > t.maxWeight) {
		if err := t.parquet.Flush(); err != nil {
			return err
		}
		t.groupRows, t.weight = 0, 0
	}
	n, err := t.parquet.Write(rows)
	t.rows += int64(n)
	t.groupRows += int64(n)
	t.weight += weight
	return err
}

// finish writes the footer and syncs; the file is whole then, under its temporary name.
func (t *tableFile[T]) finish() (fileState, error) {
	err := t.parquet.Close()
	if err == nil {
		err = t.file.Sync()
	}
	err = errors.Join(err, t.file.Close())
	return fileState{Bytes: t.bytes, Rows: t.rows, SHA256: hex.EncodeToString(t.sum.Sum(nil))}, err
}

// publish gives the file its name.
func (t *tableFile[T]) publish() error { return os.Rename(t.tmp, t.path) }

// discard removes what was written unless it was published. It may follow anything.
func (t *tableFile[T]) discard() {
	t.file.Close()
	os.Remove(t.tmp)
}
