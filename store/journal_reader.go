package store

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// journalReader reads a journal back, whole batches only, in the order they were appended.
type journalReader[R any] struct {
	known   []journalColumn[R]
	from    io.Reader
	size    int64
	frames  *frameReader
	stream  *ipc.Reader
	columns []journalColumn[R] // in the stream's order
	records []R

	bad      int64 // batches that could not be decoded
	badBytes bool  // reading ended at bytes that are no message, not at the end of the file
}

// readJournal reads the journal in a file of the given size.
func readJournal[R any](known []journalColumn[R], from io.Reader, size int64) *journalReader[R] {
	return &journalReader[R]{known: known, from: from, size: size, frames: &frameReader{from: from, left: size}}
}

// openJournal reads the journal at path; the file is the caller's to close.
func openJournal[R any](known []journalColumn[R], path string) (*journalReader[R], *os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return readJournal(known, file, info.Size()), file, nil
}

// damaged tells a journal that holds wrong bytes from one that was only cut short, as by a crash.
func (r *journalReader[R]) damaged() bool { return r.badBytes || r.bad+r.frames.bad > 0 }

// next gives the rows of one batch, or io.EOF at the end, be it whole or torn. The records and all they hold are
// good until the next call. Any other error says that the journal cannot be read now: nothing of it must be
// thrown away.
func (r *journalReader[R]) next() ([]R, error) {
	for {
		batch, err := r.nextBatch()
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, io.EOF
		case errors.Is(err, errBadFrame):
			r.badBytes = true
			return nil, io.EOF
		default:
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if r.decode(batch) {
			return r.records, nil
		}
		r.bad++
	}
}

func (r *journalReader[R]) nextBatch() (arrow.RecordBatch, error) {
	if r.stream == nil {
		if err := r.start(); err != nil {
			return nil, err
		}
	}
	return r.stream.Read()
}

// start reads the schema. Columns an older llmbench did not have stay at their zero values; one this llmbench does
// not know would be lost.
func (r *journalReader[R]) start() error {
	stream, err := ipc.NewReaderFromMessageReader(r.frames)
	if err != nil {
		return err
	}
	for _, field := range stream.Schema().Fields() {
		column, err := r.knownColumn(field)
		if err != nil {
			return err
		}
		r.columns = append(r.columns, column)
	}
	r.stream = stream
	return nil
}

func (r *journalReader[R]) knownColumn(field arrow.Field) (journalColumn[R], error) {
	for _, c := range r.known {
		if c.name == field.Name && arrow.TypeEqual(c.datatype, field.Type) {
			return c, nil
		}
	}
	return journalColumn[R]{}, fmt.Errorf("%w: column %s %s", ErrNewer, field.Name, field.Type)
}

// decode reads a batch into r.records. Its bytes are as they were written; should they have been written wrong,
// Arrow reaches outside the batch and the recover makes it a bad one.
func (r *journalReader[R]) decode(batch arrow.RecordBatch) (whole bool) {
	defer func() {
		if recover() != nil {
			whole = false
		}
	}()
	rows := int(batch.NumRows())
	r.records = r.records[:0]
	for row := range rows {
		r.records = append(r.records, *new(R))
		for i := range r.columns {
			r.columns[i].get(batch.Column(i), row, &r.records[row])
		}
	}
	return true
}
