package store

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// The catalogue is read column by column into the rows. The library's own reader rebuilds row by row, which at ten
// thousand runs takes longer than everything else a command does; and it gives pointers to zero for the NULLs of an
// embedded struct such as Run.

// catalogueColumn knows where a leaf column's values go: the field at path of the row, or of its summary.
type catalogueColumn struct {
	path      []int
	inSummary bool
	naming    bool
	// present is the definition level of a value that is not NULL.
	present int
	fill    columnFiller
}

// columnFiller puts values into the fields of consecutive rows.
type columnFiller func(values []parquet.Value, present int, field func(i int) reflect.Value)

const (
	tagsColumn    = "tags"
	summaryColumn = "summary"
)

// catalogueColumns has one entry per leaf of catalogueSchema, in its order. The two leaves of tags, a map, have none.
var catalogueColumns = func() []*catalogueColumn {
	rowPaths, summaryPaths := make(map[string][]int), make(map[string][]int)
	gatherFields(rowPaths, reflect.TypeFor[catalogueRow](), "", nil)
	gatherFields(summaryPaths, reflect.TypeFor[Summary](), summaryColumn+".", nil)
	leaves := catalogueSchema.Columns()
	columns := make([]*catalogueColumn, len(leaves))
	for i, leaf := range leaves {
		if leaf[0] == tagsColumn {
			continue
		}
		name := strings.Join(leaf, ".")
		found, _ := catalogueSchema.Lookup(leaf...)
		c := &catalogueColumn{path: rowPaths[name], present: found.MaxDefinitionLevel, naming: namingColumns[leaf[0]]}
		owner := reflect.TypeFor[catalogueRow]()
		if leaf[0] == summaryColumn {
			c.path, c.inSummary, owner = summaryPaths[name], true, reflect.TypeFor[Summary]()
		}
		c.fill = columnFillers[owner.FieldByIndex(c.path).Type]
		columns[i] = c
	}
	return columns
}()

// gatherFields maps the columns of the struct t to the fields they are kept in.
func gatherFields(paths map[string][]int, t reflect.Type, prefix string, above []int) {
	for i := range t.NumField() {
		field := t.Field(i)
		path := append(append([]int(nil), above...), i)
		name, _, _ := strings.Cut(field.Tag.Get("parquet"), ",")
		switch {
		case field.Anonymous:
			gatherFields(paths, field.Type, prefix, path)
		case field.Type == reflect.TypeFor[catalogueKeys]():
			gatherFields(paths, field.Type, name+".", path)
		default:
			paths[prefix+name] = path
		}
	}
}

var columnFillers = map[reflect.Type]columnFiller{
	reflect.TypeFor[string]():    fillString,
	reflect.TypeFor[*string]():   fillStringPointer,
	reflect.TypeFor[int64]():     fillInt,
	reflect.TypeFor[*int64]():    fillPointer(parquet.Value.Int64),
	reflect.TypeFor[*float64]():  fillPointer(parquet.Value.Double),
	reflect.TypeFor[*Rate]():     fillPointer(func(v parquet.Value) Rate { return Rate(v.Double()) }),
	reflect.TypeFor[*bool]():     fillPointer(parquet.Value.Boolean),
	reflect.TypeFor[time.Time](): fillTime,
}

func fillInt(values []parquet.Value, present int, field func(int) reflect.Value) {
	for i, v := range values {
		if v.DefinitionLevel() == present {
			field(i).SetInt(v.Int64())
		}
	}
}

func fillTime(values []parquet.Value, _ int, field func(int) reflect.Value) {
	for i, v := range values {
		field(i).Set(reflect.ValueOf(time.UnixMicro(v.Int64()).UTC()))
	}
}

// fillPointer points the fields into one allocation for all.
func fillPointer[T any](decode func(parquet.Value) T) columnFiller {
	return func(values []parquet.Value, present int, field func(int) reflect.Value) {
		slab := make([]T, len(values))
		for i, v := range values {
			if v.DefinitionLevel() == present {
				slab[i] = decode(v)
				field(i).Set(reflect.ValueOf(&slab[i]))
			}
		}
	}
}

func fillString(values []parquet.Value, _ int, field func(int) reflect.Value) {
	text := sameString()
	for i, v := range values {
		field(i).SetString(text(v))
	}
}

func fillStringPointer(values []parquet.Value, present int, field func(int) reflect.Value) {
	fillPointer(sameString())(values, present, field)
}

// sameString copies a string out of its page, but for one that is as the one before: most columns of the catalogue
// say the same of many runs.
func sameString() func(parquet.Value) string {
	last := ""
	return func(v parquet.Value) string {
		if b := v.ByteArray(); string(b) != last {
			last = string(b)
		}
		return last
	}
}

// readColumns reads all rows of a file of catalogueSchema, as far as they are needed.
func readColumns(file *parquet.File, need extent) ([]*catalogueRow, error) {
	if file.NumRows() > file.Size() {
		return nil, fmt.Errorf("%w: it claims %d rows", ErrDamaged, file.NumRows())
	}
	rows := make([]catalogueRow, file.NumRows())
	next := rows
	for _, group := range file.RowGroups() {
		n := group.NumRows()
		if n < 0 || n > int64(len(next)) {
			return nil, fmt.Errorf("%w: its row groups hold more rows than it claims", ErrDamaged)
		}
		if err := readGroup(group, next[:n], need); err != nil {
			return nil, err
		}
		next = next[n:]
	}
	pointers := make([]*catalogueRow, len(rows))
	for i := range rows {
		pointers[i] = &rows[i]
	}
	return pointers, nil
}

func readGroup(group parquet.RowGroup, rows []catalogueRow, need extent) error {
	summaries := make([]Summary, len(rows))
	var values []parquet.Value
	for i, chunk := range group.ColumnChunks() {
		column := catalogueColumns[i]
		if column == nil || (need == namesOnly && !column.naming) {
			continue
		}
		err := eachPage(chunk, len(rows), &values, func(from int, values []parquet.Value) error {
			if column.inSummary {
				giveSummaries(rows[from:], summaries[from:], values)
			}
			column.fill(values, column.present, column.target(rows[from:], summaries[from:]))
			return nil
		})
		if err != nil {
			return fmt.Errorf("%w: column %s: %w", ErrDamaged, strings.Join(catalogueSchema.Columns()[i], "."), err)
		}
	}
	if need == namesOnly {
		return nil
	}
	return readTags(group, rows)
}

func (c *catalogueColumn) target(rows []catalogueRow, summaries []Summary) func(i int) reflect.Value {
	if c.inSummary {
		return func(i int) reflect.Value { return reflect.ValueOf(&summaries[i]).Elem().FieldByIndex(c.path) }
	}
	return func(i int) reflect.Value { return reflect.ValueOf(&rows[i]).Elem().FieldByIndex(c.path) }
}

// giveSummaries gives a summary to the rows whose group is there, which every column of the group says alike.
func giveSummaries(rows []catalogueRow, summaries []Summary, values []parquet.Value) {
	for i, v := range values {
		if v.DefinitionLevel() > 0 {
			rows[i].Summary = &summaries[i]
		}
	}
}

// eachPage gives the values of a flat column, page by page, with the row the page begins at.
func eachPage(chunk parquet.ColumnChunk, rows int, buffer *[]parquet.Value, do func(from int, values []parquet.Value) error) error {
	from := 0
	err := eachValues(chunk, buffer, func(values []parquet.Value) error {
		if from+len(values) > rows {
			return errors.New("it has more values than the file has rows")
		}
		err := do(from, values)
		from += len(values)
		return err
	})
	if err == nil && from != rows {
		err = errors.New("it has fewer values than the file has rows")
	}
	return err
}

// eachValues gives the values of a column in portions, which are good until do returns.
func eachValues(chunk parquet.ColumnChunk, buffer *[]parquet.Value, do func([]parquet.Value) error) error {
	pages := chunk.Pages()
	defer pages.Close()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		*buffer = slices.Grow((*buffer)[:0], int(page.NumValues()))
		values := (*buffer)[:page.NumValues()]
		n, err := page.Values().ReadValues(values)
		if err != nil && err != io.EOF {
			return err
		}
		err = do(values[:n])
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}
