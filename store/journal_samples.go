package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
)

// Samples have journals of their own, one a table, which begin with their first row. They have the form of the journal
// of the requests and the same columns as their Parquet files, but run_id.
const (
	devicesJournal       = "devices.arrows"
	serverMetricsJournal = "server_metrics.arrows"
	hostsJournal         = "hosts.arrows"
)

// sampleJournal is the journal of one table of samples. Without a row there is no file.
type sampleJournal[R sampleRow] struct {
	name    string
	file    *journalFile
	encoder *journalEncoder[R]
}

func (j *sampleJournal[R]) append(dir string, rows []*R) error {
	if len(rows) == 0 && j.encoder == nil {
		return nil
	}
	if j.encoder == nil {
		j.encoder = newEncoder(sampleColumns[R](), func(rows []*R) int { return min(len(rows), maxBatchRows) })
	}
	if err := j.encoder.add(rows); err != nil {
		return err
	}
	if j.file == nil {
		file, err := createJournalFile(filepath.Join(dir, j.name))
		if err != nil {
			return err
		}
		j.file = file
	}
	if err := j.file.append(j.encoder.frame.Bytes()); err != nil {
		return err
	}
	j.encoder.frame.Reset()
	return nil
}

// moveTo goes on in another directory.
func (j *sampleJournal[R]) moveTo(dir string) error {
	if j.file == nil {
		return nil
	}
	file, err := createJournalFile(filepath.Join(dir, j.name))
	if err != nil {
		return err
	}
	if err := file.copyFrom(j.file.reader()); err != nil {
		return errors.Join(err, file.close())
	}
	j.file.close()
	j.file = file
	return nil
}

func (j *sampleJournal[R]) sync() error {
	if j.file == nil {
		return nil
	}
	return j.file.sync()
}

func (j *sampleJournal[R]) close() {
	if j.file != nil {
		j.file.close()
		j.file = nil
	}
}

// sampleJournals are those of a writer. They may be appended to from beside the goroutine that the writer belongs to.
type sampleJournals struct {
	mu      sync.Mutex
	dir     string
	ended   bool
	devices sampleJournal[DeviceSample]
	metrics sampleJournal[MetricSample]
	hosts   sampleJournal[HostSample]
}

func newSampleJournals(dir string) *sampleJournals {
	return &sampleJournals{dir: dir, devices: sampleJournal[DeviceSample]{name: devicesJournal},
		metrics: sampleJournal[MetricSample]{name: serverMetricsJournal}, hosts: sampleJournal[HostSample]{name: hostsJournal}}
}

// append writes what it was given and what could not be written before.
func (s *sampleJournals) append(samples Samples) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return fs.ErrClosed
	}
	return errors.Join(s.devices.append(s.dir, samples.Devices), s.metrics.append(s.dir, samples.Metrics), s.hosts.append(s.dir, samples.Hosts))
}

func (s *sampleJournals) sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.devices.sync(), s.metrics.sync(), s.hosts.sync())
}

func (s *sampleJournals) moveTo(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir = dir
	return errors.Join(s.devices.moveTo(dir), s.metrics.moveTo(dir), s.hosts.moveTo(dir))
}

func (s *sampleJournals) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.devices.close()
	s.metrics.close()
	s.hosts.close()
}

// AppendSamples adds rows of the tables beside the requests; their run ids are filled in when the run is stored. It may be
// called from any goroutine. After an error the rows are kept in memory and written by the next call.
func (w *Writer) AppendSamples(samples Samples) error {
	if err := w.samples.append(samples); err != nil {
		return w.failed("append samples to", err)
	}
	return nil
}
