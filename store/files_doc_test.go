package store

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// documentTables finds the tables of a Markdown document: their cells by row, under the heading each stands below.
func documentTables(t *testing.T, path string) map[string][][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tables, heading := map[string][][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
			heading = strings.TrimLeft(line, "# ")
		case strings.HasPrefix(line, "| `"):
			var cells []string
			for cell := range strings.SplitSeq(strings.Trim(line, "|"), " | ") {
				cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
			}
			tables[heading] = append(tables[heading], cells)
		}
	}
	return tables
}

// typeOf is a column's type as docs/files.md names it.
func typeOf(node parquet.Node) string {
	name := node.Type().String()
	switch name {
	case "LIST":
		return "LIST<" + typeOf(node.Fields()[0].Fields()[0]) + ">"
	case "INT(64,true)":
		return "INT64"
	case "INT(32,true)":
		return "INT32"
	case "MAP":
		pair := node.Fields()[0].Fields()
		return "MAP<" + typeOf(pair[0]) + ", " + typeOf(pair[1]) + ">"
	}
	return name
}

// TestFilesDocument holds docs/files.md against the files: every table has the documented columns, of the documented types,
// and "never" stands beside those that cannot be NULL, and no others.
func TestFilesDocument(t *testing.T) {
	t.Parallel()
	document := documentTables(t, "../docs/files.md")
	w, _ := openAt(t, t.TempDir(), Options{})
	entry := storeSampled(t, w)
	for name, path := range entry.Files.events() {
		var want, got [][]string
		for _, field := range openParquet(t, path).Schema().Fields() {
			want = append(want, []string{field.Name(), typeOf(field), map[bool]string{true: "sometimes", false: "never"}[field.Optional()]})
		}
		for _, row := range document[name] {
			null := "sometimes"
			if len(row) == 3 && (row[2] == "never" || strings.HasPrefix(row[2], "never;")) {
				null = "never"
			}
			got = append(got, append(row[:2:2], null))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("docs/files.md says of %s\n%v\nthe file has\n%v", name, got, want)
		}
	}
	var keys []string
	for field := range reflect.TypeFor[runFile]().Fields() {
		if key := field.Tag.Get("json"); key != "" {
			keys = append(keys, key)
		}
	}
	var documented []string
	for _, row := range document["run.json"] {
		documented = append(documented, row[0])
	}
	if !reflect.DeepEqual(documented, keys) {
		t.Errorf("docs/files.md has the keys %v of run.json, the file has %v", documented, keys)
	}
}
