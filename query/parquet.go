package query

import (
	"context"
	"errors"
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
