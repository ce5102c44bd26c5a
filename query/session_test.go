package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"llmbench/store"

	views "llmbench/sql"
)

// warnings collects what a session says.
type warnings []string

func (w *warnings) options() Options {
	return Options{Warn: func(text string) { *w = append(*w, text) }}
}

func records(n int) []store.Record {
	all := make([]store.Record, n)
	for i := range all {
		all[i] = okRecord(int64(i), int64(i)*7, 100+int64(i*i)%37, 10, 50)
	}
	return all
}

func summarised(t testing.TB, entry store.Entry) store.Entry {
	t.Helper()
	summary, err := Summarise(t.Context(), entry.Run, entry.Files)
	if err != nil {
		t.Fatal(err)
	}
	entry.Summary = summary
	return entry
}

func TestAnEmptyWarehouseAnswers(t *testing.T) {
	t.Parallel()
	s := openSession(t, Source{}, Options{})
	for _, table := range views.Tables() {
		query := "SELECT count(*) FROM " + Identifier(table.Name)
		switch {
		case table.Kind == views.KindMacro, table.Name == "server_signals": // the latter is a dictionary
			continue
		case table.Kind == views.KindTableMacro:
			query += cmp.Or(macroArguments[table.Name], "()")
		}
		if got := asTexts(t, s, query); got[0][0] != "0" {
			t.Errorf("%s of an empty warehouse: %v rows", table.Name, got)
		}
	}
}

func TestCatalogueListsRunsThatAreNotSelected(t *testing.T) {
	t.Parallel()
	run := newRun("r1")
	run.Name, run.DurationNS, run.RequestRate = new("first"), new(int64(4e9)), new(store.Rate(2.5))
	run.Tags = map[string]string{"side": "it's", "empty": ""}
	entries := []store.Entry{
		summarised(t, writeRun(t, run, records(20))),
		summarised(t, writeRun(t, newRun("r2"), records(30))),
		summarised(t, writeRun(t, newRun("r3"), nil)),
	}
	s := openSession(t, Source{Entries: entries[:2], Catalogue: writeCatalogue(t, entries)}, Options{})
	for query, want := range map[string][][]string{
		"SELECT run_id, name FROM runs ORDER BY ALL":                      {{"r1", "first"}, {"r2", "NULL"}, {"r3", "NULL"}},
		"SELECT run_id FROM selected_runs ORDER BY ALL":                   {{"r1"}, {"r2"}},
		"SELECT run_id, count(*) FROM requests GROUP BY ALL ORDER BY ALL": {{"r1", "20"}, {"r2", "30"}},
		"SELECT run_id, completed FROM run_summary ORDER BY ALL":          {{"r1", "20"}, {"r2", "30"}},
		"SELECT tags['side'], request_rate, began_at FROM runs WHERE name = 'first'": {
			{"it's", "2.5", "2026-11-23 17:32:00.123456+00"}},
	} {
		if got := asTexts(t, s, query); !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, want %v", query, got, want)
		}
	}
}

// What the catalogue stores and what the view computes are the same numbers, to the last bit.
func TestStoredSummaryEqualsComputed(t *testing.T) {
	t.Parallel()
	random := writeRun(t, newRun("r1"), randomRecords(7, 200))
	few := writeRun(t, newRun("r2"), records(3))
	entries := []store.Entry{summarised(t, random), summarised(t, few)}
	computed := openSession(t, Source{Entries: []store.Entry{random, few}}, Options{})
	stored := openSession(t, Source{Entries: entries, Catalogue: writeCatalogue(t, entries)}, Options{})
	query := "FROM run_summary ORDER BY run_id"
	want, got := asTexts(t, computed, query), asTexts(t, stored, query)
	if len(want) != 2 || !reflect.DeepEqual(got, want) {
		t.Errorf("stored   %v\ncomputed %v", got, want)
	}
	definition := func(s *Session) string {
		return asTexts(t, s, "SELECT sql FROM duckdb_views() WHERE view_name = 'run_summary'")[0][0]
	}
	if !strings.Contains(definition(stored), "runs.parquet") || strings.Contains(definition(computed), "read_parquet") {
		t.Error("run_summary is not where it should come from")
	}
}

func TestSummarySurvivesTheCatalogue(t *testing.T) {
	t.Parallel()
	entry := summarised(t, writeRun(t, newRun("r1"), records(5)))
	good := writeCatalogue(t, []store.Entry{entry})
	bare := filepath.Join(t.TempDir(), "bare.parquet")
	writeParquet(t, bare, []store.Run{entry.Run})
	odd := filepath.Join(t.TempDir(), "odd.parquet")
	writeParquet(t, odd, []struct {
		RunID string `parquet:"run_id"`
		TP    string `parquet:"tp"`
	}{{"r1", "many"}})
	for _, test := range []struct {
		name, catalogue string
		warns           []string
	}{
		{"good", good, nil},
		{"without summaries", bare, []string{"has no summaries that can be read"}},
		{"truncated", truncated(t, good), []string{"runs lists the 1 runs in hand alone"}},
		{"missing", filepath.Join(t.TempDir(), "none.parquet"), []string{"runs lists the 1 runs in hand alone"}},
		{"of other types", odd, []string{"column tp is VARCHAR and should be BIGINT"}},
	} {
		var said warnings
		s := openSession(t, Source{Entries: []store.Entry{entry}, Catalogue: test.catalogue}, said.options())
		got := asTexts(t, s, "SELECT r.run_id, r.status, u.completed FROM runs r JOIN run_summary u USING (run_id)")
		if !reflect.DeepEqual(got, [][]string{{"r1", "complete", "5"}}) {
			t.Errorf("%s: %v", test.name, got)
		}
		if len(said) != len(test.warns) || len(said) > 0 && !strings.Contains(said[0], test.warns[0]) {
			t.Errorf("%s: warnings %q, want %q", test.name, said, test.warns)
		}
	}
}

func truncated(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, data[:len(data)/2])
}

func writeFile(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file that cannot be used costs its own rows and no others, and is named once.
func TestDamagedFilesAreSetAside(t *testing.T) {
	t.Parallel()
	sound := writeRun(t, newRun("sound"), records(40))
	hurt := writeRun(t, newRun("hurt"), records(40))
	data, err := os.ReadFile(hurt.Files.Tokens)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(data)
	for i := range len(data) / 4 { // pages, not the footer
		flipped[4+i] ^= 0x5a
	}
	foreign := filepath.Join(t.TempDir(), "foreign.parquet")
	writeParquet(t, foreign, []struct {
		RunID string `parquet:"run_id"`
		TNS   string `parquet:"t_ns"`
	}{{"hurt", "soon"}})
	for name, path := range map[string]string{
		"empty":        writeFile(t, nil),
		"truncated":    truncated(t, hurt.Files.Tokens),
		"no Parquet":   writeFile(t, []byte(strings.Repeat("request_id,t_ns\n", 20))),
		"missing":      filepath.Join(t.TempDir(), "none.parquet"),
		"a directory":  t.TempDir(),
		"foreign":      foreign,
		"pages broken": writeFile(t, flipped),
	} {
		broken := hurt
		broken.Files.Tokens = path
		var said warnings
		s := openSession(t, Source{Entries: []store.Entry{broken, sound}}, said.options())
		if asTexts(t, s, "SELECT count(*) FROM runs JOIN requests USING (run_id)"); len(said) > 0 {
			t.Errorf("%s: a question that misses nothing hears %q", name, said)
		}
		for range 2 {
			got := asTexts(t, s, "SELECT run_id, count(*), sum(gap_ns) FROM tokens GROUP BY ALL ORDER BY ALL")
			if want := [][]string{{"sound", "2000", "19600000000"}}; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		if len(said) != 1 || !strings.HasPrefix(said[0], path+" is left out: ") {
			t.Errorf("%s: warnings %q", name, said)
		}
		if name != "truncated" && name != "pages broken" {
			continue
		}
		got := asTexts(t, s, "SELECT run_id, completed, mean_ttft_ms IS NULL, mean_itl_ms FROM run_summary ORDER BY ALL")
		if want := [][]string{{"hurt", "40", "false", "NULL"}, {"sound", "40", "false", "10.0"}}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if _, err := Summarise(t.Context(), broken.Run, broken.Files); err == nil || !strings.Contains(err.Error(), "summarise run hurt: ") {
			t.Errorf("%s: summarise: %v", name, err)
		}
	}
}

func TestAFileMayVanishDuringASession(t *testing.T) {
	t.Parallel()
	entries := []store.Entry{writeRun(t, newRun("r1"), records(3)), writeRun(t, newRun("r2"), records(4))}
	var said warnings
	s := openSession(t, Source{Entries: entries}, said.options())
	if err := os.Remove(entries[0].Files.Requests); err != nil {
		t.Fatal(err)
	}
	got := asTexts(t, s, "SELECT run_id, count(*) FROM requests GROUP BY ALL")
	if want := [][]string{{"r2", "4"}}; !reflect.DeepEqual(got, want) || len(said) != 1 {
		t.Errorf("%v, want %v; warnings %q", got, want, said)
	}
}

// Files of an older version lack columns, files of a newer one have more.
func TestOlderAndNewerFiles(t *testing.T) {
	t.Parallel()
	type oldRow struct {
		RunID     string `parquet:"run_id"`
		RequestID int32  `parquet:"request_id"`
		Phase     string `parquet:"phase"`
		Status    string `parquet:"status"`
		SentNS    int64  `parquet:"sent_ns"`
	}
	type newRow struct {
		oldRow
		Colour string `parquet:"colour"`
	}
	older, newer := writeRun(t, newRun("older"), nil), writeRun(t, newRun("newer"), nil)
	type oldTokens struct {
		RunID     string  `parquet:"run_id"`
		RequestID int64   `parquet:"request_id"`
		TNS       []int64 `parquet:"t_ns,list"`
	}
	writeParquet(t, older.Files.Requests, []oldRow{{"older", 1, "measured", "ok", 5}})
	writeParquet(t, older.Files.Tokens, []oldTokens{{"older", 1, []int64{7}}})
	writeParquet(t, newer.Files.Requests, []newRow{{oldRow{"newer", 2, "measured", "ok", 6}, "red"}})
	s := openSession(t, Source{Entries: []store.Entry{older, newer}}, Options{})
	got := asTexts(t, s, "SELECT run_id, request_id, done_ns, colour FROM requests ORDER BY request_id")
	if want := [][]string{{"older", "1", "NULL", "NULL"}, {"newer", "2", "NULL", "red"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := asTexts(t, s, "SELECT run_id, attempt FROM requests JOIN token_lists USING (run_id, request_id, attempt)"); !reflect.DeepEqual(got, [][]string{{"older", "0"}}) {
		t.Errorf("chunks without the number of the attempt: %v", got)
	}
	if got := asTexts(t, s, "SELECT completed, mean_ttft_ms FROM run_summary"); !reflect.DeepEqual(got, [][]string{{"1", "NULL"}, {"1", "NULL"}}) {
		t.Errorf("summary %v", got)
	}
}

// Over many runs no event file is opened until a query needs it.
func TestManyRunsAreOpenedOnDemand(t *testing.T) {
	t.Parallel()
	entry := summarised(t, writeRun(t, newRun("r0"), records(2)))
	entries := make([]store.Entry, warnAbove+1)
	for i := range entries {
		entries[i] = entry
		entries[i].Run.RunID = fmt.Sprintf("r%d", i)
	}
	entries[7].Summary = nil
	catalogue := writeCatalogue(t, entries)
	var said warnings
	s := openSession(t, Source{Entries: entries, Catalogue: catalogue}, said.options())
	if len(said) != 1 || !strings.Contains(said[0], "run_summary leaves out 1 runs without a stored summary, such as r7") {
		t.Errorf("warnings %q", said)
	}
	said = nil
	if got := asTexts(t, s, "SELECT count(*), sum(completed) FROM run_summary"); got[0][0] != "500" {
		t.Errorf("run_summary has %v", got)
	}
	if len(said) != 0 || !s.pending["requests"] || !s.pending["token_lists"] {
		t.Errorf("run_summary opened event files: %v, %q", s.pending, said)
	}
	if got := asTexts(t, s, "WITH r AS (FROM requests) SELECT count(*) FROM r"); got[0][0] != "1002" {
		t.Errorf("requests has %v rows", got)
	}
	if len(said) != 1 || said[0] != "reading requests of 501 runs; --runs narrows it down" || !s.pending["token_lists"] {
		t.Errorf("pending %v, warnings %q", s.pending, said)
	}
	if got := asTexts(t, s, "SELECT count(*) FROM goodput(ttft_ms := 100); SELECT count(*) FROM token_lists"); got[0][0] != "1002" {
		t.Errorf("token_lists has %v rows", got)
	}
	if _, err := s.Query(t.Context(), "FROM nothing"); err == nil {
		t.Error("a table that does not exist was found")
	}
}

func TestCloseRemovesWhatWasSpilled(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	s, err := Open(t.Context(), Source{}, Options{TempDir: parent, Threads: 2, MemoryLimit: "60MB"})
	if err != nil {
		t.Fatal(err)
	}
	got := asTexts(t, s, "CREATE TEMP TABLE big AS SELECT range AS a, hash(range) AS b FROM range(8000000); SELECT count(*) FROM big")
	spilled, _ := filepath.Glob(filepath.Join(parent, "*", "*"))
	if got[0][0] != "8000000" || len(spilled) == 0 {
		t.Errorf("%v rows, spilled files %v", got, spilled)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", "4GB", "512MB", "1.5 GiB", "100000kb", "500000000B"} {
		s, err := Open(t.Context(), Source{}, Options{MemoryLimit: good, Threads: 1})
		if err != nil {
			t.Errorf("%q: %v", good, err)
			continue
		}
		s.Close()
	}
	_, err := Open(t.Context(), Source{}, Options{Threads: -1, MemoryLimit: "lots"})
	if err == nil || !strings.Contains(err.Error(), "--threads -1") || !strings.Contains(err.Error(), `--memory-limit "lots"`) {
		t.Errorf("error %v", err)
	}
	s := openSession(t, Source{}, Options{Threads: 1, TempDir: filepath.Join(t.TempDir(), "none")})
	if got := asTexts(t, s, "SELECT current_setting('threads'), current_setting('TimeZone')"); !reflect.DeepEqual(got, [][]string{{"1", "UTC"}}) {
		t.Errorf("settings %v", got)
	}
}

func TestOpenIsCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	parent := t.TempDir()
	if _, err := Open(ctx, Source{}, Options{TempDir: parent}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
