package llmbench_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"llmbench/collect/dataset"
	"llmbench/collect/protocol"
	"llmbench/report/gallery"
	"llmbench/store/interchange"
)

// TestDocumentsNameEverything: whatever a registry has a line for, a document tells users of.
func TestDocumentsNameEverything(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	var text []byte
	for _, path := range append(paths, "README.md") {
		one, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, one...), '\n')
	}
	names := map[string][]string{"dataset": dataset.Names(), "backend": protocol.Names()}
	for _, k := range gallery.Kinds() {
		names["chart"] = append(names["chart"], k.Name)
	}
	for _, f := range interchange.Formats() {
		names["format to import"] = append(names["format to import"], f.Name)
	}
	for _, w := range interchange.Writers() {
		names["format to export"] = append(names["format to export"], w.Name)
	}
	for kind, list := range names {
		for _, name := range list {
			if !regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(name) + `($|[^\w-])`).Match(text) {
				t.Errorf("no document names the %s %s", kind, name)
			}
		}
	}
}
