package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// arrivals are the requests of a recorded trace, in the order of their times.
type arrivals struct {
	rows []arrival
	// hashes name the blocks of all prompts, one after the other.
	hashes []uint64
	sha256 string
}

// arrival is one request: when it came, since the begin of the window, and how long it was.
type arrival struct {
	At            time.Duration
	Input, Output int32
	// The prompt's blocks are hashes[From:To].
	From, To int32
}

// mostHashes bounds the blocks of a trace in memory.
const mostHashes = 100_000_000

// arrivalColumns are the columns of a trace. The first name of each that a file has is taken, in any case; a name the user
// gave is the only one.
type arrivalColumns struct{ time, input, output, hashes, model string }

// The names of known traces, Mooncake's first, Azure's and BurstGPT's after it, and those of other tools.
var (
	timeColumns   = []string{"timestamp", "arrival_time", "arrived_at", "arrival_timestamp"}
	inputColumns  = []string{"input_length", "ContextTokens", "Request tokens", "input_tokens", "input_len", "prompt_tokens", "num_prefill_tokens"}
	outputColumns = []string{"output_length", "GeneratedTokens", "Response tokens", "output_tokens", "output_len", "completion_tokens", "num_decode_tokens"}
	hashColumns   = []string{"hash_ids", "block_hashes"}
	modelColumns  = []string{"Model"}
)

// arrivalReader reads a trace row by row: JSONL (Mooncake) or CSV (Azure, BurstGPT), known by its columns.
type arrivalReader struct {
	config  TraceConfig
	timed   bool // whether times are needed
	most    int
	table   table
	columns arrivalColumns
	unit    time.Duration // of a number in the time column
	started bool          // a time has been read
	dated   bool          // times are dates, not numbers
	layout  int           // of the last date, among layouts
	first   time.Time     // of the first row, where times are dates
	origin  time.Duration // of the first row, where they are numbers
	out     arrivals
}

// readArrivals reads the first most rows in the window of the file. timed says that the rows must carry times.
func readArrivals(c Config, timed bool, most int) (*arrivals, error) {
	r := &arrivalReader{config: c.Trace, timed: timed, most: most, unit: c.Trace.unit(c.Name)}
	if err := readFile(c.Path, r.line); err != nil {
		return nil, err
	}
	if len(r.out.rows) == 0 {
		return nil, fmt.Errorf("read dataset %s: %s", c.Path, r.nothing())
	}
	slices.SortStableFunc(r.out.rows, func(a, b arrival) int { return int(min(max(a.At-b.At, -1), 1)) })
	r.out.sha256 = r.out.hash()
	return &r.out, nil
}

// nothing says why there is no row.
func (r *arrivalReader) nothing() string {
	switch {
	case r.table.columns == nil:
		return "the file is empty"
	case r.started:
		return "no row lies in the window of --trace-start and --trace-duration"
	case r.config.Model != "":
		return fmt.Sprintf("no row of the model %q with an answer; --burstgpt-model all takes every model", r.config.Model)
	}
	return "it holds no rows"
}

func (r *arrivalReader) line(line []byte) error {
	is, err := r.table.row(line)
	if err != nil {
		return err
	}
	if r.columns.input == "" {
		if err := r.choose(); err != nil {
			return err
		}
	}
	if !is {
		return nil
	}
	if len(r.out.rows) == r.most {
		return errEnough
	}
	if use, err := r.wanted(); err != nil || !use {
		return err
	}
	return r.take()
}

// choose finds the columns by their names.
func (r *arrivalReader) choose() error {
	c, t := r.config, &r.table
	find := func(given string, known []string) string {
		if given != "" {
			return t.column(given)
		}
		return t.column(known...)
	}
	r.columns = arrivalColumns{time: find(c.Timestamp, timeColumns), input: find(c.Input, inputColumns), output: find(c.Output, outputColumns),
		hashes: find(c.Hashes, hashColumns), model: find("", modelColumns)}
	missing := func(what, flag, given string) error {
		if given != "" {
			return fmt.Errorf("no column %q, which --%s names, among %s", given, flag, t.list())
		}
		return fmt.Errorf("no column with the %s among %s; name it with --%s", what, t.list(), flag)
	}
	switch {
	case r.timed && r.columns.time == "":
		return missing("times", "timed-trace-label-timestamp", c.Timestamp)
	case r.columns.input == "":
		return missing("input lengths", "timed-trace-label-input-length", c.Input)
	case r.columns.output == "":
		return missing("output lengths", "timed-trace-label-output-length", c.Output)
	case c.Hashes != "" && r.columns.hashes == "":
		return missing("block hashes", "timed-trace-label-hash-ids", c.Hashes)
	case c.Model != "" && r.columns.model == "":
		return fmt.Errorf("no column Model among %s; --burstgpt-model all does without it", t.list())
	}
	if r.unit == 0 { // Mooncake's JSONL counts milliseconds, BurstGPT's CSV seconds
		r.unit = time.Second
		if t.json {
			r.unit = time.Millisecond
		}
	}
	return nil
}

// wanted is BurstGPT's filter: rows of one model, with an answer.
func (r *arrivalReader) wanted() (bool, error) {
	if r.config.Model == "" {
		return true, nil
	}
	model, err := r.table.cell(r.columns.model)
	if err != nil || model != r.config.Model {
		return false, err
	}
	output, err := r.table.length(r.columns.output)
	return output > 0, err
}

// take keeps the row where its time is in the window.
func (r *arrivalReader) take() error {
	var a arrival
	if r.timed {
		at, err := r.time()
		if err != nil {
			return err
		}
		a.At = at - r.config.Start
		if a.At < 0 || r.config.Length > 0 && a.At >= r.config.Length {
			return nil
		}
	}
	input, err := r.table.length(r.columns.input)
	if err != nil {
		return err
	}
	output, err := r.table.length(r.columns.output)
	if err != nil {
		return err
	}
	a.Input, a.Output = int32(max(input, 1)), int32(max(output, 1)) // no server takes 0
	if a.From, a.To, err = r.blocks(); err != nil {
		return err
	}
	if len(r.out.rows) == mostRows {
		return fmt.Errorf("more than %d requests; take fewer with --num-prompts, --trace-start and --trace-duration", mostRows)
	}
	r.out.rows = append(r.out.rows, a)
	return nil
}

// time is the row's, since the first row of the file. Which of both forms the times have, the first one decides.
func (r *arrivalReader) time() (time.Duration, error) {
	text, err := r.table.cell(r.columns.time)
	if err != nil {
		return 0, err
	}
	if !r.started {
		_, err := strconv.ParseFloat(text, 64)
		r.dated = err != nil
	}
	since := r.number
	if r.dated {
		since = r.date
	}
	at, ok := since(text)
	if !ok {
		return 0, fmt.Errorf("%s %.40q: must be a number or a time such as 2024-05-10 00:00:00.009930, as the first row's", r.columns.time, text)
	}
	r.started = true
	return at, nil
}

// number is a time in the unit of the file.
func (r *arrivalReader) number(text string) (time.Duration, bool) {
	v, err := strconv.ParseFloat(text, 64)
	ns := v * float64(r.unit)
	if err != nil || !(math.Abs(ns) < math.MaxInt64/4) {
		return 0, false
	}
	if !r.started {
		r.origin = time.Duration(ns)
	}
	return time.Duration(ns) - r.origin, true
}

// layouts are those of Azure's traces, with and without a zone, and the standard's.
var layouts = []string{"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", time.RFC3339Nano, "2006-01-02T15:04:05.999999999"}

// date is a time in the layout of the row before, or in another.
func (r *arrivalReader) date(text string) (time.Duration, bool) {
	at, err := time.Parse(layouts[r.layout], text)
	for i := 0; err != nil && i < len(layouts); i++ {
		r.layout = i
		at, err = time.Parse(layouts[i], text)
	}
	if err != nil {
		return 0, false
	}
	if !r.started {
		r.first = at
	}
	return at.Sub(r.first), true
}

// blocks are the row's hashes: a list of numbers or of strings, written as JSON or parted by anything else.
func (r *arrivalReader) blocks() (from, to int32, err error) {
	from = int32(len(r.out.hashes))
	if r.columns.hashes == "" {
		return from, from, nil
	}
	text, err := r.table.cell(r.columns.hashes)
	if err != nil {
		return from, from, nil // a row without
	}
	for id := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune("[]{}\",;| \t", c) }) {
		if id == "null" {
			continue
		}
		if len(r.out.hashes) == mostHashes {
			return 0, 0, fmt.Errorf("more than %d blocks; take fewer requests with --num-prompts, --trace-start and --trace-duration", mostHashes)
		}
		r.out.hashes = append(r.out.hashes, blockHash(id))
	}
	return from, int32(len(r.out.hashes)), nil
}

// blockHash is the number a block's id is, or a hash of its text.
func blockHash(id string) uint64 {
	if n, err := strconv.ParseUint(id, 10, 64); err == nil {
		return n
	}
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64()
}

// blockSize finds out how many tokens a block has: the last one of a prompt may be partly filled, so a prompt of k blocks
// has more than k-1 and at most k blocks' tokens. Of the sizes that suit all prompts it is the power of two if there is
// one, else the smallest.
func (a *arrivals) blockSize() int {
	least, most := 1, math.MaxInt
	for _, row := range a.rows {
		k := int(row.To - row.From)
		if k > 0 {
			least = max(least, (int(row.Input)+k-1)/k)
		}
		if k > 1 {
			most = min(most, (int(row.Input)-1)/(k-1))
		}
	}
	power := 1
	for power < least {
		power *= 2
	}
	if power <= most {
		return power
	}
	return least
}

// hash identifies what was read, whatever file and columns it came from.
func (a *arrivals) hash() string {
	sum := sha256.New()
	// A hash does not fail.
	_ = binary.Write(sum, binary.LittleEndian, a.rows)
	_ = binary.Write(sum, binary.LittleEndian, a.hashes)
	return hex.EncodeToString(sum.Sum(nil))
}
