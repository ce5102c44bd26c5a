package query

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"llmbench/store"

	views "llmbench/sql"
)

// macroArguments are for those table macros that cannot do without.
var macroArguments = map[string]string{
	"latency_stats":       "([50])",
	"chunk_arrivals":      "([], ['ok'])",
	"slo_limits":          "(NULL, NULL, NULL)",
	"windows":             "('steady')",
	"window_power":        "('steady')",
	"window_device_power": "('steady')",
	"window_utilisation":  "('steady')",
	"window_chunks":       "('steady')",
	"window_tokens":       "('steady')",
	"window_answers":      "('steady')",
	"window_gaps":         "('steady')",
	"window_latency":      "([50])",
	"window_totals":       "('steady')",
	"window_slices":       "(10, 'steady')",
	"window_summary":      "('steady')",
	"run_steps":           "(100)",
}

// What is documented is what DuckDB has: names, types and order.
func TestSchemaIsWhatDuckDBDescribes(t *testing.T) {
	t.Parallel()
	entry := writeRun(t, newRun("r1"), records(5))
	for name, source := range map[string]Source{
		"empty":     {},
		"files":     {Entries: []store.Entry{entry}},
		"catalogue": {Entries: []store.Entry{summarised(t, entry)}, Catalogue: writeCatalogue(t, []store.Entry{summarised(t, entry)})},
	} {
		s := openSession(t, source, Options{})
		for _, table := range Schema() {
			from := table.Name
			switch table.Kind {
			case views.KindMacro:
				continue
			case views.KindTableMacro:
				if name != "empty" && strings.HasPrefix(table.Name, "window_") {
					continue // their types follow from those of the views that they read
				}
				from += cmp.Or(macroArguments[table.Name], "()")
			}
			var want [][]string
			for _, column := range table.Columns {
				want = append(want, []string{column.Name, column.Type})
			}
			if got := asTexts(t, s, "SELECT column_name, column_type FROM (DESCRIBE FROM "+from+")"); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s\ndescribed  %v\ndocumented %v", name, table.Name, got, want)
			}
		}
	}
}

func TestMacrosTakeTheDocumentedParameters(t *testing.T) {
	t.Parallel()
	s, err := start(t.Context(), Source{}, Options{}, views.Tables())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, table := range Schema() {
		if len(table.Parameters) == 0 {
			continue
		}
		names := make(List, len(table.Parameters))
		for i, parameter := range table.Parameters {
			names[i] = parameter.Name
		}
		query := "SELECT parameters FROM duckdb_functions() WHERE function_name = ?"
		if got := asTexts(t, s, query, table.Name); !reflect.DeepEqual(got, [][]string{{text(names)}}) {
			t.Errorf("%s takes %v, documented %v", table.Name, got, names)
		}
	}
}

// The columns of runs and run_summary are the fields of store.Run and store.Summary.
func TestSchemaIsWhatTheStoreWrites(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		table, tag string
		first      []string
		row        any
	}{
		{"runs", "parquet", nil, store.Run{}},
		{"run_summary", "json", []string{"run_id", "name"}, store.Summary{}},
		{"requests", "parquet", nil, requestRow{}},
		{"token_lists", "parquet", nil, tokensRow{}},
		{"texts", "parquet", nil, textRow{}},
	} {
		want := test.first
		row := reflect.TypeOf(test.row)
		for i := range row.NumField() {
			name, _, _ := strings.Cut(row.Field(i).Tag.Get(test.tag), ",")
			want = append(want, name)
		}
		var got []string
		for _, column := range mustFind(test.table).Columns {
			got = append(got, column.Name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nhas  %v\nwant %v", test.table, got, want)
		}
	}
}

// stock is a DuckDB with nothing of ours.
func stock(t *testing.T) *Session {
	t.Helper()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := connector.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{connector: connector, conn: conn.(*duckdb.Conn), wire: &wire{}}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEveryFileRunsAsItStands(t *testing.T) {
	t.Parallel()
	s := stock(t)
	for _, table := range views.Tables() {
		statements, rest := Split(table.SQL)
		if len(statements) != 1 || rest != "" {
			t.Errorf("%s: %d statements, rest %q", table.Name, len(statements), rest)
		}
		if err := s.exec(t.Context(), table.SQL); err != nil {
			t.Errorf("%s: %v", table.Name, err)
		}
	}
}

// Needs names enough: each table can be created with what it lists and nothing else.
func TestNeedsSuffice(t *testing.T) {
	t.Parallel()
	for _, table := range views.Tables() {
		s, err := start(t.Context(), Source{}, Options{}, views.Needs(table.Name))
		if err != nil {
			t.Errorf("%s: %v", table.Name, err)
			continue
		}
		if s.pending[table.Name] {
			t.Errorf("%s was not created", table.Name)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestInitScriptGivesTheSameAnswers(t *testing.T) {
	t.Parallel()
	run := newRun("it's")
	run.Tags, run.SLO, run.Note = map[string]string{"a;b": "'"}, new(`{"ttft": 110}`), new("line\nbreak")
	entry := summarised(t, writeRun(t, run, randomRecords(3, 100)))
	dir := filepath.Join(t.TempDir(), "it's; a dir")
	if err := os.Rename(entry.Files.Dir, dir); err != nil {
		t.Fatal(err)
	}
	entry.Files.Requests, entry.Files.Tokens = filepath.Join(dir, "requests.parquet"), filepath.Join(dir, "tokens.parquet")
	entries := []store.Entry{entry}
	for name, source := range map[string]Source{
		"empty": {}, "without catalogue": {Entries: entries}, "with catalogue": {Entries: entries, Catalogue: writeCatalogue(t, entries)},
	} {
		s := stock(t)
		statements, rest := Split(InitScript(source))
		if rest != "" || len(statements) < len(views.Tables()) {
			t.Errorf("%s: %d statements, rest %q", name, len(statements), rest)
		}
		for _, statement := range statements {
			if err := s.exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, statement)
			}
		}
		ours := openSession(t, source, Options{})
		for _, query := range []string{
			"FROM run_summary", "FROM run_summary_vllm", "SELECT * REPLACE (epoch_us(began_at) AS began_at) FROM runs", "FROM requests ORDER BY request_id",
			"FROM latency_percentiles ORDER BY ALL", "FROM tokens ORDER BY request_id, chunk", "FROM goodput(e2el_ms := 120)",
		} {
			if got, want := asTexts(t, s, query), asTexts(t, ours, query); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s\nscript  %v\nsession %v", name, query, got, want)
			}
		}
	}
}
