package interchange

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"llmbench/store"
)

// importedFile is what runs.extra keeps of an imported file.
type importedFile struct {
	OriginNS int64           `json:"origin_ns"`
	File     json.RawMessage `json:"file"`
}

// IsVLLM tells whether a run came from a file of vLLM's, which RewriteVLLM can write again.
func IsVLLM(run store.Run) bool {
	return run.Source == "import:"+vllmFormat.Name && run.Extra != nil
}

// RewriteVLLM writes the file of an imported run again: its own keys and values in their order, with the lists by
// request made of the records, to the nanosecond. Without records the lists are left out.
func RewriteVLLM(w io.Writer, run store.Run, records iter.Seq2[*store.Record, error]) error {
	var kept importedFile
	if err := json.Unmarshal([]byte(*run.Extra), &kept); err != nil {
		return fmt.Errorf("run %s: what its file said: %w", run.RunID, err)
	}
	fields, err := parseObject(kept.File)
	if err != nil {
		return fmt.Errorf("run %s: what its file said: %w", run.RunID, err)
	}
	var rows []*store.Record
	if records != nil {
		if rows, err = sortedRecords(run, records); err != nil {
			return err
		}
	}
	out := fields[:0]
	for _, f := range fields {
		if isMark(f) {
			if records == nil {
				continue
			}
			f.Value = vllmList(f.Key, rows, kept.OriginNS)
		}
		out = append(out, f)
	}
	return writeObject(w, out)
}

func isMark(f Field) bool {
	isList := slices.ContainsFunc(new(requestLists).all(), func(l list) bool { return l.key == f.Key })
	return isList && strings.Trim(string(f.Value.(json.RawMessage)), `"`) == listMark
}

// sortedRecords are the measured requests in the order of the schedule.
func sortedRecords(run store.Run, records iter.Seq2[*store.Record, error]) ([]*store.Record, error) {
	var rows []*store.Record
	for rec, err := range records {
		if err != nil {
			return nil, fmt.Errorf("read the requests of run %s: %w", run.RunID, err)
		}
		if rec.Phase == store.PhaseMeasured {
			rows = append(rows, rec)
		}
	}
	slices.SortStableFunc(rows, func(a, b *store.Record) int { return int(a.RequestID - b.RequestID) })
	return rows, nil
}

// vllmList is one of the lists, as the file had it: a request that failed has the length 0.
func vllmList(key string, rows []*store.Record, originNS int64) any {
	switch key {
	case "input_lens":
		return column(rows, func(r *store.Record) int64 { return r.PromptTokens.V })
	case "output_lens":
		return column(rows, func(r *store.Record) int64 { return r.OutputTokens.V })
	case "ttfts":
		return column(rows, firstArrival)
	case "itls":
		return column(rows, allGaps)
	case "start_times":
		return column(rows, func(r *store.Record) float64 { return seconds(originNS + r.SentNS.V) })
	case "latencies":
		return column(rows, func(r *store.Record) float64 { return span(r.SentNS, r.DoneNS) })
	case "queue_times":
		return column(rows, func(r *store.Record) float64 { return span(r.IntendedNS, r.SentNS) })
	case "generated_texts":
		return column(rows, func(r *store.Record) string { return r.OutputText.V })
	case "errors":
		return column(rows, func(r *store.Record) string { return r.Error.V })
	}
	return column(rows, func(r *store.Record) *int64 {
		if !r.CachedTokens.Valid {
			return nil
		}
		return &r.CachedTokens.V
	})
}

func firstArrival(r *store.Record) float64 {
	if len(r.TNS) == 0 {
		return 0
	}
	return seconds(r.TNS[0])
}

// allGaps are the gaps between all chunks, whatever they carry: the file's own list.
func allGaps(r *store.Record) []float64 {
	out := []float64{}
	for i := 1; i < len(r.TNS); i++ {
		out = append(out, seconds(r.TNS[i]-r.TNS[i-1]))
	}
	return out
}

// span is the time between two, 0 where one of them is not known.
func span(from, to store.NullInt) float64 {
	if !from.Valid || !to.Valid {
		return 0
	}
	return seconds(to.V - from.V)
}
