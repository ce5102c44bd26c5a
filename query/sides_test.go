package query

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"llmbench/store"
)

func TestQuoteBareWords(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"dcu=K100_AI and tp=8":                       "dcu='K100_AI' and tp=8",
		"model = Qwen2.5-72B":                        "model = 'Qwen2.5-72B'",
		"dcu='K100_AI' AND name LIKE nightly-%":      "dcu='K100_AI' AND name LIKE 'nightly-%'",
		"tp = pp":                                    "tp = pp",
		"tp=pp*2":                                    "tp=pp*2",
		"dcu in (K100_AI, BW1000) and model=a":       "dcu in ('K100_AI', 'BW1000') and model='a'",
		"ignore_eos = true and note is not null":     "ignore_eos = true and note is not null",
		"lower(dcu) = lower(engine)":                 "lower(dcu) = lower(engine)",
		"tags['side'] = a and (tp = 4 or dcu != BW)": "tags['side'] = 'a' and (tp = 4 or dcu != 'BW')",
		"request_rate >= 1e3 and dcu ilike k100%":    "request_rate >= 1e3 and dcu ilike 'k100%'",
		"base_url = http://host:8000":                "base_url = 'http://host:8000'",
		"began_at > now() - INTERVAL 1 DAY":          "began_at > now() - INTERVAL 1 DAY",
		"":                                           "",
	} {
		if got := quoteBareWords(given); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", given, got, want)
		}
	}
}

func FuzzQuoteBareWords(f *testing.F) {
	f.Add("dcu=K100_AI and (tp in (4, 8) or name like 'x''y%') -- z")
	f.Fuzz(func(t *testing.T, text string) {
		quoted := quoteBareWords(text)
		// Taking the added quotes away gives the text back; nothing else is touched.
		if strings.ReplaceAll(quoted, "'", "") != strings.ReplaceAll(text, "'", "") && !strings.Contains(text, "\x00") {
			t.Errorf("%q became %q", text, quoted)
		}
	})
}

// sidesWarehouse holds six runs: three named nightly-1 to nightly-3, and three named twin.
func sidesWarehouse(t *testing.T) *store.Warehouse {
	t.Helper()
	w, err := store.Open(t.Context(), t.TempDir(), store.Options{Summarise: Summarise, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	for i, name := range []string{"nightly-1", "nightly-2", "nightly-3", "twin", "twin", "twin"} {
		run := newRun("2026112" + string(rune('1'+i)) + "T000000Z-aaaa")
		run.BeganAt = time.Date(2026, 11, 21+i, 0, 0, 0, 0, time.UTC)
		run.Name, run.DCU, run.TP = new(name), new("K100_AI"), new(int64(4))
		run.Tags = map[string]string{"side": []string{"base", "candidate"}[i%2]}
		if i == 5 {
			run.TP, run.Tags = new(int64(8)), nil
		}
		writer, err := w.Begin(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		record := okRecord(0, 0, 10, 5, 3)
		if err := writer.Append([]*store.Record{&record}); err != nil {
			t.Fatal(err)
		}
		run.Status = store.RunComplete
		if _, err := writer.Finish(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestSides(t *testing.T) {
	t.Parallel()
	w := sidesWarehouse(t)
	list := filepath.Join(t.TempDir(), "ids.txt")
	if err := os.WriteFile(list, []byte("# last week\nnightly-2\n\nlatest~1\n  20261121T000000Z-aaaa\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	day := func(days string) []string {
		var ids []string
		for _, d := range days {
			ids = append(ids, "2026112"+string(d)+"T000000Z-aaaa")
		}
		return ids
	}
	for reference, want := range map[string][]string{
		"latest":                           day("6"),
		"latest~2":                         day("4"),
		"20261123":                         day("3"),
		"nightly-2":                        day("2"),
		"twin":                             day("456"),
		"tag:side=base":                    day("135"),
		"tag:side":                         day("12345"),
		"name~nightly-*":                   day("123"),
		"name~*":                           day("123456"),
		"@" + list:                         day("125"),
		list:                               day("125"),
		"dcu=K100_AI and tp=8":             day("6"),
		"tp in (4) and name like nightly%": day("123"),
		"began_at < TIMESTAMPTZ '2026-11-22 12:00:00+00'": day("12"),
	} {
		sides, err := Sides(t.Context(), w, []string{reference}, func(text string) { t.Error(text) })
		if err != nil {
			t.Errorf("%s: %v", reference, err)
			continue
		}
		var got []string
		for _, entry := range sides[0].Entries {
			got = append(got, entry.Run.RunID)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", reference, got, want)
		}
	}
}

func TestSidesThatAreNone(t *testing.T) {
	t.Parallel()
	w := sidesWarehouse(t)
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("# nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[string]string{
		"nightly-9":      "no such run",
		"tag:side=other": `find the runs of "tag:side=other": no such run`,
		"name~zz*":       "no such run",
		"tp=16":          "no such run",
		"tpp=8":          "does not fit",
		"tp=8 and":       "not valid SQL",
		"@/none/such":    "read the runs of @/none/such: no such file",
		"@" + empty:      "names no run",
		"2026112":        "give a full id",
		"tp=1) or (1=1":  "",
	} {
		_, err := Sides(t.Context(), w, []string{reference}, nil)
		if want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", reference, err, want)
		}
	}
	_, err := Sides(t.Context(), w, []string{"nope", "latest", "tag:x=y"}, nil)
	if err == nil || !errors.Is(err, store.ErrNotFound) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two references without a run: %v", err)
	}
}
