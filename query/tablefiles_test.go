package query

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put writes a file for a test.
func put(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// written is what Write makes of the files.
func written(t *testing.T, f TableFiles, columns []string, keep string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := f.Write(t.Context(), columns, keep, path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// parquetFile makes a Parquet file of a query's rows.
func parquetFile(t *testing.T, dir, name, query string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := onTables(t.Context(), func(s *Session) error {
		return s.exec(t.Context(), "COPY ("+query+") TO "+Literal(path)+" (FORMAT parquet)")
	}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTableFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := parquetFile(t, dir, "it's one.parquet", `SELECT 'x "q"' AS prompt, 5 AS n, {'bytes': 'abc'::BLOB, 'path': 'a.png'} AS image,
		[{'bytes': '\x00\xFF'::BLOB}] AS images UNION ALL SELECT 'y', 6, NULL, NULL`)
	two := parquetFile(t, dir, "two.parquet", "SELECT 'z' AS prompt, 'more' AS other")
	array := put(t, dir, "a.json", "[{\"a\": 1,\n \"b\":[{\"c\":null}]},\n {\"a\":\"x\"}]")
	lines := put(t, dir, "b.jsonl", "{\"a\":[]}\n\n{\"z\":\"\\u00e9\"}\n")
	for _, c := range []struct {
		name    string
		files   TableFiles
		columns []string
		rows    int64
		want    string
	}{
		{"parquet", TableFiles{"parquet", []string{one}}, []string{"prompt", "n", "image", "images"}, 2,
			`{"prompt":"x \"q\"","n":5,"image":{"bytes":"YWJj","path":"a.png"},"images":[{"bytes":"AP8="}]}` + "\n" + `{"prompt":"y","n":6,"image":null,"images":null}` + "\n"},
		{"two parquet", TableFiles{"parquet", []string{one, two}}, []string{"prompt", "n", "image", "images", "other"}, 3, ""},
		{"json", TableFiles{"json", []string{array, lines}}, nil, 4,
			`{"json":{"a":1,"b":[{"c":null}]}}` + "\n" + `{"json":{"a":"x"}}` + "\n" + `{"json":{"a":[]}}` + "\n" + `{"json":{"z":"é"}}` + "\n"},
	} {
		columns, rows, err := c.files.Look(t.Context())
		if err != nil || fmt.Sprint(columns) != fmt.Sprint(c.columns) || rows != c.rows {
			t.Errorf("%s: columns %v, %d rows, %v; want %v and %d", c.name, columns, rows, err, c.columns, c.rows)
			continue
		}
		if got := written(t, c.files, columns, ""); c.want != "" && got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	if got := written(t, TableFiles{"parquet", []string{one}}, []string{"n"}, ""); got != "{\"n\":5}\n{\"n\":6}\n" {
		t.Errorf("one column gives %s", got)
	}
}

// A row without an end is refused long before the file is read to its end.
func TestTableFilesEndless(t *testing.T) {
	t.Parallel()
	path := put(t, t.TempDir(), "endless.jsonl", `{"a":"`)
	if err := os.Truncate(path, 2<<30); err != nil { // a hole: 2 GB that take no room
		t.Fatal(err)
	}
	_, _, err := TableFiles{"json", []string{path}}.Look(t.Context())
	if want := path + ": a row is longer than 64 MB"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// The rows kept are those of the numbers, in the order of the files.
func TestTableFilesKeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := parquetFile(t, dir, "1.parquet", "SELECT i FROM range(5000) t(i)")
	two := parquetFile(t, dir, "2.parquet", "SELECT i + 5000 AS i FROM range(5000) t(i)")
	keep := put(t, dir, "keep", "0\n4999\n5000\n9999\n7\n")
	got := written(t, TableFiles{"parquet", []string{one, two}}, []string{"i"}, keep)
	if want := "{\"i\":0}\n{\"i\":7}\n{\"i\":4999}\n{\"i\":5000}\n{\"i\":9999}\n"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	lines := put(t, dir, "a.jsonl", "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n")
	if got := written(t, TableFiles{"json", []string{lines}}, nil, put(t, dir, "one", "1\n")); got != "{\"json\":{\"a\":1}}\n" {
		t.Errorf("kept %s of the lines", got)
	}
}

func TestTableFilesRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		format, content string
		says            []string
	}{
		"bad.parquet":   {"parquet", "PAR1 and no more", []string{"bad.parquet"}},
		"empty.parquet": {"parquet", "", []string{"empty.parquet"}},
		"bad.jsonl":     {"json", "{\"a\":1}\n{\"a\":\n", []string{"bad.jsonl", "line"}},
		"binary.json":   {"json", "\x00\x01\x02", []string{"binary.json"}},
		"unknown.xlsx":  {"xlsx", "", []string{"unknown format"}},
	} {
		files := TableFiles{c.format, []string{put(t, dir, name, c.content)}}
		columns, _, err := files.Look(t.Context())
		if err == nil {
			err = files.Write(t.Context(), columns, "", filepath.Join(t.TempDir(), "rows"))
		}
		for _, text := range c.says {
			if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "SELECT") {
				t.Errorf("%s: %v; want one line with %q", name, err, text)
			}
		}
	}
}
