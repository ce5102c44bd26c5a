package store

import (
	"fmt"
	"path/filepath"
)

// spareBytes is kept free for what is in flight when a load is stopped, and for everybody else.
const spareBytes = 32 << 20

// What rows take on disk, measured on streams of single tokens: the journal's bytes are freed once the run is finished,
// but both are there at once while it is being finished.
const (
	journalBytesPerChunk   = 13
	parquetBytesPerChunk   = 5
	bytesPerRequest        = 700
	finishedPerJournalByte = 0.6
)

// Space is how a run stands with its disk, in bytes.
type Space struct {
	Free int64 // what this user may still write below the warehouse
	Need int64 // what finishing the run takes, and a little to spare
}

// Short tells that a load has to stop now if all that it brought is to be kept.
func (s Space) Short() bool { return s.Free < s.Need }

// String says both, as in 12 MB free, 40 MB needed.
func (s Space) String() string {
	return fmt.Sprintf("%d MB free, %d MB needed", s.Free>>20, (s.Need+1<<20-1)>>20)
}

// Expect is the space for a load of so many requests and chunks that has not begun. known is false where the system
// does not tell.
func (w *Warehouse) Expect(requests, chunks int64) (s Space, known bool) {
	dir := w.dir
	if w.remote != nil {
		dir = w.remote.staging.dir
	}
	s.Free, known = freeBytes(dir)
	s.Need = spareBytes + requests*bytesPerRequest + chunks*(journalBytesPerChunk+parquetBytesPerChunk)
	return s, known
}

// Space is the space for finishing the run as far as it has come. It may be called beside Append.
func (w *Writer) Space() (s Space, known bool) {
	w.moving.Lock()
	file, dir := w.file, w.warehouse.dir
	w.moving.Unlock()
	s.Free, known = freeBytes(dir)
	written, _ := file.state()
	s.Need = spareBytes + int64(float64(written)*finishedPerJournalByte)
	return s, known
}

// existing is the path, or the directory above it that is there.
func existing(path string) string {
	for vanished(path) && filepath.Dir(path) != path {
		path = filepath.Dir(path)
	}
	return path
}
