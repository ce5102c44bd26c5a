package store

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/parquet-go/parquet-go"
)

// ReadRecords reads a run's rows back, in the order they were stored: that in which the requests ended. A request
// without a row in tokens.parquet has no chunks; odd lists are nil when empty. A record is the caller's to keep. An
// error ends the sequence. Files are compared with the checksums in run.json first, where there is one: a damaged
// file is ErrDamaged.
func ReadRecords(files Files) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		r, err := openRecords(files)
		defer r.close()
		for err == nil {
			var rec *Record
			if rec, err = r.next(); err == nil && !yield(rec, nil) {
				return
			}
		}
		if err != io.EOF {
			yield(nil, fmt.Errorf("read run files in %s: %w", files.Dir, err))
		}
	}
}

// recordReader joins the files of a run. They have their rows in the same order, so that it never looks back.
type recordReader struct {
	requests *tableReader[requestRow]
	tokens   *tableReader[tokenRow]
	texts    *tableReader[textRow]
}

func openRecords(files Files) (*recordReader, error) {
	r := &recordReader{}
	if err := verifyFiles(files); err != nil {
		return r, err
	}
	var errs [3]error
	r.requests, errs[0] = openTable[requestRow](files.Requests)
	r.tokens, errs[1] = openTable[tokenRow](files.Tokens)
	r.texts, errs[2] = openTable[textRow](files.Texts)
	return r, errors.Join(errs[:]...)
}

func (r *recordReader) close() {
	r.requests.close()
	r.tokens.close()
	r.texts.close()
}

func (r *recordReader) next() (*Record, error) {
	row, err := r.requests.peek()
	if err != nil {
		return nil, err
	}
	rec := row.record()
	r.requests.skip()
	token, err := r.tokens.peek()
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err == nil && token.RequestID == rec.RequestID && token.Attempt == rec.Attempt {
		rec.Chunks = token.chunks()
		r.tokens.skip()
	}
	text, err := r.texts.peek()
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err == nil && text.RequestID == rec.RequestID && text.Attempt == rec.Attempt {
		rec.OutputText = String(text.OutputText)
		r.texts.skip()
	}
	return rec, nil
}

// tableReader reads the rows of one file, a portion at a time. Columns an older file lacks are NULL.
type tableReader[T any] struct {
	path   string
	file   *os.File
	rows   *parquet.GenericReader[T]
	buffer []T
	unread []T
	err    error
}

// openTable opens the file at path; the reader of "" has no rows.
func openTable[T any](path string) (t *tableReader[T], err error) {
	defer damagedOnPanic(path, &err)
	if path == "" {
		return &tableReader[T]{err: io.EOF}, nil
	}
	file, opened, err := openParquetFile(path)
	if err != nil {
		return nil, err
	}
	return &tableReader[T]{path: path, file: file, rows: parquet.NewGenericReader[T](opened), buffer: make([]T, portionRows)}, nil
}

// openParquetFile reads the footer of the file at path. What is no Parquet is ErrDamaged.
func openParquetFile(path string) (file *os.File, opened *parquet.File, err error) {
	if file, err = os.Open(path); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	defer damagedOnPanic(path, &err)
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	opened, err = parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		err = fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return file, opened, err
}

// damagedOnPanic is for deferring: the library trusts what it reads.
func damagedOnPanic(path string, err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%s: %w: %v", path, ErrDamaged, cause)
	}
}

// peek gives the next row, good until skip; io.EOF behind the last.
func (t *tableReader[T]) peek() (*T, error) {
	if len(t.unread) == 0 && t.err == nil {
		t.fill()
	}
	if len(t.unread) == 0 {
		return nil, t.err
	}
	return &t.unread[0], nil
}

func (t *tableReader[T]) skip() { t.unread = t.unread[1:] }

// fill reads into fresh rows: the library reuses the lists of old ones, and those belong to the caller now.
func (t *tableReader[T]) fill() {
	clear(t.buffer)
	n, err := t.read()
	t.unread = t.buffer[:n]
	switch {
	case err == io.EOF:
		t.err = io.EOF
	case errors.Is(err, ErrDamaged):
		t.err = err
	case err != nil:
		t.err = fmt.Errorf("%s: %w: %w", t.path, ErrDamaged, err)
	case n == 0:
		t.err = fmt.Errorf("%s: %w: it ends too early", t.path, ErrDamaged)
	}
}

func (t *tableReader[T]) read() (n int, err error) {
	defer damagedOnPanic(t.path, &err)
	return t.rows.Read(t.buffer)
}

func (t *tableReader[T]) close() {
	if t != nil && t.file != nil {
		t.rows.Close()
		t.file.Close()
	}
}
