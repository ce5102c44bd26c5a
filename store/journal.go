package store

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// requestsJournal is the Arrow IPC stream of a run's finished requests.
const requestsJournal = "requests.arrows"

// Bounds of one Arrow batch, so that reading a journal back takes little memory however much was appended at once.
const (
	maxBatchRows   = 4096
	maxBatchChunks = 1 << 19
	maxBatchText   = 16 << 20
)

// journalEncoder turns rows into frames of one Arrow IPC stream, which gather in frame until they are written.
type journalEncoder[R any] struct {
	frame    bytes.Buffer
	stream   *ipc.Writer
	builder  *array.RecordBuilder
	columns  []journalColumn[R]
	batchLen func(rows []*R) int // how many of them go into one Arrow batch, at least one
}

func newJournalEncoder() *journalEncoder[Record] { return newEncoder(journalColumns, batchLen) }

func newEncoder[R any](columns []journalColumn[R], batchLen func([]*R) int) *journalEncoder[R] {
	schema := schemaOf(columns)
	e := &journalEncoder[R]{columns: columns, batchLen: batchLen, builder: array.NewRecordBuilder(&recycler{}, schema)}
	e.stream = ipc.NewWriterWithPayloadWriter(&frameWriter{&e.frame}, ipc.WithSchema(schema))
	return e
}

// add encodes the records behind what frame holds already.
func (e *journalEncoder[R]) add(records []*R) error {
	for len(records) > 0 {
		n := e.batchLen(records)
		if err := e.addBatch(records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

// batchLen bounds a batch of requests by their chunks and texts too.
func batchLen(records []*Record) int {
	chunks, text := 0, 0
	for i, r := range records[:min(len(records), maxBatchRows)] {
		chunks += len(r.TNS)
		text += len(r.OutputText.V) + len(r.Error.V)
		if i > 0 && (chunks > maxBatchChunks || text > maxBatchText) {
			return i
		}
	}
	return min(len(records), maxBatchRows)
}

func (e *journalEncoder[R]) addBatch(records []*R) error {
	e.reserve(records)
	for i := range e.columns {
		column, builder := &e.columns[i], e.builder.Field(i)
		for _, r := range records {
			column.put(builder, r)
		}
	}
	batch := e.builder.NewRecordBatch()
	defer batch.Release()
	return e.stream.Write(batch)
}

// reserve asks for the lists' memory at once: growing by doubling would copy each arrival twice over.
func (e *journalEncoder[R]) reserve(records []*R) {
	e.builder.Reserve(len(records))
	for i := range e.columns {
		length := e.columns[i].length
		if length == nil {
			continue
		}
		elements := 0
		for _, r := range records {
			elements += length(r)
		}
		e.builder.Field(i).(*array.ListBuilder).ValueBuilder().Reserve(elements)
	}
}
