package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// errEnough ends the reading of a file early.
var errEnough = errors.New("enough")

// readFile reads a file of lines and says on which of them it went wrong.
func readFile(path string, take func(line []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read dataset: %w", err)
	}
	defer file.Close()
	if err := eachText(file, take); err != nil {
		return fmt.Errorf("read dataset %s: %w", path, err)
	}
	return nil
}

// eachText hands out the lines that are not blank, without their ends, one at a time in the same memory. Its errors name
// the line.
func eachText(r io.Reader, take func(line []byte) error) error {
	err := eachLine(bufio.NewReaderSize(r, 1<<20), 0, func(_ int64, line []byte, number int) error {
		line = bytes.TrimSpace(line)
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 {
			return nil
		}
		err := take(line)
		switch {
		case err == nil || errors.Is(err, errEnough):
			return err
		case bytes.IndexByte(line, 0) >= 0:
			err = errors.New("binary data, not text")
		}
		return rowError("line", number, err)
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
