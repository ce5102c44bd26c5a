package store

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// tagsEntry is the definition level of an entry of tags, an optional MAP; 0 is NULL and 1 an empty map. A repetition level
// of 0 begins a row.
const tagsEntry = 2

// readTags reads the map column of a row group. Its keys and its values are two columns that run side by side. The library
// writes no tags as an empty map beside rows that have some; run.json knows only none, and so do the rows.
func readTags(group parquet.RowGroup, rows []catalogueRow) error {
	keys, err := tagStrings(group, "key")
	if err != nil {
		return err
	}
	values, err := tagStrings(group, "value")
	if err != nil {
		return err
	}
	if len(keys) != len(values) {
		return fmt.Errorf("%w: column %s has %d keys and %d values", ErrDamaged, tagsColumn, len(keys), len(values))
	}
	row := -1
	for i, key := range keys {
		if key.repetition == 0 {
			row++
		}
		if row < 0 || row >= len(rows) {
			return fmt.Errorf("%w: column %s does not fit the rows", ErrDamaged, tagsColumn)
		}
		if key.definition != tagsEntry {
			continue
		}
		if rows[row].Tags == nil {
			rows[row].Tags = make(map[string]string)
		}
		rows[row].Tags[key.text] = values[i].text
	}
	return nil
}

type tagString struct {
	repetition, definition int
	text                   string
}

func tagStrings(group parquet.RowGroup, leaf string) ([]tagString, error) {
	column, ok := catalogueSchema.Lookup(tagsColumn, "key_value", leaf)
	if !ok {
		return nil, fmt.Errorf("%w: no column %s", ErrDamaged, tagsColumn)
	}
	var found []tagString
	text := sameString()
	err := eachValues(group.ColumnChunks()[column.ColumnIndex], new([]parquet.Value), func(values []parquet.Value) error {
		for _, v := range values {
			s := tagString{repetition: v.RepetitionLevel(), definition: v.DefinitionLevel()}
			if s.definition == tagsEntry {
				s.text = text(v)
			}
			found = append(found, s)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: column %s: %w", ErrDamaged, tagsColumn, err)
	}
	return found, nil
}
