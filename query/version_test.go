package query

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"llmbench/store"

	views "llmbench/sql"
)

// TestEveryVersion asks every table and view of what each version of the schema wrote; the answers stay what they were.
func TestEveryVersion(t *testing.T) {
	t.Parallel()
	for version := 1; version <= store.SchemaVersion; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			const done = "20261123T173200Z-d0ne"
			fixture := fmt.Sprintf("../store/testdata/schema-%d/warehouse", version)
			if err := os.CopyFS(filepath.Join(root, "events"), os.DirFS(filepath.Join(fixture, "events"))); err != nil {
				t.Fatal(err)
			}
			w, err := store.Open(t.Context(), root, store.Options{Summarise: Summarise, Warn: func(note string) { t.Error(note) }})
			if err != nil {
				t.Fatal(err)
			}
			entry, err := w.Resolve(t.Context(), done)
			if err != nil {
				t.Fatal(err)
			}
			catalogue, _, err := w.Catalogue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s := openSession(t, Source{Entries: []store.Entry{entry}, Catalogue: catalogue}, Options{Warn: func(note string) { t.Error(note) }})
			for _, table := range views.Tables() {
				if table.Kind == views.KindTable || table.Kind == views.KindView {
					asTexts(t, s, "FROM "+table.Name)
				}
			}
			got := asTexts(t, s, "SELECT completed, total_output_tokens, round(mean_itl_ms, 6), (SELECT count(*) FROM tokens), (SELECT count(*) FROM texts) FROM run_summary")
			if want := [][]string{{"40", "800", "20.754452", "800", "0"}}; !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
