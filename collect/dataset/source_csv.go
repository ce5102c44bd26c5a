package dataset

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// spoolCSV writes the records as objects of texts, named by the header.
func (s source) spoolCSV(Config, int) (*os.File, []uint32, error) {
	file, err := os.CreateTemp("", "llmbench-dataset-*")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(file.Name()) // at once where the system lets it: no signal can leave it behind
	_ = os.Remove(file.Name())
	if err := s.copyRecords(file); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, nil, nil
}

func (s source) copyRecords(into io.Writer) error {
	out := bufio.NewWriterSize(into, 1<<20)
	for _, path := range s.files {
		if err := s.eachRecord(path, func(header, record []string) error {
			row := make(map[string]string, len(header))
			for i, name := range header {
				row[name] = record[i]
			}
			data, err := json.Marshal(row)
			if err != nil {
				return err
			}
			_, err = out.Write(append(data, '\n'))
			return err
		}); err != nil {
			if len(s.files) > 1 {
				err = fmt.Errorf("%s: %w", path, err)
			}
			return err
		}
	}
	return out.Flush()
}

// eachRecord hands out the records below the header of one file.
func (s source) eachRecord(path string, take func(header, record []string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := unpacked(path, file)
	if err != nil {
		return err
	}
	limited := &limitedRecords{in: text}
	in := csv.NewReader(limited)
	in.ReuseRecord = true
	if s.format == formatTSV {
		in.Comma = '\t'
	}
	var header []string
	for number := 0; ; number++ {
		record, err := in.Read()
		limited.taken = 0
		switch {
		case err == io.EOF && header == nil:
			return errors.New("the file is empty")
		case err == io.EOF && number == 1:
			return errors.New("it has a header and no rows")
		case err == io.EOF:
			return nil
		case err != nil:
			return csvError(err)
		case header == nil:
			header = append(header, record...)
			header[0] = strings.TrimPrefix(header[0], "\ufeff")
			continue
		}
		if err := take(header, record); err != nil {
			return err
		}
	}
}

// unpacked reads through gzip where the name says so.
func unpacked(path string, file *os.File) (io.Reader, error) {
	if !packed(path) {
		return file, nil
	}
	if !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return nil, errors.New("of packed CSV only .gz can be read; unpack it")
	}
	return gzip.NewReader(file)
}

// csvError says the place first, as all errors of files do.
func csvError(err error) error {
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return rowError("line", wrong.Line, fmt.Errorf("not CSV: %w", wrong.Err))
	}
	return err
}

// limitedRecords ends with an error where a record does not end: a file without line ends, or with a quote too many.
type limitedRecords struct {
	in    io.Reader
	taken int
}

func (l *limitedRecords) Read(p []byte) (int, error) {
	if l.taken > longestRow {
		return 0, fmt.Errorf("a record is %w", errTooLong)
	}
	n, err := l.in.Read(p)
	l.taken += n
	return n, err
}
