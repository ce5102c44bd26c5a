package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// Merge stores the shards of one load, sent from several hosts at the same time, as one run of the given name. The
// earliest began_at is its origin, and every time of a shard is moved by how much later that began, so that it is as true
// as the hosts' clocks are equal. Requests are numbered anew in the order in which they were intended; sessions keep their
// shard's number before their id. What the shards do not agree on is NULL.
func (w *Warehouse) Merge(ctx context.Context, shards []Entry, name *string) (Entry, error) {
	m, err := planMerge(shards)
	if err != nil {
		return Entry{}, fmt.Errorf("merge %d runs: %w", len(shards), err)
	}
	run := m.run()
	run.Name, run.ToolVersion = name, w.opts.ToolVersion
	writer, err := w.Begin(ctx, run)
	if err != nil {
		return Entry{}, err
	}
	if err := errors.Join(m.write(ctx, writer), m.writeSamples(writer)); err != nil {
		return Entry{}, errors.Join(fmt.Errorf("merge %d runs: %w", len(shards), err), writer.discard())
	}
	run.RunID, run.Status = writer.RunID(), m.status()
	return writer.Finish(ctx, run)
}

// shard is one of the runs of a merge.
type shard struct {
	Entry
	shiftNS int64
	newID   map[int64]int64 // of requests
}

// merge is a plan: how the shards are moved and numbered, and what their requests tell together.
type merge struct {
	shards []*shard
	tally  runTally
	lagNS  []int64 // sent_ns - slot_ns
}

func planMerge(entries []Entry) (*merge, error) {
	if len(entries) < 2 {
		return nil, errors.New("name at least two")
	}
	m := &merge{}
	for _, e := range entries {
		if err := m.add(e); err != nil {
			return nil, fmt.Errorf("run %s: %w", e.Run.RunID, err)
		}
	}
	origin := slices.MinFunc(m.shards, func(a, b *shard) int { return a.Run.BeganAt.Compare(b.Run.BeganAt) }).Run.BeganAt
	var requests []mergedRequest
	for i, s := range m.shards {
		s.shiftNS = s.Run.BeganAt.Sub(origin).Nanoseconds()
		found, err := m.readRequests(i)
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", s.Run.RunID, err)
		}
		requests = append(requests, found...)
	}
	slices.SortStableFunc(requests, func(a, b mergedRequest) int { return cmp.Compare(a.intendedNS, b.intendedNS) })
	for id, r := range requests {
		m.shards[r.shard].newID[r.id] = int64(id)
	}
	return m, nil
}

// add takes a run that can be a shard beside those before it.
func (m *merge) add(e Entry) error {
	switch {
	case slices.ContainsFunc(m.shards, func(s *shard) bool { return s.Run.RunID == e.Run.RunID }):
		return errors.New("it is named twice")
	case e.Run.TimeBase != "process" && e.Run.TimeBase != "epoch":
		return fmt.Errorf("its times are %s: nothing ties them to the other runs'", e.Run.TimeBase)
	case e.Files.Requests == "" || e.Files.Tokens == "":
		return errors.New("its files are not whole")
	}
	for _, path := range e.Files.events() {
		if err := checkKnownColumns(path); err != nil {
			return err
		}
	}
	m.shards = append(m.shards, &shard{Entry: e, newID: make(map[int64]int64)})
	return nil
}

// Unlike tells in what the systems of runs differ, such as "tp 4 and 8": such runs are no shards of one load. What
// a run does not tell differs from nothing.
func Unlike(entries []Entry) []string {
	var differences []string
	for _, column := range []struct {
		name string
		of   func(Run) string
	}{
		{"model", func(r Run) string { return told(r.Model) }}, {"backend", func(r Run) string { return told(r.Backend) }},
		{"engine", func(r Run) string { return told(r.Engine) }}, {"dcu", func(r Run) string { return told(r.DCU) }},
		{"dcu_count", func(r Run) string { return told(r.DCUCount) }}, {"tp", func(r Run) string { return told(r.TP) }},
		{"pp", func(r Run) string { return told(r.PP) }}, {"dp", func(r Run) string { return told(r.DP) }},
		{"dtype", func(r Run) string { return told(r.DType) }},
	} {
		var values []string
		for _, e := range entries {
			if v := column.of(e.Run); v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if len(values) > 1 {
			differences = append(differences, column.name+" "+strings.Join(values, " and "))
		}
	}
	return differences
}

// told is a value as text; "" when it is not known.
func told[T any](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}

func text(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}

// checkKnownColumns refuses a file with columns that would be lost by writing its rows anew.
func checkKnownColumns(path string) error {
	if path == "" {
		return nil
	}
	file, opened, err := openParquetFile(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var known []*parquet.Schema
	for _, row := range []any{requestRow{}, tokenRow{}, textRow{}, DeviceSample{}, MetricSample{}, HostSample{}} {
		known = append(known, parquet.SchemaOf(row))
	}
	for _, column := range opened.Schema().Columns() {
		if !slices.ContainsFunc(known, func(s *parquet.Schema) bool { _, ok := s.Lookup(column...); return ok }) {
			return fmt.Errorf("%s: %w: column %s", path, ErrNewer, strings.Join(column, "."))
		}
	}
	return nil
}

// mergedRequest is where a request stands in the order of all.
type mergedRequest struct {
	intendedNS int64
	shard      int
	id         int64
}

// readRequests reads what a shard's requests tell without their chunks.
func (m *merge) readRequests(at int) (requests []mergedRequest, err error) {
	s := m.shards[at]
	rows, err := openTable[requestRow](s.Files.Requests)
	if err != nil {
		return nil, err
	}
	defer rows.close()
	for {
		row, err := rows.peek()
		if err == io.EOF {
			return requests, nil
		}
		if err != nil {
			return nil, err
		}
		r := row.record()
		rows.skip()
		s.move(r)
		m.tally.add(r)
		if r.Phase == PhaseMeasured && r.SentNS.Valid && r.SlotNS.Valid {
			m.lagNS = append(m.lagNS, r.SentNS.V-r.SlotNS.V)
		}
		if _, again := s.newID[r.RequestID]; !again {
			s.newID[r.RequestID] = 0
			requests = append(requests, mergedRequest{cmp.Or(r.IntendedNS.V, r.SentNS.V), at, r.RequestID})
		}
	}
}

// move shifts every time of a record to the merged run's origin. Chunks are told since sent_ns and move with it.
func (s *shard) move(r *Record) {
	for _, at := range []*NullInt{&r.IntendedNS, &r.SlotNS, &r.SentNS, &r.WroteNS, &r.FirstByteNS, &r.FirstTokenNS, &r.LastTokenNS, &r.DoneNS} {
		if at.Valid {
			at.V += s.shiftNS
		}
	}
}

// write appends the rows of all shards in the order in which the requests ended.
func (m *merge) write(ctx context.Context, to *Writer) error {
	heads := make([]*mergeHead, 0, len(m.shards))
	for i, s := range m.shards {
		next, stop := iter.Pull2(ReadRecords(s.Files))
		defer stop()
		heads = append(heads, &mergeHead{number: i, shard: s, next: next})
	}
	var batch []*Record
	for {
		first, err := earliest(heads)
		if err != nil {
			return err
		}
		if first != nil {
			batch = append(batch, first.record)
			first.record = nil
		}
		if len(batch) == portionRows || first == nil {
			if err := errors.Join(ctx.Err(), to.Append(batch)); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if first == nil {
			return nil
		}
	}
}

// mergeHead is the next record of a shard.
type mergeHead struct {
	number int
	shard  *shard
	next   func() (*Record, error, bool)
	record *Record
	ended  bool
}

// earliest gives the head whose record ended first, nil when all are at their end.
func earliest(heads []*mergeHead) (first *mergeHead, err error) {
	for _, h := range heads {
		if err := h.fill(); err != nil {
			return nil, err
		}
		if !h.ended && (first == nil || h.record.DoneNS.V < first.record.DoneNS.V) {
			first = h
		}
	}
	return first, nil
}

func (h *mergeHead) fill() error {
	if h.record != nil || h.ended {
		return nil
	}
	r, err, more := h.next()
	switch {
	case !more:
		h.ended = true
		return nil
	case err != nil:
		return err
	}
	h.shard.move(r)
	r.RequestID = h.shard.newID[r.RequestID]
	if r.SessionID.Valid {
		r.SessionID.V = fmt.Sprintf("%d.%s", h.number, r.SessionID.V)
	}
	h.record = r
	return nil
}

// discard gives a run up that is not to be recovered.
func (w *Writer) discard() error {
	w.end()
	return removeJournal(w.dir)
}
