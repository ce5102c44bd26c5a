package sql

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestOrderNamesEveryFileOnce(t *testing.T) {
	t.Parallel()
	found, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		found[i] = strings.TrimSuffix(found[i], ".sql")
	}
	listed := slices.Sorted(slices.Values(order))
	if !slices.Equal(found, listed) {
		t.Errorf("files  %v\nlisted %v", found, listed)
	}
}

// A file may only read what stands before it, or the files could not be created one after the other.
func TestOrderIsTopological(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`(?:FROM|JOIN) ([a-z_0-9]+)`)
	known := map[string]bool{}
	for _, table := range Tables() {
		for _, match := range reads.FindAllStringSubmatch(table.SQL, -1) {
			name := match[1]
			if slices.Contains(order, name) && !known[name] {
				t.Errorf("%s reads %s, which comes after it", table.Name, name)
			}
		}
		known[table.Name] = true
	}
}

func TestEveryFileIsDocumented(t *testing.T) {
	t.Parallel()
	unit := regexp.MustCompile(`_(ns|ms|s|w|mhz|pct|bytes|c)$`)
	for _, table := range Tables() {
		first, rest, _ := strings.Cut(table.SQL, "\n")
		if !strings.HasPrefix(first, "-- ") || table.Row == "" {
			t.Errorf("%s: first line %q is no sentence", table.Name, first)
		}
		if len(first) > 140 {
			t.Errorf("%s: the first line has %d characters", table.Name, len(first))
		}
		if !strings.Contains(rest, "CREATE OR REPLACE ") || strings.Count(rest, ";\n") < 1 || !strings.HasSuffix(rest, ";\n") {
			t.Errorf("%s: not one CREATE OR REPLACE statement that ends in a semicolon", table.Name)
		}
		if len(table.Columns) == 0 {
			t.Errorf("%s: no columns documented", table.Name)
		}
		for _, column := range slices.Concat(table.Columns, table.Parameters) {
			if column.Type == "" || column.Doc == "" {
				t.Errorf("%s.%s: type %q, doc %q", table.Name, column.Name, column.Type, column.Doc)
			}
			if strings.HasSuffix(column.Doc, ".") {
				t.Errorf("%s.%s: the sentence ends in a full stop", table.Name, column.Name)
			}
			if unit.MatchString(column.Name) && !strings.HasSuffix(column.Doc, "]") {
				t.Errorf("%s.%s: no unit in %q", table.Name, column.Name, column.Doc)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	table, ok := Find("goodput")
	if !ok || table.Kind != KindTableMacro || len(table.Parameters) != 3 {
		t.Errorf("goodput = %v, %q, %d parameters", ok, table.Kind, len(table.Parameters))
	}
	if table, _ := Find("population_std"); table.Kind != KindMacro || table.Columns[0].Name != "" {
		t.Errorf("population_std = %+v", table)
	}
	if table, _ := Find("requests"); table.Kind != KindTable || !strings.HasPrefix(table.Body(), "SELECT\n") ||
		!strings.HasSuffix(table.Body(), "WHERE false") {
		t.Errorf("requests: kind %q, body %q", table.Kind, table.Body())
	}
	if _, ok := Find("nothing"); ok {
		t.Error("found nothing")
	}
}
