package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
)

func TestTableFitsTerminal(t *testing.T) {
	t.Parallel()
	for width := 12; width <= 160; width++ {
		for line := range strings.Lines(string(write(t, "table", everyType(), Options{Width: width}))) {
			line = strings.TrimRight(line, "\n")
			if strings.HasPrefix(line, "(") {
				continue // the count of rows is short, and never cut
			}
			if n := text.StringWidth(line); n > width {
				t.Fatalf("width %d: %d columns: %s", width, n, line)
			}
		}
	}
}

func TestTableRowLimit(t *testing.T) {
	t.Parallel()
	check := func(rows, limit int, wantLines int, wantCount string) {
		t.Helper()
		r := &memoryRows{columns: []Column{{"i", "BIGINT"}}}
		for i := range rows {
			r.values = append(r.values, []any{int64(i)})
		}
		out := string(write(t, "table", r, Options{MaxRows: limit}))
		lines := strings.Count(out, "\n| ") - 1 // without the header
		if lines != wantLines || !strings.HasSuffix(out, wantCount+"\n") {
			t.Errorf("%d rows, limit %d: %d lines, ends in %q", rows, limit, lines, out[len(out)-40:])
		}
	}
	check(0, 10, 0, "(0 rows)")
	check(1, 10, 1, "(1 row)")
	check(10, 10, 10, "(10 rows)")
	check(11, 10, 10, "(11 rows, 10 shown)")
	check(11, 0, 11, "(11 rows)")
}

func TestTableNeverSteersTheTerminal(t *testing.T) {
	t.Parallel()
	r := &memoryRows{columns: []Column{{"x\x1b[2J", "VARCHAR"}}, values: [][]any{{"a\x1b[31m\x07\u009bb\nc"}}}
	out := string(write(t, "table", r, Options{}))
	if strings.ContainsAny(out, "\x1b\x07\u009b") || !strings.Contains(out, `a\x1b[31m\x07\x9bb\nc`) {
		t.Errorf("got %q", out)
	}
}

func TestTableWideCharacters(t *testing.T) {
	t.Parallel()
	r := &memoryRows{columns: []Column{{"名称", "VARCHAR"}}}
	for i := range 3 {
		r.values = append(r.values, []any{strings.Repeat("显存不足", i)})
	}
	out := string(write(t, "table", r, Options{Width: 14}))
	widths := map[int]bool{}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "+") {
			widths[text.StringWidth(strings.TrimRight(line, "\n"))] = true
		}
	}
	if len(widths) != 1 {
		t.Errorf("lines of different widths %v:\n%s", widths, out)
	}
}

func TestTableManyColumns(t *testing.T) {
	t.Parallel()
	r := &memoryRows{values: [][]any{nil}}
	for i := range 40 {
		r.columns = append(r.columns, Column{fmt.Sprintf("column%02d", i), "BIGINT"})
		r.values[0] = append(r.values[0], int64(i))
	}
	out := string(write(t, "table", r, Options{Width: 80}))
	golden(t, "columns-80.table", []byte(out))
	if !strings.Contains(out, "40 columns, ") {
		t.Errorf("not said how many columns are left out:\n%s", out)
	}
}
