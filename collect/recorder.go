package collect

import (
	"slices"
	"time"

	"llmbench/store"
)

// Sink keeps finished requests. Append is called by one goroutine; the records are the collector's again once it
// returns, and the sink's to keep even if it cannot write them yet: after an error it is given the later ones too.
type Sink interface {
	Append(batch []*store.Record) error
}

// Recording is taken a batch at a time: ten times a second, and sooner when so many requests or chunks wait, for the
// arrivals of long streams are what a run needs most of its memory for.
const (
	recorderQueue  = 8192
	recorderBatch  = 1024
	recorderChunks = 1 << 17
	recorderPause  = 100 * time.Millisecond
)

// finished is a request that has ended, with what is needed to settle its token counts.
type finished struct {
	rec *store.Record
	// text is the output where the server did not count it.
	text        string
	inputTokens int
}

// recorder is the one goroutine that takes finished requests to the sink, so that no request ever waits for a disk.
type recorder struct {
	sink  Sink
	count func(text string) (int, error)
	queue chan finished
	ended chan struct{}
	onErr func()

	highWater int // most that waited, seen at each take
	full      bool
	err       error
	tally     tally
}

// newRecorder starts the recorder. count may be nil: outputs the server did not count are then counted by chunks.
// onErr is called once, when the sink first fails.
func newRecorder(sink Sink, count func(string) (int, error), onErr func()) *recorder {
	r := &recorder{sink: sink, count: count, onErr: onErr, queue: make(chan finished, recorderQueue), ended: make(chan struct{})}
	go r.run()
	return r
}

// put hands a request over. It only blocks when the queue is full, which the client's verdict then says.
func (r *recorder) put(f finished) { r.queue <- f }

// close waits until everything is with the sink.
func (r *recorder) close() error {
	close(r.queue)
	<-r.ended
	return r.err
}

func (r *recorder) run() {
	defer close(r.ended)
	batch, chunks := make([]*store.Record, 0, recorderBatch), 0
	pause := time.NewTicker(recorderPause)
	defer pause.Stop()
	for {
		select {
		case f, open := <-r.queue:
			if !open {
				r.flush(batch)
				return
			}
			waiting := len(r.queue) + 1
			r.highWater = max(r.highWater, waiting)
			r.full = r.full || waiting > recorderQueue
			batch = append(batch, r.settle(f))
			chunks += len(f.rec.TNS)
			if len(batch) == cap(batch) || chunks >= recorderChunks {
				batch, chunks = r.flush(batch), 0
			}
		case <-pause.C:
			batch, chunks = r.flush(batch), 0
		}
	}
}

func (r *recorder) flush(batch []*store.Record) []*store.Record {
	if len(batch) == 0 {
		return batch
	}
	if err := r.sink.Append(batch); err != nil && r.err == nil {
		r.err = err
		r.onErr()
	}
	for _, rec := range batch {
		recordPool.Put(rec)
	}
	return batch[:0]
}

// settle fills in the counts the server did not give and takes the request into the tally.
func (r *recorder) settle(f finished) *store.Record {
	rec := f.rec
	first := rec.Turn.V == 0 // later turns hold answers, whose length is the server's own word
	if first && rec.PromptTokens.Valid && f.inputTokens > 0 && rec.Phase == store.PhaseMeasured && rec.Status == store.StatusOK {
		r.tally.prompts.add(int64(f.inputTokens), rec.PromptTokens.V)
	}
	if !rec.PromptTokens.Valid && f.inputTokens > 0 {
		rec.PromptTokens = store.Int(int64(f.inputTokens))
		rec.PromptTokensSource = store.String(store.CountedByTokenizer)
	}
	if !rec.OutputTokens.Valid && rec.SentNS.Valid {
		r.countOutput(rec, f.text)
	}
	r.tally.add(rec)
	return rec
}

func (r *recorder) countOutput(rec *store.Record, text string) {
	if r.count != nil {
		if n, err := r.count(text); err == nil {
			rec.OutputTokens = store.Int(int64(n))
			rec.OutputTokensSource = store.String(store.CountedByTokenizer)
			return
		}
	}
	if len(rec.TNS) == 0 { // an answer in one piece, or none: there is nothing to count
		return
	}
	chunks := len(rec.TNS)
	for _, kind := range rec.OddKind {
		if kind == store.KindRole || kind == store.KindFinish {
			chunks--
		}
	}
	rec.OutputTokens = store.Int(int64(chunks))
	rec.OutputTokensSource = store.String(store.CountedByChunks)
}

// tally is what the recorder learns of a run for the client's verdict and the exit code.
type tally struct {
	completed, failed int64
	durationNS        int64
	lagNS             []int64
	ttftNS            []int64
	gapNS             []int64 // mean gap between chunks, one per request
	sentNS, slotNS    []int64
	prompts           PromptCounts
}

func (t *tally) add(rec *store.Record) {
	if rec.Phase != store.PhaseMeasured {
		return
	}
	if rec.Attempt > 0 { // the attempt before it came before it and was counted as failed
		t.failed--
	}
	if rec.Status == store.StatusOK {
		t.completed++
	} else {
		t.failed++
	}
	t.durationNS = max(t.durationNS, rec.DoneNS.V)
	if !rec.SentNS.Valid {
		return
	}
	t.lagNS = append(t.lagNS, rec.SentNS.V-rec.SlotNS.V)
	t.sentNS, t.slotNS = append(t.sentNS, rec.SentNS.V), append(t.slotNS, rec.SlotNS.V)
	if rec.Status != store.StatusOK || !rec.FirstTokenNS.Valid {
		return
	}
	t.ttftNS = append(t.ttftNS, rec.FirstTokenNS.V-rec.SentNS.V)
	if n := len(rec.TNS); n > 1 {
		t.gapNS = append(t.gapNS, (rec.LastTokenNS.V-rec.FirstTokenNS.V)/int64(n-1))
	}
}

// quantile is the p-quantile of values by the nearest rank, 0 for none: good to one sample, which is enough for a
// verdict. It sorts values.
func quantile(values []int64, p float64) int64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(p*float64(len(values))))]
}
