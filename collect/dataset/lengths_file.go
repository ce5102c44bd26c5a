package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// mostRows bounds the rows of a file of lengths or arrivals.
const mostRows = 20_000_000

// fileLengths draws from the rows of a file: PATH, or PATH,column=NAME. The file is a number on each line, CSV or JSONL.
func fileLengths(spec string) (Lengths, error) {
	path, column, _ := strings.Cut(spec, ",column=")
	if path == "" {
		return Lengths{}, errors.New("file: give a path, as in file:lengths.csv,column=input_length")
	}
	var (
		rows     []int32
		t        table
		numbered bool
	)
	err := readFile(path, func(line []byte) error {
		n, err := strconv.Atoi(string(line))
		if numbered = numbered || len(rows) == 0 && err == nil && t.columns == nil; !numbered {
			var is bool
			if is, err = t.row(line); err != nil || !is {
				return err
			}
			if n, err = lengthOf(&t, &column); err != nil {
				return err
			}
		}
		switch {
		case err != nil || n < 1 || n > mostTokens:
			return fmt.Errorf("%.40q: must be a whole number between 1 and %d", line, mostTokens)
		case len(rows) == mostRows:
			return fmt.Errorf("more than %d lengths", mostRows)
		}
		rows = append(rows, int32(n))
		return nil
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("read dataset %s: it holds no lengths", path)
	}
	if err != nil {
		return Lengths{}, err
	}
	return empirical(path, slices.Clip(rows)), nil
}

// lengthOf is the length in the row of t. The column need not be named where there is one only.
func lengthOf(t *table, column *string) (int, error) {
	name := t.column(*column)
	if *column == "" && len(t.columns) == 1 {
		name = t.columns[0]
	}
	switch {
	case name == "" && *column == "":
		return 0, fmt.Errorf("several columns (%s): choose one with file:PATH,column=NAME", t.list())
	case name == "":
		return 0, fmt.Errorf("no column %q among %s", *column, t.list())
	}
	*column = name
	return t.length(name)
}

// empirical draws from rows, all equally likely.
func empirical(path string, rows []int32) Lengths {
	sum := sha256.New()
	_ = binary.Write(sum, binary.LittleEndian, rows) // a hash does not fail
	return Lengths{least: int(slices.Min(rows)), most: int(slices.Max(rows)), rows: path,
		text: "file:sha256=" + hex.EncodeToString(sum.Sum(nil))[:16],
		draw: func(rng *rand.Rand) int { return int(rows[rng.IntN(len(rows))]) }}
}
