package interchange

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver of its name

	"llmbench/store"
)

// evalscopeFormat is the benchmark_data.db of evalscope perf, an SQLite file with a row a request. What the run was is in
// benchmark_args.json beside it, and its own numbers in benchmark_summary.json, which are read where they are there.
// response_messages is Python's pickle and is never looked at.
var evalscopeFormat = Format{
	Name:      "evalscope",
	About:     "evalscope perf's benchmark_data.db, with benchmark_args.json beside it",
	recognise: func(head []byte) bool { return bytes.HasPrefix(head, []byte("SQLite format 3\x00")) },
	read:      func(s Source) iter.Seq2[*Run, error] { return one(readEvalscope(s)) },
}

func readEvalscope(s Source) (*Run, error) {
	run := &Run{}
	run.TimeBase = TimeProcess
	var err error
	if run.sum, err = hashFile(s.Path); err != nil {
		return nil, err
	}
	rows, err := evalscopeRows(s.Path)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("its table result is empty")
	}
	if err := run.takeEvalscope(rows); err != nil {
		return nil, err
	}
	if err := run.readEvalscopeArgs(filepath.Dir(s.Path)); err != nil {
		return nil, err
	}
	return run, run.finish()
}

func hashFile(path string) (sum [sha256.Size]byte, err error) {
	text, err := os.ReadFile(path)
	return sha256.Sum256(text), err
}

type evalscopeRow struct {
	request   sql.Null[string]
	start     sql.Null[float64]
	gaps      sql.Null[string]
	success   sql.Null[int64]
	completed sql.Null[float64]
	latency   sql.Null[float64]
	first     sql.Null[float64]
	prompt    sql.Null[int64]
	output    sql.Null[int64]
}

// evalscopeRows reads the table. The file is opened so that nothing is written: neither to it nor beside it.
func evalscopeRows(path string) ([]evalscopeRow, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(abs + "-wal"); err == nil && info.Size() > 0 {
		return nil, errors.New("it is still being written: rows are in its -wal file; end the tool first")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: "mode=ro&immutable=1"}).String())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(`SELECT request, start_time, inter_token_latencies, success, completed_time, latency, first_chunk_latency,
		prompt_tokens, completion_tokens FROM result`)
	if err != nil {
		return nil, fmt.Errorf("the table result: %w", err)
	}
	defer rows.Close()
	var all []evalscopeRow
	for rows.Next() {
		var r evalscopeRow
		if err := rows.Scan(&r.request, &r.start, &r.gaps, &r.success, &r.completed, &r.latency, &r.first, &r.prompt, &r.output); err != nil {
			return nil, fmt.Errorf("row %d: %w", len(all)+1, err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// takeEvalscope makes the records. The origin is the first request's sending.
func (r *Run) takeEvalscope(rows []evalscopeRow) error {
	origin, end := math.Inf(1), math.Inf(-1)
	for i, row := range rows {
		if !row.start.Valid {
			return fmt.Errorf("row %d has no start_time", i+1)
		}
		origin = min(origin, row.start.V)
		if row.completed.Valid {
			end = max(end, row.completed.V)
		}
	}
	if end > origin {
		r.DurationNS = new(nanoseconds(end) - nanoseconds(origin))
	}
	for i, row := range rows {
		rec, err := row.record(r, nanoseconds(origin))
		if err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		r.Records = append(r.Records, rec)
	}
	sortBySending(r.Records)
	return nil
}

func (row evalscopeRow) record(run *Run, origin int64) (*store.Record, error) {
	rec := &store.Record{Request: store.Request{Phase: store.PhaseMeasured, Status: store.StatusOK, SentNS: store.Int(nanoseconds(row.start.V) - origin),
		PromptTokens: store.NullInt(row.prompt), OutputTokens: store.NullInt(row.output)}}
	asked(run, rec, row.request.V)
	if row.completed.Valid {
		rec.DoneNS = store.Int(nanoseconds(row.completed.V) - origin)
	}
	var gaps []float64
	if row.gaps.Valid && row.gaps.V != "" {
		if err := json.Unmarshal([]byte(row.gaps.V), &gaps); err != nil {
			return nil, fmt.Errorf("inter_token_latencies: %w", err)
		}
	}
	if row.first.V > 0 {
		setArrivals(rec, arrivals(row.first.V, gaps))
	}
	if row.success.V == 0 {
		// The table has no column for the error.
		rec.Status = store.StatusStreamError
	}
	return rec, nil
}

// evalscopeArgs is what benchmark_args.json says.
type evalscopeArgs struct {
	Model     *string   `json:"model"`
	URL       *string   `json:"url"`
	API       *string   `json:"api"`
	Tokenizer *string   `json:"tokenizer_path"`
	Dataset   *string   `json:"dataset"`
	Number    *int64    `json:"number"`
	Parallel  *int64    `json:"parallel"`
	Rate      looseRate `json:"rate"`
	Seed      *int64    `json:"seed"`
	Name      *string   `json:"name"`
}

// readEvalscopeArgs reads the two files beside the database. A run without them is as good.
func (r *Run) readEvalscopeArgs(dir string) error {
	fields, err := fieldsOf(filepath.Join(dir, "benchmark_args.json"))
	if errors.Is(err, fs.ErrNotExist) {
		r.note("without benchmark_args.json beside it the load is not known")
		return nil
	}
	if err != nil {
		return err
	}
	r.File = fields
	var args evalscopeArgs
	if err := into(fields, &args); err != nil {
		return fmt.Errorf("benchmark_args.json: %w", err)
	}
	if args.Model != nil {
		r.Model = args.Model
	}
	r.BaseURL, r.Backend, r.Tokenizer, r.Dataset, r.NumPrompts, r.Seed, r.Name = args.URL, args.API, args.Tokenizer, args.Dataset, args.Number, args.Seed, args.Name
	r.MaxConcurrency, r.RequestRate = args.Parallel, args.Rate.rate
	if r.RequestRate != nil && *r.RequestRate < 0 {
		r.RequestRate = new(store.Rate(math.Inf(1))) // -1 is as fast as --parallel lets it
	}
	summary, err := fieldsOf(filepath.Join(dir, "benchmark_summary.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.reportEvalscope(summary)
	return nil
}

func fieldsOf(path string) ([]Field, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	fields, err := parseObject(plainJSON(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return fields, nil
}

// evalscopeNames are the tool's numbers under our names, with the factor to our unit.
var evalscopeNames = map[string]struct {
	key    string
	factor float64
}{
	"Test Duration (s)": {"duration", 1}, "Success Requests": {"completed", 1}, "Failed Requests": {"failed", 1},
	"Req Throughput (req/s)": {"request_throughput", 1}, "Output Throughput (tok/s)": {"output_throughput", 1},
	"Total Throughput (tok/s)": {"total_token_throughput", 1}, "Avg Latency (s)": {"mean_e2el_ms", 1e3},
	"Avg TTFT (ms)": {"mean_ttft_ms", 1}, "Avg TPOT (ms)": {"mean_tpot_ms", 1}, "Avg ITL (ms)": {"mean_itl_ms", 1},
}

func (r *Run) reportEvalscope(fields []Field) {
	for _, f := range fields {
		name, known := evalscopeNames[f.Key]
		var v float64
		if !known || json.Unmarshal(f.Value.(json.RawMessage), &v) != nil {
			continue
		}
		r.Reported = append(r.Reported, Field{name.key, v * name.factor})
	}
}
