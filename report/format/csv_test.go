package format

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func TestCSVReadsBack(t *testing.T) {
	t.Parallel()
	awkward := []string{"", " ", ",", `"`, "a\"b,c", "line\nfeed", "cr\r\nlf", "=1+1", "显存", "\\", "NULL"}
	rows := &memoryRows{columns: []Column{{"a,b", "VARCHAR"}, {"c", "VARCHAR"}}}
	for _, s := range awkward {
		rows.values = append(rows.values, []any{s, nil})
	}
	records, err := csv.NewReader(bytes.NewReader(write(t, "csv", rows, Options{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if records[0][0] != "a,b" || len(records) != len(awkward)+1 {
		t.Fatalf("read back %d records with header %q", len(records), records[0])
	}
	for i, s := range awkward {
		// encoding/csv reads a quoted \r\n as \n.
		if got := records[i+1][0]; got != strings.ReplaceAll(s, "\r\n", "\n") {
			t.Errorf("%q read back as %q", s, got)
		}
	}
}

func TestCSVNull(t *testing.T) {
	t.Parallel()
	check := func(columns int, row []any, want string) {
		t.Helper()
		rows := &memoryRows{columns: make([]Column, columns), values: [][]any{row}}
		_, got, _ := strings.Cut(string(write(t, "csv", rows, Options{})), "\n")
		if got != want {
			t.Errorf("%v: %q, want %q", row, got, want)
		}
	}
	check(2, []any{nil, ""}, ",\"\"\n")
	check(2, []any{"", nil}, "\"\",\n")
	check(1, []any{nil}, "\"\"\n")
	check(1, []any{"x"}, "x\n")
}
