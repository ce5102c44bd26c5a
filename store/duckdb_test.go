package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmbench/store"

	_ "github.com/duckdb/duckdb-go/v2"
)

// query runs one statement in a stock DuckDB and gives its rows, cells parted by "|".
func query(t *testing.T, statement string, args ...any) string {
	t.Helper()
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&autoload_known_extensions=false&threads=1")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		var line []string
		for _, cell := range cells {
			line = append(line, fmt.Sprint(cell))
		}
		lines = append(lines, strings.Join(line, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// TestStockDuckDB reads every file as DuckDB without llmbench does: the types, and NULL against zero and empty.
func TestStockDuckDB(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	summary := &store.Summary{Completed: 2, MeanTTFT: new(150.5)}
	w, err := store.Open(t.Context(), root, store.Options{
		ToolVersion: "1.2.3",
		Summarise:   func(_ context.Context, _ store.Run, _ store.Files) (*store.Summary, error) { return summary, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	run := store.Run{
		RunID: "a", Source: "collect", Status: store.RunComplete, TimeBase: "process", BeganAt: time.Date(2026, 11, 23, 17, 32, 0, 123456000, time.UTC),
		Model: new("Qwen/Qwen2.5 [x]"), RequestRate: new(store.Rate(4.5)), Tags: map[string]string{"rack": "r7"}, IgnoreEOS: new(false),
	}
	writer, err := w.Begin(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	err = writer.Append([]*store.Record{
		{
			Request:    store.Request{RequestID: 0, Phase: "measured", Status: "ok", SentNS: store.Int(0), Turn: store.Int(3), Error: store.String("")},
			Chunks:     store.Chunks{TNS: []int64{5, 1 << 40}, NTokens: []int32{1, 2}, OddChunk: []int32{1}, OddKind: []store.Kind{store.KindFinish}},
			OutputText: store.String("hi"),
		},
		{Request: store.Request{RequestID: 1, Attempt: 2, Phase: "measured", Status: "connect_error"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := writer.Finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	bare := store.Run{RunID: "b", BeganAt: run.BeganAt.Add(time.Second)}
	if writer, err = w.Begin(t.Context(), bare); err != nil {
		t.Fatal(err)
	}
	summary = nil
	if _, err := writer.Finish(t.Context(), bare); err != nil {
		t.Fatal(err)
	}
	catalogue, _, err := w.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ statement, path, want string }{
		{`SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM read_parquet('%s', hive_partitioning=false))`, entry.Files.Requests,
			"run_id VARCHAR, request_id BIGINT, phase VARCHAR, session_id VARCHAR, turn BIGINT, session_turns BIGINT, attempt BIGINT, intended_ns BIGINT, slot_ns BIGINT, " +
				"sent_ns BIGINT, wrote_ns BIGINT, first_byte_ns BIGINT, first_token_ns BIGINT, last_token_ns BIGINT, done_ns BIGINT, " +
				"connection_reused BOOLEAN, status VARCHAR, http_status BIGINT, error VARCHAR, prompt_tokens BIGINT, output_tokens BIGINT, " +
				"cached_tokens BIGINT, prompt_tokens_source VARCHAR, output_tokens_source VARCHAR, asked_tokens BIGINT, finish_reason VARCHAR, " +
				"chunks BIGINT, bytes BIGINT, server_request_id VARCHAR"},
		{`SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM read_parquet('%s', hive_partitioning=false))`, entry.Files.Tokens,
			"run_id VARCHAR, request_id BIGINT, attempt BIGINT, sent_ns BIGINT, t_ns BIGINT[], n_tokens INTEGER[], odd_chunk INTEGER[], odd_kind VARCHAR[]"},
		{`SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM read_parquet('%s', hive_partitioning=false))`, entry.Files.Texts,
			"run_id VARCHAR, request_id BIGINT, attempt BIGINT, output_text VARCHAR"},
		{`SELECT run_id, request_id, sent_ns, turn, error, status, http_status, connection_reused FROM read_parquet('%s')`, entry.Files.Requests,
			"a|0|0|3||ok|<nil>|<nil>\na|1|<nil>|<nil>|<nil>|connect_error|<nil>|<nil>"},
		{`FROM read_parquet('%s', hive_partitioning=false)`, entry.Files.Tokens, "a|0|0|0|[5 1099511627776]|[1 2]|[1]|[finish]\na|1|2|<nil>|[]|<nil>|<nil>|<nil>"},
		{`FROM read_parquet('%s', hive_partitioning=false)`, entry.Files.Texts, "a|0|0|hi"},
		{`SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata('%s')`, entry.Files.Requests, fmt.Sprintf("llmbench.schema|%d", store.SchemaVersion)},
		{`SELECT run_id, epoch_us(began_at), typeof(began_at), model, request_rate, typeof(tags), tags['rack'], ignore_eos, name, summary.completed,
			summary.mean_ttft_ms, summary.p99_itl_ms, summary IS NULL, catalogue.dir FROM read_parquet('%s') ORDER BY began_at`, catalogue,
			"a|1795455120123456|TIMESTAMP WITH TIME ZONE|Qwen/Qwen2.5 [x]|4.5|MAP(VARCHAR, VARCHAR)|r7|false|<nil>|2|150.5|<nil>|false|" +
				"events/dcu=__HIVE_DEFAULT_PARTITION__/tp=__HIVE_DEFAULT_PARTITION__/model=Qwen%2FQwen2.5%20%5Bx%5D/run_id=a\n" +
				"b|1795455121123456|TIMESTAMP WITH TIME ZONE|<nil>|<nil>|MAP(VARCHAR, VARCHAR)|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>|true|" +
				"events/dcu=__HIVE_DEFAULT_PARTITION__/tp=__HIVE_DEFAULT_PARTITION__/model=__HIVE_DEFAULT_PARTITION__/run_id=b"},
		{`SELECT DISTINCT tags IS NULL, summary IS NULL, lag_p50_ns IS NULL, duration_ns IS NULL FROM read_parquet('%s') WHERE run_id = 'b'`, catalogue,
			"true|true|true|true"},
		// What a Hive reader makes of the paths.
		{`SELECT count(*), any_value(model) FROM read_parquet('%s', hive_partitioning=true, hive_types_autocast=false) WHERE dcu IS NULL`,
			filepath.Join(root, "events", "*", "*", "*", "*", "requests.parquet"), "2|Qwen/Qwen2.5 [x]"},
	} {
		if got := query(t, fmt.Sprintf(c.statement, c.path)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.statement, got, c.want)
		}
	}
}
