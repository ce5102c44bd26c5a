package query

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// WriteParquet runs every statement of the text and writes the rows of the last into a new Parquet file, compressed
// with zstd, however many they are.
func (s *Session) WriteParquet(ctx context.Context, text, path string) error {
	statements, rest := Split(text)
	if rest != "" {
		statements = append(statements, rest)
	}
	if len(statements) == 0 {
		return errors.New("sql: the text holds no statement")
	}
	if s.readOnly {
		return s.writeParquetReadOnly(ctx, statements, path)
	}
	return s.copyParquet(ctx, statements, path)
}

// writeParquetReadOnly has the questions looked at, lets DuckDB write where it may and brings the file to its place.
func (s *Session) writeParquetReadOnly(ctx context.Context, statements []string, path string) error {
	if err := s.allowAll(ctx, statements); err != nil {
		return err
	}
	inside := filepath.Join(s.tempDir, "answer.parquet")
	defer os.Remove(inside)
	if err := s.trust(func() error { return s.copyParquet(ctx, statements, inside) }); err != nil {
		return err
	}
	return copyFile(inside, path)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func (s *Session) copyParquet(ctx context.Context, statements []string, path string) error {
	last := len(statements) - 1
	statements[last] = "COPY (" + statements[last] + "\n) TO " + Literal(path) + " (FORMAT parquet, COMPRESSION zstd)"
	rows, err := s.Query(ctx, strings.Join(statements, ";\n"))
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}
