package dataset

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/valyala/fastjson"
)

// rowFile is a file of JSON values, one on each line (JSONL) or the elements of one array, of which only the places are
// held: a prompt is read when it is needed, so a file may be larger than the memory.
type rowFile struct {
	file *os.File
	at   []int64
	size []int32
	// unit is what a row of this file is called: line, element, row.
	unit   string
	sha256 string
	// wrapped is set when each value is the field json of an object.
	wrapped bool
}

func (r *rowFile) unwrap(v *fastjson.Value) *fastjson.Value {
	if r.wrapped {
		return v.Get("json")
	}
	return v
}

// longestRow is where a row is taken for something else than a prompt, such as a file without line ends.
const longestRow = 64 << 20

// rowError names the place in the file.
func rowError(unit string, number int, err error) error {
	return fmt.Errorf("%s %d: %w", unit, number, err)
}

// openRows reads a file once: its places, its hash, and every row through look, so that what is wrong with any of them is
// said before the load. A row that look does not use is left out. The error names the file and the place.
func openRows(path string, look check) (*rowFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read dataset: %w", err)
	}
	rows := &rowFile{file: file}
	if err := rows.index(look); err != nil {
		return nil, errors.Join(fmt.Errorf("read dataset %s: %w", path, err), file.Close())
	}
	return rows, nil
}

func (r *rowFile) index(look check) error {
	hash := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(r.file, hash), 1<<20)
	skipped, first, err := begin(in)
	if err != nil {
		return err
	}
	var parser fastjson.Parser
	number := 0
	take := func(at int64, row []byte, place int) error {
		number++
		v, err := parser.ParseBytes(row)
		if err != nil {
			return rowError(r.unit, place, syntax(bytes.TrimRight(row, " \t\r\n")))
		}
		use, err := look(v)
		if err != nil {
			return rowError(r.unit, place, err)
		}
		if use {
			r.at, r.size = append(r.at, at), append(r.size, int32(len(row)))
		}
		return nil
	}
	if first == '[' {
		r.unit = "element"
		err = eachElement(in, skipped, take)
	} else {
		r.unit = "line"
		err = eachLine(in, skipped, take)
	}
	if err == nil && number == 0 {
		err = errors.New("the list is empty")
	}
	r.sha256 = hex.EncodeToString(hash.Sum(nil))
	return err
}

// begin looks at the first byte that is not blank; it skips a byte order mark, and says how many bytes came before.
func begin(in *bufio.Reader) (skipped int64, first byte, err error) {
	if mark, err := in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		skipped += 3
		_, _ = in.Discard(3)
	}
	for {
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return 0, 0, errors.New("the file is empty")
		case err != nil:
			return 0, 0, err
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			skipped++
			continue
		case b != '{' && b != '[' && b != '"':
			return 0, 0, fmt.Errorf("not JSON at byte %d: it begins with %q", skipped+1, string(rune(b)))
		}
		return skipped, b, in.UnreadByte()
	}
}

// eachLine hands out the lines that are not blank, with their place in the file and their number.
func eachLine(in *bufio.Reader, at int64, take func(at int64, row []byte, line int) error) error {
	var long []byte
	for line := 1; ; line++ {
		text, err := in.ReadSlice('\n')
		row := text
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long[:0], text...)
			for errors.Is(err, bufio.ErrBufferFull) && len(long) <= longestRow {
				text, err = in.ReadSlice('\n')
				long = append(long, text...)
			}
			row = long
		}
		if len(row) > longestRow {
			return rowError("line", line, errTooLong)
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("after line %d: %w", line-1, err)
		}
		if len(bytes.TrimSpace(row)) > 0 {
			if err := take(at, row, line); err != nil {
				return err
			}
		}
		at += int64(len(row))
		if err == io.EOF {
			return nil
		}
	}
}

var errTooLong = fmt.Errorf("longer than %d MB, which is no prompt; has the file lost its line ends?", longestRow>>20)

// syntax says where a row stops being JSON.
func syntax(row []byte) error {
	var v any
	err := json.Unmarshal(row, &v)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON at byte %d of it: %w", wrong.Offset, err)
	}
	if err == nil { // nesting deeper than a prompt could need
		err = errors.New("not JSON that a prompt could be read from")
	}
	return err
}

// read gives the bytes of row i.
func (r *rowFile) read(i int) ([]byte, error) {
	row := make([]byte, r.size[i])
	if _, err := r.file.ReadAt(row, r.at[i]); err != nil {
		return nil, fmt.Errorf("read dataset %s: %w", r.file.Name(), err)
	}
	return row, nil
}
