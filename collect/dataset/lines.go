package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// longestLine bounds a line of a file: what is longer is no text of lines, and would be memory for nothing.
const longestLine = 64 << 20

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

// eachText hands out the lines that are not blank, one at a time in the same memory. Its errors name the line.
func eachText(r io.Reader, take func(line []byte) error) error {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 0, 64<<10), longestLine)
	number := 1
	for ; scan.Scan(); number++ {
		line := bytes.TrimSpace(scan.Bytes())
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 {
			continue
		}
		err := take(line)
		switch {
		case errors.Is(err, errEnough):
			return nil
		case bytes.IndexByte(line, 0) >= 0:
			return fmt.Errorf("line %d: binary data, not text", number)
		case err != nil:
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if errors.Is(scan.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d MB", number, longestLine>>20)
	}
	return scan.Err()
}
