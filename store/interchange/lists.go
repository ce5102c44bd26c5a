package interchange

import (
	"encoding/json"
	"fmt"
	"slices"

	"llmbench/store"
)

// requestLists are the lists with one element per request that vLLM's --save-detailed and sglang's --output-details
// write, in seconds. Any of them may be missing.
type requestLists struct {
	InputLens  []int64
	OutputLens []int64
	TTFTs      []float64
	ITLs       [][]float64
	StartTimes []float64
	Latencies  []float64
	QueueTimes []float64
	Texts      []string
	Errors     []string
	Cached     []*int64
}

// list is one of the lists under its key.
type list struct {
	key    string
	target any
	length func() int
}

func (l *requestLists) all() []list {
	return []list{
		listOf("input_lens", &l.InputLens), listOf("output_lens", &l.OutputLens), listOf("ttfts", &l.TTFTs), listOf("itls", &l.ITLs),
		listOf("start_times", &l.StartTimes), listOf("latencies", &l.Latencies), listOf("queue_times", &l.QueueTimes),
		listOf("generated_texts", &l.Texts), listOf("errors", &l.Errors), listOf("cached_tokens", &l.Cached),
	}
}

func listOf[T any](key string, target *[]T) list {
	return list{key, target, func() int { return len(*target) }}
}

// listMark stands in runs.extra where the file has such a list; the list itself is in the event files.
const listMark = "[...]"

// takeLists decodes the lists and gives the other fields, with a mark where a list stood. Without any time the lists stay
// where they are: which requests they tell of, and how those ended, is not known.
func takeLists(fields []Field) (*requestLists, []Field, error) {
	lists := &requestLists{}
	rest := slices.Clone(fields)
	for i, f := range fields {
		taken, err := lists.take(f)
		if err != nil {
			return nil, nil, err
		}
		if taken {
			rest[i].Value = json.RawMessage(`"` + listMark + `"`)
		}
	}
	if len(lists.TTFTs) == 0 && len(lists.Latencies) == 0 {
		return &requestLists{}, fields, nil
	}
	return lists, rest, lists.check()
}

// take decodes a field that is one of the lists.
func (l *requestLists) take(f Field) (bool, error) {
	raw := f.Value.(json.RawMessage)
	if len(raw) == 0 || raw[0] != '[' {
		return false, nil
	}
	for _, list := range l.all() {
		if list.key == f.Key {
			if err := json.Unmarshal(raw, list.target); err != nil {
				return false, fmt.Errorf("%s: %w", f.Key, err)
			}
			return true, nil
		}
	}
	return false, nil
}

// check makes sure that the lists are of one length, for they belong together by their indices.
func (l *requestLists) check() error {
	n := l.requests()
	for _, list := range l.all() {
		if length := list.length(); length != 0 && length != n {
			return fmt.Errorf("%s has %d elements where another list has %d", list.key, length, n)
		}
	}
	return nil
}

func (l *requestLists) requests() int {
	longest := 0
	for _, list := range l.all() {
		longest = max(longest, list.length())
	}
	return longest
}

// fill gives the run its requests. Without start times nothing is known of when a request was sent, and its times count
// from its own sending.
func (l *requestLists) fill(run *Run) {
	n := l.requests()
	if n == 0 {
		return
	}
	run.TimeBase = TimeRelative
	var origin int64
	if len(l.StartTimes) > 0 {
		run.TimeBase = TimeProcess
		origin = nanoseconds(slices.Min(l.StartTimes))
		run.extra = append(run.extra, Field{originKey, origin})
	}
	run.Records = make([]*store.Record, n)
	for i := range run.Records {
		run.Records[i] = l.record(i, origin)
	}
}

// originKey is where runs.extra keeps the file's own time of the run's origin, so that an export can give it back.
const originKey = "origin_ns"

// at gives an element of a list that may be missing.
func at[T any](list []T, i int) (v T, there bool) {
	if i >= len(list) {
		return v, false
	}
	return list[i], true
}

func (l *requestLists) record(i int, origin int64) *store.Record {
	rec := &store.Record{Request: store.Request{RequestID: int64(i), Phase: store.PhaseMeasured, Status: store.StatusOK, SentNS: store.Int(0)}}
	if start, ok := at(l.StartTimes, i); ok {
		rec.SentNS = store.Int(nanoseconds(start) - origin)
	}
	if wait, ok := at(l.QueueTimes, i); ok {
		rec.IntendedNS, rec.SlotNS = shift(rec.SentNS, -nanoseconds(wait)), rec.SentNS
	}
	if n, ok := at(l.InputLens, i); ok {
		rec.PromptTokens = store.Int(n)
	}
	if text, ok := at(l.Texts, i); ok {
		rec.OutputText = store.String(text)
	}
	if cached, ok := at(l.Cached, i); ok && cached != nil {
		rec.CachedTokens = store.Int(*cached)
	}
	l.times(rec, i)
	if text, _ := at(l.Errors, i); text != "" {
		fail(rec, text)
	} else if n, ok := at(l.OutputLens, i); ok {
		rec.OutputTokens = store.Int(n)
	}
	return rec
}

// times sets what is known of the answer's arrival. A TTFT of 0 is none: the request failed before, or nothing was
// streamed.
func (l *requestLists) times(rec *store.Record, i int) {
	ttft, _ := at(l.TTFTs, i)
	gaps, _ := at(l.ITLs, i)
	if ttft > 0 {
		setArrivals(rec, arrivals(ttft, gaps))
	}
	if latency, _ := at(l.Latencies, i); latency > 0 {
		rec.DoneNS = shift(rec.SentNS, nanoseconds(latency))
	}
}
