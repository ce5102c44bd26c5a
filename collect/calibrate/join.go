package calibrate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"llmbench/collect/simulate"
	"llmbench/store"
)

// Request is what the client has of one complete request. Times are Unix nanoseconds.
type Request struct {
	ID         string
	SentNS     int64
	ArrivalsNS []int64 // of its chunks
}

// Errors are the client's times less the truth log's, in nanoseconds: one element a request, GapNS one a gap and
// without its sign.
type Errors struct {
	TTFTNS, SendNS, ArrivalNS []int64
	// ReadNS is the TTFT error against an engine whose TTFT begins when it has read the request, not when the request came
	// to its host.
	ReadNS    []int64
	GapNS     []int64
	Unmatched int64
}

// ReadTruth reads a truth log to its end, by request id. A repeated id is an error: it could not be joined.
func ReadTruth(r io.Reader) (map[string]*simulate.TruthRecord, error) {
	records := map[string]*simulate.TruthRecord{}
	d := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	for {
		record := new(simulate.TruthRecord)
		err := d.Decode(record)
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the truth log after %d records: %w", len(records), err)
		}
		if _, twice := records[record.RequestID]; twice {
			return nil, fmt.Errorf("read the truth log: request %q is in it twice", record.RequestID)
		}
		records[record.RequestID] = record
	}
}

// Join holds the client's requests against the truth log. Both clocks are the host's: the wall clock must not be set
// between the starts of the two processes, for each reads it once.
func Join(requests []Request, truth map[string]*simulate.TruthRecord) Errors {
	var e Errors
	for _, r := range requests {
		record := truth[r.ID]
		if record == nil {
			e.Unmatched++
			continue
		}
		sentNS, first := sentChunks(record)
		if first < 0 || len(sentNS) != len(r.ArrivalsNS) {
			e.Unmatched++
			continue
		}
		e.add(r, record, sentNS, first)
	}
	return e
}

func (e *Errors) add(r Request, record *simulate.TruthRecord, sentNS []int64, first int) {
	sendNS := record.ReceivedNS - r.SentNS
	arrivalNS := r.ArrivalsNS[first] - sentNS[first]
	e.SendNS = append(e.SendNS, sendNS)
	e.ArrivalNS = append(e.ArrivalNS, arrivalNS)
	e.TTFTNS = append(e.TTFTNS, sendNS+arrivalNS)
	e.ReadNS = append(e.ReadNS, record.ReadNS-r.SentNS+arrivalNS)
	for i := first + 1; i < len(sentNS); i++ {
		gapErrorNS := (r.ArrivalsNS[i] - r.ArrivalsNS[i-1]) - (sentNS[i] - sentNS[i-1])
		e.GapNS = append(e.GapNS, max(gapErrorNS, -gapErrorNS))
	}
}

// sentChunks are the times of a record's events that carry a choice, which the client calls chunks, and the index of
// the first with a token; -1 when there is none.
func sentChunks(record *simulate.TruthRecord) (sentNS []int64, first int) {
	first = -1
	for i, kind := range record.Kinds {
		switch kind {
		case "usage", "done", "null", "error":
			continue
		case "text", "empty":
			if first < 0 {
				first = len(sentNS)
			}
		}
		sentNS = append(sentNS, record.SentNS[i])
	}
	return sentNS, first
}

// Spread sorts values and gives their median and 99th percentile by the nearest rank; 0 for none.
func Spread(values []int64) store.ErrorSpread {
	if len(values) == 0 {
		return store.ErrorSpread{}
	}
	slices.Sort(values)
	at := func(p float64) int64 { return values[int(math.Ceil(p*float64(len(values))))-1] }
	return store.ErrorSpread{P50NS: at(0.5), P99NS: at(0.99)}
}
