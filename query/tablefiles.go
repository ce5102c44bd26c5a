package query

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// TableFiles are files of rows that are not of a warehouse: a dataset in Parquet or JSON. They are one table; a column
// that one of them lacks is NULL there.
type TableFiles struct {
	// Format is parquet or json; json stands for JSON lines and for arrays, whichever a file has, compressed or not.
	Format string
	Paths  []string
}

// longestTableRow bounds a row of JSON.
const longestTableRow = 64 << 20

// relation is the table as SQL. A row of JSON is one column named json, for DuckDB's own types would put the keys of all
// rows into each.
func (f TableFiles) relation() (string, error) {
	paths := "[" + literals(f.Paths) + "]"
	switch f.Format {
	case "parquet":
		return "read_parquet(" + paths + ", union_by_name = true, hive_partitioning = false)", nil
	case "json":
		return fmt.Sprintf("read_json_objects(%s, format = 'auto', maximum_object_size = %d)", paths, longestTableRow), nil
	}
	return "", fmt.Errorf("read a table: unknown format %q; want parquet or json", f.Format)
}

// Look gives the names of the columns and the number of rows; no columns for JSON, whose rows each have their own.
func (f TableFiles) Look(ctx context.Context) (columns []string, rows int64, err error) {
	relation, err := f.relation()
	if err != nil {
		return nil, 0, err
	}
	err = onTables(ctx, func(s *Session) error {
		answer, err := s.Query(ctx, "SELECT count(*) FROM "+relation)
		if err != nil {
			return err
		}
		if answer.Next() {
			rows, _ = answer.Values()[0].(int64)
		}
		if err := errors.Join(answer.Err(), answer.Close()); err != nil || f.Format == "json" {
			return err
		}
		types, err := s.columnTypes(ctx, relation)
		for _, column := range types {
			columns = append(columns, column.name)
		}
		return err
	})
	return columns, rows, err
}

// Write writes the rows into the file at path, each as a line of JSON with the columns named; a blob is base64. Keep is the
// file with the numbers of the rows to write, from 0 and one a line; "" writes all.
func (f TableFiles) Write(ctx context.Context, columns []string, keep, path string) error {
	relation, err := f.relation()
	if err != nil {
		return err
	}
	return onTables(ctx, func(s *Session) error {
		selected := "json"
		if f.Format != "json" {
			if selected, err = s.textual(ctx, relation, columns); err != nil {
				return err
			}
		}
		from := relation
		if keep != "" {
			from = "(SELECT *, row_number() OVER () - 1 AS __row FROM " + relation + ") SEMI JOIN read_csv(" + Literal(keep) +
				", header = false, columns = {'__row': 'BIGINT'}) USING (__row)"
		}
		return s.exec(ctx, "COPY (SELECT "+selected+" FROM "+from+") TO "+Literal(path)+" (FORMAT json)")
	})
}

// onTables runs f with a session that has no warehouse.
func onTables(ctx context.Context, f func(*Session) error) error {
	s := &Session{warn: func(string) {}, bases: map[string]*base{}, pending: map[string]bool{}}
	err := s.connect(ctx, Options{MemoryLimit: "2GB"})
	if err == nil {
		err = f(s)
	}
	err = errors.Join(err, s.Close())
	return tableError(ctx, err)
}

// tableError is DuckDB's first word on what is wrong with a file, in one line: it goes on with the query, which is none of the
// user's, and with advice on it.
func tableError(ctx context.Context, err error) error {
	known := (*Error)(nil)
	if !errors.As(err, &known) || ctx.Err() != nil {
		return err
	}
	text, _, _ := strings.Cut(known.Detail, "\nLINE ")
	text, _, _ = strings.Cut(text, "\n\n")
	if _, after, ok := strings.Cut(text, " Error: "); ok {
		text = after
	}
	if _, file, ok := strings.Cut(text, "maximum_object_size\" of "); ok { // advice on a setting that nobody can reach
		_, file, _ = strings.Cut(file, `"`)
		file, _, _ = strings.Cut(file, `"`)
		return fmt.Errorf("%s: a row is longer than %d MB", file, longestTableRow>>20)
	}
	return errors.New(strings.Join(strings.Fields(text), " "))
}

type tableColumn struct {
	name string
	info duckdb.TypeInfo
}

func (s *Session) columnTypes(ctx context.Context, relation string) ([]tableColumn, error) {
	answer, err := s.Query(ctx, "SELECT * FROM "+relation+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	var columns []tableColumn
	for i, column := range answer.Columns {
		columns = append(columns, tableColumn{column.Name, answer.types[i]})
	}
	return columns, answer.Close()
}

// textual lists the columns for SELECT, their blobs in base64: JSON has no bytes.
func (s *Session) textual(ctx context.Context, relation string, wanted []string) (string, error) {
	types, err := s.columnTypes(ctx, relation)
	if err != nil {
		return "", err
	}
	var list []string
	for _, name := range wanted {
		for _, column := range types {
			if column.name == name {
				list = append(list, asText(Identifier(name), column.info, 0)+" AS "+Identifier(name))
			}
		}
	}
	if len(list) == 0 {
		return "", errors.New("read a table: none of its columns was asked for")
	}
	return strings.Join(list, ", "), nil
}

// asText is an expression of a type, with base64 for every blob in it.
func asText(expr string, info duckdb.TypeInfo, depth int) string {
	if info == nil || !holdsBlob(info) {
		return expr
	}
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		var fields []string
		for _, entry := range d.Entries {
			name := Identifier(entry.Name())
			fields = append(fields, name+" := "+asText("("+expr+")."+name, entry.Info(), depth))
		}
		return "CASE WHEN " + expr + " IS NOT NULL THEN struct_pack(" + strings.Join(fields, ", ") + ") END"
	case *duckdb.ListDetails:
		item := fmt.Sprintf("item%d", depth)
		return "list_transform(" + expr + ", lambda " + item + ": " + asText(item, d.Child, depth+1) + ")"
	case *duckdb.ArrayDetails:
		item := fmt.Sprintf("item%d", depth)
		return "list_transform(" + expr + ", lambda " + item + ": " + asText(item, d.Child, depth+1) + ")"
	}
	return "base64(" + expr + ")"
}

func holdsBlob(info duckdb.TypeInfo) bool {
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		for _, entry := range d.Entries {
			if holdsBlob(entry.Info()) {
				return true
			}
		}
		return false
	case *duckdb.ListDetails:
		return holdsBlob(d.Child)
	case *duckdb.ArrayDetails:
		return holdsBlob(d.Child)
	}
	return info.InternalType() == duckdb.TYPE_BLOB
}
