package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// journalOf encodes the batches, and tells where each ends.
func journalOf(t testing.TB, batches ...[]*Record) (data []byte, ends []int) {
	t.Helper()
	e := newJournalEncoder()
	for _, batch := range batches {
		if err := e.add(batch); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, e.frame.Len())
	}
	return e.frame.Bytes(), ends
}

// readBytes reads a journal that holds data.
func readBytes(data []byte) (records []Record, reader *journalReader[Record], err error) {
	reader = readJournal(journalColumns, bytes.NewReader(data), int64(len(data)))
	for {
		batch, err := reader.next()
		if err == io.EOF {
			return records, reader, nil
		}
		if err != nil {
			return records, reader, err
		}
		for _, r := range batch {
			records = append(records, r.clone())
		}
	}
}

// clone copies a record out of its batch.
func (r Record) clone() Record {
	r.TNS, r.NTokens, r.OddChunk, r.OddKind = slices.Clone(r.TNS), slices.Clone(r.NTokens), slices.Clone(r.OddChunk), slices.Clone(r.OddKind)
	for _, text := range []*string{&r.Phase, &r.Status} {
		*text = strings.Clone(*text)
	}
	for _, text := range []*NullString{
		&r.SessionID, &r.Error, &r.PromptTokensSource, &r.OutputTokensSource, &r.FinishReason, &r.ServerRequestID, &r.OutputText,
	} {
		text.V = strings.Clone(text.V)
	}
	return r
}

func TestJournalRoundTrip(t *testing.T) {
	t.Parallel()
	want := append(newDice(1).records(200),
		&Record{}, &Record{Chunks: Chunks{TNS: []int64{}, NTokens: []int32{}, OddChunk: []int32{}, OddKind: []Kind{}}})
	data, _ := journalOf(t, want[:1], want[1:1], want[1:150], want[150:])
	got, reader, err := readBytes(data)
	if err != nil || len(got) != len(want) || reader.torn() != 0 || reader.damaged() {
		t.Fatalf("read %d records of %d, %d bytes torn, damaged %v, error %v", len(got), len(want), reader.torn(), reader.damaged(), err)
	}
	for i := range want {
		if !reflect.DeepEqual(&got[i], want[i]) {
			t.Errorf("record %d\n got %+v\nwant %+v", i, got[i], *want[i])
		}
	}
}

// TestJournalIsArrow reads a journal by Arrow's own reader, which knows nothing of checksums.
func TestJournalIsArrow(t *testing.T) {
	t.Parallel()
	d := newDice(6)
	data, _ := journalOf(t, d.records(7), d.records(5))
	reader, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	rows := int64(0)
	for reader.Next() {
		rows += reader.RecordBatch().NumRows()
	}
	if reader.Err() != nil || rows != 12 || !reader.Schema().Equal(schemaOf(journalColumns)) {
		t.Errorf("read %d rows of %v, error %v", rows, reader.Schema(), reader.Err())
	}
}

// TestJournalBatches bounds what one Arrow batch holds, however much is appended at once.
func TestJournalBatches(t *testing.T) {
	t.Parallel()
	long := make([]int64, maxBatchChunks/2)
	text := String(string(make([]byte, maxBatchText/2)))
	tests := []struct {
		name    string
		records []*Record
		want    []int
	}{
		{"none", nil, nil},
		{"one too long", []*Record{{Chunks: Chunks{TNS: make([]int64, maxBatchChunks+1)}}}, []int{1}},
		{"chunks", []*Record{{Chunks: Chunks{TNS: long}}, {Chunks: Chunks{TNS: long}}, {Chunks: Chunks{TNS: long}}}, []int{2, 1}},
		{"text", []*Record{{OutputText: text}, {OutputText: text}, {OutputText: text}}, []int{2, 1}},
		{"rows", func() []*Record {
			records := make([]*Record, maxBatchRows+1)
			for i := range records {
				records[i] = &Record{}
			}
			return records
		}(), []int{maxBatchRows, 1}},
	}
	for _, test := range tests {
		var got []int
		for records := test.records; len(records) > 0; records = records[batchLen(records):] {
			got = append(got, batchLen(records))
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got batches of %v, want %v", test.name, got, test.want)
		}
	}
}

// TestJournalCut cuts a journal at every seventh byte: every whole batch is there, nothing else is, and a cut is no damage.
func TestJournalCut(t *testing.T) {
	t.Parallel()
	d := newDice(2)
	batches := [][]*Record{d.records(1), d.records(3), d.records(2)}
	data, ends := journalOf(t, batches...)
	for cut := 0; cut < len(data); cut += 7 {
		var want []*Record
		for i, end := range ends {
			if end <= cut {
				want = append(want, batches[i]...)
			}
		}
		got, reader, err := readBytes(data[:cut])
		if err != nil || reader.damaged() || len(got) != len(want) {
			t.Fatalf("cut at %d of %d: %d records, want %d; damaged %v, error %v", cut, len(data), len(got), len(want), reader.damaged(), err)
		}
		for i := range want {
			if !reflect.DeepEqual(&got[i], want[i]) {
				t.Fatalf("cut at %d: record %d differs", cut, i)
			}
		}
	}
}

// TestJournalDamage exchanges bytes, and writes blocks of zeros as a power cut leaves them: what is read is exactly
// what was written, and what is missing is said.
func TestJournalDamage(t *testing.T) {
	t.Parallel()
	want := newDice(3).records(12)
	data, _ := journalOf(t, want[:4], want[4:8], want[8:])
	check := func(what string, broken []byte) {
		t.Helper()
		got, reader, err := readBytes(broken)
		if err != nil && !errors.Is(err, ErrNewer) {
			t.Fatalf("%s: %v", what, err)
		}
		for _, r := range got {
			if r.RequestID < 0 || r.RequestID >= int64(len(want)) || !reflect.DeepEqual(&r, want[r.RequestID]) {
				t.Fatalf("%s: a record came out that was never written: %+v", what, r)
			}
		}
		if len(got) < len(want) && err == nil && !reader.damaged() && reader.torn() == 0 {
			t.Fatalf("%s: %d of %d records, and nothing is said of it", what, len(got), len(want))
		}
	}
	for at := 0; at < len(data); at += 31 {
		broken := append([]byte(nil), data...)
		broken[at] ^= 0x55
		check(fmt.Sprintf("byte %d", at), broken)
	}
	for at := 0; at < len(data); at += 512 {
		broken := append([]byte(nil), data...)
		clear(broken[at:min(at+512, len(broken))])
		check(fmt.Sprintf("zeros at %d", at), broken)
		clear(broken[at:])
		check(fmt.Sprintf("zeros from %d", at), broken)
	}
}

// TestJournalOfAnotherVersion reads one with fewer columns, and leaves one with unknown columns alone.
func TestJournalOfAnotherVersion(t *testing.T) {
	t.Parallel()
	all := journalColumns
	older := append(append([]journalColumn[Record](nil), all[:6]...), all[11:]...)
	rec := newDice(4).record(0)
	got, reader, err := readBytes(journalWith(t, older, rec))
	want := *rec
	want.IntendedNS, want.SlotNS, want.SentNS, want.WroteNS, want.FirstByteNS = NullInt{}, NullInt{}, NullInt{}, NullInt{}, NullInt{}
	if err != nil || reader.damaged() || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("older: got %+v, damaged %v, error %v\nwant %+v", got, reader.damaged(), err, want)
	}
	newer := append(append([]journalColumn[Record](nil), all...), intColumn("flux", func(r *Record) *int64 { return &r.Bytes }))
	if _, _, err := readBytes(journalWith(t, newer, rec)); !errors.Is(err, ErrNewer) {
		t.Errorf("newer: got error %v", err)
	}
}

// journalWith encodes one record with columns other than today's.
func journalWith(t *testing.T, columns []journalColumn[Record], rec *Record) []byte {
	t.Helper()
	var fields []arrow.Field
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: c.datatype, Nullable: c.nullable})
	}
	builder := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for i, c := range columns {
		c.put(builder.Field(i), rec)
	}
	e := newJournalEncoder()
	if err := ipc.NewWriterWithPayloadWriter(&frameWriter{&e.frame}, ipc.WithSchema(builder.Schema())).Write(builder.NewRecordBatch()); err != nil {
		t.Fatal(err)
	}
	return e.frame.Bytes()
}

// TestJournalOnAFailingDisk tells a disk that fails from a journal that ends: nothing must be thrown away then.
func TestJournalOnAFailingDisk(t *testing.T) {
	t.Parallel()
	data, ends := journalOf(t, newDice(1).records(2), newDice(1).records(2))
	broken := errors.New("input/output error")
	for _, at := range []int{0, 100, ends[0], ends[0] + 100} {
		reader := readJournal(journalColumns, io.MultiReader(bytes.NewReader(data[:at]), iotest.ErrReader(broken)), int64(len(data)))
		var err error
		for err == nil {
			_, err = reader.next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v", at, err)
		}
	}
}

// FuzzJournal reads anything: it ends, without panic, and what it gives can be written again.
func FuzzJournal(f *testing.F) {
	d := newDice(5)
	data, ends := journalOf(f, d.records(2), d.records(3))
	f.Add(data)
	f.Add(data[:ends[0]+100])
	f.Add([]byte{})
	f.Add([]byte("PAR1"))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, data []byte) {
		records, reader, err := readBytes(data)
		if err != nil && !errors.Is(err, ErrNewer) {
			t.Fatal(err)
		}
		if reader.torn() < 0 {
			t.Errorf("read %d bytes more than there are", -reader.torn())
		}
		again, _ := journalOf(t)
		if len(records) > 0 {
			pointers := make([]*Record, len(records))
			for i := range records {
				pointers[i] = &records[i]
			}
			again, _ = journalOf(t, pointers)
		}
		back, _, err := readBytes(again)
		if err != nil || len(back) != len(records) {
			t.Errorf("%d records became %d, error %v", len(records), len(back), err)
		}
	})
}

// torn is how many bytes at the end could not be read. To be asked after next gave io.EOF.
func (r *journalReader[R]) torn() int64 { return r.size - r.frames.good }
