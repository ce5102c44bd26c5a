package query

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadOnly(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	inside, secret, target := filepath.Join(dir, "a.csv"), filepath.Join(outside, "secret.csv"), filepath.Join(dir, "new.csv")
	for _, path := range []string{inside, secret} {
		if err := os.WriteFile(path, []byte("n\n1\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	// That the catalogue may be read allows nothing else that lies beside it.
	s, err := Open(context.Background(), Source{Catalogue: filepath.Join(outside, "runs.parquet")}, Options{ReadOnly: true, ReadDirs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	check := func(text, want string) {
		t.Helper()
		rows, err := s.Query(context.Background(), text)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	check("FROM run_summary", "")
	check("SELECT 1; FROM requests", "")
	check("DESCRIBE requests", "")
	check("SUMMARIZE SELECT 1 AS a", "")
	check("SHOW TABLES", "")
	check("EXPLAIN SELECT 1", "")
	check("EXPLAIN ANALYZE SELECT 1", "")
	check("EXPLAIN (FORMAT json) SELECT 1", "")
	check("FROM read_csv("+Literal(inside)+")", "")

	const questions, files = "--read-only takes questions alone", "what this session does not allow"
	check("FROM read_csv("+Literal(secret)+")", files)
	check("FROM read_text('/etc/passwd')", files)
	check("FROM glob('/etc/*')", files)
	check("SELECT * FROM "+Literal(secret), files)
	check("COPY (SELECT 1) TO "+Literal(target), questions)
	check("EXPLAIN ANALYZE COPY (SELECT 1) TO "+Literal(target), questions)
	check("EXPLAIN /* COPY */ ANALYZE COPY (SELECT 1) TO "+Literal(target), "sql: ")
	check("SELECT 1; COPY (SELECT 1) TO "+Literal(target), questions)
	check("PREPARE p AS COPY (SELECT 1) TO "+Literal(target), questions)
	check("CREATE TABLE t (a INTEGER)", questions)
	check("CREATE OR REPLACE VIEW runs AS SELECT 1", questions)
	check("SET enable_external_access = true", questions)
	check("RESET lock_configuration", questions)
	check("ATTACH "+Literal(filepath.Join(dir, "x.db")), questions)
	check("EXPORT DATABASE "+Literal(dir), questions)
	check("INSTALL httpfs", questions)
	check("LOAD httpfs", questions)
	check("CALL enable_logging()", questions)
	check("PRAGMA enable_profiling", questions)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v: %v", entries, err)
	}
}

func TestReadOnlyWritesParquetForItsCaller(t *testing.T) {
	s, err := Open(context.Background(), Source{}, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	path := filepath.Join(t.TempDir(), "out.parquet")
	if err := s.WriteParquet(context.Background(), "SELECT 1 AS a", path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Error(err)
	}
	if err := s.WriteParquet(context.Background(), "SELECT 1) TO '/tmp/x.parquet'; COPY (SELECT 1", path); err == nil {
		t.Error("a COPY in disguise was run")
	}
	if err := s.WriteParquet(context.Background(), "CREATE TABLE t AS SELECT 1 AS a; FROM t", path); err == nil || !strings.Contains(err.Error(), "--read-only") {
		t.Errorf("CREATE before the question: %v", err)
	}
}
