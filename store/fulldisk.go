package store

import (
	"errors"
	"os"
	"syscall"
)

// settle writes what is in memory still: rows first, for samples must not take their room. It tries twice, because the first
// may tell of a sync long past, and goes to the refuge when the disk is full.
func (w *Writer) settle() error {
	err := w.writeAll()
	if err != nil {
		err = w.writeAll()
	}
	if noRoom(err) && w.Refuge() == "" && w.roomInRefuge() {
		return w.leaveFullDisk(err)
	}
	return err
}

func (w *Writer) writeAll() error {
	if w.ended {
		return w.Sync()
	}
	if err := w.flush(); err != nil {
		return err
	}
	return errors.Join(w.AppendSamples(Samples{}), w.Sync())
}

// noRoom tells errors of a full disk from others, such as those of a broken one.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// roomInRefuge tells whether the journal and what is made of it fit there: a temporary directory may be memory, and is
// often everybody's.
func (w *Writer) roomInRefuge() bool {
	free, known := freeBytes(os.TempDir())
	written, _ := w.file.state()
	journal := float64(written) + float64(w.encoder.frame.Len())
	return known && free >= spareBytes+int64(journal*(1+finishedPerJournalByte))
}

// leaveFullDisk takes all the rows to the refuge, or gives the cause again where there is none. The old journal goes once they are safe there: recovered, it would be a
// second run of the same id that lacks some.
func (w *Writer) leaveFullDisk(cause error) error {
	refuge, old := w.refuge(), w.dir
	why := "the disk of the journal of run " + w.run.RunID + " is full"
	if err := w.goOnIn(newWarehouse(refuge, refuge, w.warehouse.opts), w.run, why); err != nil {
		return cause
	}
	if err := w.writeAll(); err != nil {
		return err
	}
	_ = removeJournal(old) // else the next command recovers what it holds: less than all, and nothing false
	return nil
}
