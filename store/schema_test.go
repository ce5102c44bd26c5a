package store

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with testdata/name.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(text, "\n")
	for i := range min(len(wantLines), len(gotLines)) {
		if wantLines[i] != gotLines[i] {
			t.Fatalf("%s:%d: got %q, want %q (-update writes it anew)", path, i+1, gotLines[i], wantLines[i])
		}
	}
	if len(wantLines) != len(gotLines) {
		t.Fatalf("%s has %d lines, got %d (-update writes it anew)", path, len(wantLines), len(gotLines))
	}
}

// TestSchemas pins the columns of every file: what is stored once is read for ever.
func TestSchemas(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	entry := storeSampled(t, w)
	var text strings.Builder
	for _, path := range []string{entry.Files.Requests, entry.Files.Tokens, entry.Files.Texts,
		entry.Files.Devices, entry.Files.ServerMetrics, entry.Files.Hosts, w.cataloguePath()} {
		file := openParquet(t, path)
		text.WriteString("# " + filepath.Base(path) + "\n" + file.Schema().String() + "\n")
		if version, _ := file.Lookup(schemaKey); version != strconv.Itoa(SchemaVersion) {
			t.Errorf("%s has schema version %q", path, version)
		}
		if by := file.Metadata().CreatedBy; !strings.HasPrefix(by, "llmbench version test") {
			t.Errorf("%s was created by %q", path, by)
		}
	}
	text.WriteString("# " + requestsJournal + "\n" + schemaOf(journalColumns).String() + "\n")
	text.WriteString("# " + devicesJournal + "\n" + schemaOf(sampleColumns[DeviceSample]()).String() + "\n")
	text.WriteString("# " + serverMetricsJournal + "\n" + schemaOf(sampleColumns[MetricSample]()).String() + "\n")
	text.WriteString("# " + hostsJournal + "\n" + schemaOf(sampleColumns[HostSample]()).String() + "\n")
	golden(t, "schemas.txt", text.String())
}

// TestEncodings sees that integers are delta-encoded and everything is compressed: a tag that is ignored would
// only show in the size of files.
func TestEncodings(t *testing.T) {
	t.Parallel()
	w, _ := openAt(t, t.TempDir(), Options{})
	entry := storeRun(t, w, sampleRun(""), newDice(1).streamed(200, 100))
	for _, path := range []string{entry.Files.Requests, entry.Files.Tokens} {
		for _, column := range openParquet(t, path).Metadata().RowGroups[0].Columns {
			meta := column.MetaData
			var encodings []string
			for _, e := range meta.Encoding {
				encodings = append(encodings, e.String())
			}
			name, all := strings.Join(meta.PathInSchema, "."), strings.Join(encodings, " ")
			if kind := meta.Type.String(); strings.HasPrefix(kind, "INT") && !strings.Contains(all, "DELTA_BINARY_PACKED") {
				t.Errorf("%s %s is encoded %s", name, kind, all)
			}
			if (name == "run_id" || name == "status" || name == "odd_kind.list.element") && !strings.Contains(all, "DICTIONARY") {
				t.Errorf("%s is encoded %s", name, all)
			}
			if codec := meta.Codec.String(); codec != "ZSTD" {
				t.Errorf("%s is compressed by %s", name, codec)
			}
		}
	}
	if perChunk := float64(*entry.sizes.Tokens) / (200 * 100); perChunk > 4.5 {
		t.Errorf("a chunk takes %.2f bytes, at most 4.5 are wanted", perChunk)
	}
}

func openParquet(t testing.TB, path string) *parquet.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	file, err := parquet.OpenFile(f, fileSize(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func rowGroups(t testing.TB, path string) (rows []int64) {
	t.Helper()
	for _, group := range openParquet(t, path).RowGroups() {
		rows = append(rows, group.NumRows())
	}
	return rows
}
