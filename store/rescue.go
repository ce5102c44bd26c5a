package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// rescue goes on in a new journal with all the rows. The old one is gone, with the warehouse perhaps, or another
// process held this one for dead, as after a minute of suspension, and recovered it. As long as the file is open it can
// be read, whatever became of its name. Where the warehouse cannot be made again the run goes to one in the system's
// temporary directory.
func (w *Writer) rescue() error {
	refuge := w.refuge()
	err := w.moveTo(w.warehouse)
	if err != nil && w.warehouse.dir != refuge && w.moveTo(newWarehouse(refuge, refuge, w.warehouse.opts)) == nil {
		return nil
	}
	if err != nil {
		return w.failed("rescue", err)
	}
	return nil
}

func (w *Writer) refuge() string {
	return filepath.Join(os.TempDir(), "llmbench-rescued-"+w.run.RunID)
}

// Refuge is the warehouse in the system's temporary directory that the run went to because its own could not be written,
// "" when it did not.
func (w *Writer) Refuge() string {
	if w.warehouse.dir != w.refuge() {
		return ""
	}
	return w.warehouse.dir
}

// moveTo copies the journal into a warehouse and lets the writer go on there.
func (w *Writer) moveTo(to *Warehouse) error {
	run, why := w.run, "the journal of run "+w.run.RunID+" is gone"
	if w.recoveredElsewhere() {
		run.RunID = ""
		why = "another process held this one for dead and recovered run " + w.run.RunID + " as far as it was"
	}
	return w.goOnIn(to, run, why)
}

func (w *Writer) goOnIn(to *Warehouse, run Run, why string) error {
	next, err := to.Begin(context.Background(), run)
	if err != nil {
		return err
	}
	// The samples may be appended to beside this; what was copied is what was written, and they go on there.
	if err := errors.Join(next.file.copyFrom(w.file.reader()), w.samples.moveTo(next.dir)); err != nil {
		next.end()
		return errors.Join(err, removeJournal(next.dir))
	}
	to.warn("%s; all of its rows go on as run %s in %s", why, next.run.RunID, to.given)
	w.held.release()
	w.file.close()
	w.moving.Lock()
	defer w.moving.Unlock()
	w.warehouse, w.run, w.dir, w.held, w.file = to, next.run, next.dir, next.held, next.file
	return nil
}

// recoveredElsewhere tells whether the id belongs to somebody else now.
func (w *Writer) recoveredElsewhere() bool {
	if w.held.state() == leaseTaken {
		return true
	}
	_, err := w.warehouse.find(context.Background(), w.run.RunID)
	return err == nil
}

// copyFrom fills an empty journal.
func (j *journalFile) copyFrom(from io.Reader) error {
	n, err := io.Copy(io.NewOffsetWriter(j.file, 0), from)
	if err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.written = n
	return nil
}
