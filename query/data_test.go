package query

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	views "llmbench/sql"
)

// The views are tested as data: the files testdata/*.test hold small tables and what queries on them give.
//
//	input TABLE
//	column  column
//	value   value
//
//	query
//	SELECT ...
//	----
//	column  column
//	value   value
//
// An input puts rows under a base table, by its own types; every run in runs is selected. Cells stand two or more
// blanks apart, floats with twelve digits, "-" is NULL, a paragraph ends at an empty line, # begins a comment.
func TestViewsAsData(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.test")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".test"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := openSession(t, Source{}, Options{})
			line := 1
			for paragraph := range strings.SplitSeq(string(text), "\n\n") {
				runParagraph(t, s, fmt.Sprintf("%s:%d", path, line), paragraph)
				line += strings.Count(paragraph, "\n") + 2
			}
		})
	}
}

func runParagraph(t *testing.T, s *Session, place, paragraph string) {
	t.Helper()
	var lines []string
	for line := range strings.SplitSeq(paragraph, "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return
	}
	table, isInput := strings.CutPrefix(lines[0], "input ")
	switch {
	case isInput:
		if err := s.exec(t.Context(), inputView(table, lines[1:])); err != nil {
			t.Fatalf("%s: %v", place, err)
		}
	case lines[0] == "query":
		query, want, ok := strings.Cut(strings.Join(lines[1:], "\n"), "\n----\n")
		if !ok {
			t.Fatalf("%s: a query without ----", place)
		}
		checkQuery(t, s, place, query, strings.Split(want, "\n"))
	default:
		t.Fatalf("%s: %q is neither input nor query", place, lines[0])
	}
}

var gap = regexp.MustCompile(`  +`)

func cells(line string) []string { return gap.Split(strings.TrimSpace(line), -1) }

// inputView is a base table over rows written out. With runs comes the selection of all of them.
func inputView(name string, lines []string) string {
	table := mustFind(name)
	types := map[string]string{}
	for _, column := range table.Columns {
		types[column.Name] = column.Type
	}
	names := cells(lines[0])
	rows := make([]string, len(lines)-1)
	for i, line := range lines[1:] {
		values := cells(line)
		for j, value := range values {
			quoted := Literal(value)
			if value == "-" {
				quoted = "NULL"
			}
			values[j] = quoted + "::" + types[names[j]]
		}
		rows[i] = "(" + strings.Join(values, ", ") + ")"
	}
	text := createView(name, typedUnion(table, "FROM (VALUES "+strings.Join(rows, ",\n")+") AS input("+strings.Join(names, ", ")+")"))
	if name == "runs" {
		text += createView("selected_runs", "SELECT run_id FROM runs")
	}
	return text
}

func checkQuery(t *testing.T, s *Session, place, query string, want []string) {
	t.Helper()
	rows, err := s.Query(t.Context(), query)
	if err != nil {
		t.Errorf("%s: %v", place, err)
		return
	}
	var header []string
	for _, column := range rows.Columns {
		header = append(header, column.Name)
	}
	got := [][]string{header}
	body, err := collect(rows, func(v []any) []string {
		row := make([]string, len(v))
		for i := range v {
			row[i] = text(rounded(v[i]))
			if v[i] == nil {
				row[i] = "-"
			}
		}
		return row
	})
	if err != nil {
		t.Errorf("%s: %v", place, err)
		return
	}
	got = append(got, body...)
	var expected [][]string
	for _, line := range want {
		expected = append(expected, cells(line))
	}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("%s: %s\ngot\n%s\nwant\n%s", place, query, layout(got), layout(expected))
	}
}

// rounded keeps twelve digits of a float, on its own or in a list.
func rounded(v any) any {
	switch x := v.(type) {
	case float64:
		short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
		return short
	case List:
		list := make(List, len(x))
		for i := range x {
			list[i] = rounded(x[i])
		}
		return list
	}
	return v
}

func layout(rows [][]string) string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = strings.Join(row, "  ")
	}
	return strings.Join(lines, "\n")
}

// A view that no test file reads is a view that nobody has tried.
func TestEveryViewIsTestedAsData(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	paths, _ := filepath.Glob("testdata/*.test")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, table := range views.Tables() {
		if table.Kind != views.KindTable && !regexp.MustCompile(`\b`+table.Name+`\b`).MatchString(all.String()) {
			t.Errorf("no query on %s in testdata", table.Name)
		}
	}
}
