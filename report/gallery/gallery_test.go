package gallery

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"llmbench/query"
	"llmbench/report"
	"llmbench/report/chart"
	"llmbench/store"
)

var (
	update   = flag.Bool("update", false, "rewrite the golden files in testdata")
	pictures = flag.String("pictures", "", "write every picture into this folder, to be looked at")
)

// fixture is a run of a warehouse that the tests make.
type fixture struct {
	name     string
	run      func(*store.Run)
	requests int
	each     func(i int, r *store.Record)
}

// fixtures are runs from the usual to the absurd.
var fixtures = []fixture{
	{name: "steady", requests: 40},
	{name: "slow", requests: 40, run: func(r *store.Run) { r.TP = new(int64(8)); r.MaxConcurrency = new(int64(16)) }, each: func(i int, r *store.Record) {
		for k := range r.TNS {
			r.TNS[k] *= 2
		}
		if i%9 == 3 {
			r.TNS[5] += 300e6
		}
	}},
	{name: "single", requests: 1},
	{name: "failed", requests: 5, each: func(_ int, r *store.Record) {
		r.Status, r.HTTPStatus, r.Error = store.StatusHTTPError, store.Int(503), store.String("busy")
		r.TNS, r.FirstTokenNS, r.LastTokenNS, r.OutputTokens, r.PromptTokens = nil, store.NullInt{}, store.NullInt{}, store.NullInt{}, store.NullInt{}
	}},
	{name: "nulls", requests: 3, run: func(r *store.Run) {
		r.RequestRate, r.MaxConcurrency, r.ClientVerdict, r.TP, r.DurationNS = nil, nil, nil, nil, nil
	}, each: func(_ int, r *store.Record) {
		r.IntendedNS, r.PromptTokens, r.OutputTokens, r.TNS = store.NullInt{}, store.NullInt{}, store.NullInt{}, nil
	}},
	{name: "unplaced", requests: 4, run: func(r *store.Run) { r.TimeBase = "relative"; r.Source = "import:vllm" }},
	{name: "empty"},
}

// steady is request i: one each tenth of a second, 50 ms to the first of 21 tokens, 10 ms between them.
func steady(i int) *store.Record {
	sent := int64(i) * 1e8
	rec := &store.Record{Request: store.Request{
		RequestID: int64(i), Phase: store.PhaseMeasured, Status: store.StatusOK, HTTPStatus: store.Int(200), Chunks: 21,
		IntendedNS: store.Int(sent), SlotNS: store.Int(sent + 1e6), SentNS: store.Int(sent + 1e6),
		PromptTokens: store.Int(int64(64 << (i % 4))), OutputTokens: store.Int(21), OutputTokensSource: store.String(store.CountedByUsage),
	}}
	for k := range 21 {
		rec.TNS = append(rec.TNS, 50e6+int64(i)*1e5+int64(k)*10e6)
	}
	return rec
}

// gallery is the warehouse of the fixtures, with a session over some of them.
type fixtureWarehouse struct {
	entries map[string]store.Entry
	path    string
}

func openFixtures(t *testing.T) fixtureWarehouse {
	t.Helper()
	w, err := store.Open(t.Context(), t.TempDir(), store.Options{Summarise: query.Summarise, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	all := fixtureWarehouse{entries: map[string]store.Entry{}}
	for i, f := range fixtures {
		began := time.Date(2026, 11, 20, i, 0, 0, 0, time.UTC)
		run := store.Run{
			RunID: store.RunIDAt(began, "test"), BeganAt: began, Source: "collect", TimeBase: "process", Status: store.RunRunning, Name: &f.name,
			RequestRate: new(store.Rate(10)), MaxConcurrency: new(int64(8)), TP: new(int64(4)), ClientVerdict: new("ok"), DurationNS: new(int64(4.5e9)),
		}
		if f.run != nil {
			f.run(&run)
		}
		writer, err := w.Begin(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		var failed int64
		for id := range f.requests {
			rec := steady(id)
			if f.each != nil {
				f.each(id, rec)
			}
			if n := len(rec.TNS); n > 0 {
				slices.Sort(rec.TNS)
				sent := rec.SentNS.V
				rec.FirstTokenNS, rec.LastTokenNS, rec.DoneNS = store.Int(sent+rec.TNS[0]), store.Int(sent+rec.TNS[n-1]), store.Int(sent+rec.TNS[n-1])
			}
			if rec.Status != store.StatusOK {
				failed++
			}
			if err := writer.Append([]*store.Record{rec}); err != nil {
				t.Fatal(err)
			}
		}
		run.Status, run.Completed, run.Failed = store.RunComplete, new(int64(f.requests)-failed), &failed
		entry, err := writer.Finish(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		all.entries[f.name] = entry
	}
	if all.path, _, err = w.Catalogue(t.Context()); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w fixtureWarehouse) ask(t *testing.T, names ...string) (Ask, *query.Session) {
	t.Helper()
	a := Ask{Lang: chart.English, Scale: report.DefaultRatingScale()}
	source := query.Source{Catalogue: w.path}
	for _, name := range names {
		e := w.entries[name]
		source.Entries = append(source.Entries, e)
		run := Run{ID: e.Run.RunID, Label: name, Facts: chart.Facts{Completed: *e.Run.Completed, Failed: *e.Run.Failed, Client: "ok"}}
		if e.Run.TimeBase == "relative" {
			run.Times = Relative
		}
		a.Runs = append(a.Runs, run)
	}
	s, err := query.OpenLazily(t.Context(), source, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return a, s
}

var selections = [][]string{{"steady"}, {"steady", "slow"}, {"single"}, {"failed"}, {"empty"}, {"unplaced"}, {"steady", "failed", "nulls", "unplaced"}}

// Every kind draws every selection, in both languages, and shows exactly what the goldens say.
func TestKinds(t *testing.T) {
	t.Parallel()
	w := openFixtures(t)
	for _, names := range selections {
		t.Run(strings.Join(names, "+"), func(t *testing.T) {
			a, session := w.ask(t, names...)
			shown := map[string]any{}
			for _, k := range Kinds() {
				answer, err := session.Table(t.Context(), k.SQL(a))
				if err != nil {
					t.Fatalf("%s: %v", k.Name, err)
				}
				f := k.Draw(a, answer)
				if err := f.Validate(); err != nil {
					t.Error(err)
				}
				shown[k.Name] = plainFigure(f)
				drawn(t, k.Name+"-"+strings.Join(names, "+"), f)
				speaksChinese(t, k, a, answer)
			}
			golden(t, strings.Join(names, "+"), shown)
		})
	}
}

// drawn writes the picture for people to look at.
func drawn(t *testing.T, name string, f chart.Figure) {
	t.Helper()
	var out bytes.Buffer
	if err := f.Write(&out, chart.Options{Format: "svg"}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if *pictures == "" {
		return
	}
	file, err := os.Create(filepath.Join(*pictures, name+".png"))
	if err == nil {
		err = errors.Join(f.Write(file, chart.Options{}), file.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// englishWords are those that Chinese pictures keep: abbreviations, units, names of columns and of runs.
var englishWords = regexp.MustCompile(`^(TTFT|TPOT|ITL|SLO|GiB|output_throughput|throughput|max_concurrency|request_rate|steady|slow|single|failed|nulls|unplaced|empty|inf|output|max|concurrency|request|rate|req|batch)$`)

// speaksChinese finds words that were left in English: Chinese is drawn as outlines, so that texts are what is not.
func speaksChinese(t *testing.T, k Kind, a Ask, answer *query.Table) {
	t.Helper()
	a.Lang = chart.Chinese
	var out bytes.Buffer
	if err := k.Draw(a, answer).Write(&out, chart.Options{Format: "svg"}); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(&out); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		text, ok := token.(xml.CharData)
		if !ok {
			continue
		}
		for _, word := range regexp.MustCompile(`[A-Za-z_]{3,}`).FindAllString(string(text), -1) {
			if !englishWords.MatchString(word) {
				t.Errorf("%s says %q in Chinese", k.Name, strings.TrimSpace(string(text)))
			}
		}
	}
}

// plainFigure is what a figure shows, without how.
func plainFigure(f chart.Figure) any {
	type panel struct {
		Title, Note, X string
		Marks          []any
	}
	out := struct {
		Title, Note, Empty string
		Legend             []string
		Panels             []panel
	}{Title: f.Title, Note: f.Note}
	shown := false
	for _, k := range f.Legend {
		out.Legend = append(out.Legend, strings.TrimSuffix(k.Name+": "+k.Detail, ": "))
	}
	for _, p := range f.Panels {
		plain := panel{Title: p.Title, Note: p.Note, X: p.X.Title}
		for _, m := range p.Marks {
			plain.Marks = append(plain.Marks, plainMark(m))
			shown = true
		}
		out.Panels = append(out.Panels, plain)
	}
	if !shown || !f.Shows() {
		out.Empty = f.Empty
	}
	return out
}

func plainMark(m chart.Mark) any {
	switch m := m.(type) {
	case chart.Line:
		return map[string]any{"line": m.Series, "name": m.Name, "points": short(m.Points)}
	case chart.Dots:
		return map[string]any{"dots": m.Series, "labels": m.Labels, "points": short(m.Points)}
	case chart.Band:
		var list [][3]any
		for _, r := range m.Points {
			list = append(list, [3]any{rounded(r.X), rounded(r.Low), rounded(r.High)})
		}
		return map[string]any{"band": m.Series, "points": thinned(list)}
	case chart.Boxes:
		var list [][4]any
		for _, b := range m.Boxes {
			list = append(list, [4]any{rounded(b.X0), rounded(b.X1), rounded(b.Y0), string(b.Fill) + " " + b.Label})
		}
		return map[string]any{"boxes": len(m.Boxes), "some": thinned(list)}
	case chart.Frontier:
		return map[string]any{"frontier": short(m.Points)}
	case chart.Rule:
		return map[string]any{"rule": m.Name}
	}
	return m
}

func short(points []chart.Point) any {
	var list [][2]any
	for _, p := range points {
		list = append(list, [2]any{rounded(p.X), rounded(p.Y)})
	}
	return map[string]any{"n": len(list), "some": thinned(list)}
}

// thinned keeps some of a long list: enough to see a change, few enough to read.
func thinned[T any](list []T) []T {
	every := (len(list) + 11) / 12
	var kept []T
	for i := 0; i < len(list); i += max(1, every) {
		kept = append(kept, list[i])
	}
	return kept
}

// rounded keeps six digits, which do not depend on the machine.
func rounded(v float64) any {
	if math.IsNaN(v) {
		return "NaN"
	}
	if v == 0 {
		return v
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

func golden(t *testing.T, name string, shown any) {
	t.Helper()
	got, err := json.MarshalIndent(shown, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = regexp.MustCompile(`\[\s+([^\[\]{}]*?)\s+\]`).ReplaceAllFunc(got, func(list []byte) []byte {
		return regexp.MustCompile(`\s*\n\s*`).ReplaceAll(list, nil)
	})
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(want), bytes.TrimSpace(got)) {
		t.Errorf("%s shows something else (run with -update if it should):\n%s", name, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "line " + w[i] + "\n now " + g[i]
		}
	}
	return "one is longer"
}

// Every table answers every selection; a sweep's says what holds for it.
func TestTables(t *testing.T) {
	t.Parallel()
	w := openFixtures(t)
	for _, names := range [][]string{{"empty"}, {"steady", "failed", "nulls", "unplaced"}} {
		a, session := w.ask(t, names...)
		for _, k := range TableKinds() {
			answer, err := session.Table(t.Context(), k.SQL(a))
			if err != nil {
				t.Fatalf("%s: %v", k.Name, err)
			}
			table := k.Table(a, answer)
			if table == nil {
				continue
			}
			for _, row := range table.Rows {
				if len(row) != len(table.Header) {
					t.Errorf("%s of %v: %d cells below %d headings", k.Name, names, len(row), len(table.Header))
				}
			}
		}
	}
	a, session := w.ask(t, "steady", "slow")
	a.SLO = query.SLO{TTFTMS: new(60.0)}
	answer, err := session.Table(t.Context(), best.SQL(a))
	if err != nil {
		t.Fatal(err)
	}
	table := best.Table(a, answer)
	if len(table.Rows) != 1 || table.Rows[0][1].Text != "tp=4" || table.Rows[0][0].Text != "TTFT ≤ 60 ms" || table.Rows[0][8].Text != "1 run, 40 requests" {
		t.Errorf("best = %+v", table.Rows)
	}
}
