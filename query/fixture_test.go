package query

import (
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"llmbench/store"
)

// The rows of the Parquet files, as design and store have them.
type (
	requestRow struct {
		RunID              string  `parquet:"run_id"`
		RequestID          int64   `parquet:"request_id"`
		Phase              string  `parquet:"phase"`
		SessionID          *string `parquet:"session_id,optional"`
		Turn               *int64  `parquet:"turn,optional"`
		SessionTurns       *int64  `parquet:"session_turns,optional"`
		Attempt            int64   `parquet:"attempt"`
		IntendedNS         *int64  `parquet:"intended_ns,optional"`
		SlotNS             *int64  `parquet:"slot_ns,optional"`
		SentNS             *int64  `parquet:"sent_ns,optional"`
		WroteNS            *int64  `parquet:"wrote_ns,optional"`
		FirstByteNS        *int64  `parquet:"first_byte_ns,optional"`
		FirstTokenNS       *int64  `parquet:"first_token_ns,optional"`
		LastTokenNS        *int64  `parquet:"last_token_ns,optional"`
		DoneNS             *int64  `parquet:"done_ns,optional"`
		ConnectionReused   *bool   `parquet:"connection_reused,optional"`
		Status             string  `parquet:"status"`
		HTTPStatus         *int64  `parquet:"http_status,optional"`
		Error              *string `parquet:"error,optional"`
		PromptTokens       *int64  `parquet:"prompt_tokens,optional"`
		OutputTokens       *int64  `parquet:"output_tokens,optional"`
		CachedTokens       *int64  `parquet:"cached_tokens,optional"`
		PromptTokensSource *string `parquet:"prompt_tokens_source,optional"`
		OutputTokensSource *string `parquet:"output_tokens_source,optional"`
		AskedTokens        *int64  `parquet:"asked_tokens,optional"`
		FinishReason       *string `parquet:"finish_reason,optional"`
		Chunks             int64   `parquet:"chunks"`
		Bytes              int64   `parquet:"bytes"`
		ServerRequestID    *string `parquet:"server_request_id,optional"`
	}
	tokensRow struct {
		RunID     string   `parquet:"run_id"`
		RequestID int64    `parquet:"request_id"`
		Attempt   int64    `parquet:"attempt"`
		SentNS    *int64   `parquet:"sent_ns,optional"`
		TNS       []int64  `parquet:"t_ns,list"`
		NTokens   []int32  `parquet:"n_tokens,list,optional"`
		OddChunk  []int32  `parquet:"odd_chunk,list,optional"`
		OddKind   []string `parquet:"odd_kind,list,optional"`
	}
	textRow struct {
		RunID      string `parquet:"run_id"`
		RequestID  int64  `parquet:"request_id"`
		Attempt    int64  `parquet:"attempt"`
		OutputText string `parquet:"output_text"`
	}
	catalogueRow struct {
		store.Run
		Summary *store.Summary `parquet:"summary,optional"`
		Dir     string         `parquet:"dir"` // a column of the store's own
	}
)

func pointer[T any](v sql.Null[T]) *T {
	if !v.Valid {
		return nil
	}
	return &v.V
}

func toRequestRow(runID string, r store.Request) requestRow {
	return requestRow{
		RunID: runID, RequestID: r.RequestID, Phase: r.Phase, SessionID: pointer(r.SessionID), Turn: pointer(r.Turn), SessionTurns: pointer(r.SessionTurns), Attempt: r.Attempt,
		IntendedNS: pointer(r.IntendedNS), SlotNS: pointer(r.SlotNS), SentNS: pointer(r.SentNS), WroteNS: pointer(r.WroteNS),
		FirstByteNS: pointer(r.FirstByteNS), FirstTokenNS: pointer(r.FirstTokenNS), LastTokenNS: pointer(r.LastTokenNS), DoneNS: pointer(r.DoneNS),
		ConnectionReused: pointer(r.ConnectionReused), Status: r.Status, HTTPStatus: pointer(r.HTTPStatus), Error: pointer(r.Error),
		PromptTokens: pointer(r.PromptTokens), OutputTokens: pointer(r.OutputTokens), CachedTokens: pointer(r.CachedTokens),
		PromptTokensSource: pointer(r.PromptTokensSource), OutputTokensSource: pointer(r.OutputTokensSource),
		AskedTokens: pointer(r.AskedTokens), FinishReason: pointer(r.FinishReason), Chunks: r.Chunks, Bytes: r.Bytes,
		ServerRequestID: pointer(r.ServerRequestID),
	}
}

func toTokensRow(runID string, r store.Record) tokensRow {
	row := tokensRow{RunID: runID, RequestID: r.RequestID, Attempt: r.Attempt, SentNS: pointer(r.SentNS), TNS: r.TNS, NTokens: r.NTokens, OddChunk: r.OddChunk}
	for _, kind := range r.OddKind {
		row.OddKind = append(row.OddKind, kind.String())
	}
	return row
}

func writeParquet[T any](t testing.TB, path string, rows []T) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[T](f, parquet.Compression(&parquet.Zstd))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeRun writes a run's event files and gives its entry, without a summary.
func writeRun(t testing.TB, run store.Run, records []store.Record) store.Entry {
	t.Helper()
	dir := t.TempDir()
	entry := store.Entry{Run: run, Files: store.Files{
		Dir: dir, Requests: filepath.Join(dir, "requests.parquet"), Tokens: filepath.Join(dir, "tokens.parquet"),
	}}
	requests := make([]requestRow, len(records))
	var tokens []tokensRow
	for i, record := range records {
		requests[i] = toRequestRow(run.RunID, record.Request)
		if record.TNS != nil {
			tokens = append(tokens, toTokensRow(run.RunID, record))
		}
	}
	writeParquet(t, entry.Files.Requests, requests)
	writeParquet(t, entry.Files.Tokens, tokens)
	return entry
}

// writeCatalogue writes a runs.parquet of the entries and gives its path.
func writeCatalogue(t testing.TB, entries []store.Entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runs.parquet")
	rows := make([]catalogueRow, len(entries))
	for i, entry := range entries {
		rows[i] = catalogueRow{Run: entry.Run, Summary: entry.Summary, Dir: entry.Files.Dir}
	}
	writeParquet(t, path, rows)
	return path
}

func newRun(id string) store.Run {
	return store.Run{
		RunID: id, Status: store.RunComplete, Source: "collect", TimeBase: "process", ToolVersion: "test",
		BeganAt: time.Date(2026, 11, 23, 17, 32, 0, 123456000, time.UTC),
	}
}

// okRecord is a measured request of n plain chunks, gapMS apart, the first after ttftMS.
func okRecord(id int64, sentMS, ttftMS, gapMS int64, n int) store.Record {
	const ms = 1e6
	chunks := make([]int64, n)
	for i := range chunks {
		chunks[i] = (ttftMS + int64(i)*gapMS) * ms
	}
	r := store.Record{
		Request: store.Request{
			RequestID: id, Phase: store.PhaseMeasured, Status: store.StatusOK, Chunks: int64(n),
			IntendedNS: store.Int(sentMS * ms), SlotNS: store.Int(sentMS * ms), SentNS: store.Int(sentMS * ms),
			HTTPStatus: store.Int(200), PromptTokens: store.Int(10), OutputTokens: store.Int(int64(n)),
		},
		Chunks: store.Chunks{TNS: chunks},
	}
	if n > 0 {
		r.FirstTokenNS, r.LastTokenNS = store.Int(sentMS*ms+chunks[0]), store.Int(sentMS*ms+chunks[n-1])
		r.DoneNS = r.LastTokenNS
	}
	return r
}

func openSession(t testing.TB, source Source, options Options) *Session {
	t.Helper()
	if options.Warn == nil {
		options.Warn = func(text string) { t.Errorf("warning: %s", text) }
	}
	s, err := Open(t.Context(), source, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// asTexts runs a query and gives every row as text.
func asTexts(t testing.TB, s *Session, query string, args ...any) [][]string {
	t.Helper()
	rows, err := s.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	all, err := collect(rows, func(v []any) []string {
		row := make([]string, len(v))
		for i := range v {
			row[i] = text(v[i])
		}
		return row
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// text writes a value for comparison.
func text(v any) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e15 {
			return strconv.FormatFloat(x, 'f', 1, 64)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	case time.Time:
		return x.Format("2006-01-02 15:04:05.999999-07")
	case List:
		items := make([]string, len(x))
		for i := range x {
			items[i] = text(x[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(v)
}
