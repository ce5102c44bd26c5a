package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// sampleGroupRows ends a row group of samples.
const sampleGroupRows = 100_000

// eventFile is a Parquet file in the making.
type eventFile interface {
	finish() (fileState, error)
	publish() error
	discard()
}

// sampleTable makes the Parquet file of one table of samples from its journal in from; nil where there is none.
type sampleTable func(ctx context.Context, e *eventFiles, from string) (file eventFile, damaged bool, err error)

// sampleTables lists the tables by their files.
var sampleTables = []struct {
	file string
	make sampleTable
}{
	{devicesFile, sampleTableOf[DeviceSample](devicesFile, devicesJournal)},
	{serverMetricsFile, sampleTableOf[MetricSample](serverMetricsFile, serverMetricsJournal)},
	{hostsFile, sampleTableOf[HostSample](hostsFile, hostsJournal)},
}

func sampleTableOf[R sampleRow](name, journalName string) sampleTable {
	return func(ctx context.Context, e *eventFiles, from string) (eventFile, bool, error) {
		journal, file, err := openJournal(sampleColumns[R](), filepath.Join(from, journalName))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		defer file.Close()
		table, err := createTable[R](e.dir, name, e.toolVersion, sampleGroupRows, sampleGroupRows)
		if err != nil {
			return nil, false, err
		}
		if err := copySamples(ctx, journal, table, e.runID); err != nil {
			table.discard()
			return nil, false, err
		}
		return table, journal.damaged(), nil
	}
}

// copySamples makes the files of samples from their journals in dir.
func (e *eventFiles) copySamples(ctx context.Context, dir string) (damaged bool, err error) {
	e.samples = make(map[string]eventFile)
	for _, t := range sampleTables {
		file, bad, err := t.make(ctx, e, dir)
		if err != nil {
			return false, err
		}
		if file != nil {
			e.samples[t.file] = file
		}
		damaged = damaged || bad
	}
	return damaged, nil
}

func copySamples[R sampleRow](ctx context.Context, from *journalReader[R], to *tableFile[R], runID string) error {
	for {
		rows, err := from.next()
		if err == io.EOF {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("samples: %w", err)
		}
		for i := range rows {
			putInRun(&rows[i], runID, 0)
		}
		if err := errors.Join(ctx.Err(), to.write(rows, 0)); err != nil {
			return err
		}
	}
}

// ReadSamples reads back what was sampled beside a run. Files that are "" have no rows.
func ReadSamples(files Files) (Samples, error) {
	var s Samples
	var errs [3]error
	s.Devices, errs[0] = readSamples[DeviceSample](files.Devices)
	s.Metrics, errs[1] = readSamples[MetricSample](files.ServerMetrics)
	s.Hosts, errs[2] = readSamples[HostSample](files.Hosts)
	return s, errors.Join(errs[:]...)
}

func readSamples[R sampleRow](path string) (all []*R, err error) {
	rows, err := openTable[R](path)
	if err != nil {
		return nil, err
	}
	defer rows.close()
	for {
		row, err := rows.peek()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		kept := *row
		all = append(all, &kept)
		rows.skip()
	}
}
