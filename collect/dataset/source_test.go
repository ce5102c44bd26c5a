package dataset

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// heldTables are tables in memory, in the place of the files.
type heldTables struct {
	columns []string
	rows    []string
	err     error
	asked   [][]string // columns of each Write
}

func (h *heldTables) Look(string, []string) ([]string, int64, error) {
	return h.columns, int64(len(h.rows)), h.err
}

func (h *heldTables) Write(_ string, _, columns []string, keep, path string) error {
	h.asked = append(h.asked, columns)
	rows := h.rows
	if keep != "" {
		data, err := os.ReadFile(keep)
		if err != nil {
			return err
		}
		rows = nil
		for line := range strings.Lines(string(data)) {
			n, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				return err
			}
			rows = append(rows, h.rows[n])
		}
	}
	// A new file takes the name, as DuckDB has it.
	if err := os.WriteFile(path+".new", []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func numbered(n int) []string {
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf(`{"prompt":"p%d"}`, i))
	}
	return rows
}

func parquet(t *testing.T, tables *heldTables) Config {
	t.Helper()
	c := custom(t)
	c.Path = filepath.Join(t.TempDir(), "data.parquet")
	if err := os.WriteFile(c.Path, []byte("PAR1"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.NumPrompts, c.Files.Tables = 10, tables
	return c
}

// Of many rows only as many are taken out of the files as will be sent: any of them where they are shuffled.
func TestTablesKeep(t *testing.T) {
	t.Parallel()
	tables := &heldTables{columns: []string{"id", "prompt", "blob"}, rows: numbered(1000)}
	c := parquet(t, tables)
	d := made(t, c)
	for i := range 10 {
		if p := promptAt(t, d, i); p.Text != fmt.Sprintf("p%d", i) {
			t.Errorf("prompt %d is %q", i, p.Text)
		}
	}
	if !slices.Equal(tables.asked[0], []string{"prompt"}) {
		t.Errorf("columns %v", tables.asked)
	}
	c.Files.DisableShuffle = false
	counts := map[string]int{}
	for seed := range int64(200) {
		c.Seed = seed
		d := made(t, c)
		for i := range d.Len() {
			counts[promptAt(t, d, i).Text]++
		}
	}
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	if len(counts) < 800 || most > 15 {
		t.Errorf("2000 prompts of 200 seeds hold %d of 1000 rows, one of them %d times", len(counts), most)
	}
}

func TestTablesRefused(t *testing.T) {
	t.Parallel()
	refused(t, parquet(t, &heldTables{err: errors.New("it is damaged")}), "it is damaged")
	refused(t, parquet(t, &heldTables{columns: []string{"prompt"}}), "it has no rows")
	refused(t, parquet(t, &heldTables{columns: []string{"text", "n"}, rows: []string{`{"text":"x","n":1}`}}), `row 1: no column "prompt"; it has text, n`)
	rows := numbered(100)
	for i := range rows {
		if i > 0 {
			rows[i] = `{"prompt":7}`
		}
	}
	c := parquet(t, &heldTables{columns: []string{"prompt"}, rows: rows})
	refused(t, c, `row 2: column "prompt" is a JSON number`)
	c = parquet(t, nil)
	c.Files.Tables = nil
	refused(t, c, "parquet files cannot be read here")
}

// Rows of JSON come wrapped; a place in the files is named, not one among those kept.
func TestTablesOfJSON(t *testing.T) {
	t.Parallel()
	tables := &heldTables{}
	for i := range 50 {
		tables.rows = append(tables.rows, fmt.Sprintf(`{"json":{"prompt":"p%d"}}`, i))
	}
	c := parquet(t, tables)
	c.Path += ".jsonl.gz"
	if err := os.WriteFile(c.Path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if p := promptAt(t, made(t, c), 3); p.Text != "p3" {
		t.Errorf("%+v", p)
	}
	for i := range tables.rows {
		tables.rows[i] = `{"json":{"x":1}}`
	}
	c.Files.DisableShuffle = false
	c.NumPrompts = 1
	want := c.draw(50, 1)[0] + 1
	refused(t, c, fmt.Sprintf("row %d: no column", want))
}

func TestCSV(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := custom(t)
	c.NumPrompts, c.Custom.OutputLen = 3, ownLength
	for name, content := range map[string]string{
		"a.csv": "\ufeffprompt,output_tokens\n\"one, \"\"two\"\"\nthree\",5\n007,6\nfour,7\n",
		"a.tsv": "output_tokens\tprompt\n5\t\"one, \"\"two\"\"\nthree\"\n6\t007\n7\tfour\n",
	} {
		c.Path = filepath.Join(dir, name)
		if err := os.WriteFile(c.Path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		d := made(t, c)
		for i, want := range []string{"one, \"two\"\nthree", "007", "four"} {
			if p := promptAt(t, d, i); p.Text != want || p.OutputTokens != 5+i {
				t.Errorf("%s: prompt %d is %+v, want %q", name, i, p, want)
			}
		}
	}
	c.Path = filepath.Join(dir, "a.csv.gz")
	packedFile(t, c.Path, "prompt,output_tokens\nx,3\n")
	if p := promptAt(t, made(t, c), 0); p.Text != "x" {
		t.Errorf("%+v", p)
	}
}

func packedFile(t *testing.T, path, content string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := gzip.NewWriter(file)
	_, err = out.Write([]byte(content))
	if err := errors.Join(err, out.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestCSVRefused(t *testing.T) {
	t.Parallel()
	for content, says := range map[string]string{
		"":                        "the file is empty",
		"prompt\n":                "a header and no rows",
		"a,prompt\n1,x\n2\n":      "line 3: not CSV: wrong number of fields",
		"prompt\nx\n\"y\n":        `line 3: not CSV: extraneous or missing " in quoted-field`,
		"prompt\nx\ny \"z\"\n":    `line 3: not CSV: bare "`,
		"text,n\nx,1\n":           `row 1: no column "prompt"; it has n, text`,
		"prompt\n\x00\x01\"\n":    "line 2: not CSV",
		"prompt\nfine\n \n\"\"\n": "the prompt is empty",
	} {
		c := custom(t)
		c.Path, c.NumPrompts = filepath.Join(t.TempDir(), "a.csv"), 1
		if err := os.WriteFile(c.Path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, c, says)
	}
	c := custom(t)
	c.Path, c.NumPrompts = filepath.Join(t.TempDir(), "endless.csv"), 1
	if err := errors.Join(os.WriteFile(c.Path, []byte("prompt\n\""), 0o644), os.Truncate(c.Path, 2<<30)); err != nil {
		t.Fatal(err)
	}
	refused(t, c, "a record is longer than 64 MB")
}

func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	made(t, parquet(t, &heldTables{columns: []string{"prompt"}, rows: numbered(100)}))
	if left, err := filepath.Glob(filepath.Join(dir, "llmbench-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Whatever is in a CSV file, its records come out as they went in, or the file is refused.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,\"2\n3\"\n")
	f.Add("a\n\"")
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		file, _, err := fileSource(path).spoolCSV(Config{}, 0)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v", content, err)
			}
			return
		}
		defer file.Close()
		rows := &rowFile{file: file, unit: "row"}
		if err := rows.readSpool(nil, all); err != nil || len(rows.at) == 0 {
			t.Errorf("%q: %d rows, %v", content, len(rows.at), err)
		}
	})
}
