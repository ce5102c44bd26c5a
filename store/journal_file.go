package store

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// journalSync is how often a journal is made to survive a power cut.
const journalSync = time.Second

// journalFile is a journal on disk, written at its end and synced once a second by a goroutine of its own: an fsync
// may take as long as a disk likes, and nobody who appends waits for it.
type journalFile struct {
	file  *os.File
	ended chan struct{}
	idle  chan struct{}

	mu          sync.Mutex // guards what follows
	written     int64      // bytes of whole frames
	synced      int64
	longestSync time.Duration
	err         error // of the last sync, for the next append to tell
}

func createJournalFile(path string) (*journalFile, error) {
	// It is read as well when the journal is rescued.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	j := &journalFile{file: file, ended: make(chan struct{}), idle: make(chan struct{})}
	go j.keepSynced()
	return j, nil
}

func (j *journalFile) keepSynced() {
	defer close(j.idle)
	ticks := time.NewTicker(journalSync)
	defer ticks.Stop()
	for {
		select {
		case <-j.ended:
			return
		case <-ticks.C:
			j.sync()
		}
	}
}

// state gives the bytes written and the longest sync.
func (j *journalFile) state() (written int64, longestSync time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.written, j.longestSync
}

// append writes frames by one write, all of them or none: what a full disk took of them is cut off again, so that the
// stream stays whole.
func (j *journalFile) append(frames []byte) error {
	j.mu.Lock()
	written, err := j.written, j.err
	j.err = nil
	j.mu.Unlock()
	if err != nil {
		return err
	}
	if len(frames) == 0 {
		return nil
	}
	if _, err := j.file.WriteAt(frames, written); err != nil {
		return errors.Join(err, j.file.Truncate(written))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.written += int64(len(frames))
	return nil
}

// sync makes what was appended survive a power cut. It may be called while another appends.
func (j *journalFile) sync() error {
	j.mu.Lock()
	written, done := j.written, j.synced == j.written
	j.mu.Unlock()
	if done {
		return nil
	}
	begin := time.Now()
	err := j.file.Sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.longestSync = max(j.longestSync, time.Since(begin))
	if j.err = err; err == nil {
		j.synced = written
	}
	return err
}

// reader reads what was written, whatever became of the file's name.
func (j *journalFile) reader() io.Reader {
	written, _ := j.state()
	return io.NewSectionReader(j.file, 0, written)
}

// close ends the syncing.
func (j *journalFile) close() error {
	close(j.ended)
	<-j.idle
	return j.file.Close()
}
